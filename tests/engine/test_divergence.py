"""Where two runs of a workflow part."""

from __future__ import annotations

from typing import Any

import pytest

from app.engine.divergence import first_difference, given, pairs_of

START = "2026-11-20T14:00:00Z"


def _state(name: str, state: str = "completed", *, ended: int | None = None, to: tuple[str, ...] = (), **more: Any) -> dict[str, Any]:
    at = None if ended is None else f"2026-11-20T14:00:{ended:02d}Z"
    ways = [{"taken": True, "targets": list(to)}] if to else []
    return {"name": name, "state": state, "completed_at": at, "transitions": ways, "result": None, "duration_ms": 0, **more}


def _pairs(a: list[dict[str, Any]], b: list[dict[str, Any]]) -> Any:
    return pairs_of(a, b, began_a=START, began_b=START)


def test_the_cause_is_found_before_what_follows_from_it():
    a = [_state("check", ended=3, to=("switch",)), _state("rollback", "pending"), _state("switch", ended=5)]
    b = [_state("check", "failed", ended=9, to=("rollback",)), _state("rollback", ended=20), _state("switch", "pending")]

    assert first_difference(_pairs(a, b)).name == "check"


def test_a_task_that_ended_alike_but_led_elsewhere_is_where_they_part():
    a = [_state("scan", ended=3, to=("build",)), _state("build", ended=4), _state("halt", "pending")]
    b = [_state("scan", ended=3, to=("halt",)), _state("build", "pending"), _state("halt", ended=4)]

    assert first_difference(_pairs(a, b)).name == "scan"


def test_runs_that_went_the_same_way_part_nowhere_however_long_they_took():
    a, b = [_state("x", ended=1, to=("y",)), _state("y", ended=2)], [_state("x", ended=30, to=("y",)), _state("y", ended=59)]

    assert first_difference(_pairs(a, b)) is None


def test_a_task_only_one_definition_has_parts_them_when_it_ran():
    pairs = _pairs([_state("x", ended=1)], [_state("x", ended=1), _state("new", ended=2), _state("unused", "pending")])

    assert first_difference(pairs).name == "new"
    assert [pair.name for pair in pairs if pair.parts] == ["new"]


def test_tasks_come_in_the_order_of_the_second_definition_and_none_is_lost():
    pairs = _pairs([_state("gone"), _state("y"), _state("x")], [_state("x"), _state("y")])

    assert [pair.name for pair in pairs] == ["x", "y", "gone"]


def test_how_long_something_took_is_no_other_result():
    a, b = ({"succeeded": True, "exit_code": 0, "duration_ms": ms, "stdout": "12 low\n", "stderr": ""} for ms in (3, 900))

    [pair] = _pairs([_state("scan", result=a)], [_state("scan", result=b)])

    assert not pair.results_differ and given(pair.a) == "12 low"


@pytest.mark.parametrize(
    ("result", "gave"),
    [
        ({"succeeded": True, "data": {"n": 1}, "stdout": "{}"}, {"n": 1}),
        ({"succeeded": True, "url": "x", "stdout": ""}, {"url": "x"}),
        ({"succeeded": True, "exit_code": 0}, None),
        ([1, 2], [1, 2]),
        (None, None),
    ],
    ids=["data", "keys", "nothing", "list", "none"],
)
def test_what_a_task_gave_is_told_without_how_it_ran(result, gave):
    assert given(_state("a", result=result)) == gave


def test_the_difference_of_durations_has_a_sign():
    [pair] = _pairs([_state("x", duration_ms=3000)], [_state("x", duration_ms=1000)])

    assert pair.slower_ms == -2000
