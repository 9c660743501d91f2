"""Joins that Orquesta itself refuses are told, whatever is made of them."""

from __future__ import annotations

from app.engine.orquesta.convert import carry_over

SOURCE = """\
version: 1.0
tasks:
  a: {action: core.noop, next: [{do: [x, end]}]}
  b: {action: core.noop, next: [{do: x}]}
  x: {action: core.noop, next: [{do: end}]}
  end: {action: core.noop, join: all}
"""


def test_a_join_of_ways_that_run_differently_often_is_an_error():
    made = carry_over(SOURCE, pack_ref="ops")

    [refused] = [note for note in made.notes if note.severity == "error"]
    assert "Orquesta refuses this join" in refused.message
    assert refused.line == 6


def test_a_join_of_ways_that_run_equally_often_is_none():
    made = carry_over(SOURCE.replace("[x, end]", "x"), pack_ref="ops")

    assert [note for note in made.notes if note.severity == "error"] == []
