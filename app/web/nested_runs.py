"""Nested workflows on the drawing of the run around them: which can be opened in place, and those that are.

The address says which are open (`open`, once for each task), so that it works with links alone. A live page also says
which runs it shows within (`inside`), so that a change of theirs is one of the page.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import request, url_for

from app.engine.access import Caller
from app.engine.errors import InvalidDefinition, NotFound
from app.engine.graph.looks import Inset, Opener
from app.engine.statuses import TERMINAL
from app.queries import nested_runs
from app.services import ports
from app.services.workflows import load_spec
from app.web import pictures, run_versions

MOST_OPEN = 8
MOST_TASKS = 60  # a larger one is a page of its own
Tasks = Sequence[Mapping[str, Any]]
StateOf = Callable[[int, Caller], "RunState"]


@dataclass(frozen=True, slots=True)
class RunState:
    """One run as a picture needs it: its graph, which edges were taken, its TaskState objects."""

    graph: Any
    taken: Sequence[bool | None]
    tasks: Tasks
    status: str


@dataclass(frozen=True, slots=True)
class NestedRuns:
    """What the drawing gets, and what the page's address keeps.

    Attributes:
        seen: marks of the pictures within, in the order of `inside`.
        words: versions of the runs within.
    """

    openers: dict[str, Opener] = field(default_factory=dict)
    insets: dict[str, Inset] = field(default_factory=dict)
    inside: tuple[int, ...] = ()
    seen: tuple[str, ...] = ()
    words: tuple[str, ...] = ()

    @property
    def open(self) -> list[str]:
        return list(self.insets)


NONE = NestedRuns()


def nested_in(execution_id: int, tasks: Tasks, by: Caller, *, state_of: StateOf, seen: Sequence[str] = ()) -> NestedRuns:
    """The nested runs of a run; `seen` are the marks of their pictures that the browser has."""
    runs = _runs_of(tasks)
    wanted = [name for name in dict.fromkeys(request.args.getlist("open")) if name in runs][:MOST_OPEN]
    wanted = [name for name in wanted if runs[name].small]
    given = dict(zip(run_versions.shown_inside(), seen, strict=False))
    shown = {name: _shown(name, runs[name].execution, given, by, state_of) for name in wanted}
    drawn = {name: part for name, part in shown.items() if part is not None}
    return NestedRuns(
        openers={name: _opener(execution_id, run, list(drawn)) for name, run in runs.items()},
        insets={name: part.inset for name, part in drawn.items()},
        inside=tuple(runs[name].execution for name in drawn),
        seen=tuple(part.marks for part in drawn.values()),
        words=tuple(part.word for part in drawn.values()),
    )


@dataclass(frozen=True, slots=True)
class _Nested:
    task: str
    execution: int
    small: bool


@dataclass(frozen=True, slots=True)
class _Shown:
    inset: Inset
    marks: str
    word: str


def _runs_of(tasks: Tasks) -> dict[str, _Nested]:
    latest = {task["name"]: task["execution"] for task in tasks if task["execution"] and not task.get("items")}
    revisions = nested_runs.revisions_of(execution_ids=list(latest.values()))
    return {name: _Nested(name, ran, _is_small(revisions[ran])) for name, ran in latest.items() if ran in revisions}


def _is_small(revision: int) -> bool:
    try:
        return len(load_spec(revision).all_tasks()) <= MOST_TASKS
    except InvalidDefinition:
        return False


def _shown(name: str, ran: int, given: Mapping[int, str], by: Caller, state_of: StateOf) -> _Shown | None:
    """None when the caller may see the run around it, but not this one."""
    word = run_versions.present(ran)
    try:
        state = state_of(ran, by)
    except NotFound:
        return None
    picture, room = pictures.inset_picture(
        state.graph, state.taken, state.tasks, ended=state.status in TERMINAL, now=ports.now(), task=name,
        href=url_for("runs.detail", execution_id=ran) + "?task={name}", seen=given.get(ran, ""),
    )  # fmt: skip
    return _Shown(Inset(picture.markup, room), picture.marks, word)


def _opener(execution_id: int, run: _Nested, opened: list[str]) -> Opener:
    if not run.small:
        return Opener(url_for("runs.detail", execution_id=run.execution), f"Open run {run.execution}")
    is_open = run.task in opened
    others = [name for name in opened if name != run.task]
    href = url_for(
        "runs.detail", execution_id=execution_id, task=request.args.get("task"),
        open=others if is_open else [*opened, run.task], _anchor=f"node-{run.task}",
    )  # fmt: skip
    return Opener(href, f"{'Hide' if is_open else 'Show'} the run inside {run.task}", is_open)
