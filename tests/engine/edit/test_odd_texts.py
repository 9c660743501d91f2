"""Texts that are no plain workflow file: anchors, aliases, merged keys, a byte order mark, JSON, no text at all, linked files."""

from __future__ import annotations

import json

import pytest

from app.engine.edit import edit
from tests.engine.edit.cases import NEXT, edited, refusal

SHARED = """\
x-retry: &retry {count: 3, delay: 1}
x-base: &base
  action: core.echo
  timeout: 9
tasks:
  - name: one
    <<: *base
    retry: *retry
    input: &words
      message: hi
  - name: two
    action: core.echo
    retry: {<<: *retry, count: 5}
    input: *words
"""


def test_anchors_and_aliases_stay_where_something_else_changes():
    assert edited(SHARED, "rename_task", name="one", target="eins") == SHARED.replace("name: one", "name: eins")
    assert edited(SHARED, "set_field", path=["tasks", "two", "action"], value="core.noop") == SHARED.replace(
        "  - name: two\n    action: core.echo", "  - name: two\n    action: core.noop"
    )
    assert edited(SHARED, "connect", source="one", target="two", kind="failed") == SHARED.replace(
        "      message: hi\n", "      message: hi\n    next:\n      - when: failed()\n        do: two\n"
    )


def test_an_alias_may_be_replaced_by_a_value_and_a_merged_key_overruled():
    assert edited(SHARED, "set_field", path=["tasks", "one", "retry"], value=None) == SHARED.replace("retry: *retry\n    input: &", "retry: null\n    input: &")
    assert edited(SHARED, "set_field", path=["tasks", "one", "timeout"], value=5) == SHARED.replace(
        "      message: hi\n", "      message: hi\n    timeout: 5\n"
    )
    assert edited(SHARED, "unset_field", path=["tasks", "two", "input"]) == SHARED.replace("    input: *words\n", "")


@pytest.mark.parametrize(
    ("op", "keys"),
    [
        ("set_field", {"path": ["tasks", "two", "input", "message"], "value": "ho"}),
        ("set_field", {"path": ["tasks", "one", "input", "message"], "value": "ho"}),
        ("unset_field", {"path": ["tasks", "one", "timeout"]}),
        ("set_field", {"path": ["x-retry", "count"], "value": 4}),
        ("rename_key", {"path": ["tasks", "one", "timeout"], "target": "x-timeout"}),
        ("rename_key", {"path": ["x-base", "timeout"], "target": "x-timeout"}),
        ("remove_task", {"name": "one"}),
    ],
)
def test_what_would_change_another_place_is_refused_with_the_reason(op, keys):
    reason = refusal(SHARED, op, **keys)
    assert "alias" in reason or "'<<'" in reason


def test_a_copy_has_no_anchor_of_its_own_but_keeps_its_aliases():
    copied = edited(SHARED, "duplicate_task", name="one")
    assert copied.count("&words") == 1
    assert copied.count("<<: *base") == 2
    assert copied.count("retry: *retry\n") == 2


def test_a_byte_order_mark_stays_and_counts_as_a_character():
    done = edit("\ufeff" + NEXT, {"op": "rename_task", "name": "load", "to": "fill"})
    assert done.text == "\ufeff" + edited(NEXT, "rename_task", name="load", target="fill")
    assert done.changes[0].start == ("\ufeff" + NEXT).index("load\n")


@pytest.mark.parametrize("indent", [None, 2, 4])
def test_json_stays_json(indent):
    data = {"version": "1.0.0", "tasks": [{"name": "load", "action": "core.noop"}, {"name": "sail", "action": "core.noop", "on_failure": ["load"]}]}
    text = json.dumps(data, indent=indent)

    def after(op, **keys):
        return json.loads(edited(text, op, **keys))["tasks"]

    load, sail = data["tasks"]
    assert after("rename_task", name="load", target="fill") == [load | {"name": "fill"}, sail | {"on_failure": ["fill"]}]
    assert after("add_task", action="a.b", name="new", after="load", source="load") == [load | {"next": [{"when": "succeeded()", "do": "new"}]}, {"name": "new", "action": "a.b"}, sail] or after(
        "add_task", action="a.b", name="new", after="load", source="load"
    ) == [load | {"on_success": "new"}, {"name": "new", "action": "a.b"}, sail]
    assert after("remove_task", name="load") == [{"name": "sail", "action": "core.noop"}]
    assert after("set_field", path=["tasks", "sail", "input"], value={"a": ["x\ny", None]}) == [load, sail | {"input": {"a": ["x\ny", None]}}]
    assert after("duplicate_task", name="load", target="again") == [load, load | {"name": "again"}, sail]
    assert after("move_task", name="sail", before="load") == [sail, load]
    assert after("paste", tasks="- name: x\n  action: y.z\n") == [load, sail, {"name": "x", "action": "y.z"}]
    assert after("rename_key", path=["tasks", "sail", "action"], target="x-a") == [load, {"name": "sail", "x-a": "core.noop", "on_failure": ["load"]}]


@pytest.mark.parametrize("text", ["", "\n", "# only a comment", "# only a comment\n", "---\n", "null\n"])
def test_a_text_without_a_document_gets_one(text):
    added = edited(text, "add_task", action="core.noop", name="first")
    kept = text.removesuffix("null\n")
    kept += "\n" if kept and not kept.endswith("\n") else ""
    assert added == kept + "tasks:\n  - name: first\n    action: core.noop\n"
    assert edited(text, "set_field", path=["vars", "n"], value=1) == kept + "vars:\n  n: 1\n"


@pytest.mark.parametrize("tasks", ["tasks:", "tasks: []", "tasks: null", "tasks: # none yet"])
def test_a_workflow_without_tasks_gets_its_first_one(tasks):
    text = f"version: 1.0.0\n{tasks}\nvars: {{n: 1}}\n"
    added = edited(text, "add_task", action="core.noop", name="first")
    assert added.startswith("version: 1.0.0\ntasks:")
    assert "\n  - name: first\n    action: core.noop\nvars: {n: 1}\n" in added
    assert edited(text, "paste", tasks="- name: first\n  action: core.noop\n") == added


def test_the_graph_file_of_a_linked_workflow_is_edited_like_any():
    graph = "version: 1.0.0\ntasks:\n  - name: only\n    action: core.noop\noutput_map: {r: \"{{ task.only.result }}\"}\n"
    assert edited(graph, "rename_task", name="only", target="one") == graph.replace("only", "one")


def test_the_action_file_of_a_linked_workflow_has_no_tasks_but_fields():
    action = "ref: p.w\nlabel: W\nworkflow_file: workflows/w.workflow.yaml\nparameters: {n: {type: integer}}\n"
    assert "workflows/w.workflow.yaml" in refusal(action, "add_task", action="core.noop")
    assert edited(action, "set_field", path=["parameters", "n", "default"], value=3) == action.replace("integer}", "integer, default: 3}")


CONTAINER = """\
tasks:
  - name: both
    type: parallel
    tasks:
      - name: left
        action: core.noop
      # the other one
      - name: right
        action: core.noop
    on_success: last
  - name: last
    action: core.echo
"""


def test_children_of_a_container_are_edited_in_their_own_list():
    assert edited(CONTAINER, "add_task", action="core.noop", name="middle", after="left") == CONTAINER.replace(
        "      # the other", "      - name: middle\n        action: core.noop\n      # the other"
    )
    assert edited(CONTAINER, "remove_task", name="right") == CONTAINER.replace(
        "      # the other one\n      - name: right\n        action: core.noop\n", ""
    )
    assert edited(CONTAINER, "move_task", name="right", before="left") == CONTAINER.replace(
        "      # the other one\n      - name: right\n        action: core.noop\n", ""
    ).replace("      - name: left", "      # the other one\n      - name: right\n        action: core.noop\n      - name: left")
    assert edited(CONTAINER, "set_field", path=["tasks", "left", "action"], value="a.b") == CONTAINER.replace("core.noop", "a.b", 1)


def test_a_container_is_copied_with_children_of_new_names():
    copied = edited(CONTAINER, "duplicate_task", name="both")
    assert [line.split()[-1] for line in copied.splitlines() if "- name:" in line] == ["both", "left", "right", "both_copy", "left_copy", "right_copy", "last"]


def test_a_child_leads_nowhere_and_nothing_leads_to_it():
    assert "it leads nowhere" in refusal(CONTAINER, "connect", source="left", target="last", kind="failed")
    assert "lead to the container" in refusal(CONTAINER, "connect", source="last", target="left", kind="failed")
    assert "not in the same list" in refusal(CONTAINER, "move_task", name="left", after="last")
    assert "same list" in refusal(CONTAINER, "move_task", name="last", before="left")
