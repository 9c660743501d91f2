"""The graph as REST shows it."""

from __future__ import annotations

from app.engine.graph.build import build_graph
from tests.engine.spec.cases import checked


def test_each_target_of_each_transition_is_an_edge():
    spec = checked(
        """
        tasks:
          - name: a
            action: core.noop
            on_success: [b, fail]
            next:
          - name: b
            action: core.noop
            with_items: [1]
            join: all
            next:
              - {when: failed(), do: [a, b], label: again}
              - {do: noop}
            max_visits: 3
        """
    ).spec

    graph = build_graph(spec)

    assert [(e.source, e.target, e.kind, e.when, e.label, e.index) for e in graph.edges] == [
        ("a", "b", "succeeded", None, None, 0),
        ("b", "a", "failed", "failed()", "again", 0),
        ("b", "b", "failed", "failed()", "again", 0),
    ]
    assert [(e.source, e.target) for e in graph.ends] == [("a", "fail"), ("b", "noop")]
    assert graph.entry_points == ()


def test_an_edge_to_itself_leaves_a_task_an_entry():
    spec = checked("tasks: [{name: a, action: core.noop, max_visits: 2, on_success: a}]").spec

    assert build_graph(spec).entry_points == ("a",)


def test_children_are_nodes_but_no_entries():
    spec = checked("tasks: [{name: p, type: parallel, tasks: [{name: c, action: core.noop}]}]").spec

    graph = build_graph(spec)

    assert [(n.name, n.type, n.container) for n in graph.nodes] == [
        ("p", "parallel", None),
        ("c", "action", "p"),
    ]
    assert graph.entry_points == ("p",)


def test_the_json_form_has_the_fields_of_the_contract():
    spec = checked(
        "tasks: [{name: a, action: core.noop, on_failure: b}, {name: b, join: 1, action: core.noop}]"
    ).spec

    body = build_graph(spec).as_json()

    assert body["entry_points"] == ["a"]
    assert body["edges"] == [
        {"from": "a", "to": "b", "when": None, "kind": "failed", "label": None, "index": 0}
    ]
    assert body["nodes"][1] == {
        "name": "b",
        "action": "core.noop",
        "type": "action",
        "join": 1,
        "with_items": False,
        "container": None,
        "retry": 0,
        "max_visits": 1,
        "position": None,
    }
