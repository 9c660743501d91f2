"""What is written into the boxes of a drawing, and how its dashes lie."""

from __future__ import annotations

from math import hypot

from app.engine.graph.build import build_graph
from app.engine.graph.drawing import Point
from app.engine.graph.edge_pictures import edge_pictures
from app.engine.graph.icons import icons_of
from app.engine.graph.layout import layout
from app.engine.graph.looks import Looks, NodeLook, View
from app.engine.graph.node_pictures import node_pictures
from app.engine.graph.obstacles import curves_of, on_curve
from app.engine.graph.svg import svg
from app.engine.spec.catalog import ActionInfo
from app.engine.spec.document import load
from app.engine.spec.parse import parse_workflow
from tests.engine.graph.graphs import Graph, Node, graph

ENDS = """\
tasks:
  - name: a
    action: core.noop
    next:
      - {when: succeeded(), do: b}
      - {when: result().bad, label: bad, do: fail}
      - {when: result().n > 2, do: fail}
  - name: b
    action: core.noop
"""


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

    assert len({_in_the_picture(p)[-4:] for p in lanes}) == 1
    assert len({p.phase for p in lanes}) > 1  # each came another way, so each begins elsewhere in the pattern
    places = [_place_in_pattern(p) for p in lanes]
    assert max(places) - min(places) < 0.2


def test_an_end_cap_is_faint_in_a_run_until_its_task_has_ended():
    drawn = graph("a -failed> fail; b -failed> fail")
    ended = svg(layout(drawn), drawn, View(Looks({"a": NodeLook("fail", "no")})))

    assert [part.startswith(" maybe") for part in str(ended).split('class="endcap')[1:]] == [False, True]
    assert "endcap maybe" not in svg(layout(drawn), drawn, View(editing=True))


def test_a_node_has_the_icon_of_what_runs_its_action():
    nodes = [Node("a", action="p.script"), Node("b", action="core.ask"), Node("c", type="workflow", action="p.flow"), Node("d", action="gone.x")]
    drawn = Graph(nodes, [])
    icons = icons_of([ActionInfo("p.script", runtime="core.python")])

    pictures = node_pictures(layout(drawn), drawn, View(icons=icons))

    assert [p.icon for p in pictures] == ["i-brand-python", "i-message-question", "i-route", "i-box"]


def test_an_end_cap_stands_for_its_transitions_in_the_editor():
    spec = parse_workflow(load(ENDS)).spec
    drawn = build_graph(spec)

    picture = str(svg(layout(drawn), drawn, View(editing=True, untested_ends=frozenset({0, 1}))))

    assert 'data-edge="end-0" data-from="a" data-to="fail" data-kind="custom" data-index="1 2"' in picture
    assert "a fails the run: bad, result().n &gt; 2, no test takes it" in picture
    assert "endcap edge k-fail untested" in picture
    assert "untested" not in str(svg(layout(drawn), drawn, View(editing=True, untested_ends=frozenset({1}))))


def _place_in_pattern(picture):
    """Where in its pattern of 11 px an edge is when it comes to the end of its lane."""
    points = _in_the_picture(picture)
    way, at = 0.0, points[0]
    for curve in curves_of(points)[:-1]:
        for n in range(1, 201):
            to = on_curve(curve, n / 200)
            way, at = way + hypot(to.x - at.x, to.y - at.y), to
    return (way + (picture.phase or 0.0) - at.y + 5.5) % 11


def _in_the_picture(picture):
    """The points of an edge, which are told from its beginning, in pixels of the picture."""
    return picture.route.seen_from(Point(-picture.place.x, -picture.place.y)).points


def _nodes(drawn, looks):
    return node_pictures(layout(drawn), drawn, View(looks))
