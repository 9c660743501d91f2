"""Flat schemas and JSON Schema alike: normal form, defaults, casts, messages, secrets, examples, form fields."""

from __future__ import annotations

import time

import pytest

from app.engine import schemas

FLAT = {
    "url": {"type": "string", "required": True},
    "count": {"type": "integer", "default": 3, "minimum": 1, "maximum": 9},
    "token": {"type": "string", "secret": True},
    "deep": {"type": "object", "properties": {"key": {"type": "string", "required": True, "secret": True}}},
    "list": {"type": "array", "items": {"type": "number"}},
}
STANDARD = {
    "type": "object",
    "required": ["url"],
    "properties": {"url": {"type": "string"}, "flag": {"type": ["boolean", "null"]}},
}


@pytest.mark.parametrize(
    ("schema", "normal"),
    [
        (None, {}),
        ({}, {}),
        ({"a": "string"}, {"type": "object", "properties": {"a": {"type": "string"}}}),
        (
            {"a": {"type": "string", "required": True}},
            {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]},
        ),
        ({"type": {"type": "string"}}, {"type": "object", "properties": {"type": {"type": "string"}}}),
        (
            {"properties": {"type": "object"}},
            {"type": "object", "properties": {"properties": {"type": "object"}}},
        ),
        (STANDARD, STANDARD),
        ({"type": "string"}, {"type": "string"}),
        (
            {"type": "object", "properties": {"a": {"type": "string", "required": True}}},
            {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]},
        ),
    ],
)
def test_every_schema_has_one_normal_form(schema, normal):
    assert schemas.normalise(schema) == normal


def test_defaults_fill_what_is_missing_or_null():
    given = {"url": "x", "count": None, "deep": {"key": "k"}}

    assert schemas.fill_defaults(given, FLAT) == {"url": "x", "count": 3, "deep": {"key": "k"}}
    assert given["count"] is None


def test_a_default_is_never_shared():
    schema = {"a": {"type": "array", "default": []}}

    schemas.fill_defaults({}, schema)["a"].append(1)

    assert schemas.fill_defaults({}, schema) == {"a": []}


@pytest.mark.parametrize(
    ("declared", "text", "value"),
    [
        ("integer", "12", 12), ("integer", "-3", -3), ("integer", "1.5", "1.5"), ("integer", " 1", " 1"), ("integer", "0x1", "0x1"),
        ("number", "1.5", 1.5), ("number", "2", 2), ("number", "1e3", 1000.0), ("number", "nan", "nan"), ("number", "1e999", "1e999"),
        ("boolean", "true", True), ("boolean", "false", False), ("boolean", "yes", "yes"), ("boolean", "True", "True"),
        ("string", "12", "12"), ("array", "[]", "[]"), (["integer", "null"], "7", 7), (["string", "integer"], "7", "7"),
        ("integer", "9" * 500, "9" * 500),
    ],
)  # fmt: skip
def test_text_that_is_exactly_of_the_declared_type_is_cast(declared, text, value):
    result = schemas.coerce({"a": text}, {"a": {"type": declared}})["a"]

    assert result == value
    assert type(result) is type(value)


def test_casts_reach_into_lists_and_objects():
    assert schemas.coerce({"list": ["1", "x"]}, FLAT) == {"list": [1, "x"]}


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ({"url": "x"}, []),
        ({"url": "x", "other": 1}, []),
        ({"url": "x", "token": None}, []),
        ({}, [("url", "Missing required parameter: url")]),
        ({"url": None}, [("url", "Missing required parameter: url")]),
        ({"url": "x", "count": "abc"}, [("count", "Parameter 'count' takes an integer, got the string 'abc'")]),
        ({"url": 5}, [("url", "Parameter 'url' takes a string, got the integer 5")]),
        ({"url": "x", "count": True}, [("count", "Parameter 'count' takes an integer, got the boolean true")]),
        ({"url": "x", "count": 0}, [("count", "Parameter 'count' must be at least 1, got the integer 0")]),
        ({"url": "x", "count": 10}, [("count", "Parameter 'count' must be at most 9, got the integer 10")]),
        ({"url": "x", "list": [1, "a"]}, [("list[1]", "Parameter 'list[1]' takes a number, got the string 'a'")]),
        ({"url": "x", "list": {}}, [("list", "Parameter 'list' takes an array, got an object")]),
        ({"url": "x", "deep": {}}, [("deep.key", "Missing required parameter: deep.key")]),
        ({"url": "x", "token": 5}, [("token", "Parameter 'token' takes a string, got a secret value")]),
        ({"count": "x"}, [("url", "Missing required parameter: url"), ("count", "Parameter 'count' takes an integer, got the string 'x'")]),
        ([], [("", "The value takes an object, got an array")]),
    ],
)  # fmt: skip
def test_every_mismatch_is_said_in_words(values, found):
    assert [(p["path"], p["message"]) for p in schemas.check(values, FLAT)] == found


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ({"enum": ["a", "b"]}, "c", "Parameter 'x' is one of a, b; got the string 'c'"),
        (
            {"type": "string", "pattern": "^a+$"},
            "b",
            "Parameter 'x' must match the pattern ^a+$, got the string 'b'",
        ),
        ({"type": "string", "minLength": 3}, "b", "Parameter 'x' needs at least 3 characters, got the string 'b'"),
        ({"type": ["string", "integer"]}, [], "Parameter 'x' takes a string or an integer, got an array"),
        ({"const": 1}, 2, "Parameter 'x' must be 1, got the integer 2"),
        (
            {"anyOf": [{"type": "string"}, {"type": "boolean"}]},
            2,
            "Parameter 'x' fits none of the allowed forms, got the integer 2",
        ),
        (
            {"type": "object", "properties": {}, "additionalProperties": False},
            {"y": 1},
            "Parameter 'x' may not have 'y'",
        ),
        ({"type": "array", "uniqueItems": True}, [1, 1], "Parameter 'x' may not hold the same entry twice"),
    ],
)
def test_other_keywords_have_words_too(field, value, message):
    assert [p["message"] for p in schemas.check({"x": value}, {"x": field})] == [message]


def test_answers_may_always_have_more_keys():
    schema = {"type": "object", "properties": {"ok": {"type": "boolean"}}, "additionalProperties": False}

    assert schemas.check({"ok": True, "more": 1}, schema, noun="Field", extra_allowed=True) == []


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "object", "properties": {"a": {"$ref": "http://example.org/x"}}},
        {"$ref": "#/$defs/a", "$defs": {"a": {"allOf": [{"$ref": "#/$defs/a"}, {"$ref": "#/$defs/a"}]}}},
        {"type": "object", "properties": {"a": {"$ref": "#/nowhere"}}},
    ],
    ids=["remote", "recursive", "dangling"],
)
def test_a_reference_is_never_fetched_nor_followed_for_ever(schema):
    started = time.perf_counter()

    [problem] = schemas.check({"a": 1}, schema)

    assert "can't be resolved" in problem["message"]
    assert time.perf_counter() - started < 2


def test_a_local_reference_works():
    schema = {
        "type": "object",
        "properties": {"a": {"$ref": "#/$defs/n"}},
        "$defs": {"n": {"type": "integer"}},
    }

    assert schemas.check({"a": 1}, schema) == []
    assert schemas.check({"a": "x"}, schema)[0]["path"] == "a"


def test_a_hostile_pattern_costs_a_moment_and_does_not_match():
    started = time.perf_counter()

    found = schemas.check({"a": "a" * 5000 + "b"}, {"a": {"type": "string", "pattern": "^(a+)+$"}})

    assert len(found) == 1
    assert time.perf_counter() - started < 2


def test_a_long_list_does_not_multiply_what_one_check_may_cost():
    schema = {
        "slow": {"type": "array", "items": {"type": "string", "pattern": "^(a+)+$"}},
        "many": {"type": "array", "uniqueItems": True},
    }
    values = {"slow": ["a" * 100 + "b"] * 1000, "many": [{"n": n} for n in range(10_000)]}
    started = time.perf_counter()

    found = schemas.check(values, schema)

    assert {p["path"].split("[")[0] for p in found} == {"slow"}
    assert time.perf_counter() - started < 5


@pytest.mark.parametrize(
    ("schema", "path", "part"),
    [
        ([], "", "A schema is a mapping"),
        ({"a": {"type": "intger"}}, "a.type", "Did you mean 'integer'?"),
        ({"a": 3}, "a", "needs a mapping"),
        ({"a": {"type": "string", "required": "yes"}}, "a.required", "true or false"),
        ({"a": {"type": "string", "pattern": "("}}, "a.pattern", "no regular expression"),
        ({"a": {"type": "string", "pattern": "x" * 600}}, "a.pattern", "at most 512"),
        ({"a": {"type": "string", "pattern": "((a{999}){999}){999}"}}, "a.pattern", "multiply"),
        ({"type": "object", "properties": {"a": {"$ref": "https://example.org"}}}, "properties.a.$ref", "nothing is fetched"),
        ({"type": "object", "properties": []}, "properties", "invalid"),
        ({"a": {"type": "integer", "minimum": "1"}}, "a.minimum", "invalid"),
        ({"a": {"type": "integer", "default": "x"}}, "a.default", "takes an integer"),
        ({"a": {"type": "array", "items": {"type": "strin"}}}, "a.items.type", "Did you mean 'string'?"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_schema_itself_is_said(schema, path, part):
    found = schemas.problems(schema)

    assert found[0]["path"] == path
    assert part in found[0]["message"]


@pytest.mark.parametrize(
    "schema", [None, {}, FLAT, STANDARD, {"a": {"type": "string", "default": "{{ x }}"}}, {"a": "string"}]
)
def test_a_good_schema_has_no_problems(schema):
    assert schemas.problems(schema) == []


def test_secrets_are_found_and_masked_at_any_depth():
    schema = {**FLAT, "keys": {"type": "array", "items": {"type": "string", "format": "password"}}}
    values = {"url": "u", "token": "t", "deep": {"key": "k", "x": 1}, "keys": ["a", "b"]}

    assert schemas.secret_paths(schema) == [("token",), ("deep", "key"), ("keys", "*")]
    assert schemas.mask_secrets(values, schema) == {
        "url": "u",
        "token": "***",
        "deep": {"key": "***", "x": 1},
        "keys": ["***", "***"],
    }
    assert schemas.mask_secrets({"token": None}, schema) == {"token": None}


@pytest.mark.parametrize(
    "schema",
    [
        FLAT,
        STANDARD,
        {
            "a": {"enum": ["x", "y"], "required": True},
            "b": {"type": "integer", "minimum": 5, "required": True},
        },
        {
            "a": {"type": "string", "minLength": 12},
            "b": {"type": "number", "maximum": -3},
            "c": {"type": "array", "minItems": 2},
        },
    ],
)
def test_an_example_fits_its_schema(schema):
    assert schemas.check(schemas.example(schema), schema) == []


def test_fields_come_in_the_order_of_the_author_with_what_a_form_needs():
    url, count, token, deep, listed = schemas.fields(FLAT)

    assert (url.name, url.type, url.required, url.secret) == ("url", "string", True, False)
    assert (count.default, count.minimum, count.maximum) == (3, 1, 9)
    assert token.secret
    assert [field.name for field in deep.fields] == ["key"]
    assert listed.item_type == "number"


def test_names_that_must_be_given_are_those_without_a_default():
    schema = {
        "a": {"type": "string", "required": True},
        "b": {"type": "string", "required": True, "default": "x"},
    }

    assert schemas.required_names(schema) == ["a"]
