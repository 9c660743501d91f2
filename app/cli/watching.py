"""Looking at an execution again and again until it ends; what was seen, without a word about how it is shown."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from app.cli.client import Api
from app.cli.errors import ServerRefused, Unreachable

TERMINAL = frozenset({"completed", "failed", "cancelled", "timeout", "abandoned"})
QUICK_S, CALM_S = 0.25, 1.0
PATIENCE_S = 60.0  # a server that restarts is waited for
MAX_DEPTH = 5  # nested runs whose questions are looked for


@dataclass(frozen=True, slots=True)
class Seen:
    """What one look found.

    Attributes:
        execution: Execution (api.md 8).
        run: WorkflowExecution (api.md 9), None for a plain action.
        tasks: TaskState of every task of the run.
        questions: pending Inquiry of the run and of runs nested in it.
        trouble: why the last looks failed; the rest is what was seen before.
    """

    execution: dict[str, Any]
    run: dict[str, Any] | None = None
    tasks: list[dict[str, Any]] = field(default_factory=list)
    questions: list[dict[str, Any]] = field(default_factory=list)
    trouble: str | None = None

    @property
    def ended(self) -> bool:
        return self.execution["status"] in TERMINAL

    @property
    def status(self) -> str:
        """The execution's status, or that its run is paused."""
        if self.run and not self.ended and self.run["paused"]:
            return "pausing" if self.run["pausing"] else "paused"
        return str(self.execution["status"])


class Watch:
    """One execution under observation."""

    def __init__(self, api: Api, execution_id: int) -> None:
        self.api, self.id = api, execution_id
        self.last: Seen | None = None
        self._nested: dict[int, int | None] = {}

    def look(self) -> Seen:
        """One look; only what may have changed is asked for again."""
        execution = self.api.get(f"/executions/{self.id}")
        run_id = execution["workflow_execution"]
        self.last = Seen(execution) if run_id is None else self._run(execution, run_id)
        return self.last

    def until_end(self, *, timeout_s: float | None = None) -> Iterator[Seen]:
        """A look after another, the last one at the end or when the time is over. Outages are waited for."""
        started = answered = time.monotonic()
        while True:
            try:
                seen = self.look()
                answered = time.monotonic()
            except (Unreachable, ServerRefused) as error:
                seen = self._troubled(error, time.monotonic() - answered)
            yield seen
            now = time.monotonic()
            if seen.ended or (timeout_s is not None and now - started >= timeout_s):
                return
            pause = QUICK_S if now - started < 10 else CALM_S
            time.sleep(pause if timeout_s is None else max(0.0, min(pause, started + timeout_s - now)))

    def _troubled(self, error: Unreachable | ServerRefused, silent_s: float) -> Seen:
        passing = isinstance(error, Unreachable) or error.status >= 500
        if self.last is None or not passing or silent_s > PATIENCE_S:
            raise error
        return replace(self.last, trouble=error.message)

    def _run(self, execution: dict[str, Any], run_id: int) -> Seen:
        run = self.api.get(f"/workflow-executions/{run_id}")
        last = self.last
        if last and last.run and last.run["updated"] == run["updated"] and not last.trouble:
            tasks = last.tasks
        else:
            tasks = self.api.get(f"/workflow-executions/{run_id}/tasks")
        ended = execution["status"] in TERMINAL
        return Seen(execution, run, tasks, [] if ended else self._questions(run_id, tasks, MAX_DEPTH))

    def _questions(self, run_id: int, tasks: list[dict[str, Any]], depth: int) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        if any(task["state"] == "waiting_inquiry" for task in tasks):
            rows = self.api.page("/inquiries", workflow_execution=run_id, status="pending")
            found = [self.api.get(f"/inquiries/{row['id']}") for row in reversed(rows)]
        for nested in self._nested_runs(tasks) if depth else ():
            inner = self.api.get(f"/workflow-executions/{nested}/tasks")
            found += self._questions(nested, inner, depth - 1)
        return found

    def _nested_runs(self, tasks: list[dict[str, Any]]) -> Iterator[int]:
        for task in tasks:
            if task["state"] == "running" and task["execution"] and not task["items"]:
                run_id = self._run_of(task["execution"])
                if run_id is not None:
                    yield run_id

    def _run_of(self, execution_id: int) -> int | None:
        if execution_id not in self._nested:
            self._nested[execution_id] = self.api.get(f"/executions/{execution_id}")["workflow_execution"]
        return self._nested[execution_id]
