"""`kv` and `keystore`, and what becomes of secrets. Source: language.md 7, api.md 11."""

from __future__ import annotations

import pytest

from app.engine.expressions import Scope
from tests.engine.expressions.rendering import MemoryKeys, failure, render


def scope(**more):
    keys = MemoryKeys({"plain": 1, "a.b": {"c": 2}, "get": "g", "x.y": "k"}, {"token": "s3cr3t-value", "both": {"p": "pass-word", "n": 12345}}, **more)
    return Scope(kv=keys, variables={"name": "x.y"})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("kv.get('plain')", 1),
        ("kv.get('a.b').c", 2),
        ("kv.get('nope', default=5)", 5),
        ("kv.get('nope', 5)", 5),
        ("kv.get('nope') | default(6)", 6),
        ("keystore.plain", 1),
        ("keystore.a.b.c", 2),
        ("keystore['a.b'].c", 2),
        ("kv[name]", "k"),
        ("keystore.nope.x | default(7)", 7),
        ("keystore.get", "g"),
        ("kv.get_secret('token')", "s3cr3t-value"),
        ("kv.get_secret('nope', default='none')", "none"),
    ],
)
def test_keys_are_read_through_the_port(text, expected):
    assert render(f"{{{{ {text} }}}}", scope=scope()) == expected


def test_an_unknown_key_is_named():
    assert "There is no key 'a.q'" in str(failure("{{ kv.get('a.q') }}", scope=scope()))
    assert "There is no key 'a.q'" in str(failure("{{ keystore.a.q }}", scope=scope()))


def test_without_the_right_a_secret_is_refused():
    assert "may not be decrypted" in str(failure("{{ kv.get_secret('token') }}", scope=scope(may_decrypt=False)))


def test_without_a_store_the_error_says_so():
    assert "no key store" in str(failure("{{ kv.get('x') }}"))


def test_secret_texts_are_collected_while_rendering():
    s = scope()

    assert render("Bearer {{ kv.get_secret('token') }}", scope=s) == "Bearer s3cr3t-value"
    assert s.secrets == {"s3cr3t-value"}


def test_every_text_inside_a_secret_is_secret():
    s = scope()
    render("{{ kv.get_secret('both') }}", scope=s)

    assert s.secrets == {"pass-word", "12345"}


@pytest.mark.parametrize("text", ["upper(kv.get_secret('token'))", "kv.get_secret('token') | replace('-', '')", "kv.get_secret('token')[:6]",
                                  "split(kv.get_secret('token'), '-')[0]"])
def test_a_secret_in_another_form_stays_secret(text):
    s = scope()

    assert render(f"{{{{ {text} }}}}", scope=s) in s.secrets


def test_a_plain_key_is_no_secret():
    s = scope()
    render("{{ kv.get('x.y') }}", scope=s)

    assert s.secrets == set()


def test_no_key_is_asked_for_before_it_is_used():
    s = scope()
    render("{{ keystore.plain if false else 1 }}", scope=s)

    assert s.kv.asked == []
