"""The stage of a rehearsal: takes commands, answers them from a script, and lets simulated time pass."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from app.engine.conductor.advance import advance
from app.engine.conductor.bounds import Meter
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
    Warn,
)
from app.engine.conductor.plan import PlanTask
from app.engine.conductor.questions import Question, Questions
from app.engine.conductor.rehearsal import Rehearsal, Step
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
from app.engine.conductor.script import Answer, Script
from app.engine.conductor.stand_ins import A_MOMENT_S, StandIn, check_answer, stand_in
from app.engine.conductor.state import TransitionTaken, Visit
from app.engine.conductor.views import visit_result
from app.engine.spec.catalog import Catalog
from app.engine.statuses import InquiryStatus

Slot = tuple[str, RunKey]
_A_MOMENT = timedelta(seconds=A_MOMENT_S)


class Stage:
    """Simulated time: what will be reported, ordered by when."""

    def __init__(
        self, rehearsal: Rehearsal, script: Script, catalog: Catalog | None, questions: Questions, meter: Meter
    ) -> None:
        assert rehearsal.now is not None
        self.rehearsal = rehearsal
        self.script = script
        self.catalog = catalog
        self.questions = questions
        self.meter = meter
        self.until = rehearsal.until
        self.now: datetime = rehearsal.now
        self.coming: dict[Slot, tuple[datetime, int, Report]] = {}
        self.count = 0
        self.attempt_errors: dict[RunKey, Any] = {}

    def play(self) -> Rehearsal:
        """Report what comes, in order, until the run has ended, nothing comes any more, or `until` is reached."""
        self._report(Started())
        while self.coming and self.rehearsal.finish is None and not self._reached_until():
            slot = min(self.coming, key=lambda slot: self.coming[slot][:2])
            due_at, _, report = self.coming.pop(slot)
            self.now = max(self.now, due_at)
            self._report(report)
        self.rehearsal.now = self.now
        return self.rehearsal

    def _reached_until(self) -> bool:
        return self.until is not None and self.until in self.rehearsal.state.latest

    def _report(self, report: Report) -> None:
        self._close_question(report)
        state, commands = advance(self.rehearsal.state, report, now=self.now)
        self.meter.step()
        self.rehearsal.state = state
        for command in commands:
            self._take(command)

    def _take(self, command: Command) -> None:
        if isinstance(command, RunAction | OpenInquiry):
            self._start(command)
        elif isinstance(command, AwaitInquiry):
            self._await(command)
        elif isinstance(command, SetTimer):
            self._coming(command.kind, command.key, command.due_at, TimerDue(command.kind, command.key))
        elif isinstance(command, ClearTimer):
            self.coming.pop((command.kind, command.key), None)
        elif isinstance(command, CancelRun):
            self._cancel(command)
        elif isinstance(command, Record):
            self._note(command)
        elif isinstance(command, Warn):
            self.rehearsal.warnings.append({"message": command.message, "path": command.path})
        elif isinstance(command, Finish):
            self.meter.told(command.result)
            self.rehearsal.finish = command

    def _coming(self, kind: str, key: RunKey, due_at: datetime, report: Report) -> None:
        self.count += 1
        self.coming[(kind, key)] = (due_at, self.count, report)

    def _start(self, run: RunAction | OpenInquiry) -> None:
        if run.key.task == self.until:
            return
        answer = self.script.take(run.key)
        known = stand_in(run, self.catalog, scripted=answer is not None)
        self._step(run.key, "waiting_inquiry" if isinstance(run, OpenInquiry) else "running", input=known.input)
        if known.error is not None:
            self._coming("run", run.key, self.now, TaskFailed(run.key, known.error, _failed(known.error.message)))
            return
        question = self.questions.ask(run.key) if isinstance(run, OpenInquiry) else None
        if answer is None or not answer.silent:
            self._plan_end(run, known, answer, question)

    def _plan_end(
        self, run: RunAction | OpenInquiry, known: StandIn, answer: Answer | None, question: Question | None
    ) -> None:
        took_s = answer.took_s if answer is not None else known.took_s
        late = answer is not None and answer.timed_out
        if run.timeout_s is not None and (late or took_s > run.timeout_s):
            took_s, late = run.timeout_s, True
        end = _End(run.key, known, answer, round(took_s * 1000))
        report = end.of_action(took_s, late=late) if question is None else end.of_question(question, late=late)
        self._coming("run", run.key, self.now + timedelta(seconds=took_s), report)

    def _await(self, command: AwaitInquiry) -> None:
        """A question of this run is awaited until it is closed; one from outside is answered in a moment."""
        self._step(command.key, "waiting_inquiry")
        question, answer = self.questions.by_id(command.inquiry_id), self.script.peek(command.key)
        if question is not None and question.status == InquiryStatus.PENDING:
            return
        if question is not None:
            self._tell_closed(question)
        elif answer is None or not answer.silent:
            outcome = InquiryStatus.TIMEOUT if answer and answer.timed_out else InquiryStatus.RESPONDED
            report = InquiryAnswered(command.inquiry_id, outcome=str(outcome))
            self._coming("inquiry", command.key, self.now + _A_MOMENT, report)

    def _close_question(self, report: Report) -> None:
        """The question whose run is reported closes first, so that templates see it closed."""
        if not isinstance(report, TaskSucceeded | TaskFailed | TaskTimedOut | TaskCancelled):
            return
        question = self.questions.open_of(report.key)
        if question is not None:
            question.close(_closing_status(report), report.result.get("response"), self.now)
            self._tell_closed(question)

    def _tell_closed(self, question: Question) -> None:
        report = InquiryAnswered(question.id, outcome=question.status)
        self._coming("inquiry", question.key, self.now, report)

    def _cancel(self, command: CancelRun) -> None:
        running = self.coming.get(("run", command.key))
        asked = self.questions.open_of(command.key) is not None
        if command.running_too or asked or running is None:
            self._coming("run", command.key, self.now, TaskCancelled(command.key))

    def _note(self, record: Record) -> None:
        if record.task is None or record.visit is None:
            return
        key = RunKey(record.task, record.visit, record.item, record.attempt or 0)
        if record.type in _STATE_OF_RECORD:
            error = self.attempt_errors.pop(key._replace(attempt=key.attempt - 1), None)
            self._step(key, _STATE_OF_RECORD[record.type], error=error)
        elif record.type == "attempt_ended":
            self._note_attempt(key, record)
        elif record.type == "task_ended":
            self._note_end(key, record)

    def _note_attempt(self, key: RunKey, record: Record) -> None:
        error = record.payload.get("error")
        self.attempt_errors[key] = error
        if key.item is not None:
            self._step(key, _STATE_OF_OUTCOME[record.payload["outcome"]], error=error)

    def _note_end(self, key: RunKey, record: Record) -> None:
        state = self.rehearsal.state
        visit, task = state.visits[(key.task, key.visit)], state.plan.tasks[key.task]
        self._step(
            key._replace(attempt=visit.attempt),
            str(visit.state),
            result=visit_result(state, visit),
            error=record.payload.get("error"),
            published=self._published(visit, task),
            transitions=[_transition(task, taken) for taken in visit.transitions],
        )

    def _published(self, visit: Visit, task: PlanTask) -> dict[str, Any]:
        names = dict.fromkeys(name for taken in visit.transitions for name in taken.published)
        names.update(dict.fromkeys(entry.name for entry in task.publish))
        variables = self.rehearsal.state.variables
        return {name: variables[name] for name in names if name in variables}

    def _step(self, key: RunKey, what: str, **told: Any) -> None:
        self.meter.told(*told.values())
        seq = len(self.rehearsal.steps) + 1
        step = Step(seq, self.now, key.task, what, key.item, key.visit, key.attempt or None, **told)
        self.rehearsal.steps.append(step)


class _End:
    """What the end of one run is, by its script entry or by what stands for its action."""

    def __init__(self, key: RunKey, known: StandIn, answer: Answer | None, duration_ms: int) -> None:
        self.key = key
        self.known = known
        self.answer = answer
        self.duration_ms = duration_ms

    def of_action(self, took_s: float, *, late: bool) -> Report:
        if late:
            return self._timed_out(f"Execution timed out after {took_s:g} seconds", {})
        if self.answer is None:
            return self._computed(self.known.example())
        if self.answer.error is not None:
            return self._failed(self.answer)
        return TaskSucceeded(self.key, self.known.result(self.answer.result), self.duration_ms)

    def of_question(self, question: Question, *, late: bool) -> Report:
        asked = {"inquiry_id": question.id}
        if late:
            default = self.known.input.get("default_response")
            if default is None:
                return self._timed_out("inquiry timed out", asked)
            result = {"succeeded": True, "response": default, **asked, "defaulted": True}
            return TaskSucceeded(self.key, result, self.duration_ms)
        if self.answer is not None and self.answer.error is not None:
            return self._failed(self.answer, asked)
        response = self.known.example_answer() if self.answer is None else self.answer.answer
        if self.answer is not None:
            check_answer(self.key.task, response, self.known.input)
        return TaskSucceeded(self.key, {"succeeded": True, "response": response, **asked}, self.duration_ms)

    def _computed(self, result: dict[str, Any]) -> Report:
        if result["succeeded"]:
            return TaskSucceeded(self.key, result, self.duration_ms)
        return TaskFailed(self.key, TaskError("failed", str(result["error"])), result, self.duration_ms)

    def _failed(self, answer: Answer, more: dict[str, Any] | None = None) -> Report:
        assert answer.error is not None
        error = TaskError(answer.error.get("type", "failed"), answer.error.get("message", "failed"))
        data = {} if answer.result is None else {"data": answer.result}
        result = {**_failed(error.message), **data, **(more or {})}
        if error.type == "cancelled":
            return TaskCancelled(self.key, result, self.duration_ms)
        return TaskFailed(self.key, error, result, self.duration_ms)

    def _timed_out(self, message: str, more: dict[str, Any]) -> Report:
        return TaskTimedOut(self.key, TaskError("timeout", message), {**_failed(message), **more}, self.duration_ms)


_STATE_OF_RECORD = {
    "retry_scheduled": "waiting_retry", "delayed": "pending", "container_started": "running",
}  # fmt: skip
_STATE_OF_OUTCOME = {
    "succeeded": "completed", "failed": "failed", "timed_out": "timed_out", "cancelled": "cancelled",
    "skipped": "skipped",
}  # fmt: skip


def _closing_status(report: Report) -> str:
    """How a question closed, from the report of its run."""
    if isinstance(report, TaskTimedOut):
        return InquiryStatus.TIMEOUT
    if isinstance(report, TaskSucceeded):
        return InquiryStatus.TIMEOUT if report.result.get("defaulted") else InquiryStatus.RESPONDED
    return InquiryStatus.CANCELLED


def _transition(task: PlanTask, taken: TransitionTaken) -> dict[str, Any]:
    spec = task.transitions[taken.index].spec
    return {
        "index": taken.index,
        "when": spec.when,
        "kind": spec.kind,
        "label": spec.label,
        "value": taken.taken,
        "fired": bool(taken.taken),
        "targets": list(spec.targets),
        "published": list(taken.published),
        "reason": taken.reason,
    }


def _failed(message: str) -> dict[str, Any]:
    return {"succeeded": False, "error": message}
