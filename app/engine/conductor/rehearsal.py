"""What a rehearsal is told and what it tells: scripted answers, steps, and where it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.engine.conductor.commands import Finish
from app.engine.conductor.state import RunState
from app.engine.conductor.views import waiting_reasons

STOPPED_HERE = "the rehearsal stops before it"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a scripted run comes to.

    Attributes:
        result: the `data` of a success; `answer`: what people respond (core.ask).
        error: `{type, message}` of a failure; `timed_out`: it ran out of time.
        silent: it is never answered, so that the rehearsal shows what waits.
        took_s: simulated duration.
    """

    task: str
    item: int | None = None
    result: Any = None
    answer: Any = None
    error: Mapping[str, str] | None = None
    timed_out: bool = False
    silent: bool = False
    took_s: float = 1.0


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened. `what`: a task state of api.md 9; `at`: simulated time, aware UTC."""

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
    """The outcome: `status` of the run so far, every step, and what still waits when nothing is scripted."""

    state: RunState
    steps: list[Step] = field(default_factory=list)
    finish: Finish | None = None
    now: datetime | None = None
    until: str | None = None

    @property
    def status(self) -> str:
        return self.state.status

    @property
    def output(self) -> dict[str, Any] | None:
        return None if self.finish is None else self.finish.result

    @property
    def variables(self) -> dict[str, Any]:
        return dict(self.state.variables)

    @property
    def waiting(self) -> list[dict[str, Any]]:
        """What unfinished tasks wait for (`views.waiting_reasons`)."""
        assert self.now is not None
        rows = waiting_reasons(self.state, self.now)
        return [row | {"reason": STOPPED_HERE} if row["task"] == self.until else row for row in rows]
