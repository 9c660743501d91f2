"""A run's state opened for writing within one step.

The modules of the conductor change a `Work`; `advance` closes it into the next `RunState`. Nothing of it
outlives the step, so the state itself stays immutable.
"""

from __future__ import annotations

from collections import deque
from datetime import datetime
from typing import Any

from immutables import Map

from app.engine.conductor.altered import altered
from app.engine.conductor.commands import Command, Finish, Record, SaveVisit
from app.engine.conductor.fold import tell_changes
from app.engine.conductor.plan import PlanTask
from app.engine.conductor.reports import RunKey, TaskError
from app.engine.conductor.state import Results, RunState, Visit

VisitKey = tuple[str, int]


class Work:
    """The attributes of `RunState`, changeable, with what the step has still to do and what it gives back.

    Attributes:
        ready: visits that may begin, oldest first.
        emptied: containers whose last child has ended.
        lost: mask of tasks that some ended run could have led to and did not (joins look at it).
        seeded: this step begins a rerun, whose visits nobody has been told of.
        seeding: a rerun begins; some arrivals were made by the old run.
        unsure: joins opened in this step, whose predecessors may have died before.
    """

    __slots__ = (
        "chance", "commands", "config", "context", "emptied", "ended_at", "error", "failed_on_purpose", "failures",
        "faults", "finish", "forced", "inquiries", "joining", "kv", "latest", "lost", "now", "open", "opened_items",
        "parameters", "paused", "plan", "ready", "results", "running", "secrets", "seeded", "seeding", "serial", "started_at", "state",
        "status", "stop_reason", "stopping", "timed_out", "touched", "unsure", "variables", "visits",
    )  # fmt: skip

    def __init__(self, state: RunState, *, now: datetime, chance: float) -> None:
        self.state = state
        self.now = now
        self.chance = chance
        self.plan = state.plan
        self.parameters = state.parameters
        self.context = state.context
        self.config = state.config
        self.kv = state.kv
        self.inquiries = state.inquiries
        self.status = state.status
        self.variables: Map[str, Any] = state.variables
        self.visits: Map[VisitKey, Visit] = state.visits
        self.latest: Map[str, int] = state.latest
        self.open: Map[VisitKey, bool] = state.open
        self.joining = state.joining
        self.running = state.running
        self.results: Results = state.results
        self.serial = state.serial
        self.paused = state.paused
        self.stopping = state.stopping
        self.stop_reason = state.stop_reason
        self.timed_out = state.timed_out
        self.forced = state.forced
        self.failed_on_purpose = state.failed_on_purpose
        self.failures = state.failures
        self.faults = state.faults
        self.error = state.error
        self.started_at = state.started_at
        self.ended_at = state.ended_at
        self.secrets = state.secrets
        self.ready: deque[VisitKey] = deque()
        self.emptied: deque[VisitKey] = deque()
        self.lost = 0
        self.seeded = False
        self.seeding = False
        self.unsure: set[VisitKey] = set()
        self.touched: dict[VisitKey, None] = {}
        self.opened_items: dict[VisitKey, tuple[Any, ...]] = {}
        self.commands: list[Command] = []
        self.finish: Finish | None = None

    def task(self, visit: Visit) -> PlanTask:
        return self.plan.tasks[visit.task]

    def change(self, visit: Visit, **fields: Any) -> Visit:
        """The visit with these attributes, kept in the state and saved at the end of the step."""
        changed = altered(visit, **fields)
        self.keep(changed)
        return changed

    def keep(self, visit: Visit) -> None:
        key = visit.key
        self.visits = self.visits.set(key, visit)
        self.touched[key] = None

    def next_serial(self) -> int:
        self.serial += 1
        return self.serial

    def say(self, command: Command) -> None:
        self.commands.append(command)

    def record(self, type_: str, visit: Visit | None = None, **payload: Any) -> None:
        """One event about a visit (or about the whole run)."""
        if visit is None:
            self.commands.append(Record(type_, payload=payload))
        else:
            self.commands.append(Record(type_, visit.task, visit.number, payload=payload))

    def record_run(self, type_: str, key: RunKey, **payload: Any) -> None:
        """One event about an attempt or an item."""
        self.commands.append(Record(type_, key.task, key.visit, key.item, key.attempt, payload))

    def fault(self, type_: str, message: str) -> None:
        """Something that makes the run fail at its end without being a task's own failure."""
        self.faults = (*self.faults, TaskError(type_, message))
        self.record("run_fault", error={"type": type_, "message": message})

    def stopped(self, visit: Visit) -> bool:
        """Whether nothing of this visit may start any more: the run stops, or a container around it timed out."""
        if self.stopping:
            return True
        while self.task(visit).spec.container is not None:
            parent = visit.arrivals[0]
            visit = self.visits[(parent.task, parent.visit)]
            if visit.timed_out:
                return True
        return False

    def closed(self) -> tuple[RunState, list[Command]]:
        """The next state and every command of the step; the state as it was when nothing happened."""
        if not self.commands:
            return self.state, []
        after = self._next_state()
        tell_changes(self.commands, self.state, after, self.touched, seeded=self.seeded)
        saves = [SaveVisit(self.visits[key], self.opened_items.get(key)) for key in self.touched]
        finish = [] if self.finish is None else [self.finish]
        return after, [*self.commands, *saves, *finish]

    def _next_state(self) -> RunState:
        return altered(
            self.state,
            status=self.status,
            variables=self.variables,
            visits=self.visits,
            latest=self.latest,
            open=self.open,
            joining=self.joining,
            running=self.running,
            results=self.results,
            serial=self.serial,
            paused=self.paused,
            stopping=self.stopping,
            stop_reason=self.stop_reason,
            timed_out=self.timed_out,
            forced=self.forced,
            failed_on_purpose=self.failed_on_purpose,
            failures=self.failures,
            faults=self.faults,
            error=self.error,
            started_at=self.started_at,
            ended_at=self.ended_at,
            secrets=self.secrets,
        )
