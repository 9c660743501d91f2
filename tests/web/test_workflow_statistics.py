"""How the last runs of a workflow went: counted right, drawn right, told in a table as well."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from app.persistence import session
from app.persistence.repositories import executions, workflow_executions, workflows
from app.queries.workflow_statistics import Day
from app.web import charts
from tests.web.conftest import words

PAGE = "/workflows/examples.hello/statistics"


def test_a_workflow_that_never_ran_says_so(alice):
    assert "It has not run in the last 30 days." in words(alice.get("/workflows/examples.guard/statistics"))


def test_rate_durations_and_tasks_are_those_of_the_runs(alice, server):
    now = datetime.now(UTC)
    _runs([("completed", 10), ("completed", 20), ("completed", 60), ("failed", 5), ("cancelled", 1), ("running", None)], now)
    _runs([("failed", 1)] * 3, now - timedelta(days=40))

    page = words(alice.get(PAGE))

    assert "5 runs ended, 1 on their way." in page
    assert "Succeeded 75.0 %" in page and "Usual duration 20 s" in page and "at most 1 min" in page
    assert re.search(rf"{now:%Y-%m-%d} 3 1 1", page)


def test_the_slowest_tasks_of_real_runs_are_named(alice, run, finished):
    finished(run("examples.failure_handled"))

    page = alice.get("/workflows/examples.failure_handled/statistics")

    assert "of the last 1 run that ended" in words(page)
    assert len(re.findall(r'<svg class="lying"', page.text)) >= 1


def test_nobody_counts_runs_they_may_not_see(alice, mallory, run, finished):
    finished(run("examples.parallel"))

    answer = mallory.get("/workflows/examples.parallel/statistics")

    assert answer.status_code == 404 or "It has not run" in words(answer)


@pytest.mark.parametrize(("value", "round_"), [(0, 1), (1, 1), (3, 5), (12, 20), (99, 100), (0.3, 0.5), (1000, 1000)])
def test_the_top_of_a_chart_is_a_round_number(value, round_):
    assert charts.nice(value) == pytest.approx(round_)


def test_bars_stand_on_each_other_and_stay_in_the_chart():
    days = [Day(datetime(2026, 1, n + 1).date(), n, 2, 1, None, None) for n in range(5)]

    chart = charts.ends_chart(days)

    assert chart.top == 10
    assert all(bar.y >= 0 and bar.y + bar.height <= charts.HEIGHT + 0.11 for bar in chart.bars)
    first = [bar for bar in chart.bars if bar.x == chart.bars[0].x]
    assert [bar.mark for bar in first] == ["fail", "cancel"] and first[1].y == pytest.approx(first[0].y - first[1].height, abs=0.2)


def _runs(ends, when: datetime) -> None:
    """Runs of `examples.hello` that came to these ends after so many seconds."""
    with session.transaction() as tx:
        workflow = workflows.by_ref(tx, "examples.hello")
        for status, seconds in ends:
            end = None if seconds is None else when + timedelta(seconds=seconds)
            row = {"action_ref": "examples.hello", "kind": "workflow", "status": status, "started_at": when, "completed_at": end}
            [execution_id] = executions.insert_many(tx, [row], now=when)
            header = {"execution": execution_id, "workflow_ref": workflow.ref, "revision": workflow.revision, "status": status}
            workflow_executions.add(tx, header, now=when)
