"""A list set to its items in another order: each takes its comments along (api.md 7.1 `set_field`)."""

from __future__ import annotations

import json

import pytest

from app.engine.spec.document import load
from tests.engine.edit.cases import edited

WELL = "      # when it went well\n      - when: succeeded()  # mostly\n        do: sail\n          # at once\n"
BAD = "      # when it did not\n      - when: failed()\n        do: [unload, fail]  # at last\n"
ELSE = "      - do: rest\n"
HEAD = "tasks:\n  - name: load\n    action: ship.load\n    next:\n"
TAIL = "\n  # the next one\n  - name: sail\n    action: core.echo\n"
TEXT = HEAD + WELL + "\n" + BAD + ELSE + TAIL
PATH = ["tasks", "load", "next"]
NEXT = load(TEXT).value["tasks"][0]["next"]
FOUL = "      - when: vars.foul\n        do: moor\n"


@pytest.mark.parametrize(
    ("order", "after"),
    [
        ((1, 0, 2), BAD + "\n" + WELL + ELSE),
        ((2, 1, 0), ELSE + "\n" + BAD + WELL),
        ((2, 0, 1), ELSE + "\n" + WELL + BAD),
    ],
)
def test_ways_in_another_order_and_back(order, after):
    there = edited(TEXT, "set_field", path=PATH, value=[NEXT[index] for index in order])
    assert there == HEAD + after + TAIL
    assert edited(there, "set_field", path=PATH, value=NEXT) == TEXT


@pytest.mark.parametrize(
    ("value", "after"),
    [
        ([NEXT[2], NEXT[0]], ELSE + WELL),
        ([NEXT[1], {"when": "vars.foul", "do": "moor"}, NEXT[0], NEXT[2]], BAD + "\n" + FOUL + "\n" + WELL + ELSE),
        ([NEXT[1], NEXT[0] | {"do": "moor"}, NEXT[2]], BAD + "\n" + WELL.replace("sail", "moor") + ELSE),
    ],
)
def test_with_one_less_one_more_or_another(value, after):
    there = edited(TEXT, "set_field", path=PATH, value=value)
    assert there == HEAD + after + TAIL


def test_in_brackets_the_items_change_places():
    text = "vars:\n  list: ['a',  b,\n    {c: d}]  # all\n"
    there = edited(text, "set_field", path=["vars", "list"], value=[{"c": "d"}, "a", "b"])
    assert there == "vars:\n  list: [{c: d},  'a',\n    b]  # all\n"
    assert edited(there, "set_field", path=["vars", "list"], value=["a", "b", {"c": "d"}]) == text


def test_anchors_and_aliases_go_with_their_items():
    text = "vars:\n  list:\n    - &one {a: 1}\n    - 2\n  again: [3, *one]\ntasks: []\n"
    there = edited(text, "set_field", path=["vars", "list"], value=[2, {"a": 1}])
    assert there == text.replace("    - &one {a: 1}\n    - 2\n", "    - 2\n    - &one {a: 1}\n")
    assert edited(there, "set_field", path=["vars", "again"], value=[{"a": 1}, 3]) == there.replace("[3, *one]", "[*one, 3]")


def test_a_list_on_the_line_of_a_dash_keeps_its_comments():
    text = "vars:\n  rows:\n    - - a  # first\n      - b\n"
    assert edited(text, "set_field", path=["vars", "rows", 0], value=["b", "a"]) == (
        "vars:\n  rows:\n    - - b  # first\n      - a\n"
    )


@pytest.mark.parametrize(
    ("op", "keys", "inverse"),
    [
        ("add_task", {"action": "core.noop", "name": "new", "after": "a"}, ("remove_task", {"name": "new"})),
        ("add_task", {"action": "core.noop", "name": "new"}, ("remove_task", {"name": "new"})),
        ("move_task", {"name": "a", "after": "b"}, ("move_task", {"name": "a", "before": "b"})),
        ("move_task", {"name": "c", "before": "a"}, ("move_task", {"name": "c", "after": "b"})),
    ],
)
def test_json_of_several_lines_is_the_same_there_and_back(op, keys, inverse):
    text = json.dumps({"tasks": [{"name": name, "action": "core.noop"} for name in "abc"]}, indent=2) + "\n"
    assert edited(edited(text, op, **keys), inverse[0], **inverse[1]) == text
