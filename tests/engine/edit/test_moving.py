"""Tasks that move and move back: the comments and empty lines around them stand as they stood (api.md 7.1)."""

from __future__ import annotations

import pytest

from app.engine.spec.document import load
from tests.engine.edit.cases import edited

APART = """\
version: 1.0.0
tasks:
      # deep, before the first

  # the whole voyage

  - name: load
    action: ship.load
      # deep, behind the first


  # ---- at sea ----

  # close to it
  - name: sail
    action: core.echo

# at the margin
  - name: moor
    action: core.noop

# behind the last
vars: {n: 1}
"""
ENDLESS = """\
tasks:
- name: load
  action: core.noop

- name: sail
  action: core.echo
  input:
    message: |+
      far

- name: moor
  action: core.noop

- name: unload
  action: core.noop

"""
PLACES = [(name, where, other) for name in ("load", "sail", "moor") for where in ("before", "after") for other in ("load", "sail", "moor") if name != other]  # fmt: skip


def moved_back(text: str, name: str, where: str, other: str) -> tuple[str, str]:
    """The text after a move, and after the way back."""
    names = [task["name"] for task in load(text).value["tasks"]]
    index = names.index(name)
    home = {"after": names[index - 1]} if index else {"before": names[1]}
    there = edited(text, "move_task", name=name, **{where: other})
    return there, edited(there, "move_task", name=name, **home)


@pytest.mark.parametrize(("name", "where", "other"), PLACES)
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_there_and_back_is_the_same_text(name, where, other, line_end):
    text = APART.replace("\n", line_end)
    assert moved_back(text, name, where, other)[1] == text


def test_line_ends_of_two_kinds_stay_with_their_lines():
    text = APART.replace("sail\n", "sail\r\n").replace("core.noop\n", "core.noop\r\n")
    there, back = moved_back(text, "sail", "before", "load")
    assert "- name: sail\r\n" in there
    assert back == text


def test_a_comment_between_empty_lines_goes_with_the_task_behind_it():
    there = edited(APART, "move_task", name="sail", after="moor")
    assert there == APART.replace(
        "\n\n\n  # ---- at sea ----\n\n  # close to it\n  - name: sail\n    action: core.echo", ""
    ).replace("core.noop\n", "core.noop\n\n\n  # ---- at sea ----\n\n  # close to it\n  - name: sail\n    action: core.echo\n")


def test_to_the_front_it_goes_with_the_task_and_the_empty_lines_part_them():
    there = edited(APART, "move_task", name="sail", before="load")
    assert there.startswith(
        "version: 1.0.0\ntasks:\n      # deep, before the first\n\n"
        "  # ---- at sea ----\n\n  # close to it\n  - name: sail\n    action: core.echo\n\n\n"
        "  # the whole voyage\n\n  - name: load\n"
    )


@pytest.mark.parametrize(("name", "where", "other"), [*PLACES, ("unload", "before", "moor"), ("sail", "after", "unload")])
def test_a_text_that_keeps_the_lines_behind_it_gets_no_more_of_them(name, where, other):
    there, back = moved_back(ENDLESS, name, where, other)
    tasks = {task["name"]: task for task in load(there).value["tasks"]}
    assert tasks["sail"]["input"]["message"] == "far\n\n"
    assert back == ENDLESS


@pytest.mark.parametrize(
    ("op", "keys"),
    [
        ("add_task", {"action": "core.noop", "name": "new", "after": "sail"}),
        ("duplicate_task", {"name": "sail", "target": "new"}),
        ("paste", {"tasks": "- name: new\n", "after": "sail"}),
    ],
)
def test_a_task_behind_such_a_text_comes_and_goes(op, keys):
    assert edited(edited(ENDLESS, op, **keys), "remove_task", name="new") == ENDLESS


def test_a_task_or_key_between_such_a_text_and_an_empty_line_goes_with_that_line():
    moor = "- name: moor\n  action: core.noop\n\n"
    assert edited(ENDLESS, "remove_task", name="moor") == ENDLESS.replace(moor, "")
    text = "vars:\n  a: |+\n    far\n\n  b: 1\n\n  c: 2\n"
    assert edited(text, "unset_field", path=["vars", "b"]) == text.replace("  b: 1\n\n", "")


OPEN_END = "tasks:\n- name: load\n  input: |\n    far\n- name: sail\n  action: core.noop"


def test_a_block_of_text_that_comes_to_stand_last_gets_its_line_end():
    assert edited(OPEN_END, "remove_task", name="sail") == "tasks:\n- name: load\n  input: |\n    far\n"
    assert edited(OPEN_END, "move_task", name="load", after="sail") == (
        "tasks:\n- name: sail\n  action: core.noop\n- name: load\n  input: |\n    far\n"
    )


def test_a_block_of_text_without_its_line_end_says_so_where_lines_follow():
    text = "tasks:\n- name: sail\n  action: core.noop\n- name: load\n  input: |\n    far"
    assert edited(text, "move_task", name="load", before="sail") == (
        "tasks:\n- name: load\n  input: |-\n    far\n- name: sail\n  action: core.noop"
    )
