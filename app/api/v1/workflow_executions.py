"""Runs of workflows: their tasks, graph and context, and steering them (api.md 9)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from app.api.answers.executions import Execution, Status
from app.api.answers.workflow_executions import (
    RunContext,
    RunGraph,
    TaskState,
    WorkflowExecution,
    WorkflowExecutionSummary,
)
from app.api.envelopes import Reply, one, page
from app.api.paging import Paging
from app.api.requests import Body, Id, Query, Text, Time
from app.api.routes import AUTHENTICATED, One, Page, Routes
from app.api.v1.executions import started_reply
from app.engine.access import Caller
from app.queries import workflow_executions as queries
from app.queries.workflow_executions import RunFilters
from app.services import ports, workflow_executions

routes = Routes("workflow-executions")

READ = "executions:read"


class ListRuns(Query):
    status: Status | None = None
    workflow_ref: str | None = None
    pack_ref: str | None = None
    paused: bool | None = None
    executor: Id | None = None
    top_level_only: bool = False
    created_after: Time | None = None
    created_before: Time | None = None


class PauseRun(Body):
    reason: Annotated[Text, Field(max_length=1000)] | None = None


class RetryRun(Body):
    mode: Literal["failed", "from_task", "all"] = "failed"
    task: str | None = None
    parameters: dict[str, Any] | None = None
    revision: Literal["latest"] | None = None


@routes.get("/workflow-executions", access=READ, answer=Page(WorkflowExecutionSummary))
def list_runs(query: ListRuns, paging: Paging, caller: Caller) -> Reply:
    """Runs, newest first, without their variables."""
    items, total = queries.list_workflow_executions(
        by=caller, filters=RunFilters(**query.model_dump()), limit=paging.size, offset=paging.offset
    )
    return page(items, paging, total=total)


@routes.get("/workflow-executions/{id}", access=READ, answer=One(WorkflowExecution))
def show_run(id: int, caller: Caller) -> Reply:
    """One run."""
    return one(queries.get_workflow_execution(workflow_execution_id=id, by=caller))


@routes.get("/executions/{id}/workflow", access=READ, answer=One(WorkflowExecution))
def show_run_of_execution(id: int, caller: Caller) -> Reply:
    """The run that an execution is; 404 when it is no workflow."""
    return one(queries.run_of_execution(execution_id=id, by=caller))


@routes.get("/workflow-executions/{id}/tasks", access=READ, answer=One(list[TaskState]))
def list_tasks(id: int, caller: Caller) -> Reply:
    """Every task with its state, in definition order."""
    return one(queries.list_tasks(workflow_execution_id=id, by=caller, now=ports.now()))


@routes.get("/workflow-executions/{id}/graph", access=READ, answer=One(RunGraph))
def show_graph(id: int, caller: Caller) -> Reply:
    """The graph as it was when the run started, with what came of it."""
    return one(queries.run_graph(workflow_execution_id=id, by=caller, now=ports.now()))


@routes.get("/workflow-executions/{id}/context", access=READ, answer=One(RunContext))
def show_context(id: int, caller: Caller) -> Reply:
    """What templates see now; secrets are masked."""
    return one(queries.run_context(workflow_execution_id=id, by=caller, now=ports.now()))


@routes.post("/workflow-executions/{id}/pause", access=AUTHENTICATED, answer=One(WorkflowExecution))
def pause_run(id: int, body: PauseRun, caller: Caller) -> Reply:
    """Start nothing new; what runs may finish."""
    workflow_executions.pause(workflow_execution_id=id, reason=body.reason, by=caller)
    return show_run(id, caller)


@routes.post("/workflow-executions/{id}/resume", access=AUTHENTICATED, answer=One(WorkflowExecution))
def resume_run(id: int, caller: Caller) -> Reply:
    """Go on after a pause."""
    workflow_executions.resume(workflow_execution_id=id, by=caller)
    return show_run(id, caller)


@routes.post("/workflow-executions/{id}/cancel", access=AUTHENTICATED, answer=One(WorkflowExecution))
def cancel_run(id: int, caller: Caller) -> Reply:
    """Stop the run: the same as cancelling its execution."""
    workflow_executions.cancel(workflow_execution_id=id, by=caller)
    return show_run(id, caller)


@routes.post("/workflow-executions/{id}/retry", access=AUTHENTICATED, answer=One(Execution), status=201)
def retry_run(id: int, body: RetryRun, caller: Caller) -> Reply:
    """A new run that takes over what was completed before the point of the retry."""
    started = workflow_executions.retry(
        workflow_execution_id=id,
        mode=body.mode,
        task=body.task,
        parameters=body.parameters,
        revision=body.revision,
        by=caller,
    )
    return started_reply(started, caller)
