"""Secret texts never show. Source: language.md 8 "A secret is typed", 11 "Saving"."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.engine.expressions import mask, mask_text

SECRET = "p@ss w/rd+1?ü"


@pytest.mark.parametrize(
    "shown",
    [
        SECRET,
        f"before {SECRET} after",
        quote(SECRET, safe=""),
        quote(SECRET),
        quote_plus(SECRET),
        quote(SECRET, safe="").lower(),
        json.dumps({"x": SECRET}),
        base64.b64encode(SECRET.encode()).decode(),
        base64.urlsafe_b64encode(SECRET.encode()).decode(),
        base64.b64encode(f"user:{SECRET}".encode()).decode(),
        base64.b64encode(f"me:{SECRET}:more".encode()).decode(),
        base64.b64encode(f"abcd{SECRET}".encode()).decode(),
    ],
)
def test_a_long_secret_is_hidden_in_every_form(shown):
    masked = mask({"log": shown}, {SECRET})["log"]

    assert "***" in masked
    assert SECRET not in masked
    assert base64.b64encode(SECRET.encode()).decode()[4:-4] not in masked


def test_keys_lists_and_numbers_are_masked_too():
    assert mask({"hunter2hunter2": ["x hunter2hunter2", 1]}, {"hunter2hunter2"}) == {"***": ["x ***", 1]}
    assert mask({"n": 12345678, "m": 1.5, "t": True}, {"12345678"}) == {"n": "***", "m": 1.5, "t": True}


def test_a_short_secret_is_hidden_only_where_it_is_the_whole_text():
    assert mask(["abc", "abcd", "x abc"], {"abc"}) == ["***", "abcd", "x abc"]


def test_every_line_of_a_long_secret_is_hidden():
    key = "-----BEGIN KEY-----\nMIIEvQIBADANBg\nkqhkiG9w0BAQEF\n-----END KEY-----\n"

    assert mask_text("line kqhkiG9w0BAQEF", {key}) == "line ***"


def test_the_longest_secret_wins_where_one_begins_like_another():
    assert mask("secretsecret-long", {"secretsecret", "secretsecret-long"}) == "***"


def test_without_secrets_the_same_value_comes_back():
    value = {"a": [1]}

    assert mask(value, set()) is value
    assert mask(value, {""}) == value


def test_what_is_nested_too_deeply_is_hidden_as_a_whole():
    deep: list = ["x"]
    for _ in range(900):
        deep = [deep]

    assert "***" in json.dumps(mask(deep, {"hunter2hunter2"}))


texts = st.text(min_size=8, max_size=30)


@given(secret=texts, before=st.text(max_size=5), after=st.text(max_size=5))
def test_no_long_secret_survives_plain_or_in_base64(secret, before, after):
    if secret in "***" or len(secret.strip()) < 8:
        return
    encoded = base64.b64encode(f"{before}{secret}{after}".encode("utf-8", "replace")).decode()

    assert secret not in mask_text(before + secret + after, {secret}).replace("***", "")
    assert mask_text(encoded, {secret}) != encoded
