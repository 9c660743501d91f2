"""Closed parallel tasks: one box each, which answers for what stands in it."""

from __future__ import annotations

import pytest

from app.engine.graph.build import build_graph
from app.engine.graph.folding import folded
from app.engine.spec.document import load
from app.engine.spec.parse import parse_workflow

TEXT = """\
ref: ship.voyage
version: 1.0.0
tasks:
  - name: load
    action: core.noop
    on_success: sail
  - name: sail
    type: parallel
    tasks:
      - {name: steer, action: core.noop}
      - {name: watch, action: core.noop}
    on_success: moor
  - name: moor
    action: core.noop
"""


@pytest.fixture
def graph():
    return build_graph(parse_workflow(load(TEXT)).spec)


def test_what_stands_in_a_closed_task_is_left_out_and_counted(graph):
    found = folded(graph, {}, ["sail"])

    assert [node.name for node in found.graph.nodes] == ["load", "sail", "moor"]
    assert [(edge.source, edge.target) for edge in found.graph.edges] == [("load", "sail"), ("sail", "moor")]
    assert found.graph.entry_points == graph.entry_points
    assert found.inside == {"sail": 2}


def test_a_closed_task_shows_the_worst_problem_of_what_stands_in_it(graph):
    worst = {"steer": "warning", "watch": "error", "sail": "info", "moor": "warning"}

    assert folded(graph, worst, ["sail"]).worst == {"sail": "error", "moor": "warning"}
    assert folded(graph, worst, []).worst == worst


def test_names_that_can_not_be_closed_are_passed_over(graph):
    found = folded(graph, {}, ["load", "nobody"])

    assert (found.graph, found.inside) == (graph, {})
