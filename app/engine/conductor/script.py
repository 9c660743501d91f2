"""The script of a rehearsal: what each run comes to, in the words of its author."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from app.engine.conductor.plan import Plan, PlanTask
from app.engine.conductor.reports import RunKey
from app.engine.errors import InvalidValue
from app.engine.spec.findings import did_you_mean

Problem = dict[str, str]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a scripted run comes to; without any outcome it succeeds with no data.

    Attributes:
        item: index of the item it is for; None: for every run of the task in turn.
        result: the `data` of a success, or of the failure beside it.
        answer: what people respond (core.ask).
        error: `{type, message}` of a failure.
        timed_out: it ran out of time; a question closes with its `default_response`, if it has one.
        silent: it never ends, so that the rehearsal shows what waits.
        took_s: simulated duration, seconds.
    """

    task: str
    item: int | None = None
    result: Any = None
    answer: Any = None
    error: Mapping[str, str] | None = None
    timed_out: bool = False
    silent: bool = False
    took_s: float = 1.0


ENTRY_KEYS = tuple(field.name for field in fields(Answer))
OUTCOME_KEYS = ("answer", "error", "timed_out", "silent")


class Script:
    """The entries by task and item. Those for one task are used in the order of its runs; the last one stays."""

    def __init__(self, entries: Iterable[Answer]) -> None:
        self._entries: dict[tuple[str, int | None], deque[Answer]] = {}
        for entry in entries:
            self._entries.setdefault((entry.task, entry.item), deque()).append(entry)

    def take(self, key: RunKey) -> Answer | None:
        """The entry for this run, used up unless it is the last; one for the item goes before one for the task."""
        waiting = self._waiting(key)
        if not waiting:
            return None
        return waiting.popleft() if len(waiting) > 1 else waiting[0]

    def peek(self, key: RunKey) -> Answer | None:
        """The entry this run will take."""
        waiting = self._waiting(key)
        return waiting[0] if waiting else None

    def _waiting(self, key: RunKey) -> deque[Answer] | None:
        return self._entries.get((key.task, key.item)) or self._entries.get((key.task, None))


def read_script(entries: Iterable[Answer | Mapping[str, Any]], plan: Plan) -> Script:
    """The script of a rehearsal of this plan.

    Raises:
        InvalidValue: entries that name no task of it, or say what no run of that task can come to; all of them.
    """
    answers, problems = [], list[Problem]()
    for number, given in enumerate(entries):
        entry = given if isinstance(given, Answer) else Answer(**given)
        problems += [{"path": f"script[{number}].{at}", "message": text} for at, text in _mistakes(entry, plan)]
        answers.append(entry)
    if problems:
        more = f" ({len(problems)} problems)" if len(problems) > 1 else ""
        raise InvalidValue(f"{problems[0]['path']}: {problems[0]['message']}{more}", details=problems)
    return Script(answers)


def _mistakes(entry: Answer, plan: Plan) -> Iterable[tuple[str, str]]:
    task = plan.tasks.get(entry.task)
    if task is None:
        yield "task", f"'{entry.task}' is no task of this workflow.{did_you_mean(entry.task, plan.tasks)}"
        return
    yield from _task_mistakes(entry, task)
    told = [key for key in OUTCOME_KEYS if getattr(entry, key) not in (None, False)]
    if len(told) > 1:
        yield told[1], f"A run comes to one thing: '{told[0]}' or '{told[1]}'."
    if not 0 <= entry.took_s < 1e9:
        yield "took_s", f"'took_s' takes seconds from 0, got {entry.took_s:g}."


def _task_mistakes(entry: Answer, task: PlanTask) -> Iterable[tuple[str, str]]:
    if task.is_container:
        yield "task", f"'{entry.task}' is parallel: it comes to what its children come to. Name one of them."
    if entry.item is not None and task.items is None:
        yield "item", f"'{entry.task}' has no with_items, so it has no item {entry.item}."
    if task.is_ask and entry.result is not None:
        yield "result", f"'{entry.task}' asks people: what they respond is its 'answer'."
    if not task.is_ask and entry.answer is not None:
        yield "answer", f"'{entry.task}' asks nobody: what it gives is its 'result'."
