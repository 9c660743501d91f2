"""The stage of a rehearsal: takes commands, answers them from a script, and lets simulated time pass."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from app.engine.conductor.advance import advance
from app.engine.conductor.commands import (
    AwaitInquiry,
    CancelRun,
    ClearTimer,
    Command,
    Finish,
    OpenInquiry,
    Record,
    RunAction,
    SetTimer,
)
from app.engine.conductor.rehearsal import Answer, Rehearsal, Step
from app.engine.conductor.reports import (
    InquiryAnswered,
    Report,
    RunKey,
    Started,
    TaskCancelled,
    TaskError,
    TaskFailed,
    TaskSucceeded,
    TaskTimedOut,
    TimerDue,
)
from app.engine.conductor.views import visit_result

MOST_STEPS = 20_000  # a rehearsal is for looking at; a loop of ten thousand items still fits

Example = Callable[[RunAction | OpenInquiry], dict[str, Any]]


class Stage:
    """Simulated time: what will be reported, ordered by when."""

    def __init__(self, rehearsal: Rehearsal, script: list[Answer], example: Example, until: str | None) -> None:
        self.rehearsal = rehearsal
        self.example = example
        self.until = until
        self.now: datetime = rehearsal.now or datetime.min
        self.script: dict[tuple[str, int | None], deque[Answer]] = {}
        for answer in script:
            self.script.setdefault((answer.task, answer.item), deque()).append(answer)
        self.coming: dict[tuple[str, RunKey], tuple[datetime, int, Report]] = {}
        self.count = 0

    def play(self) -> Rehearsal:
        self._report(Started())
        for _ in range(MOST_STEPS):
            if self.rehearsal.finish is not None or not self.coming or self._reached_until():
                break
            slot = min(self.coming, key=lambda slot: self.coming[slot][:2])
            due_at, _, report = self.coming.pop(slot)
            self.now = max(self.now, due_at)
            self._report(report)
        self.rehearsal.now = self.now
        return self.rehearsal

    def _reached_until(self) -> bool:
        return self.until is not None and self.until in self.rehearsal.state.latest

    def _report(self, report: Report) -> None:
        state, commands = advance(self.rehearsal.state, report, now=self.now)
        self.rehearsal.state = state
        for command in commands:
            self._take(command)

    def _take(self, command: Command) -> None:
        if isinstance(command, RunAction | OpenInquiry):
            self._plan_answer(command)
        elif isinstance(command, AwaitInquiry):
            self._plan_wait(command)
        elif isinstance(command, SetTimer):
            self._coming(command.kind, command.key, command.due_at, TimerDue(command.kind, command.key))
        elif isinstance(command, ClearTimer):
            self.coming.pop((command.kind, command.key), None)
        elif isinstance(command, CancelRun):
            self._cancel(command)
        elif isinstance(command, Record):
            self._note(command)
        elif isinstance(command, Finish):
            self.rehearsal.finish = command

    def _coming(self, kind: str, key: RunKey, due_at: datetime, report: Report) -> None:
        self.count += 1
        self.coming[(kind, key)] = (due_at, self.count, report)

    def _plan_answer(self, run: RunAction | OpenInquiry) -> None:
        if run.key.task == self.until:
            return
        kind = "waiting_inquiry" if isinstance(run, OpenInquiry) else "running"
        self._step(run.key, kind, input=run.input)
        answer = self._answer(run.key)
        if answer is not None and answer.silent:
            return
        took_s = answer.took_s if answer is not None else 1.0
        late = run.timeout_s is not None and (took_s > run.timeout_s or (answer is not None and answer.timed_out))
        wait_s = run.timeout_s if late and run.timeout_s is not None else took_s
        due_at = self.now + timedelta(seconds=wait_s)
        self._coming("run", run.key, due_at, self._outcome(run, answer, wait_s, late=late))

    def _outcome(
        self, run: RunAction | OpenInquiry, answer: Answer | None, took_s: float, *, late: bool
    ) -> Report:
        duration_ms = round(took_s * 1000)
        if answer is not None and (answer.timed_out or late):
            asked = isinstance(run, OpenInquiry)
            message = "inquiry timed out" if asked else f"Execution timed out after {took_s:g} seconds"
            return TaskTimedOut(run.key, TaskError("timeout", message), _failed(message), duration_ms)
        if answer is not None and answer.error is not None:
            error = TaskError(answer.error.get("type", "failed"), answer.error.get("message", "failed"))
            return TaskFailed(run.key, error, _failed(error.message), duration_ms)
        return TaskSucceeded(run.key, self._success(run, answer), duration_ms)

    def _success(self, run: RunAction | OpenInquiry, answer: Answer | None) -> dict[str, Any]:
        if isinstance(run, OpenInquiry):
            response = answer.answer if answer is not None else self.example(run)
            return {"succeeded": True, "response": response, "inquiry_id": 0}
        data = answer.result if answer is not None else self.example(run)
        return {"succeeded": True, "exit_code": 0, "data": {} if data is None else data}

    def _answer(self, key: RunKey) -> Answer | None:
        for slot in ((key.task, key.item), (key.task, None)):
            entries = self.script.get(slot)
            if entries:
                return entries.popleft() if len(entries) > 1 else entries[0]
        return None

    def _plan_wait(self, command: AwaitInquiry) -> None:
        self._step(command.key, "waiting_inquiry")
        self._coming(
            "inquiry", command.key, self.now + timedelta(seconds=1), InquiryAnswered(command.inquiry_id)
        )

    def _cancel(self, command: CancelRun) -> None:
        running = self.coming.get(("run", command.key))
        if command.running_too or running is None:
            self._coming("run", command.key, self.now, TaskCancelled(command.key))

    def _note(self, record: Record) -> None:
        if record.task is None or record.visit is None:
            return
        key = RunKey(record.task, record.visit, record.item, record.attempt or 0)
        if record.type == "retry_scheduled":
            self._step(key, "waiting_retry")
        elif record.type == "attempt_ended" and record.item is not None:
            self._step(key, _STATE_WORDS[record.payload["outcome"]], error=record.payload.get("error"))
        elif record.type == "task_ended":
            self._note_end(key, record)

    def _note_end(self, key: RunKey, record: Record) -> None:
        state = self.rehearsal.state
        visit = state.visits[(key.task, key.visit)]
        names = dict.fromkeys(name for t in visit.transitions for name in t.published)
        names.update(dict.fromkeys(entry.name for entry in state.plan.tasks[key.task].publish))
        self._step(
            key._replace(attempt=visit.attempt),
            str(visit.state),
            result=visit_result(state, visit),
            error=record.payload.get("error"),
            published={name: state.variables[name] for name in names if name in state.variables},
            transitions=[
                {"when": t.when, "value": t.taken, "fired": bool(t.taken), "targets": list(t.targets)}
                for t in visit.transitions
            ],
        )

    def _step(self, key: RunKey, what: str, **told: Any) -> None:
        seq = len(self.rehearsal.steps) + 1
        step = Step(seq, self.now, key.task, what, key.item, key.visit, key.attempt or None, **told)
        self.rehearsal.steps.append(step)


_STATE_WORDS = {
    "succeeded": "completed", "failed": "failed", "timed_out": "timed_out", "cancelled": "cancelled",
    "skipped": "skipped",
}  # fmt: skip


def _failed(message: str) -> dict[str, Any]:
    return {"succeeded": False, "error": message}
