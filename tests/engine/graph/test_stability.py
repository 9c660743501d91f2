"""What stays where it is while a workflow is edited (docs/explanation/drawing.md, "What stays")."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from app.engine.graph.drawing import Drawing, GraphLike
from app.engine.graph.layers import assign_layers
from app.engine.graph.layout import layout
from tests.engine.graph.graphs import KINDS, Edge, Graph, Node, flows, graph, graphs
from tests.engine.graph.shipped import FILES, ids, shipped


@given(st.one_of(graphs(), flows()), st.randoms(use_true_random=False))
@settings(max_examples=150, deadline=None)
def test_other_names_that_fit_the_boxes_give_the_same_drawing(any_graph, random):
    others = [f"u{number}" for number in range(len(any_graph.nodes))]
    random.shuffle(others)
    new = {node.name: other for node, other in zip(any_graph.nodes, others, strict=True)}

    before, after = layout(any_graph), layout(_renamed(any_graph, new))

    assert {new[name]: box for name, box in before.nodes.items()} == dict(after.nodes)
    assert [route.points for route in before.edges] == [route.points for route in after.edges]


@given(st.one_of(graphs(), flows()), st.data())
@settings(max_examples=200, deadline=None)
def test_a_task_added_below_another_leaves_all_tasks_in_their_layers_and_order(any_graph, data):
    assume(any_graph.nodes)
    name, kind = data.draw(st.sampled_from(any_graph.nodes)).name, data.draw(st.sampled_from(KINDS))
    larger = Graph([*any_graph.nodes, Node("new")], [*any_graph.edges, Edge(name, "new", kind)], ends=any_graph.ends)

    before, after = layout(any_graph), layout(larger)

    assert _order(before, _top(any_graph)) == _order(after, _top(any_graph))


@given(st.one_of(graphs(), flows()), st.data())
@settings(max_examples=200, deadline=None)
def test_an_edge_that_changes_no_layer_moves_only_its_target_and_what_is_behind_it(any_graph, data):
    top = sorted(_top(any_graph))
    assume(len(top) > 1)
    source, target = data.draw(st.lists(st.sampled_from(top), min_size=2, max_size=2, unique=True))
    denser = replace(any_graph, edges=[*any_graph.edges, Edge(source, target, data.draw(st.sampled_from(KINDS)))])
    assume(_layers(any_graph) == _layers(denser))

    before, after = layout(any_graph), layout(denser)

    others = _top(any_graph) - _behind(denser, target)
    assert _order(before, others) == _order(after, others)


@pytest.mark.parametrize("path", FILES, ids=ids)
def test_a_task_that_finds_its_place_free_moves_no_other_in_what_ships(path):
    drawn = shipped(path)
    for name in _ends(drawn):
        larger = Graph([*drawn.nodes, Node("new")], [*drawn.edges, Edge(name, "new")], ends=drawn.ends)
        before, after = layout(drawn), layout(larger)

        aside = {after.nodes[n].x - before.nodes[n].x for n in before.nodes}
        assert after.nodes["new"].centre == after.nodes[name].centre
        assert max(aside) - min(aside) <= 1  # whole pixels are rounded
        assert {n: box.y for n, box in before.nodes.items()} == {n: after.nodes[n].y for n in before.nodes}


def test_where_there_is_no_room_neighbours_make_way_and_keep_their_order():
    text = "a -> b; a -> c; c -> d; d -> e"

    before, after = layout(graph(text)), layout(graph(text + "; b -> f; b -> g"))

    assert _order(before, set("abcde")) == _order(after, set("abcde"))
    assert after.nodes["f"].right < after.nodes["g"].x < after.nodes["g"].right < after.nodes["d"].x


def _renamed(drawn: Graph, new: dict[str, str]) -> Graph:
    nodes = [replace(node, name=new[node.name], container=node.container and new[node.container]) for node in drawn.nodes]
    edges, ends = (
        [replace(edge, source=new[edge.source], target=new.get(edge.target, edge.target)) for edge in ways]
        for ways in (drawn.edges, drawn.ends)
    )
    return Graph(nodes, edges, ends=tuple(ends))


def _top(drawn: GraphLike) -> set[str]:
    return {node.name for node in drawn.nodes if node.container is None}


def _roots(drawn: Graph) -> dict[str, str]:
    container = {node.name: node.container for node in drawn.nodes}

    def root(name: str) -> str:
        inside = container[name]
        return name if inside is None else root(inside)

    return {name: root(name) for name in container}


def _pairs(drawn: Graph) -> list[tuple[str, str]]:
    roots = _roots(drawn)
    pairs = [(roots[e.source], roots[e.target]) for e in drawn.edges if e.target in roots]
    return [(source, target) for source, target in pairs if source != target]


def _layers(drawn: Graph) -> object:
    layers = assign_layers([node.name for node in drawn.nodes if node.container is None], _pairs(drawn))
    return dict(layers.of), layers.back


def _behind(drawn: Graph, name: str) -> set[str]:
    found, todo = set(), [name]
    while todo:
        at = todo.pop()
        if at not in found:
            found.add(at)
            todo += [target for source, target in _pairs(drawn) if source == at]
    return found


def _ends(drawn: GraphLike) -> Iterator[str]:
    """Tasks that lead nowhere, below which nothing else stands."""
    drawing = layout(drawn)
    leading = {edge.source for edge in drawn.edges}
    for name in sorted(_top(drawn) - leading):
        box = drawing.nodes[name]
        below = [other for other in drawing.nodes.values() if box.bottom < other.y < box.bottom + 140]
        if not any(abs(other.centre - box.centre) < other.w / 2 + box.w for other in below):
            yield name


def _order(drawing: Drawing, names: set[str]) -> set[tuple[str, str, str]]:
    """How each two stand to one another: `above`, or in one layer `left`."""
    relations = set()
    for one, other in combinations(sorted(names), 2):
        a, b = drawing.nodes[one], drawing.nodes[other]
        middle = (b.y + b.h / 2) - (a.y + a.h / 2)
        if abs(middle) > 0.1:
            relations.add((one, other, "above") if middle > 0 else (other, one, "above"))
        else:
            relations.add((one, other, "left") if a.x < b.x else (other, one, "left"))
    return relations
