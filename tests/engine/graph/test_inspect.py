"""Questions about shapes, compared with slow and plain answers over generated graphs."""

from __future__ import annotations

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.engine.graph.branches import certain_facts, exclude, most_arrivals
from app.engine.graph.inspect import (
    Shape,
    cycles_without_bound,
    entry_tasks,
    predecessors,
    reachable,
    successors,
)
from app.engine.graph.variables import published_at_once
from app.engine.spec.model import TaskSpec, TransitionSpec, WorkflowSpec


def workflow(
    *arrows: tuple[str, str, str], names: str = "", visits: dict[str, int] | None = None
) -> WorkflowSpec:
    """Arrows are (source, kind, target); kinds s, f, a for succeeded, failed, always."""
    kinds = {"s": "succeeded", "f": "failed", "a": "always"}
    known = dict.fromkeys([*names, *(name for s, _, t in arrows for name in (s, t))])
    tasks = [
        TaskSpec(
            name,
            action="core.noop",
            max_visits=(visits or {}).get(name, 1),
            transitions=tuple(
                TransitionSpec("always", None, kinds[kind], (), (target,))
                for source, kind, target in arrows
                if source == name
            ),
        )
        for name in known
    ]
    return WorkflowSpec("demo.x", "1", tuple(tasks))


DIAMOND = workflow(("a", "s", "b"), ("a", "f", "c"), ("b", "a", "d"), ("c", "a", "d"))


def test_neighbours_and_entries():
    assert successors(DIAMOND) == {"a": ("b", "c"), "b": ("d",), "c": ("d",), "d": ()}
    assert predecessors(DIAMOND) == {"a": (), "b": ("a",), "c": ("a",), "d": ("b", "c")}
    assert entry_tasks(DIAMOND) == ("a",)


def test_what_may_precede_what():
    shape = Shape.of(DIAMOND)

    assert shape.may_precede("a", "d")
    assert not shape.may_precede("d", "a")
    assert not shape.may_precede("b", "c")
    assert not shape.may_precede("a", "a")


def test_on_a_cycle_everything_may_precede_everything():
    shape = Shape.of(workflow(("a", "s", "b"), ("b", "s", "c"), ("c", "s", "b")))

    assert shape.may_precede("c", "b")
    assert shape.may_precede("b", "b")
    assert not shape.may_precede("a", "a")


def test_tasks_behind_ways_that_exclude_one_another_are_known():
    shape = Shape.of(DIAMOND)
    facts = certain_facts(shape)

    assert exclude(facts["b"], facts["c"])
    assert not exclude(facts["a"], facts["b"])
    assert most_arrivals(shape, "d", facts) == 1


def test_ways_of_different_tasks_do_not_exclude_one_another():
    shape = Shape.of(workflow(("a", "s", "c"), ("b", "f", "d"), ("c", "a", "e"), ("d", "a", "e")))

    assert most_arrivals(shape, "e", certain_facts(shape)) == 2


@pytest.mark.parametrize(
    ("arrows", "visits", "closing"),
    [
        ([("a", "s", "b"), ("b", "s", "a")], {}, [("b", "a")]),
        ([("a", "s", "b"), ("b", "s", "a")], {"a": 2}, []),
        ([("a", "s", "a")], {}, [("a", "a")]),
        ([("a", "s", "b"), ("b", "s", "c"), ("c", "s", "b"), ("c", "f", "a")], {"a": 2}, [("c", "b")]),
        ([("a", "s", "b"), ("a", "s", "c"), ("b", "s", "c")], {}, []),
    ],
)
def test_cycles_without_a_bound_are_named_by_their_closing_edge(arrows, visits, closing):
    found = cycles_without_bound(Shape.of(workflow(*arrows, visits=visits)))

    assert [(edge.source, edge.target) for edge, _ in found] == closing


NAMES = "abcdefg"
graphs = st.lists(
    st.tuples(st.sampled_from(NAMES), st.sampled_from("sfa"), st.sampled_from(NAMES)), max_size=14
).map(lambda arrows: workflow(*arrows, names=NAMES))


@given(graphs)
def test_ancestors_are_what_has_a_path(spec):
    shape = Shape.of(spec)
    plain = nx.DiGraph([(e.source, e.target) for e in shape.graph.edges])
    plain.add_nodes_from(NAMES)

    for first in NAMES:
        below = {t for _, end in plain.out_edges(first) for t in ({end} | nx.descendants(plain, end))}
        assert {second for second in NAMES if shape.may_precede(first, second)} == below


@given(graphs)
def test_reach_is_what_has_a_path_from_an_entry(spec):
    shape = Shape.of(spec)
    plain = nx.DiGraph([(e.source, e.target) for e in shape.graph.edges])
    plain.add_nodes_from(NAMES)

    wanted = {t for entry in shape.graph.entry_points for t in ({entry} | nx.descendants(plain, entry))}
    assert reachable(shape) == wanted


@given(graphs, st.sets(st.sampled_from(NAMES)))
def test_a_closing_edge_is_named_exactly_when_a_cycle_has_no_bound(spec, bounded):
    arrows = [
        (s.name, "a", t) for s in spec.tasks for transition in s.transitions for t in transition.targets
    ]
    shape = Shape.of(workflow(*arrows, names=NAMES, visits=dict.fromkeys(bounded, 2)))
    rest = nx.DiGraph([(s, t) for s, _, t in arrows if s not in bounded and t not in bounded])

    assert bool(cycles_without_bound(shape)) is not nx.is_directed_acyclic_graph(rest)


@given(graphs)
def test_nothing_that_publishes_in_order_publishes_at_once(spec):
    assert published_at_once(Shape.of(spec)) == []
