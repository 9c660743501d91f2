"""Setting, unsetting and renaming fields, before and after (api.md 7.1; `rename_key` is ours)."""

from __future__ import annotations

import pytest

from app.engine.spec.document import load
from tests.engine.edit.cases import CLASSIC, NEXT, edited, refusal

FIELDS = """\
ref: p.w
version: 1.0.0
vars:
  # how far
  n: 1  # miles
  name: 'Ann'
  list: [a, b]
  rows:
    - one   # first
    - two
  deep: {k: v, l: [1, 2]}
  note: |
    line one
    line two
  last: true
tasks: []
"""


@pytest.mark.parametrize(
    ("path", "value", "before", "after"),
    [
        (["n"], 25, "n: 1 ", "n: 25 "),
        (["n"], "a: b", "n: 1 ", "n: 'a: b' "),
        (["n"], None, "n: 1 ", "n: null "),
        (["name"], "Bob", "'Ann'", "'Bob'"),
        (["name"], "Ann's", "'Ann'", '"Ann\'s"'),
        (["list"], ["a", "c", "b"], "[a, b]", "[a, c, b]"),
        (["list", 2], "c", "[a, b]", "[a, b, c]"),
        (["list"], [], "[a, b]", "[]"),
        (["rows", 1], "three", "- two", "- three"),
        (["rows"], ["one", "two", "three"], "    - two\n", "    - two\n    - three\n"),
        (["rows"], ["two"], "    - one   # first\n", ""),
        (["deep", "k"], "w", "{k: v,", "{k: w,"),
        (["deep", "m"], 1, "[1, 2]}", "[1, 2], m: 1}"),
        (["deep"], {"k": "v"}, "{k: v, l: [1, 2]}", "{k: v}"),
        (["note"], "line one\nline 2\n", "line two", "line 2"),
        (["note"], "line one\nline two", "note: |", "note: |-"),
        (["note"], "short", "|\n    line one\n    line two\n", "short\n"),
        (["new"], "x", "  last: true\n", "  last: true\n  new: x\n"),
        (["new", "deeper"], 1, "  last: true\n", "  last: true\n  new:\n    deeper: 1\n"),
    ],
)  # fmt: skip
def test_set_field(path, value, before, after):
    assert FIELDS.count(before) == 1
    assert edited(FIELDS, "set_field", path=["vars", *path], value=value) == FIELDS.replace(before, after)


@pytest.mark.parametrize(
    ("path", "gone"),
    [
        (["n"], "  n: 1  # miles\n"),
        (["list", 0], "a, "),
        (["list", 1], ", b"),
        (["rows", 0], "    - one   # first\n"),
        (["deep", "k"], "k: v, "),
        (["deep", "l"], ", l: [1, 2]"),
        (["note"], "  note: |\n    line one\n    line two\n"),
    ],
)
def test_unset_field(path, gone):
    assert edited(FIELDS, "unset_field", path=["vars", *path]) == FIELDS.replace(gone, "")


def test_the_last_key_leaves_brackets():
    text = "vars:\n  n: 1\ntasks: []\n"
    assert edited(text, "unset_field", path=["vars", "n"]) == "vars: {}\ntasks: []\n"


def test_the_last_key_leaves_the_comments_beside_it():
    text = "vars:  # of all\n  # how far\n  n: 1\n  # no more\ntasks: []\n"
    assert edited(text, "unset_field", path=["vars", "n"]) == "vars: {}  # of all\n  # how far\n  # no more\ntasks: []\n"
    assert edited("vars: &all\n  n: 1\ntasks: []\n", "unset_field", path=["vars", "n"]) == "vars: &all {}\ntasks: []\n"


def test_a_block_of_one_line_stays_one_and_back():
    text = "vars:\n  note: |-\n    one\n  n: 1\n"
    there = edited(text, "set_field", path=["vars", "note"], value="a: b")
    assert there == text.replace("one", "a: b")
    assert edited(there, "set_field", path=["vars", "note"], value="one") == text


@pytest.mark.parametrize(("quote", "other"), [("'", "Ann's"), ('"', 'say "Ann"')])
def test_a_text_that_had_to_have_other_quotes_comes_back_in_those_of_the_file(quote, other):
    text = "vars:\n  one: 'Ann'\n  two: 'Bob'\n  three: 'Eve'\n".replace("'", quote)
    there = edited(text, "set_field", path=["vars", "one"], value=other)
    assert load(there).value["vars"]["one"] == other
    assert edited(there, "set_field", path=["vars", "one"], value="Ann") == text


def test_in_brackets_an_item_between_others_comes_and_goes():
    text = "vars:\n  list: [1,\n    2,  # second\n    3]\n"
    there = edited(text, "set_field", path=["vars", "list"], value=[1, 7, 2, 3])
    assert edited(there, "unset_field", path=["vars", "list", 1]) == text


@pytest.mark.parametrize(
    ("path", "to", "before", "after"),
    [
        (["vars", "n"], "miles", "  n: 1  #", "  miles: 1  #"),
        (["vars", "note"], "remark", "  note: |", "  remark: |"),
        (["vars", "deep", "l"], "a: b", "l: [1", '"a: b": [1'),
        (["vars"], "variables", "vars:", "variables:"),
    ],
)
def test_rename_key_and_back(path, to, before, after):
    text = edited(FIELDS, "rename_key", path=path, target=to)

    assert text == FIELDS.replace(before, after)
    assert edited(text, "rename_key", path=[*path[:-1], to], target=path[-1]) == FIELDS


def test_rename_key_mends_a_misspelt_key_of_a_task_and_keeps_its_quotes():
    broken = NEXT.replace("    action: ship.load", '    "acton": ship.load')
    assert edited(broken, "rename_key", path=["tasks", "load", "acton"], target="action") == broken.replace("acton", "action")


@pytest.mark.parametrize(
    ("path", "to", "reason"),
    [
        (["vars", "m"], "x", "There is no 'vars.m' to rename."),
        (["vars", "n"], "name", "There is already a key 'name' beside it."),
        (["vars", "list", 0], "x", "'vars.list[0]' is an item of a list: it has no key."),
        (["vars", "n"], None, "The operation rename_key needs 'to'."),
    ],
)
def test_a_key_that_can_not_be_renamed(path, to, reason):
    assert refusal(FIELDS, "rename_key", path=path, target=to) == reason


def test_a_task_is_no_field():
    assert "remove_task" in refusal(NEXT, "unset_field", path=["tasks", "load"])
    assert "rename_task" in refusal(NEXT, "rename_key", path=["tasks", "load"], target="fill")


def test_fields_of_tasks_go_by_the_tasks_name():
    assert edited(CLASSIC, "set_field", path=["tasks", "load", "retry", "count"], value=3) == CLASSIC.replace(
        "[unload, fail]\n", "[unload, fail]\n  retry:\n    count: 3\n"
    )


def test_variables_written_as_a_list_are_reached_by_name():
    text = "vars:\n  - n: 1\n  - m: 2\ntasks: []\n"
    assert edited(text, "set_field", path=["vars", "m"], value=3) == text.replace("2", "3")
    assert edited(text, "set_field", path=["vars", "o"], value=3) == text.replace("  - m: 2\n", "  - m: 2\n  - o: 3\n")
    assert edited(text, "unset_field", path=["vars", "m"]) == text.replace("  - m: 2\n", "")


def test_a_value_follows_the_indentation_and_quotes_of_the_file():
    text = "tasks:\n-   name: 'a'\n    action: 'core.echo'\n    input:\n        message: 'hi'\n"
    assert edited(text, "set_field", path=["tasks", "a", "input", "more"], value={"x": {"y": "z"}}) == (
        text + "        more:\n            x:\n                y: 'z'\n"
    )


@pytest.mark.parametrize(("before", "after", "says"), [
    ([0], list(range(20_000)), "19,999 entries"),
    (range(1_200), [{"k": n} for n in range(600)], "read again"),
])  # fmt: skip
def test_an_edit_that_would_take_minutes_is_refused_and_says_so(before, after, says):
    text = f"tasks:\n  - name: a\n    input:\n      xs:\n{''.join(f'        - {word}' + chr(10) for word in before)}"

    reason = refusal(text, "set_field", path=["tasks", "a", "input", "xs"], value=after)

    assert "too much at once" in reason and says in reason
