"""How the last runs of a workflow went: their ends day by day, how long they took, and their slowest tasks."""

from __future__ import annotations

import statistics
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.engine.access import Caller
from app.engine.statuses import TERMINAL
from app.persistence import session
from app.persistence.repositories import workflow_statistics
from app.persistence.repositories.rows import Row
from app.queries.execution_access import execution_scope

DAYS, MOST_RUNS = 30, 1000
TASK_RUNS = 100  # of which the tasks are looked at
SLOWEST = 10


@dataclass(frozen=True, slots=True)
class Day:
    """One day (UTC): how many runs came to which end, and seconds of those that succeeded."""

    date: date
    succeeded: int
    failed: int
    other: int
    median_s: float | None
    slow_s: float | None


@dataclass(frozen=True, slots=True)
class TaskTime:
    """One task over the last runs, in seconds. `visits`: how often it was done."""

    name: str
    visits: int
    failed: int
    mean_s: float
    most_s: float


@dataclass(frozen=True, slots=True)
class WorkflowStatistics:
    """Attributes:
    runs: those that have ended; `open_runs` have not.
    success_rate: of those that succeeded or failed (cancelled ones say nothing); None when there are none.
    median_s, slow_s: of those that succeeded: the middle one, and what 95 of 100 stay below.
    task_runs: how many of the newest runs `tasks` is about.
    is_cut: there were more than `MOST_RUNS`, only the newest count.
    """

    days: list[Day]
    runs: int
    open_runs: int
    success_rate: float | None
    median_s: float | None
    slow_s: float | None
    tasks: list[TaskTime]
    task_runs: int
    is_cut: bool


def statistics_of(*, ref: str, by: Caller, now: datetime) -> WorkflowStatistics:
    """The last 30 days, at most the newest 1,000 runs that the caller may see."""
    since = (now - timedelta(days=DAYS - 1)).replace(hour=0, minute=0, second=0, microsecond=0)
    with session.reading() as tx:
        rows = workflow_statistics.last_runs(tx, ref, execution_scope(by), since=since, limit=MOST_RUNS + 1)
        is_cut, rows = len(rows) > MOST_RUNS, rows[:MOST_RUNS]
        looked_at = [row["run"] for row in rows if row["status"] in TERMINAL][:TASK_RUNS]
        times = workflow_statistics.task_times(tx, looked_at) if looked_at else []
    ended = [row for row in rows if row["status"] in TERMINAL]
    went = Counter(_end(row) for row in ended)
    judged = went["succeeded"] + went["failed"]
    taken = _taken(ended)
    return WorkflowStatistics(
        days=_days(ended, since.date()),
        runs=len(ended),
        open_runs=len(rows) - len(ended),
        success_rate=went["succeeded"] / judged if judged else None,
        median_s=_median(taken),
        slow_s=_slow(taken),
        tasks=[_task_time(row) for row in times[:SLOWEST]],
        task_runs=len(looked_at),
        is_cut=is_cut,
    )


def _days(rows: list[Row], first: date) -> list[Day]:
    by_day: dict[date, list[Row]] = {first + timedelta(days=number): [] for number in range(DAYS)}
    for row in rows:
        by_day.setdefault(row["created"].date(), []).append(row)
    return [_day(day, of_day) for day, of_day in sorted(by_day.items())]


def _day(day: date, rows: list[Row]) -> Day:
    went, taken = Counter(_end(row) for row in rows), _taken(rows)
    return Day(day, went["succeeded"], went["failed"], went["other"], _median(taken), _slow(taken))


def _end(row: Row) -> str:
    return {"completed": "succeeded", "failed": "failed", "timeout": "failed", "abandoned": "failed"}.get(row["status"], "other")


def _taken(rows: list[Row]) -> list[float]:
    """Seconds of the runs that succeeded, shortest first."""
    succeeded = [row for row in rows if row["status"] == "completed" and row["started_at"] and row["completed_at"]]
    return sorted((row["completed_at"] - row["started_at"]).total_seconds() for row in succeeded)


def _median(taken: list[float]) -> float | None:
    return statistics.median(taken) if taken else None


def _slow(taken: list[float]) -> float | None:
    return taken[min(len(taken) - 1, int(len(taken) * 0.95))] if taken else None


def _task_time(row: Row) -> TaskTime:
    return TaskTime(row["task_name"], row["visits"], int(row["failed"]), float(row["mean_ms"]) / 1000, row["most_ms"] / 1000)
