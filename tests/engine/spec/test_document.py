"""Loading: YAML 1.2 values, places, and everything a text may do wrong."""

from __future__ import annotations

import time

import pytest

from app.engine.spec.document import Document, load
from app.engine.spec.limits import SpecLimits
from app.engine.spec.places import Mark


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("yes", "yes"), ("no", "no"), ("on", "on"), ("off", "off"), ("y", "y"),
        ("true", True), ("False", False), ("null", None), ("~", None), ("", None),
        ("010", 10), ("-7", -7), ("+3", 3), ("0o17", 15), ("0x1F", 31), ("1_000", "1_000"),
        ("1.5", 1.5), (".5", 0.5), ("1.", 1.0), ("1e3", 1000.0), ("1e", "1e"), ("12:30", "12:30"), ("1:30:00", "1:30:00"),
        ("2026-01-27", "2026-01-27"), ("2026-01-27T10:00:00Z", "2026-01-27T10:00:00Z"), ("=", "="),
        ("'010'", "010"), ('"true"', "true"), ("!!str 010", "010"), ("!!int '7'", 7), ("!!float 1", 1.0), ("! 1", "1"),
        ("-", [None]), ("1.2.3", "1.2.3"), ("0.10", 0.1),
    ],
)  # fmt: skip
def test_a_scalar_means_what_yaml_1_2_says(written, value):
    document = load(f"a:\n  {written}\n")

    assert document.problems == []
    assert document.value == {"a": value}
    assert type(document.value["a"]) is type(value)


@pytest.mark.parametrize(
    ("text", "code", "line", "column", "part"),
    [
        ("a: 1\nb: 2\na: 3\n", "duplicate_key", 3, 1, "first in line 1"),
        ("a: .inf", "bad_value", 1, 4, "no JSON number"),
        ("a: -.inf", "bad_value", 1, 4, "no JSON number"),
        ("a: .nan", "bad_value", 1, 4, "no JSON number"),
        ("a: 1e999", "bad_value", 1, 4, "too large"),
        ("a: " + "9" * 500, "bad_value", 1, 4, "too long"),
        ("a: !!python/object:os.system x", "bad_value", 1, 4, "not supported"),
        ("a: !!timestamp 2026-01-27", "bad_value", 1, 4, "not supported"),
        ("a: !!int x", "bad_value", 1, 4, "does not fit its tag"),
        ("a: !mine {}", "bad_value", 1, 4, "not supported"),
        ("a: *b", "unknown_alias", 1, 4, "no anchor above"),
        ("a: &a [*a]", "unknown_alias", 1, 8, "can't contain itself"),
        ("a: {<<: 3}", "bad_value", 1, 9, "takes a mapping"),
        ("a: &x {b: 1}\nc:\n  <<: *x\n  <<: *x\n", "duplicate_key", 4, 3, "once in a mapping"),
        ("? [a]\n: b\n", "bad_key", 1, 3, "must be text"),
        ("a: {{ b }}", "bad_key", 1, 5, "quotes around a template"),
        ("a: 1\n---\nb: 2\n", "several_documents", 2, 1, "more than one document"),
        ("a: b: c", "syntax", 1, 5, "quotes around text"),
        ("a:\n\t- b", "syntax", 2, 1, "not with tabs"),
        ("a: {{ b }} c", "syntax", 1, 12, "quotes around a template"),
        ("a: 'b", "syntax", 1, 4, "not closed"),
        ("a: [1, 2", "syntax", 1, 4, "not closed"),
        ("a:\n  b: 1\n c: 2\n", "syntax", 3, 2, "indentation"),
        ('a: "\\q"', "syntax", 1, 5, "backslash"),
        ("a: @b", "syntax", 1, 4, "quotes around text"),
        ("a: \x01", "not_text", 1, 4, "control character"),
        ("a: \ud800", "not_text", 1, 4, "surrogate"),
        (b"a: \xff", "not_text", 1, 1, "UTF-8"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(text, code, line, column, part):
    found = load(text).problems[-1]

    assert (found.code, found.severity, found.line, found.column) == (code, "error", line, column)
    assert part in found.message


def test_all_problems_of_a_text_are_reported_at_once():
    document = load("a: .inf\nb: *x\na: 1\nc: {d: 1, d: 2}\n")

    assert [(p.code, p.line) for p in document.problems] == [
        ("bad_value", 1),
        ("unknown_alias", 2),
        ("duplicate_key", 3),
        ("duplicate_key", 4),
    ]


def test_aliases_and_merge_keys_give_plain_data():
    document = load("base: &b {x: 1, y: 2}\nmore: &m {z: 3}\nuse: {<<: [*b, *m], y: 9}\nlist: [*b]\n")

    assert document.problems == []
    assert document.value["use"] == {"x": 1, "y": 9, "z": 3}
    assert document.value["list"] == [{"x": 1, "y": 2}]


def test_values_and_keys_have_marks_in_utf16_code_units():
    document = load("a: 😀 x\n'😀': [é, {b: c}]\nd:\n  - e\n  - 😀\n")

    assert document.marks[("a",)] == Mark(1, 4, 1, 8)
    assert document.key_marks[("😀",)] == Mark(2, 1, 2, 5)
    assert document.marks[("😀", 0)] == Mark(2, 8, 2, 9)
    assert document.marks[("😀", 1, "b")] == Mark(2, 15, 2, 16)
    assert document.marks[("d",)] == Mark(4, 3, 5, 7)


def test_a_block_ends_with_its_last_value_not_with_what_follows():
    document = load("a:\n  b: |\n    one\n    two\n\n\nc: 1\n")

    assert document.marks[("a",)] == Mark(2, 3, 4, 8)
    assert document.marks[("a", "b")] == Mark(2, 6, 4, 8)


@pytest.mark.parametrize(
    ("text", "offset", "place"),
    [
        ("a: hello", 2, (1, 6)),
        ("a: 'hello'", 2, (1, 7)),
        ('a: "😀ab"', 2, (1, 8)),
        ("a: |\n    one\n    two\n", 5, (3, 6)),
        ('a: "a\\tb"', 2, None),
    ],
)
def test_a_character_inside_of_a_text_has_a_place_where_it_can_be_told(text, offset, place):
    mark = load(text).inner_place(("a",), offset)

    assert (mark and (mark.line, mark.column)) == place


def test_what_could_be_read_before_a_syntax_error_is_kept():
    document = load("version: 1\ntasks:\n  - name: a\n  - name: b\n    x: [1, 2\n")

    assert not document.complete
    assert [task["name"] for task in document.value["tasks"]] == ["a", "b"]


def test_json_text_loads_too():
    assert load('{"a": [1, true, null, "x"]}').value == {"a": [1, True, None, "x"]}


def test_a_value_becomes_a_document_without_places():
    document = Document.from_value({"a": 1})

    assert document.place(("a",)) is None
    assert document.complete


def test_a_byte_order_mark_and_utf_16_are_read():
    assert load("\ufeffa: é".encode()).value == {"a": "é"}
    assert load("a: é".encode("utf-16")).value == {"a": "é"}


def _alias_bomb() -> str:
    lines = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    for before, name in zip("abcdefgh", "bcdefghi", strict=True):
        lines.append(f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]")
    return "\n".join(lines)


def _merge_bomb() -> str:
    lines = ["a: &a {k: 1}"]
    for before, name in zip("abcdefghijklmnop", "bcdefghijklmnopq", strict=True):
        lines.append(f"{name}: &{name} {{<<: [{', '.join([f'*{before}'] * 9)}]}}")
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("[" * 100_000 + "]" * 100_000, "too_deep"),
        ("{a: " * 100_000, "too_deep"),
        ("- " * 100_000, "too_deep"),
        ("? " * 100_000, "too_deep"),
        (_alias_bomb(), "too_large"),
        (_merge_bomb(), "too_large"),
        ("a: &a " + "x" * 500_000 + "\nb: [" + "*a," * 900 + "]", "too_large"),
        ("a: &a x\nb: [" + "*a," * 2000 + "]", "too_many_aliases"),
        ("{" + ",".join("?" for _ in range(100_000)), "duplicate_key"),
        ("x" * (1024 * 1024 + 1), "too_large"),
    ],
    ids=[
        "brackets",
        "braces",
        "dashes",
        "keys",
        "aliases",
        "merges",
        "long-aliases",
        "many-aliases",
        "empty-keys",
        "size",
    ],
)
def test_a_bomb_is_refused_at_once(text, code):
    started = time.process_time()

    document = load(text)

    assert document.problems[-1].code == code
    assert not document.complete or code == "duplicate_key"
    assert time.process_time() - started < 2


def test_limits_come_from_the_caller():
    document = load("a: [[[1]]]", limits=SpecLimits(max_depth=3))

    assert document.problems[0].message == "Lists and mappings are nested more than 3 deep."
