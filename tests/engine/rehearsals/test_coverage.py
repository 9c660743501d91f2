"""What rehearsals took of a workflow, and what none of them did."""

from __future__ import annotations

from datetime import UTC, datetime

from app.engine.conductor.rehearse import drive
from app.engine.graph.build import build_graph
from app.engine.rehearsals.coverage import Coverage, Way, coverage_of, total, ways_of
from app.engine.rehearsals.pictures import looks_of, taken_edges
from app.engine.spec.document import load
from app.engine.spec.parse import parse_workflow

T0 = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
TEXT = """
version: 1
tasks:
  - name: build
    action: ci.build
    next:
      - {when: succeeded(), do: [ship, tell]}
      - {when: failed(), do: fail}
      - {when: "result().odd | default(false)", publish: [{odd: true}]}
  - {name: ship, action: ci.ship}
  - {name: tell, action: ci.tell, when: "{{ vars.odd | default(false) }}"}
"""
SPEC = parse_workflow(load(TEXT), ref="ci.flow").spec
assert SPEC is not None
GOOD = drive(SPEC, now=T0)
BAD = drive(SPEC, [{"task": "build", "error": {"type": "failed", "message": "no"}}], now=T0)
ODD = drive(SPEC, [{"task": "build", "result": {"odd": True}}], now=T0)


def test_a_way_is_each_target_of_each_transition_also_of_one_that_only_publishes():
    assert ways_of(SPEC) == [
        Way("build", 0, "ship"), Way("build", 0, "tell"), Way("build", 1, "fail"), Way("build", 2, None),
    ]  # fmt: skip


def test_a_rehearsal_covers_what_it_entered_and_took_a_skipped_task_too():
    assert coverage_of(GOOD) == Coverage(
        frozenset({"build", "ship", "tell"}), frozenset({Way("build", 0, "ship"), Way("build", 0, "tell")})
    )
    assert coverage_of(BAD).tasks == {"build"}


def test_several_rehearsals_add_up_and_what_is_missing_is_told():
    assert total([GOOD, BAD]).missing_ways(SPEC) == [Way("build", 2, None)]
    assert total([GOOD, BAD, ODD]).missing_ways(SPEC) == []
    told = coverage_of(BAD).as_json(SPEC)
    assert told["tasks"] == {"covered": 1, "total": 3, "missing": ["ship", "tell"]}
    assert (told["transitions"]["covered"], told["transitions"]["total"]) == (1, 4)
    assert told["transitions"]["missing"][0] == {
        "task": "build", "index": 0, "target": "ship", "when": "succeeded()", "kind": "succeeded", "label": None,
    }  # fmt: skip


def test_the_picture_shows_what_ran_and_what_can_no_longer_be_reached():
    graph = build_graph(SPEC)
    looks = looks_of(BAD, graph)

    assert {name: look.mark for name, look in looks.nodes.items()} == {"build": "fail", "ship": "dead", "tell": "dead"}
    assert taken_edges(BAD, graph) == [False, False]
    stopped = drive(SPEC, now=T0, until="build")
    assert {name: look.mark for name, look in looks_of(stopped, graph).nodes.items()}["ship"] == "todo"
    assert taken_edges(stopped, graph) == [None, None]
