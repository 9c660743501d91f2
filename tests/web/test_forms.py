"""Forms made from schemas, and what comes back from them."""

from __future__ import annotations

import pytest
from werkzeug.datastructures import MultiDict

from app.web.form_problems import is_valid
from app.web.nested_forms import nested_fields as form_fields
from app.web.nested_forms import read_nested as read_form

SCHEMA = {
    "name": {"type": "string", "required": True},
    "count": {"type": "integer", "minimum": 1, "maximum": 100, "default": 3},
    "ratio": {"type": "number"},
    "agreed": {"type": "boolean"},
    "region": {"type": "string", "enum": ["eu-west", "us-east"]},
    "tags": {"type": "array", "items": {"type": "string"}},
    "options": {"type": "object"},
    "password": {"type": "string", "secret": True, "default": "hunter2"},
    "day": {"type": "string", "format": "date"},
}


def _posted(**values: str) -> MultiDict[str, str]:
    return MultiDict([(f"f.{name}", value) for name, value in {"name": "x", **values}.items()])


def test_each_type_gets_the_field_that_suits_it():
    kinds = {field.input[2:]: field.kind for field in form_fields(SCHEMA)}

    assert kinds == {
        "name": "text", "count": "number", "ratio": "number", "agreed": "boolean", "region": "choice",
        "tags": "lines", "options": "json", "password": "password", "day": "date",
    }  # fmt: skip


def test_a_secret_is_never_written_into_the_page():
    fields = {field.input: field.text for field in form_fields(SCHEMA, {"password": "hunter2"})}

    assert fields["f.password"] == ""


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("count", "7", 7),
        ("ratio", "0.5", 0.5),
        ("agreed", "true", True),
        ("agreed", "false", False),
        ("region", "us-east", "us-east"),
        ("tags", "a\r\nb\r\n\r\n", ["a", "b"]),
        ("options", '{"a": [1, null]}', {"a": [1, None]}),
        ("name", "  12 ", "  12 "),
    ],
)
def test_text_becomes_a_value_of_the_declared_type(name, text, value):
    values, shown = read_form(SCHEMA, _posted(**{name: text}))

    assert values[name] == value and is_valid(shown)


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("count", "abc", "“abc” does not fit: count takes an integer from 1 to 100."),
        ("count", "2.5", "“2.5” does not fit"),
        ("count", "true", "“true” does not fit"),
        ("count", "500", "100"),
        ("ratio", "NaN", "“NaN” does not fit: ratio takes a number."),
        ("options", "[1]", "options takes a JSON mapping"),
        ("options", "[" * 100_000, "options takes a JSON mapping"),
        ("region", "mars", "eu-west"),
    ],
)
def test_what_does_not_fit_is_told_at_its_field_and_kept_as_typed(name, text, words):
    _, shown = read_form(SCHEMA, _posted(**{name: text}))

    field = next(f for f in shown if f.input == f"f.{name}")
    assert words in field.problem
    assert field.text == text


def test_an_empty_required_field_is_missing_and_not_an_empty_text():
    values, shown = read_form(SCHEMA, _posted(name=""))

    assert "name" not in values and not is_valid(shown)


def test_a_checkbox_that_is_not_ticked_says_false_and_a_missing_one_says_nothing():
    unticked, _ = read_form(SCHEMA, _posted(agreed="false"))
    ticked, _ = read_form(SCHEMA, MultiDict([("f.name", "x"), ("f.agreed", "true"), ("f.agreed", "false")]))
    absent, _ = read_form(SCHEMA, _posted())

    assert (unticked["agreed"], ticked["agreed"], "agreed" in absent) == (False, True, False)
