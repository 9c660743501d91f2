"""Forms of nested schemas: objects, lists with rows, several choices, dates; what comes back, and where problems are told."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.datastructures import MultiDict

from app.web.form_problems import is_valid
from app.web.forms import FormField
from app.web.nested_forms import changed_rows, nested_fields, read_nested

SCHEMA = {
    "type": "object",
    "required": ["address", "people"],
    "properties": {
        "address": {"type": "object", "required": ["city"], "properties": {"city": {"type": "string"}, "zip": {"type": "string"}}},
        "billing": {"type": "object", "required": ["iban"], "properties": {"iban": {"type": "string"}, "paper": {"type": "boolean"}}},
        "people": {
            "type": "array", "minItems": 1, "maxItems": 3,
            "items": {
                "type": "object", "required": ["name"],
                "properties": {
                    "name": {"type": "string"}, "age": {"type": "integer"},
                    "pets": {"type": "array", "items": {"type": "object", "properties": {"kind": {"enum": ["cat", "dog"]}}}},
                },
            },
        },
        "sizes": {"type": "array", "items": {"type": "integer"}},
        "days": {"type": "array", "items": {"type": "string", "enum": ["mon", "tue", "wed"]}},
        "tags": {"type": "array", "items": {"type": "string"}},
        "starts": {"type": "string", "format": "date-time"},
        "day": {"type": "string", "format": "date"},
    },
}  # fmt: skip
ADDRESS = [("f.address/city", "Bonn"), ("f.address/zip", "")]
BOB = [("f.people/#", "0"), ("f.people/0/name", "Bob"), ("f.people/0/age", "40")]


def read(*posted: tuple[str, str]) -> tuple[dict[str, Any], list[FormField]]:
    return read_nested(SCHEMA, MultiDict(posted))


def every(shown: Any) -> dict[str, FormField]:
    found: dict[str, FormField] = {}
    for field in shown:
        found |= {field.input: field, **every(field.parts)}
    return found


def test_each_part_has_a_field_that_suits_it():
    kinds = {field.input: field.kind for field in every(nested_fields(SCHEMA)).values()}

    assert kinds == {
        "f.address": "group", "f.address/city": "text", "f.address/zip": "text",
        "f.billing": "group", "f.billing/iban": "text", "f.billing/paper": "boolean",
        "f.people": "rows", "f.people/0": "group", "f.people/0/name": "text", "f.people/0/age": "number",
        "f.people/0/pets": "rows", "f.people/0/pets/0": "group", "f.people/0/pets/0/kind": "choice",
        "f.sizes": "rows", "f.sizes/0": "number", "f.days": "many", "f.tags": "lines",
        "f.starts": "datetime-local", "f.day": "date",
    }  # fmt: skip


def test_a_filled_form_becomes_the_nested_values():
    values, shown = read(
        *ADDRESS, *BOB, ("f.people/0/pets/#", "0"), ("f.people/0/pets/0/kind", "cat"),
        ("f.people/#", "7"), ("f.people/7/name", "Eve"),
        ("f.sizes/#", "0"), ("f.sizes/0", "3"), ("f.sizes/#", "1"), ("f.sizes/1", "5"),
        ("f.days", "mon"), ("f.days", "wed"), ("f.starts", "2026-01-27T10:00"), ("f.day", "2026-01-27"), ("f.tags", "a\nb"),
    )  # fmt: skip

    assert is_valid(shown)
    assert values == {
        "address": {"city": "Bonn"},
        "people": [{"name": "Bob", "age": 40, "pets": [{"kind": "cat"}]}, {"name": "Eve"}],
        "sizes": [3, 5], "days": ["mon", "wed"], "tags": ["a", "b"],
        "starts": "2026-01-27T10:00:00Z", "day": "2026-01-27",
    }  # fmt: skip


def test_what_was_left_empty_is_no_value():
    values, shown = read(
        *ADDRESS, *BOB, ("f.people/#", "1"), ("f.people/1/name", ""), ("f.people/1/age", ""),
        ("f.billing/iban", ""), ("f.billing/paper", "false"), ("f.sizes/#", "0"), ("f.sizes/0", ""),
    )  # fmt: skip

    assert is_valid(shown)
    assert values == {"address": {"city": "Bonn"}, "people": [{"name": "Bob", "age": 40}]}


@pytest.mark.parametrize(
    ("posted", "at", "words"),
    [
        ([*BOB], "f.address/city", "Missing required field"),
        ([*ADDRESS, *BOB, ("f.billing/paper", "true")], "f.billing/iban", "Missing required field"),
        ([*ADDRESS], "f.people", "Missing required field"),
        ([*ADDRESS, ("f.people/#", "4"), ("f.people/4/age", "x"), ("f.people/4/name", "Bob")], "f.people/4/age", "takes an integer"),
        ([*ADDRESS, *BOB, ("f.people/#", "1"), ("f.people/#", "2"), ("f.people/2/age", "3")], "f.people/2/name", "Missing required field"),
        ([*ADDRESS, *BOB, ("f.sizes/#", "0"), ("f.sizes/0", "big")], "f.sizes/0", "takes an integer"),
    ],
)
def test_a_problem_is_told_at_its_field_and_what_was_typed_stays(posted, at, words):
    _, shown = read(*posted)

    fields = every(shown)
    assert [name for name, field in fields.items() if field.problem] == [at]
    assert words in fields[at].problem
    assert all(fields[name].text == text for name, text in posted if not name.endswith("#"))


def test_a_row_is_added_and_removed_and_the_others_keep_what_was_typed():
    posted = MultiDict([*ADDRESS, *BOB, ("f.people/#", "1"), ("f.people/1/name", "Eve"), ("rows", "add:f.people")])

    _, more = read_nested(SCHEMA, changed_rows(posted))
    posted["rows"] = "drop:f.people:0"
    _, fewer = read_nested(SCHEMA, changed_rows(posted))

    assert [row.row for row in every(more)["f.people"].parts] == ["0", "1", "2"]
    assert not every(more)["f.people"].may_add  # three are the most
    assert [row.row for row in every(fewer)["f.people"].parts] == ["1"]
    assert every(fewer)["f.people/1/name"].text == "Eve"


@pytest.mark.parametrize("button", ["", "add", "add:", "drop:", "drop:f.people", "drop::", "add:f.nothing", "drop:f.people:99", "x:y:z"])
def test_a_forged_button_changes_nothing(button):
    posted = MultiDict([*ADDRESS, *BOB, ("rows", button)])

    values, _ = read_nested(SCHEMA, changed_rows(posted))

    assert values == read(*ADDRESS, *BOB)[0]


def test_forged_rows_are_bounded():
    rows = [("f.sizes/#", str(n)) for n in range(5000)] + [("f.sizes/#", "-1"), ("f.sizes/#", "x" * 9000)]

    _, shown = read(*ADDRESS, *BOB, *rows)

    assert len(every(shown)["f.sizes"].parts) == 100


def test_an_unticked_box_is_false_where_something_else_was_filled_in():
    values, _ = read(*ADDRESS, *BOB, ("f.billing/iban", "DE02"), ("f.billing/paper", "false"))

    assert values["billing"] == {"iban": "DE02", "paper": False}


def test_values_fill_groups_rows_and_choices():
    given = {"address": {"city": "Bonn"}, "people": [{"name": "Bob", "age": 40}, {"name": "Eve"}], "days": ["tue"], "sizes": [3, 4]}

    shown = every(nested_fields(SCHEMA, given))

    texts = {name: shown[name].text for name in ("f.address/city", "f.people/0/name", "f.people/0/age", "f.people/1/name", "f.sizes/1")}
    assert texts == {"f.address/city": "Bonn", "f.people/0/name": "Bob", "f.people/0/age": "40", "f.people/1/name": "Eve", "f.sizes/1": "4"}
    assert shown["f.days"].chosen == ("tue",)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("address", {"city": "Bonn", "floor": 3}),
        ("people", [{"name": "Bob", "pets": [{"kind": "cat", "age": 2}]}]),
        ("sizes", list(range(101))),
        ("days", ["mon", "sunday"]),
        ("address", "{{ not.a.mapping }}"),
    ],
)
def test_a_value_that_says_more_than_the_fields_can_is_asked_for_as_json_and_comes_back_whole(name, value):
    shown = every(nested_fields(SCHEMA, {name: value}))[f"f.{name}"]
    assert shown.kind == "json" and not shown.parts
    if isinstance(value, str):
        return

    values, again = read((f"f.{name}", shown.text))

    assert values.get(name) == value and every(again)[f"f.{name}"].text == shown.text
