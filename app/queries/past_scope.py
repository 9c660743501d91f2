"""The names an expression would have found in a past run, read from its rows when it asks.

Everything comes from what the run's pages show: secrets are masked before anything is evaluated, so that no
expression can show what those hide. The datastore is not read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from app.engine.access import Caller
from app.engine.conductor.codec import decode_visit
from app.engine.conductor.state import Visit
from app.engine.expressions import OutcomeView, Scope, TaskView, result_view
from app.engine.schemas import mask_secrets
from app.engine.spec.model import TaskSpec, WorkflowSpec
from app.engine.spec.template_sites import Moment
from app.engine.statuses import Outcome
from app.persistence.repositories import (
    event_reads,
    execution_reads,
    inquiry_people,
    packs,
    run_reads,
)
from app.persistence.repositories.rows import Row
from app.persistence.session import Transaction
from app.queries.packs import is_visible
from app.queries.past_inquiries import PastInquiries
from app.queries.specs import spec_of


class PastScope:
    """One run, read as far as expressions ask.

    Attributes:
        execution, header: its rows, which the caller may read.
        spec: the workflow as it was pinned.
        visits: the latest visit of each task that was reached.
    """

    def __init__(self, tx: Transaction, execution: Row, *, by: Caller) -> None:
        header = run_reads.found(tx, execution["own_run"])
        assert header is not None
        self.tx, self.execution, self.header = tx, execution, header
        self.spec: WorkflowSpec | None = spec_of(tx, header["revision"])
        self.visits = {visit.task: visit for visit in map(decode_visit, run_reads.visit_docs(tx, header["id"]))}
        self._config = _config(tx, header["workflow_ref"].partition(".")[0], by)
        self._latest: dict[str, Row | None] = {}
        self._variables: dict[tuple[str, bool], dict[str, Any]] = {}

    def task(self, name: str) -> TaskSpec | None:
        """The task as it was written then."""
        return next((one for one in self.spec.all_tasks() if one.name == name), None) if self.spec else None

    def latest(self, name: str) -> Row | None:
        """The newest execution of a task; of its first item, when it has items."""
        if name not in self._latest:
            self._latest[name] = execution_reads.latest_of_task(self.tx, self.header["id"], name)
        return self._latest[name]

    def at(self, task: str, moment: Moment) -> Scope:
        """What a template of a task would have seen at a moment."""
        visit, ended = self.visits.get(task), moment in ("attempt", "end")
        return Scope(
            parameters=self.execution["parameters"] or {},
            variables=self._variables_at(task, ended=moment == "end"),
            tasks=_Tasks(self),
            system=self._system,
            config=self._config,
            inquiries=PastInquiries(self.tx, self.header["id"]),
            local=_local(self.latest(task)) if moment in ("run", "attempt") else {},
            outcome=self._outcome(visit) if ended and visit is not None else None,
        )

    def _variables_at(self, task: str, *, ended: bool) -> dict[str, Any]:
        if (task, ended) not in self._variables:
            self._variables[task, ended] = self._folded(self.visits.get(task), ended=ended)
        return self._variables[task, ended]

    def _folded(self, visit: Visit | None, *, ended: bool) -> dict[str, Any]:
        """As they were when the task started, or ended; those at the end of a run that never came there."""
        if visit is None:
            return self.header["variables"] or {}
        types = ("task_ended", "task_skipped") if ended else ("task_ready", "items_opened")
        upto = event_reads.first_seq(self.tx, self.execution["id"], visit.task, visit.number, types)
        if upto is None:
            return self.header["variables"] or {}
        found: dict[str, Any] = {}
        for payload in event_reads.variable_changes(self.tx, self.execution["id"], before=upto):
            found.update(payload.get("variables", {}))
        return found

    @cached_property
    def _system(self) -> dict[str, Any]:
        names = inquiry_people.logins_of(self.tx, [self.header["executor"]] if self.header["executor"] else [])
        started = self.header["started_at"] or self.header["created"]
        return {
            "execution_id": self.execution["id"],
            "workflow_execution_id": self.header["id"],
            "timestamp": started.timestamp(),
            "workflow_start": self.header["created"].timestamp(),
            "identity": {"login": names.get(self.header["executor"], "system")},
            "workflow": {"ref": self.header["workflow_ref"], "version": self.spec.version if self.spec else None},
        }

    def _outcome(self, visit: Visit) -> OutcomeView:
        spec = self.task(visit.task)
        return OutcomeView(
            outcome=str(visit.outcome or Outcome.SUCCEEDED),
            result=lambda: self.result(visit),
            error=_error(visit),
            timeout_is_failure=spec is None or not spec.asks_about_timeout,
        )

    def result(self, visit: Visit) -> Any:
        """As `visit_result` of the engine, from what the rows show."""
        if visit.outcome is Outcome.SKIPPED:
            return None
        if visit.items is not None:
            rows = execution_reads.item_results_of(self.tx, self.header["id"], visit.task, visit.number)
            found = {row["task_index"]: _item(row) for row in rows}
            return [found.get(index) for index in range(visit.items.total)]
        children = self._children(visit.task)
        if children:
            return {name: self._child_result(name) for name in children}
        row = self.latest(visit.task)
        return None if row is None else result_view(row["result"])

    def view(self, name: str) -> TaskView | None:
        """`task.<name>`; None for one that had not ended. Raises KeyError for an unknown name."""
        visit = self.visits.get(name)
        if visit is None:
            if self.spec is None or name not in {task.name for task in self.spec.all_tasks()}:
                raise KeyError(name)
            return None
        if not visit.ended:
            return None
        items = visit.items
        return TaskView(
            result=lambda: self.result(visit),
            status=str(visit.outcome or Outcome.SUCCEEDED),
            error=_error(visit),
            results=None if items is None else lambda: self.result(visit),
            duration_ms=visit.duration_ms,
            attempts=visit.attempt,
            total_count=None if items is None else items.total,
            succeeded_count=None if items is None else items.succeeded,
            failed_count=None if items is None else items.failed,
        )

    def _children(self, name: str) -> tuple[str, ...]:
        tasks = self.spec.all_tasks() if self.spec else ()
        return tuple(task.name for task in tasks if task.container == name)

    def _child_result(self, name: str) -> Any:
        visit = self.visits.get(name)
        return self.result(visit) if visit is not None and visit.outcome is Outcome.SUCCEEDED else None


class _Tasks(Mapping[str, "TaskView | None"]):
    """`task` of a past run; rows are read when an expression asks."""

    def __init__(self, past: PastScope) -> None:
        self._past = past

    def __getitem__(self, name: str) -> TaskView | None:
        return self._past.view(name)

    def __iter__(self) -> Iterator[str]:
        return iter([task.name for task in self._past.spec.all_tasks()] if self._past.spec else self._past.visits)

    def __len__(self) -> int:
        return sum(1 for _ in self)


def _config(tx: Transaction, pack_ref: str, by: Caller) -> dict[str, Any]:
    pack = packs.by_ref(tx, pack_ref)
    return mask_secrets(pack.config or {}, pack.conf_schema or {}) if pack is not None and is_visible(pack, by) else {}


def _local(ran: Row | None) -> dict[str, Any]:
    """`item` and its kin, of the first item."""
    if ran is None or ran["task_index"] is None:
        return {}
    return {
        "item": ran["item_value"],
        "index": ran["task_index"],
        "batch": [ran["item_value"]],
        "batch_index": ran["task_batch"] or 0,
    }


def _error(visit: Visit) -> dict[str, str] | None:
    return None if visit.error is None else {"type": visit.error.type, "message": visit.error.message}


def _item(row: Row) -> Any:
    return result_view(row["result"]) if row["status"] == "completed" else None
