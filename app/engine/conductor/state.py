"""The state of one run: immutable, cheap to copy, made of one small header and one record per visit.

Everything here survives JSON (`codec.py`). Results are not in it: they come through `Results`, which a service
may fill lazily from rows and a test or rehearsal keeps in memory.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, Protocol

from immutables import Map

from app.engine.conductor.reports import TaskError
from app.engine.statuses import TASK_ENDED, Outcome, TaskState

if TYPE_CHECKING:
    from app.engine.conductor.plan import Plan

RunStatus = Literal["requested", "running", "canceling", "completed", "failed", "cancelled"]


class Results(Protocol):
    """The raw result objects (api.md 8) of ended task runs. Immutable: `with_result` gives a new one."""

    def result(self, task: str, visit: int) -> Any:
        """Result of the visit's last attempt, or of a parallel container; None when there is none."""

    def item_results(self, task: str, visit: int) -> list[Any]:
        """Raw results in item (or batch) order; None where failed or not ended."""

    def failed_items(self, task: str, visit: int) -> list[dict[str, Any]]:
        """`[{index, item, error}]` in item order."""

    def with_result(
        self, task: str, visit: int, item: int | None, result: Any, *, failed: dict[str, Any] | None = None
    ) -> Results:
        """The same with one more result; `failed` is the item's entry for `failed_items`."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A predecessor's run that reached this visit: task name and visit number."""

    task: str
    visit: int


@dataclass(frozen=True, slots=True)
class Items:
    """The items of one visit. Only live ones are listed, so the record stays small: at most the window.

    Attributes:
        total: number of runs (items, or batches with `batch_mode: list`).
        next_index: the first run not started yet.
        live: run index -> its current attempt, for runs that were started and have not ended (or wait to retry).
        waiting: run indexes of `live` that wait for a retry timer.
        held: run indexes of `waiting` whose timer fired while the run was paused; resume starts them.
        redo: run indexes to start before `next_index` goes on (a rerun of the failed items only).
        values: the items themselves, needed to render later runs. Not part of the encoded visit: they are stored
            once, when `SaveVisit.values` gives them, and handed back to `decode` as the document's `values`.
    """

    total: int
    next_index: int = 0
    live: Map[int, int] = field(default_factory=Map)
    waiting: frozenset[int] = frozenset()
    held: frozenset[int] = frozenset()
    redo: tuple[int, ...] = ()
    succeeded: int = 0
    failed: int = 0
    cancelled: int = 0
    values: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class TransitionTaken:
    """What was found when a transition was looked at; `taken` None: never looked at."""

    index: int
    when: str | None
    taken: bool | None
    targets: tuple[str, ...] = ()
    published: tuple[str, ...] = ()
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Visit:
    """One visit of one task.

    Attributes:
        held: ready to start, kept back because the run is paused; started by resume.
        attempt: current attempt of a task without items, from 1; 0 before the first.
        live: the current attempt was handed out and has not ended (tasks without items).
        retry_at / delay_until: aware UTC, while waiting; `delay_until` stays, it says that the delay was served.
        inquiry_id: what a `wait_for` task waits for; stays, it says that the wait was served.
        serial / ended_serial: order in which visits opened and ended within the run, from 1; 0: not yet.
        counted: how many of `arrivals` started it (a later arrival changes nothing and is no ancestor).
        children: of a parallel container: visit numbers of its children, in document order.
        children_left: how many of them have not ended.
    """

    task: str
    number: int
    state: TaskState
    arrivals: tuple[Arrival, ...] = ()
    triggered_by: str | None = None
    attempt: int = 0
    live: bool = False
    held: bool = False
    items: Items | None = None
    outcome: Outcome | None = None
    error: TaskError | None = None
    timed_out: bool = False
    handled: bool = True
    transitions: tuple[TransitionTaken, ...] = ()
    inquiry_id: int | None = None
    retry_at: datetime | None = None
    delay_until: datetime | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    duration_ms: int | None = None
    serial: int = 0
    ended_serial: int = 0
    counted: int = 0
    children: tuple[int, ...] = ()
    children_left: int = 0

    @property
    def ended(self) -> bool:
        return self.state in TASK_ENDED

    @property
    def key(self) -> tuple[str, int]:
        return (self.task, self.number)


@dataclass(frozen=True, slots=True)
class RunState:
    """The whole state of one run. `plan` is not encoded: it belongs to the pinned revision.

    Attributes:
        visits: (task, number) -> Visit.
        latest: task -> number of its latest visit.
        context: what templates see as `system` (plain values), see language.md 7.
        config: the pack's configuration; kv: the key store port, or None.
        failures: names of tasks whose failure nobody handled, in order.
        stopping: nothing new starts any more (fail_fast, cancel, timeout, do: fail does not set it).
        faults: what ended the run's good chances without being a task's failure: a join that can no longer be
            satisfied, a transition beyond `max_visits`.
        forced: what runs is stopped whatever `cancellation_policy` says.
        secrets: texts that must be masked wherever something of this run is shown. Not in the encoded header.
        serial: the last number given to `Visit.serial` or `ended_serial`.
        open, running, joining: derived from the visits (`codec.decode` counts them again): keys of the visits that
            have not ended, number of runs handed out to workers (questions to people not counted), keys of the
            visits that wait at a join.
    """

    plan: Plan
    status: RunStatus
    parameters: dict[str, Any]
    variables: Map[str, Any]
    visits: Map[tuple[str, int], Visit]
    latest: Map[str, int]
    results: Results
    context: dict[str, Any] = field(default_factory=dict)
    config: dict[str, Any] = field(default_factory=dict)
    kv: Any = None
    inquiries: Any = None  # Mapping: task name -> view of its latest inquiry (language.md 7), lazily
    paused: bool = False
    stopping: bool = False
    stop_reason: str | None = None
    timed_out: bool = False
    failed_on_purpose: tuple[str, ...] = ()
    failures: tuple[str, ...] = ()
    faults: tuple[TaskError, ...] = ()
    forced: bool = False
    error: TaskError | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    secrets: frozenset[str] = frozenset()
    serial: int = 0
    open: Map[tuple[str, int], bool] = field(default_factory=Map)
    running: int = 0
    joining: frozenset[tuple[str, int]] = frozenset()

    @property
    def ended(self) -> bool:
        return self.status in ("completed", "failed", "cancelled")

    @property
    def pausing(self) -> bool:
        """Paused, but something handed out before still runs."""
        return self.paused and self.running > 0
