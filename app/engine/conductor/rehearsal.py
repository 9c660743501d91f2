"""What a rehearsal tells: steps, and where it stands."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.engine.conductor.commands import Finish
from app.engine.conductor.script import Answer
from app.engine.conductor.state import RunState
from app.engine.conductor.views import waiting_reasons

__all__ = ["Answer", "Rehearsal", "Step"]

STOPPED_HERE = "the rehearsal stops before it"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened.

    Attributes:
        what: a task state of api.md 9.
        at: simulated time, aware UTC.
        transitions: only where a visit ended: `{index, when, kind, label, value, fired, targets, published, reason}`.
            `value` is what was found (None: not looked at), `targets` where it leads whether it fired or not.
    """

    seq: int
    at: datetime
    task: str
    what: str
    item: int | None = None
    visit: int = 1
    attempt: int | None = None
    input: Any = None
    result: Any = None
    error: Any = None
    published: dict[str, Any] | None = None
    transitions: list[dict[str, Any]] | None = None


@dataclass(slots=True)
class Rehearsal:
    """The outcome: `status` of the run so far, every step, and what still waits when nothing is scripted.

    `warnings`: `{message, path}` as on an execution (a result that does not fit `output`).
    """

    state: RunState
    steps: list[Step] = field(default_factory=list)
    finish: Finish | None = None
    now: datetime | None = None
    until: str | None = None
    warnings: list[dict[str, str]] = field(default_factory=list)

    @property
    def status(self) -> str:
        return self.state.status if self.finish is None else str(self.finish.status)

    @property
    def output(self) -> dict[str, Any] | None:
        return None if self.finish is None else self.finish.result

    @property
    def variables(self) -> dict[str, Any]:
        return dict(self.state.variables)

    @property
    def path(self) -> list[str]:
        """Tasks in the order they were entered; one for each visit, children after their container."""
        return [task for task, _ in dict.fromkeys((step.task, step.visit) for step in self.steps)]

    @property
    def waiting(self) -> list[dict[str, Any]]:
        """What unfinished tasks wait for (`views.waiting_reasons`)."""
        assert self.now is not None
        rows = waiting_reasons(self.state, self.now)
        return [row | {"reason": STOPPED_HERE} if row["task"] == self.until else row for row in rows]
