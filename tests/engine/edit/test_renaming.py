"""Renaming a task follows every place that names it, and no other, before and after (api.md 7.1)."""

from __future__ import annotations

import pytest

from tests.engine.edit.cases import CLASSIC, NEXT, edited


def test_the_name_targets_and_references_follow():
    assert edited(NEXT, "rename_task", name="load", target="fill") == NEXT.replace("name: load", "name: fill").replace("task.load", "task.fill")
    assert edited(CLASSIC, "rename_task", name="unload", target="empty") == (
        CLASSIC.replace("[unload", "[empty").replace("default: unload", "default: empty").replace("name: unload", "name: empty")
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("{{ task.load.result }}", "{{ task.fill.result }}"),
        ("{{ tasks.load.result }}", "{{ tasks.fill.result }}"),
        ("{{ task['load'].result }}", "{{ task['fill'].result }}"),
        ("{{ tasks[\\\"load\\\"].result }}", "{{ tasks[\\\"fill\\\"].result }}"),
        ("{{ inquiry.load.response }}", "{{ inquiry.fill.response }}"),
        ("{{ task.load.a + task.load.b }} of {{ task.load }}", "{{ task.fill.a + task.fill.b }} of {{ task.fill }}"),
        ("{% if task.load.ok %}yes{% endif %}", "{% if task.fill.ok %}yes{% endif %}"),
        ("{{ task.loader.result }}", None),
        ("{{ vars.task.load }}", None),
        ("{{ 'task.load' }}", None),
        ("{{ mytask.load }}", None),
        ("task.load in words", None),
        ("load", None),
    ],
)
def test_references_follow_and_what_only_looks_so_stays(before, after):
    text = NEXT.replace("{{ task.load.result }}", before)
    assert edited(text, "rename_task", name="load", target="fill") == (
        text.replace("name: load", "name: fill").replace(before, after or before)
    )


@pytest.mark.parametrize(
    "block",
    [
        "|\n        first {{ task.load.a }}\n        # {{ tasks['load'].b }} 😀 {{ task.load }}\n",
        ">-\n        folded {{ task.load.a }}\n        and {{\n        task.load.b }}\n",
        "'it''s {{ task.load.a }}'\n",
        '"\\U0001F600 \\"{{ task.load.a }}\\" \\\n        {{ task.load.b }}"\n',
    ],
)
def test_references_are_found_in_every_way_of_writing_a_text(block):
    text = NEXT.replace('"{{ task.load.result }}"\n', block)
    there = edited(text, "rename_task", name="load", target="fill")

    assert there == text.replace("name: load", "name: fill").replace("task.load", "task.fill").replace("['load']", "['fill']")
    assert edited(there, "rename_task", name="fill", target="load") == text


def test_a_name_that_is_no_identifier_is_reached_in_brackets():
    there = edited(NEXT, "rename_task", name="load", target="take on board")
    assert there == NEXT.replace("name: load", "name: take on board").replace("task.load", "task['take on board']")
    assert edited(there, "rename_task", name="take on board", target="load") == NEXT


def test_bare_conditions_and_joins_follow():
    text = NEXT.replace("when: succeeded()", "when: task.load.result.n > 1 and succeeded()")
    assert edited(text, "rename_task", name="load", target="fill") == text.replace("name: load", "name: fill").replace("task.load", "task.fill")


def test_children_of_a_container_are_renamed_too():
    text = "tasks:\n  - name: both\n    type: parallel\n    tasks:\n      - name: left\n        action: core.noop\noutput_map: {l: \"{{ task.left.result }}\"}\n"
    assert edited(text, "rename_task", name="left", target="port") == text.replace("left", "port")
