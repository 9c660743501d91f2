"""Small words for workflows and runs in tests.

`flow("a -> c; b -> c; c [join: 2]")` is a workflow; `Play` drives it: it answers commands by name and keeps what
was handed out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from app.engine.conductor.advance import advance
from app.engine.conductor.commands import (
    AwaitInquiry,
    CancelRun,
    Command,
    Finish,
    OpenInquiry,
    RunAction,
    SetTimer,
)
from app.engine.conductor.plan import PlanLimits, build_plan
from app.engine.conductor.reports import (
    CancelRequested,
    PauseRequested,
    Report,
    ResumeRequested,
    RunKey,
    Started,
    TaskCancelled,
    TaskError,
    TaskFailed,
    TaskSucceeded,
    TaskTimedOut,
    TimerDue,
)
from app.engine.conductor.start import new_run
from app.engine.conductor.state import RunState, Visit
from app.engine.spec.model import PublishEntry, RetrySpec, TaskSpec, TransitionSpec, WorkflowSpec

T0 = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)

_HELPERS = {"succeeded()": "succeeded", "failed()": "failed", "timed_out()": "timed_out"}


def go(*targets: str, when: str | None = None, publish: dict[str, Any] | str | None = None, **fields: Any) -> TransitionSpec:
    """One entry of `next`; `guard=` makes it a classic key."""
    kind = fields.pop("kind", None) or ("always" if when is None else _HELPERS.get(when, "custom"))
    return TransitionSpec(
        guard=fields.pop("guard", "always"),
        when=when,
        kind=kind,
        publish=published(publish),
        targets=targets,
        **fields,
    )


def published(entries: dict[str, Any] | str | None) -> tuple[PublishEntry, ...]:
    if entries is None:
        return ()
    if isinstance(entries, str):
        return (PublishEntry(entries, bare=True),)
    return tuple(PublishEntry(name, value) for name, value in entries.items())


def task(name: str, *transitions: TransitionSpec, publish: Any = None, retry: Any = None, **fields: Any) -> TaskSpec:
    """A task with a no-op action unless said otherwise."""
    if fields.get("type") != "parallel":
        fields.setdefault("action", "core.noop")
    fields["children"] = tuple(replace(child, container=name) for child in fields.pop("children", ()))
    if isinstance(retry, dict):
        retry = RetrySpec(**retry)
    return TaskSpec(name=name, transitions=transitions, publish=published(publish), retry=retry, **fields)


def parallel(name: str, children: Iterable[TaskSpec], *transitions: TransitionSpec, **fields: Any) -> TaskSpec:
    return task(name, *transitions, type="parallel", children=tuple(children), **fields)


def workflow(*tasks: TaskSpec, output: dict[str, Any] | None = None, vars: dict[str, Any] | None = None, **fields: Any) -> WorkflowSpec:
    return WorkflowSpec(
        ref="test.flow",
        version="1",
        tasks=tasks,
        output_map=None if output is None else tuple(output.items()),
        vars=tuple((vars or {}).items()),
        **fields,
    )


def flow(text: str, **fields: Any) -> WorkflowSpec:
    """`a -> b, c; b ->? d; b ->! e; x [join: all, max_visits: 3]`: `->?` on success, `->!` on failure, `->` always."""
    edges: dict[str, list[TransitionSpec]] = {}
    options: dict[str, dict[str, Any]] = {}
    for part in filter(None, (p.strip() for p in text.split(";"))):
        match = re.fullmatch(r"(\w+)\s*(?:->([?!]?)\s*([\w, ]+?))?\s*(?:\[(.*)\])?", part)
        assert match, part
        source, mark, targets, given = match.groups()
        names = [t.strip() for t in targets.split(",")] if targets else []
        for name in [source, *names]:
            if name not in ("fail", "noop"):
                edges.setdefault(name, [])
        if names:
            when = {"?": "succeeded()", "!": "failed()", "": None}[mark]
            edges[source].append(go(*names, when=when))
        if given:
            pairs = (option.split(":") for option in given.split(","))
            options[source] = {k.strip(): _number(v.strip()) for k, v in pairs}
    return workflow(*(task(name, *found, **options.get(name, {})) for name, found in edges.items()), **fields)


def _number(text: str) -> Any:
    return int(text) if text.isdigit() else text


class Play:
    """A run in a test: reports by task name, and what was handed out and not answered yet."""

    def __init__(self, spec: WorkflowSpec | str, *, limits: PlanLimits | None = None, start: bool = True, **run: Any) -> None:
        self.plan = build_plan(flow(spec) if isinstance(spec, str) else spec, limits=limits)
        run.setdefault("parameters", {})
        run.setdefault("context", {"execution_id": 1})
        self.state: RunState = new_run(self.plan, **run)
        self.now = T0
        self.chance = 0.5
        self.out: dict[RunKey, RunAction | OpenInquiry] = {}
        self.started: list[str] = []
        self.finish: Finish | None = None
        if start:
            self.report(Started())

    def report(self, report: Report) -> list[Command]:
        self.state, commands = advance(self.state, report, now=self.now, chance=self.chance)
        for command in commands:
            if isinstance(command, RunAction | OpenInquiry):
                self.out[command.key] = command
                self.started.append(_label(command.key))
            elif isinstance(command, Finish):
                assert self.finish is None, "a run ends once"
                self.finish = command
        return commands

    def key(self, name: str, item: int | None = None) -> RunKey:
        """The oldest run of a task that was handed out and not answered."""
        return next(k for k in self.out if k.task == name and k.item == item)

    def ok(self, name: str, result: Any = None, *, item: int | None = None) -> list[Command]:
        key = self.key(name, item)
        del self.out[key]
        return self.report(TaskSucceeded(key, {"succeeded": True, "data": result or {}}))

    def bad(self, name: str, message: str = "exit code 1", *, item: int | None = None, type_: str = "failed") -> list[Command]:
        key = self.key(name, item)
        del self.out[key]
        return self.report(TaskFailed(key, TaskError(type_, message), {"succeeded": False, "error": message}))

    def late(self, name: str, *, item: int | None = None) -> list[Command]:
        key = self.key(name, item)
        del self.out[key]
        message = "Execution timed out after 2 seconds"
        return self.report(TaskTimedOut(key, TaskError("timeout", message), {"succeeded": False, "error": message}))

    def dropped(self, name: str, *, item: int | None = None) -> list[Command]:
        key = self.key(name, item)
        del self.out[key]
        return self.report(TaskCancelled(key))

    def due(self, kind: str, name: str = "", *, visit: int = 1, item: int | None = None, attempt: int = 1) -> list[Command]:
        return self.report(TimerDue(kind, RunKey(name, visit, item, attempt)))

    def pause(self) -> list[Command]:
        return self.report(PauseRequested())

    def resume(self) -> list[Command]:
        return self.report(ResumeRequested())

    def cancel(self, **fields: Any) -> list[Command]:
        return self.report(CancelRequested(**fields))

    def later(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def visit(self, name: str, number: int | None = None) -> Visit:
        return self.state.visits[(name, number or self.state.latest[name])]

    @property
    def running(self) -> list[str]:
        """Handed out and not answered, e.g. `a`, `b#2` (second visit), `c[3]` (item), `d~2` (second attempt)."""
        return [_label(key) for key in self.out]

    @property
    def status(self) -> str:
        return self.state.status

    @property
    def error(self) -> str:
        assert self.finish is not None and self.finish.error is not None
        return self.finish.error.message


def _label(key: RunKey) -> str:
    visit = f"#{key.visit}" if key.visit > 1 else ""
    item = f"[{key.item}]" if key.item is not None else ""
    attempt = f"~{key.attempt}" if key.attempt > 1 else ""
    return f"{key.task}{visit}{item}{attempt}"


def of_kind(commands: list[Command], kind: type) -> list[Any]:
    return [command for command in commands if isinstance(command, kind)]


def timers(commands: list[Command]) -> list[tuple[str, str, float]]:
    """(kind, run, seconds from T0) of each timer set."""
    return [(c.kind, _label(c.key), (c.due_at - T0).total_seconds()) for c in of_kind(commands, SetTimer)]


def cancels(commands: list[Command]) -> list[tuple[str, bool]]:
    """(run, running_too) of each run told to stop."""
    return [(_label(c.key), c.running_too) for c in of_kind(commands, CancelRun)]


def awaited(commands: list[Command]) -> list[int]:
    return [c.inquiry_id for c in of_kind(commands, AwaitInquiry)]
