"""What the first page says: what waits for me, what is broken, what runs. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.web import wording
from app.web.inbox_page import Entry
from app.web.vocabulary import Look, run_look

SHOWN = 5
Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Broken:
    """A failure; `times` in a row of the same workflow."""

    id: int
    look: Look
    title: str
    reason: str
    when: Any
    times: int


@dataclass(frozen=True, slots=True)
class Running:
    """A run on its way."""

    id: int
    look: Look
    title: str
    second: str
    since: Any
    took: str
    tally: list[tuple[Look, int]]


@dataclass(frozen=True, slots=True)
class Tile:
    """Something to start again."""

    ref: str
    label: str
    note: str


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the first minute."""

    title: str
    text: str
    done: bool
    now: bool
    link: str | None
    verb: str


@dataclass(frozen=True, slots=True)
class Columns:
    """The part that stays up to date: columns, at most `SHOWN` long, and their true sizes.

    Attributes:
        version: says which state this is.
        broken_kinds: how many different things are broken; `broken_total` counts each time.
    """

    version: str
    asked: list[Entry]
    asked_total: int
    broken: list[Broken]
    broken_kinds: int
    broken_total: int
    running: list[Running]
    running_total: int
    calm: str


@dataclass(frozen=True, slots=True)
class HomePage:
    """All of the page."""

    headline: str
    subline: str
    columns: Columns
    again: list[Tile]
    first: list[Step]


def broken_of(rows: Sequence[Json], labels: Mapping[str, str]) -> list[Broken]:
    """Failures from ExecutionSummary rows, newest first, repeated ones told once."""
    groups: dict[str, list[Json]] = {}
    for row in rows:
        groups.setdefault(row["action_ref"], []).append(row)
    return [_broken(same, labels) for same in groups.values()]


def _called(row: Json, labels: Mapping[str, str]) -> str:
    return labels.get(row["action_ref"]) or str(row["action_ref"])


def _broken(same: Sequence[Json], labels: Mapping[str, str]) -> Broken:
    latest = same[0]
    reason = latest.get("error") or "It gave no reason; its log may."
    when = latest.get("completed_at") or latest["updated"]
    return Broken(latest["id"], run_look(latest["status"]), _called(latest, labels), str(reason), when, len(same))


def running_of(
    executions: Sequence[Json], runs: Mapping[int, Json], labels: Mapping[str, str], now: datetime
) -> list[Running]:
    """Running ExecutionSummary rows; `runs` are their WorkflowExecution objects by execution."""
    return [_running(row, runs.get(row["id"]), _called(row, labels), now) for row in executions]


def _running(row: Json, run: Json | None, title: str, now: datetime) -> Running:
    paused, pausing = bool(run and run["paused"]), bool(run and run["pausing"])
    look = run_look(row["status"], paused=paused, pausing=pausing)
    took = wording.elapsed(row.get("started_at"), None, now)
    return Running(row["id"], look, title, _second(run, look), row.get("started_at"), took, _tally(run["progress"]) if run else [])


def _second(run: Json | None, look: Look) -> str:
    if run is None:
        return look.word.lower()
    current = list(run["current_tasks"])
    done = f"{run['progress']['completed']} of {run['progress']['total']} tasks done"
    return f"{wording.listed(current, most=3)}; {done}" if current else done


def _tally(progress: Json) -> list[tuple[Look, int]]:
    looks = {
        "completed": Look("ok", "succeeded"), "running": Look("run", "running"), "waiting": Look("wait", "waiting"),
        "failed": Look("fail", "failed"), "skipped": Look("skip", "skipped"),
    }  # fmt: skip
    parts = [(look, progress.get(key, 0)) for key, look in looks.items()]
    rest = max(0, progress["total"] - sum(number for _, number in parts))
    return [*parts, (Look("todo", "not reached yet"), rest)]


def headline(asked: int, broken: int) -> str:
    """The state in words."""
    questions = f"{wording.spelled(asked)} {'question waits' if asked == 1 else 'questions wait'} for you"
    things = f"{wording.spelled(broken)} {'thing is' if broken == 1 else 'things are'} broken"
    if asked and broken:
        return f"{questions}, {things[0].lower()}{things[1:]}"
    return questions if asked else things if broken else "Nothing needs you"


def subline(running: int, now: datetime) -> str:
    word = "run is" if running == 1 else "runs are"
    return f"{now:%A}. {wording.spelled(running)} {word} on {'its' if running == 1 else 'their'} way."


def tiles_of(rows: Sequence[Json], labels: Mapping[str, str], now: datetime, *, most: int = 4) -> list[Tile]:
    """What was started last, each workflow once."""
    latest: dict[str, Json] = {}
    for row in rows:
        latest.setdefault(row["action_ref"], row)
    return [Tile(ref, labels.get(ref, ref), f"you ran it {wording.ago(row['created'], now)}") for ref, row in list(latest.items())[:most]]


def first_steps(*, watched: bool, answered: bool, own: bool, links: Mapping[str, str]) -> list[Step]:
    """The way from a fresh start to an own workflow; empty when it was gone."""
    if watched and answered and own:
        return []
    steps = [
        ("A run moves", "The tour builds and checks something on this machine.", watched, "run", "Watch it"),
        ("It asks you", "A question waits for your answer; the run goes on with it.", answered, "inbox", "Answer"),
        ("Make it your own", "Copy it, change it, rehearse it and run it: the editor says what comes next.", own, "copy", "Make a copy"),
    ]
    current = next((number for number, step in enumerate(steps) if not step[2]), None)
    return [
        Step(title, text, done, number == current, links.get(link), verb)
        for number, (title, text, done, link, verb) in enumerate(steps)
    ]
