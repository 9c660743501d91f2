"""Read models of runs: WorkflowExecution, its tasks, its graph, its context (api.md 9)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from app.engine.access import Caller
from app.engine.conductor.codec import decode_visit
from app.engine.conductor.state import Visit
from app.engine.errors import NotFound
from app.engine.expressions import result_view
from app.engine.graph.build import build_graph
from app.engine.spec.model import TaskSpec, WorkflowSpec
from app.engine.statuses import OUTCOME_OF_STATE, TERMINAL, TaskState
from app.engine.times import iso
from app.persistence import session
from app.persistence.repositories import execution_reads, inquiry_people, run_reads
from app.persistence.repositories.rows import Row
from app.persistence.repositories.run_reads import RunFilters
from app.persistence.session import Transaction
from app.queries.execution_access import execution_scope, may_read
from app.queries.specs import spec_of
from app.queries.task_states import Ran, latest_executions, task_states
from app.queries.waiting import RunFacts, nested_runs, said_inside, with_reasons

__all__ = ["RunFilters"]

DEEPEST = 3  # nested workflows a reason looks into
_RUNNING = frozenset({"running", "waiting_join", "waiting_retry", "waiting_inquiry"})
_WAITING = frozenset({"waiting_join", "waiting_retry", "waiting_inquiry", "pending"})
_FAILED = frozenset({"failed", "timed_out", "cancelled"})


def list_workflow_executions(
    *, by: Caller, filters: RunFilters | None = None, limit: int = 50, offset: int = 0, before: int | None = None
) -> tuple[list[dict[str, Any]], int]:
    """WorkflowExecution without `variables`, newest first, and the total. `before`: only ids below it."""
    filters = replace(filters or RunFilters(), scope=execution_scope(by))
    with session.reading() as tx:
        rows = run_reads.listed(tx, filters, limit=limit, offset=offset, before=before)
        total = run_reads.counted(tx, filters)
        states = _states_by_run(tx, [row["id"] for row in rows])
        specs = {row["revision"]: spec_of(tx, row["revision"]) for row in rows}
    return [_run_json(row, states.get(row["id"], {}), specs[row["revision"]]) for row in rows], total


def get_workflow_execution(*, workflow_execution_id: int, by: Caller) -> dict[str, Any]:
    """The WorkflowExecution. NotFound: unknown, or not for this caller."""
    with session.reading() as tx:
        row = readable_run(tx, workflow_execution_id, by)
        states = _states_by_run(tx, [row["id"]]).get(row["id"], {})
        spec = spec_of(tx, row["revision"])
    return {**_run_json(row, states, spec), "variables": row["variables"] or {}}


def run_of_execution(*, execution_id: int, by: Caller) -> dict[str, Any]:
    """The WorkflowExecution that this execution is. NotFound when it is no workflow."""
    with session.reading() as tx:
        run_id = run_reads.of_execution(tx, execution_id)
    if run_id is None:
        raise NotFound(f"Execution {execution_id} is no workflow.")
    return get_workflow_execution(workflow_execution_id=run_id, by=by)


def runs_of_executions(*, execution_ids: Sequence[int], by: Caller) -> dict[int, dict[str, Any]]:
    """WorkflowExecution without `variables` by execution; those that are no workflow, or not for this caller, are left out."""
    with session.reading() as tx:
        rows = run_reads.of_executions(tx, execution_ids, execution_scope(by))
        states = _states_by_run(tx, [row["id"] for row in rows])
        specs = {row["revision"]: spec_of(tx, row["revision"]) for row in rows}
    return {row["execution"]: _run_json(row, states.get(row["id"], {}), specs[row["revision"]]) for row in rows}


def run_version(*, workflow_execution_id: int) -> Row | None:
    """{version, status, paused, pausing, execution, updated}, or None: one row by its key, for polls.

    It says nothing of what happens in the run, so no right is asked for; the content behind it asks.
    """
    with session.reading() as tx:
        return run_reads.version(tx, workflow_execution_id)


def list_tasks(
    *, workflow_execution_id: int, by: Caller, with_results: bool = True, with_items: bool = True, now: datetime | None = None
) -> list[dict[str, Any]]:
    """TaskState of every task, in definition order.

    Args:
        now: the clock of `reason`, which says why a task waits; None leaves it null.
        with_results: False for pages that show only states.
        with_items: False leaves the executions of items out of `executions`, so that the cost does not grow with them.
    """
    with session.reading() as tx:
        row = readable_run(tx, workflow_execution_id, by)
        return _tasks(tx, row, with_results=with_results, with_items=with_items, now=now)


def run_graph(*, workflow_execution_id: int, by: Caller, with_items: bool = True, now: datetime | None = None) -> dict[str, Any]:
    """The pinned graph with what came of it: nodes carry `state`, `executions` and `reason` (why it waits, asked with a
    clock), edges `taken` and `reason`."""
    with session.reading() as tx:
        row = readable_run(tx, workflow_execution_id, by)
        spec = spec_of(tx, row["revision"])
        states = _tasks(tx, row, with_results=False, with_items=with_items, now=now)
    if spec is None:
        return {"nodes": [], "edges": [], "entry_points": [], "warnings": []}
    return _with_states(build_graph(spec).as_json(), {state["name"]: state for state in states})


def all_tasks(spec: WorkflowSpec | None, visits: dict[str, Visit]) -> tuple[TaskSpec, ...]:
    """The tasks in definition order; of a workflow that can't be read any more those that were reached."""
    return spec.all_tasks() if spec else tuple(TaskSpec(name) for name in visits)


def _with_states(graph: dict[str, Any], states: dict[str, dict[str, Any]]) -> dict[str, Any]:
    nodes = [
        {**node, **{key: states[node["name"]][key] for key in ("state", "executions", "items", "attempts", "reason")}}
        for node in graph["nodes"]
    ]
    edges = []
    for edge in graph["edges"]:
        transition = states[edge["from"]]["transitions"][edge["index"]]
        edges.append({**edge, "taken": transition["taken"], "reason": transition["reason"]})
    return {**graph, "nodes": nodes, "edges": edges}


def readable_run(tx: Transaction, workflow_execution_id: int, by: Caller) -> Row:
    """The header of a run the caller may read; else NotFound."""
    row = run_reads.found(tx, workflow_execution_id)
    if row is None or not may_read(tx, {**row, "id": row["execution"]}, by):
        raise NotFound(f"There is no workflow execution {workflow_execution_id}.")
    return row


def run_context(*, workflow_execution_id: int, by: Caller, now: datetime) -> dict[str, Any]:
    """What templates of the run can see: `{parameters, vars, tasks: {name: view}, system}`; secrets are masked."""
    with session.reading() as tx:
        row = readable_run(tx, workflow_execution_id, by)
        execution = execution_reads.found(tx, row["execution"]) or {}
        spec = spec_of(tx, row["revision"])
        states = _tasks(tx, row, with_results=True, with_items=True)
        items = _item_results(tx, states)
        logins = inquiry_people.logins_of(tx, [row["executor"]] if row["executor"] else [])
    return {
        "parameters": execution.get("parameters") or {},
        "vars": row["variables"] or {},
        "tasks": {s["name"]: _view(s, items.get(s["name"])) for s in states if s["visit"]},
        "system": {
            "execution_id": row["execution"],
            "workflow_execution_id": row["id"],
            "timestamp": now.timestamp(),
            "workflow_start": row["created"].timestamp(),
            "identity": {"login": logins.get(row["executor"], "system")},
            "workflow": {"ref": row["workflow_ref"], "version": spec.version if spec else None},
        },
    }


def _view(state: dict[str, Any], item_results: list[Any] | None) -> dict[str, Any]:
    outcome = OUTCOME_OF_STATE.get(TaskState(state["state"]))
    view = {
        "status": outcome.value if outcome else None,
        "result": result_view(state["result"]) if item_results is None else item_results,
        "error": state["error"],
        "duration_ms": state["duration_ms"],
        "attempts": state["attempts"],
    }
    return view if item_results is None else {**view, "results": item_results}


def _item_results(tx: Transaction, states: Iterable[dict[str, Any]]) -> dict[str, list[Any]]:
    """Views of the results of tasks with items, in item order; null where failed."""
    found = {}
    for state in states:
        if state["items"] is not None:
            rows = execution_reads.item_results(tx, state["executions"], visit=state["visit"])
            by_index = {row["task_index"]: row for row in rows}
            ordered = [by_index.get(index) for index in range(state["items"]["total"])]
            found[state["name"]] = [_item_view(row) for row in ordered]
    return found


def _item_view(row: Row | None) -> Any:
    return result_view(row["result"]) if row is not None and row["status"] == "completed" else None


def _tasks(
    tx: Transaction, row: Row, *, with_results: bool, with_items: bool, now: datetime | None = None, depth: int = 0
) -> list[dict[str, Any]]:
    spec = spec_of(tx, row["revision"])
    decoded = [decode_visit(doc) for doc in run_reads.visit_docs(tx, row["id"])]
    visits = {visit.task: visit for visit in decoded}
    executions = run_reads.task_executions(tx, row["id"], with_items=with_items)
    results = run_reads.results(tx, latest_executions(executions)) if with_results else {}
    ran = Ran(executions, results, run_reads.asked_by(tx, row["id"]))
    states = task_states(all_tasks(spec, visits), visits, ran)
    if now is None:
        return [{**state, "reason": None} for state in states]
    run = RunFacts(row, spec, visits, executions)
    return with_reasons(tx, run, states, now=now, inside=_inside(tx, run, states, now=now, depth=depth))


def _inside(tx: Transaction, run: RunFacts, states: list[dict[str, Any]], *, now: datetime, depth: int) -> dict[str, str]:
    """Why nested runs wait, by task; they are looked into as deep as anybody can follow."""
    if depth >= DEEPEST or run.header["status"] in TERMINAL:
        return {}
    found = {name: run_reads.found(tx, run_id) for name, run_id in nested_runs(tx, run, states).items()}
    return {
        name: said_inside(_tasks(tx, row, with_results=False, with_items=False, now=now, depth=depth + 1), paused=bool(row["paused"]))
        for name, row in found.items()
        if row is not None
    }


def _states_by_run(tx: Transaction, run_ids: list[int]) -> dict[int, dict[str, str]]:
    """Run -> task -> state of its latest visit, in the order the tasks were reached."""
    found: dict[int, dict[str, str]] = {}
    for row in run_reads.visit_states(tx, run_ids):
        found.setdefault(row["workflow_execution"], {})[row["task_name"]] = row["state"]
    return found


def _run_json(row: Row, states: dict[str, str], spec: WorkflowSpec | None) -> dict[str, Any]:
    """WorkflowExecution without `variables`."""
    return {
        "id": row["id"],
        "execution": row["execution"],
        "workflow_def": row["workflow_def"],
        "workflow_ref": row["workflow_ref"],
        "revision": row["revision"],
        "status": row["status"],
        "paused": row["paused"],
        "pausing": row["pausing"],
        "pause_reason": row["pause_reason"],
        "current_tasks": _names(states, _RUNNING),
        "completed_tasks": _names(states, {"completed"}),
        "failed_tasks": _names(states, _FAILED),
        "skipped_tasks": _names(states, {"skipped"}),
        "error_message": row["error_message"],
        "warnings": row["warnings"] or [],
        "parent_workflow_execution": row["parent_workflow_execution"],
        "progress": _progress(states, spec),
        "version": row["version"],
        "started_at": iso(row["started_at"]),
        "completed_at": iso(row["completed_at"]),
        "created": iso(row["created"]),
        "updated": iso(row["updated"]),
    }


def _names(states: dict[str, str], wanted: Iterable[str]) -> list[str]:
    return [name for name, state in states.items() if state in wanted]


def _progress(states: dict[str, str], spec: WorkflowSpec | None) -> dict[str, int]:
    """Tasks by the state of their latest visit; `total` counts every task of the workflow, reached or not."""
    return {
        "total": len(spec.all_tasks()) if spec else len(states),
        "completed": len(_names(states, {"completed"})),
        "failed": len(_names(states, _FAILED)),
        "running": len(_names(states, {"running"})),
        "waiting": len(_names(states, _WAITING)),
        "skipped": len(_names(states, {"skipped"})),
    }
