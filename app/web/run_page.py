"""What the page of one run shows, put together from the read models. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.engine.graph.build import Graph
from app.engine.graph.svg import Picture
from app.engine.statuses import TERMINAL
from app.engine.waiting import error_text
from app.web import pictures, wording
from app.web.nested_runs import NONE, NestedRuns
from app.web.rights import RunRights
from app.web.sentences import Sentence
from app.web.vocabulary import NOT_TAKEN, Look, run_look, task_look

TABS = ("graph", "timeline", "tasks", "items", "variables", "log", "events", "definition")
Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RunHead:
    """The line above the tabs: what runs, how it stands, what one may press."""

    id: int
    title: str
    ref: str
    look: Look
    ended: bool
    is_workflow: bool
    started_at: Any
    completed_at: Any
    created: Any
    who: str | None
    paused: bool
    pause_reason: str | None
    error: str
    original: int | None
    parent: int | None
    may: RunRights


@dataclass(frozen=True, slots=True)
class TaskLine:
    """One task in the table and in the panel."""

    doc: Json
    name: str
    look: Look
    note: str
    took: str


@dataclass(frozen=True, slots=True)
class LivePart:
    """Everything that changes while a run goes on. `selected`: the task whose panel is open, chosen or not."""

    now: datetime
    doing: list[Sentence]
    selected: str | None
    tally: list[tuple[Look, int]]
    picture: Picture
    tasks: list[TaskLine] = field(default_factory=list)


def run_head(
    execution: Json, run: Json | None, *, may: RunRights, label: str | None = None, who: str | None = None
) -> RunHead:
    """The head of an execution and, when it is a workflow, its run; `may` says which buttons the caller gets."""
    status = execution["status"]
    return RunHead(
        id=execution["id"],
        title=label or execution["action_ref"],
        ref=execution["action_ref"],
        look=run_look(status, paused=bool(run and run["paused"]), pausing=bool(run and run.get("pausing"))),
        ended=status in TERMINAL,
        is_workflow=run is not None,
        started_at=execution.get("started_at"),
        completed_at=(run or {}).get("completed_at") or (execution.get("updated") if status in TERMINAL else None),
        created=execution["created"],
        who=who,
        paused=bool(run and run["paused"]),
        pause_reason=(run or {}).get("pause_reason"),
        error=_error(execution, run),
        original=execution.get("original_execution"),
        parent=execution.get("parent"),
        may=may,
    )


def _error(execution: Json, run: Json | None) -> str:
    result = execution.get("result")
    said = result.get("error") if isinstance(result, Mapping) else None
    return str((run or {}).get("error_message") or execution.get("error") or said or "")


def live_part(
    *,
    graph: Graph,
    taken: Sequence[bool | None],
    tasks: Sequence[Json],
    doing: Sequence[Sentence],
    ended: bool,
    now: datetime,
    href: str,
    selected: str | None = None,
    seen: str = "",
    nested: NestedRuns = NONE,
) -> LivePart:
    """The polled part of a workflow's run; `seen` are the marks of the picture that the browser has."""
    return LivePart(
        now=now,
        doing=list(doing),
        selected=selected,
        tally=tally_of(tasks, ended=ended),
        picture=pictures.run_picture(
            graph, taken, tasks, ended=ended, now=now, href=href, selected=selected, seen=seen,
            openers=nested.openers, insets=nested.insets,
        ),
        tasks=[task_line(task, ended=ended, now=now) for task in tasks],
    )


def task_line(task: Json, *, ended: bool, now: datetime) -> TaskLine:
    look = NOT_TAKEN if ended and task["state"] == "pending" else task_look(task["state"])
    took = wording.span(task["duration_ms"] / 1000) if task.get("duration_ms") is not None else ""
    if not took and task["state"] == "running":
        took = wording.elapsed(task.get("started_at"), None, now)
    return TaskLine(task, task["name"], look, error_text(task), took)


def worth_a_look(tasks: Sequence[Json], doing: Sequence[str]) -> str | None:
    """The task whose panel is open before anybody chose one: what holds the run up, what failed, what ended last."""
    failed = [task["name"] for task in tasks if task["state"] in ("failed", "timed_out")]
    ended = sorted((t for t in tasks if t.get("completed_at")), key=lambda t: str(t["completed_at"]))
    return next(iter([*doing, *failed, *(task["name"] for task in ended[-1:])]), None)


def rerun_plan(tasks: Sequence[Json]) -> dict[str, str]:
    """What a retry from the failed tasks keeps and what it runs again, in words."""
    kept = [task["name"] for task in tasks if task["state"] in ("completed", "skipped")]
    again = [task["name"] for task in tasks if task["state"] in ("failed", "timed_out", "cancelled")]
    then = " and what follows" if again else ""
    return {"kept": wording.listed(kept), "again": wording.listed(again) + then}


_TALLY_ORDER = ("ok", "run", "ask", "retry", "wait", "fail", "tout", "cancel", "skip", "dead", "unk", "todo")


def tally_of(tasks: Sequence[Json], *, ended: bool) -> list[tuple[Look, int]]:
    """How many tasks are in each look, in the order of the bar."""
    counts: dict[Look, int] = {}
    for task in tasks:
        look = NOT_TAKEN if ended and task["state"] == "pending" else task_look(task["state"])
        counts[look] = counts.get(look, 0) + 1
    return sorted(counts.items(), key=lambda item: _TALLY_ORDER.index(item[0].mark) if item[0].mark in _TALLY_ORDER else 99)
