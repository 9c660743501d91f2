"""Chips on the upper edge of a box keep out of the way of arrowheads and of one another."""

from __future__ import annotations

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from app.engine.graph.chips import CLEAR, chips_of
from app.engine.graph.layout import layout
from app.engine.graph.looks import View
from app.engine.graph.node_pictures import node_pictures
from tests.engine.graph.graphs import flows, graph


def test_without_arrowheads_the_join_is_in_the_middle_and_the_rest_at_the_right():
    join, retry = chips_of("join 2", ("retry 5",), 196, ())

    assert join.x + join.w / 2 == 98
    assert retry.x + retry.w == 190


def test_chips_part_for_the_arrowhead_between_them():
    items, retry = chips_of("", ("items", "retry 5"), 136, (68,))

    assert (items.text, retry.text) == ("items", "retry 5")
    assert items.x + items.w <= 68 - CLEAR and retry.x >= 68 + CLEAR


@given(st.lists(st.sampled_from(("items", "retry 5", "max 3")), unique=True), st.lists(st.floats(14, 182), max_size=4))
def test_chips_never_cover_one_another_while_the_box_has_room(others, arrivals):
    chips = chips_of("join 2", others, 420, arrivals)

    assert all(a.x + a.w <= b.x for a, b in itertools.pairwise(chips))


def test_two_or_three_arrowheads_at_a_join_leave_its_chip_a_place():
    for text in ("a -> d; b -> d", "a -> d; b -> d; c -> d"):
        drawn = graph(text, d={"join": "all"})
        assert not _covered(drawn, "d")


@given(flows())
@settings(deadline=None)
def test_one_arrowhead_is_never_covered(any_graph):
    drawing = layout(any_graph)
    for node in any_graph.nodes:
        if sum(route.target == node.name for route in drawing.edges) == 1:
            assert not _covered(any_graph, node.name)


def _covered(drawn, name):
    """Arrowheads of a task that a chip of it lies on."""
    drawing = layout(drawn)
    picture = next(p for p in node_pictures(drawing, drawn, View(editing=True)) if p.name == name)
    tips = [route.points[-1].x - picture.box.x for route in drawing.edges if route.target == name]
    assert tips
    return [x for x in tips for chip in picture.chips if chip.x - CLEAR + 0.1 < x < chip.x + chip.w + CLEAR - 0.1]
