"""What is written into the boxes of a drawing, and how its dashes lie."""

from __future__ import annotations

from app.engine.graph.edge_pictures import edge_pictures
from app.engine.graph.layout import layout
from app.engine.graph.looks import Looks, NodeLook, View
from app.engine.graph.node_pictures import node_pictures
from tests.engine.graph.graphs import Graph, Node, graph


def test_beside_a_childs_name_stands_only_what_fits_as_a_whole():
    nodes = [Node("p", type="parallel"), Node("unit", container="p"), Node("compile_everything", container="p")]
    looks = Looks({"unit": NodeLook("ok", "succeeded, 1.5 s"), "compile_everything": NodeLook("ok", "succeeded, 2 min 1 s")})

    subs = {p.name: p.sub for p in _nodes(Graph(nodes, []), looks)}

    assert (subs["unit"], subs["compile_everything"]) == ("1.5 s", "")


def test_a_long_success_is_shortened_to_its_time_and_an_error_is_cut():
    looks = Looks({"a": NodeLook("ok", "succeeded, 12 min 41 s"), "b": NodeLook("fail", "The server answered 503, not 200")})

    subs = {p.name: p.sub for p in _nodes(graph("a -> b"), looks)}

    assert subs["a"] == "12 min 41 s"
    assert subs["b"].startswith("The server") and subs["b"].endswith("…")


def test_the_dashes_of_edges_in_one_lane_lie_on_one_another():
    drawn = graph("a -> b; a -> x; b -> c; c -> d; d -> e; a -failed> e; b -failed> e; c -failed> e")
    lanes = [p for p in edge_pictures(layout(drawn), drawn) if p.kind == "fail"]

    assert len({p.route.points[-4:] for p in lanes}) == 1
    assert len({p.phase for p in lanes}) > 1  # each came another way, so each begins elsewhere in the pattern


def _nodes(drawn, looks):
    return node_pictures(layout(drawn), drawn, View(looks))
