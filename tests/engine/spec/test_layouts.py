"""A linked workflow is edited as one text and falls back into its two files, comments and all."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.engine.spec.document import load
from app.engine.spec.layouts import joined_text, split_text
from app.engine.spec.parse import parse_workflow

ACTION = """\
# the head
label: Linked  # wins
runner_type: workflow
workflow_file: workflows/l.workflow.yaml

# what it takes
param_schema:
  name: {type: string}
"""
GRAPH = """\
---
# the graph
version: 1.0.0
label: Hidden

tasks:
  # first
  - name: a
    action: core.echo
    input:
      message: |
        # no comment, but text
        hello
"""


def test_the_joined_text_says_what_both_files_say_and_keeps_their_comments() -> None:
    text = joined_text(ACTION, GRAPH, ref="p.l") or ""

    spec = parse_workflow(load(text)).spec
    assert spec == parse_workflow(load(GRAPH), ref="p.l", action_document=load(ACTION)).spec
    assert (spec.ref, spec.label) == ("p.l", "Linked")
    assert [c for c in ("# wins", "# what it takes", "# the graph", "# first", "# no comment") if c not in text] == []
    assert "Hidden" not in text and "workflow_file" not in text


def test_a_changed_text_goes_back_into_the_two_files() -> None:
    text = (joined_text(ACTION, GRAPH, ref="p.l") or "").replace("Linked", "Renamed").replace("hello", "good day")

    action, graph = split_text(text, ACTION, ref="p.l") or ("", "")

    assert "label: Renamed  # wins" in action and "workflow_file: workflows/l.workflow.yaml" in action
    assert "good day" in graph and "# first" in graph and "Renamed" not in graph


def test_splitting_what_was_joined_changes_neither_file_but_for_order() -> None:
    action, graph = split_text(joined_text(ACTION, GRAPH, ref="p.l") or "", ACTION, ref="p.l") or ("", "")

    assert joined_text(action, graph, ref="p.l") == joined_text(ACTION, GRAPH, ref="p.l")


@pytest.mark.parametrize(
    ("action", "graph"),
    [("{label: Flow}", GRAPH), (ACTION, "tasks: ["), (ACTION, "- a"), (ACTION.replace("name:", "name: &x"), GRAPH + "x-y: *x\n")],
    ids=["flow style", "broken", "a list", "an alias across files"],
)
def test_files_that_can_not_be_joined_line_by_line_have_no_text(action: str, graph: str) -> None:
    assert joined_text(action, graph, ref="p.l") is None


def test_the_example_that_ships_can_be_joined() -> None:
    folder = Path(__file__).parents[3] / "packs/examples/actions"

    text = joined_text(
        (folder / "linked.yaml").read_text(), (folder / "workflows/linked.workflow.yaml").read_text(), ref="examples.linked"
    )

    assert "The linked layout" in (text or "") and "vars:" in (text or "")
