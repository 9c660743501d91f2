"""The drawing: what must hold for every graph, and what makes one good to read."""

from __future__ import annotations

import sys
from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.engine.graph.drawing import Box, Drawing, Label, Point
from app.engine.graph.layout import layout
from tests.engine.graph.graphs import Edge, Graph, Node, flows, graph, graphs
from tests.engine.graph.shipped import FILES, ids, shipped

ANY_GRAPH = st.one_of(graphs(), flows())


@given(ANY_GRAPH)
@settings(max_examples=150, deadline=None)
def test_the_same_graph_always_gives_the_same_drawing(any_graph):
    assert layout(any_graph) == layout(any_graph)


@given(ANY_GRAPH)
@settings(max_examples=150, deadline=None)
def test_no_two_boxes_overlap_unless_one_is_inside_the_other(any_graph):
    _no_boxes_overlap(any_graph)


@given(ANY_GRAPH)
@settings(max_examples=150, deadline=None)
def test_every_task_is_drawn_inside_the_picture(any_graph):
    drawing = layout(any_graph)

    assert set(drawing.nodes) == {node.name for node in any_graph.nodes}
    for box in drawing.nodes.values():
        assert box.x >= 0 and box.right <= drawing.width and box.y >= 0 and box.bottom <= drawing.height


@given(ANY_GRAPH)
@settings(max_examples=150, deadline=None)
def test_no_edge_crosses_a_box(any_graph):
    _no_edge_crosses_a_box(any_graph)


@pytest.mark.parametrize("path", FILES, ids=ids)
def test_the_workflows_that_ship_are_drawn_without_overlaps_and_crossed_boxes(path: Path):
    drawn = shipped(path)

    assert layout(drawn) == layout(drawn)
    _no_boxes_overlap(drawn)
    _no_edge_crosses_a_box(drawn)


@pytest.mark.parametrize("path", FILES, ids=ids)
def test_two_tasks_that_have_only_one_another_stand_straight_below_one_another(path: Path):
    drawn = shipped(path)
    boxes = layout(drawn).nodes
    pairs = {(edge.source, edge.target) for edge in drawn.edges if edge.kind not in ("failed", "timed_out")}
    for source, target in pairs:
        alone = [pair for pair in pairs if source == pair[0] or target == pair[1]] == [(source, target)]
        if alone and boxes[source].y < boxes[target].y:
            assert boxes[source].centre == boxes[target].centre, f"{source} -> {target}"


@given(ANY_GRAPH)
@settings(max_examples=60, deadline=None)
def test_edges_start_below_their_source_and_end_above_their_target(any_graph):
    drawing = layout(any_graph)

    for route in drawing.edges:
        source, target = drawing.nodes[route.source], drawing.nodes[route.target]
        assert source.x <= route.port.x <= source.right and abs(route.port.y - source.bottom) < 3
        assert target.x <= route.points[-1].x <= target.right and 0 < target.y - route.points[-1].y < 9


def test_a_chain_is_drawn_as_one_straight_column():
    drawing = layout(graph("a -> b; b -> c; c -> d"))

    assert len({box.centre for box in drawing.nodes.values()}) == 1
    assert drawing.nodes["b"].y - drawing.nodes["a"].y == 74


def test_what_only_failures_reach_stays_right_of_the_happy_path():
    drawing = layout(graph("a -failed> undo; a -> b; b -failed> undo; b -> c"))

    assert drawing.nodes["undo"].x > drawing.nodes["c"].x


def test_failures_over_several_layers_share_one_lane():
    drawing = layout(graph("a -> b; b -> c; c -> d; a -failed> undo; b -failed> undo; c -> undo; d -> undo"))

    lanes = {route.points[-1] for route in drawing.edges if route.kind == "failed"}
    assert len(lanes) == 1


def test_an_edge_back_is_marked_as_a_loop_and_does_not_move_its_target_down():
    drawing = layout(graph("a -> b; b -> c; c -custom> a"))

    assert [route.loop for route in drawing.edges] == [False, False, True]
    assert drawing.nodes["a"].y < drawing.nodes["b"].y < drawing.nodes["c"].y


def test_do_fail_is_an_end_cap_and_no_node():
    drawing = layout(graph("a -failed> fail"))

    assert set(drawing.nodes) == {"a"}
    assert [(cap.source, cap.text) for cap in drawing.caps] == [("a", "do: fail")]


def test_children_of_a_parallel_task_are_drawn_inside_its_box_in_document_order():
    nodes = [Node("p", type="parallel"), *(Node(n, container="p") for n in "abc")]
    drawing = layout(Graph(nodes, []))

    box = drawing.nodes["p"]
    assert all(box.x < drawing.nodes[n].x and drawing.nodes[n].bottom < box.bottom for n in "abc")
    assert drawing.nodes["a"].x < drawing.nodes["b"].x and drawing.nodes["c"].y > drawing.nodes["a"].y


def test_edges_to_unknown_tasks_are_left_out():
    drawing = layout(Graph([Node("a")], [Edge("a", "gone"), Edge("gone", "a")]))

    assert drawing.edges == ()


def test_a_task_added_at_the_end_of_a_branch_moves_no_task_sideways_out_of_order():
    text = "a -> b; a -> c; b -> d; c -> e"
    before, after = layout(graph(text)), layout(graph(text + "; e -> f"))

    assert _order(before, "bc") == _order(after, "bc")
    assert _order(before, "de") == _order(after, "de")


def test_plain_success_has_no_word_and_everything_else_has_one():
    drawing = layout(graph("a -> b; a -failed> c; a -always> d"))

    assert [route.label and route.label.text for route in drawing.edges] == [None, "failed", "always"]


def test_labels_of_one_gap_do_not_cover_one_another():
    drawing = layout(graph("a -failed> b; a -timed_out> c; a -always> d; a -custom> e"))

    labels = [route.label for route in drawing.edges if route.label]
    for one, other in combinations(labels, 2):
        assert abs(one.x - other.x) >= (one.w + other.w) / 2 or abs(one.y - other.y) >= 16


def test_words_leave_the_end_of_a_lane_in_sight():
    drawing = layout(shipped(next(path for path in FILES if path.name == "ship.yaml")))

    lane = next(r for r in drawing.edges if (r.source, r.target, r.kind) == ("checkout", "withdraw", "failed"))
    words = [r.label for r in drawing.edges if r.source == "approve" and r.label]

    assert [word.text for word in words] == ["approved", "sent back", "nobody decided"]
    assert not any(_covers(word, point) for word in words for point in [*_samples(lane.points[-4:]), lane.points[-1]])


def test_a_word_lies_neither_on_a_port_nor_on_another_edge_where_there_is_room():
    drawing = layout(graph("a -custom> b; a -custom> c; a -timed_out> c; b -> e; c -> e"))

    for label in (route.label for route in drawing.edges if route.label):
        assert not any(_covers(label, route.port) for route in drawing.edges)
        strangers = [r for r in drawing.edges if r.label != label]
        assert not any(_covers(label, point) for route in strangers for point in _samples(route.points))


def test_a_failure_in_a_lane_passes_below_the_end_cap_of_a_neighbour():
    drawing = layout(graph("top -> a; top -failed> b; b -> fail; a -> c; c -> d; a -failed> d"))

    cap = drawing.caps[0]
    lane = next(route for route in drawing.edges if route.source == "a" and route.kind == "failed")
    for point in _samples(lane.points):
        assert abs(point.x - cap.x) > cap.w / 2 or not cap.y < point.y < cap.y + 34


def test_45_tasks_take_few_steps():
    edges = [Edge(f"t{n // 2}", f"t{n}") for n in range(1, 45)] + [Edge(f"t{n}", "t44", "failed") for n in range(40)]

    assert _work(Graph([Node(f"t{n}") for n in range(45)], edges)) < 120_000


@pytest.mark.parametrize("make", [lambda n: _chain_with_lanes(n), lambda n: _tree(n)], ids=["chain", "tree"])
def test_four_times_as_many_tasks_are_hardly_more_than_four_times_the_work(make: Callable[[int], Graph]):
    assert _work(make(400)) < 5.5 * _work(make(100))


def _chain_with_lanes(count: int) -> Graph:
    edges = [Edge(f"t{n}", f"t{n + 1}") for n in range(count - 2)]
    return Graph([Node(f"t{n}") for n in range(count)], edges + [Edge(f"t{n}", f"t{count - 1}", "failed") for n in range(count - 2)])


def _tree(count: int) -> Graph:
    edges = [Edge(f"t{(n - 1) // 3}", f"t{n}", "failed" if n % 3 == 0 else "succeeded") for n in range(1, count)]
    return Graph([Node(f"t{n}") for n in range(count)], edges)


def _work(any_graph: Graph) -> int:
    """Lines of the drawing library that run: the same on every machine, busy or not."""
    lines = 0

    def count(frame: Any, event: str, argument: Any) -> Any:
        nonlocal lines
        lines += event == "line"
        return count

    def begin(frame: Any, event: str, argument: Any) -> Any:
        return count if "/engine/graph/" in frame.f_code.co_filename else None

    before = sys.gettrace()
    sys.settrace(begin)
    try:
        layout(any_graph)
    finally:
        sys.settrace(before)
    return lines


def _no_boxes_overlap(any_graph: Any) -> None:
    drawing = layout(any_graph)
    containers = {node.name: node.container for node in any_graph.nodes}
    for (one, a), (other, b) in combinations(drawing.nodes.items(), 2):
        assert not _overlap(a, b) or _inside(one, other, containers) or _inside(other, one, containers), (one, other)


def _no_edge_crosses_a_box(any_graph: Any) -> None:
    drawing = layout(any_graph)
    for route in drawing.edges:
        for point in _samples(route.points):
            hit = [name for name, box in drawing.nodes.items() if _within(point, box)]
            assert not hit, f"{route.source} -> {route.target} crosses {hit} at {point}"


def _covers(label: Label, point: Point) -> bool:
    return abs(point.x - label.x) < label.w / 2 and abs(point.y - label.y) < 8


def _order(drawing: Drawing, names: str) -> list[str]:
    return sorted(names, key=lambda name: drawing.nodes[name].x)


def _overlap(a: Box, b: Box) -> bool:
    return a.x < b.right and b.x < a.right and a.y < b.bottom and b.y < a.bottom


def _inside(one: str, other: str, containers: dict[str, str | None]) -> bool:
    at = containers[one]
    while at is not None:
        if at == other:
            return True
        at = containers[at]
    return False


def _within(point: Point, box: Box) -> bool:
    return box.x + 1 < point.x < box.right - 1 and box.y + 1 < point.y < box.bottom - 1


def _samples(points: tuple[Point, ...]) -> list[Point]:
    found = []
    for i in range(0, len(points) - 3, 3):
        a, b, c, e = points[i : i + 4]
        for step in range(17):
            t, u = step / 16, 1 - step / 16
            w = (u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t)
            found.append(Point(*(w[0] * a[k] + w[1] * b[k] + w[2] * c[k] + w[3] * e[k] for k in (0, 1))))
    return found
