"""Starting, watching, stopping and repeating executions (api.md 8)."""

from __future__ import annotations

from typing import Any

from app.api.answers.executions import Execution, ExecutionStats, ExecutionSummary, Status
from app.api.answers.inquiries import InquirySummary
from app.api.envelopes import Reply, one, page
from app.api.paging import Paging
from app.api.requests import Body, Id, Query, Ref, Time
from app.api.routes import AUTHENTICATED, One, Page, Routes
from app.engine.access import Caller
from app.engine.errors import BadRequest
from app.engine.statuses import ExecutionStatus
from app.queries import executions as queries
from app.queries import inquiries as inquiry_queries
from app.queries.executions import ExecutionFilters
from app.services import executions, sealing

routes = Routes("executions")

SIZE = 20
READ = "executions:read"
EnvVars = dict[str, str | int | float | bool]


class ExecuteAction(Body):
    action_ref: Ref
    parameters: dict[str, Any] = {}
    env_vars: EnvVars = {}
    permission_set_refs: list[Ref] = []
    worker_selector: dict[str, Any] = {}


class ShowExecution(Query):
    include_secret_values: bool = False


class ListExecutions(Query):
    status: Status | None = None
    action_ref: str | None = None
    pack_name: str | None = None
    rule_ref: str | None = None
    trigger_ref: str | None = None
    executor: Id | None = None
    enforcement: Id | None = None
    parent: Id | None = None
    workflow_execution: Id | None = None
    result_contains: str | None = None
    top_level_only: bool = False
    created_after: Time | None = None
    created_before: Time | None = None
    include_total: bool = False
    before: Id | None = None

    def filters(self, **more: Any) -> ExecutionFilters:
        return ExecutionFilters(**{**self.model_dump(exclude={"include_total", "before"}), **more})


@routes.post("/executions/execute", access="actions:execute", answer=One(Execution), status=201, also={200: One(Execution)})
def execute(body: ExecuteAction, caller: Caller, idempotency_key: str | None, body_hash: str) -> Reply:
    """Start an action or a workflow. A repeat with the same Idempotency-Key answers 200 with the first one."""
    started = executions.start(
        action_ref=body.action_ref,
        parameters=body.parameters,
        by=caller,
        env_vars=env_texts(body.env_vars),
        permission_set_refs=body.permission_set_refs,
        idempotency_key=idempotency_key,
        body_hash=body_hash,
    )
    return started_reply(started, caller)


def started_reply(started: executions.Started, caller: Caller) -> Reply:
    """The new execution with 201, or with 200 the one that an Idempotency-Key had started before."""
    shown = queries.get_execution(execution_id=started.execution_id, by=caller)
    return one(shown, status=201 if started.created else 200)


def env_texts(given: EnvVars) -> dict[str, str]:
    """Variables as the environment holds them: `true` for a boolean, numbers as they are written."""
    return {name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in given.items()}


@routes.get("/executions", access=READ, answer=Page(ExecutionSummary), page_size=SIZE)
def list_executions(query: ListExecutions, paging: Paging, caller: Caller) -> Reply:
    """Executions, newest first. `before`: ids below it only, for paging that stays fast."""
    return _page(query, paging, caller, query.filters())


def _page(query: ListExecutions, paging: Paging, caller: Caller, filters: ExecutionFilters) -> Reply:
    items, total, more = queries.list_executions(
        by=caller,
        filters=filters,
        limit=paging.size,
        offset=paging.offset,
        before=query.before,
        with_total=query.include_total,
    )
    return page(items, paging, total=total, has_next=more)


@routes.get("/executions/status/{status}", access=READ, answer=Page(ExecutionSummary), page_size=SIZE)
def list_by_status(status: str, query: ListExecutions, paging: Paging, caller: Caller) -> Reply:
    """Executions of one status."""
    if status not in {known.value for known in ExecutionStatus}:
        raise BadRequest(f"'{status[:40]}' is no status of executions.")
    return _page(query, paging, caller, query.filters(status=status))


@routes.get("/enforcements/{id}/executions", access=READ, answer=Page(ExecutionSummary), page_size=SIZE)
def list_by_enforcement(id: int, query: ListExecutions, paging: Paging, caller: Caller) -> Reply:
    """Executions that an enforcement has started."""
    return _page(query, paging, caller, query.filters(enforcement=id))


routes.get(
    "/executions/enforcement/{id}", access=READ, answer=Page(ExecutionSummary), page_size=SIZE, hidden=True
)(list_by_enforcement)


@routes.get("/executions/stats", access=READ, answer=One(ExecutionStats))
def show_stats() -> Reply:
    """How many executions there are by status, over all rows."""
    return one(queries.execution_stats())


@routes.get("/executions/{id}", access=READ, answer=One(Execution))
def show_execution(id: int, query: ShowExecution, caller: Caller) -> Reply:
    """One execution; secret parameters are masked unless asked for by who may decrypt."""
    reveal = _original if query.include_secret_values else None
    return one(queries.get_execution(execution_id=id, by=caller, reveal=reveal))


def _original(shown: dict[str, Any], sealed: bytes | None) -> dict[str, Any]:
    return sealing.unseal(shown, sealed)[0]


@routes.post("/executions/{id}/cancel", access=AUTHENTICATED, answer=One(Execution))
def cancel_execution(id: int, caller: Caller) -> Reply:
    """Stop an execution: for who started it and for holders of executions:cancel."""
    executions.cancel(execution_id=id, by=caller)
    return one(queries.get_execution(execution_id=id, by=caller))


@routes.post("/executions/{id}/retry", access="actions:execute", answer=One(Execution), status=201)
def retry_execution(id: int, caller: Caller) -> Reply:
    """Start the same action with the same parameters again."""
    queries.get_execution(execution_id=id, by=caller)
    return started_reply(executions.retry(execution_id=id, by=caller), caller)


@routes.get("/executions/{id}/children", access=READ, answer=Page(ExecutionSummary), page_size=SIZE)
def list_children(id: int, paging: Paging, caller: Caller) -> Reply:
    """What an execution has started, oldest first."""
    items, more = queries.children(execution_id=id, by=caller, limit=paging.size, offset=paging.offset)
    return page(items, paging, has_next=more)


@routes.get("/executions/{id}/inquiries", access=READ, answer=Page(InquirySummary))
def list_inquiries_of(id: int, paging: Paging, caller: Caller) -> Reply:
    """What this execution has asked people."""
    queries.get_execution(execution_id=id, by=caller)
    items, total = inquiry_queries.list_inquiries(by=caller, execution=id, limit=paging.size, offset=paging.offset)
    return page(items, paging, total=total)
