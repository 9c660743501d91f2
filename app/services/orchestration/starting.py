"""What an execution becomes before it starts: its action, its parameters cast at the border, its first row.

Source: api.md 8 (defaults, coercion, asynchronous failure), language.md 8 (values are cast only at the border).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.engine import schemas
from app.engine.conductor.reports import TaskError
from app.engine.pure_actions import PURE_REFS
from app.engine.statuses import ExecutionStatus
from app.persistence.repositories import catalog
from app.persistence.session import Row, Transaction
from app.services import ports, sealing

ASK = "core.ask"


@dataclass(frozen=True, slots=True)
class Prepared:
    """An action ready to start, or the reason why it can't.

    Attributes:
        action: row of `catalog.action`; None when unknown.
        kind: action | workflow | inquiry | pure.
        values: parameters with defaults, cast, secrets in clear.
    """

    action: Row | None
    kind: str
    values: dict[str, Any]
    sealed: sealing.Sealed
    error: TaskError | None


def prepare(
    tx: Transaction,
    action_ref: str,
    values: dict[str, Any],
    *,
    secrets: frozenset[str] = frozenset(),
    known: dict[str, Row | None] | None = None,
) -> Prepared:
    """Look the action up and fit the parameters to its schema; never raises for bad input, it says so in `error`.

    Args:
        known: actions this transaction has looked up already; is added to.
    """
    action = _look_up(tx, action_ref, {} if known is None else known)
    if action is None:
        error = TaskError("not_found", f"Unknown action '{action_ref}': no installed pack has it.")
        return Prepared(None, "action", values, sealing.seal(values, schema=None, secrets=secrets), error)
    fitting = schemas.fitting_of(action["param_schema"])
    fitted, problems = fitting.fit(values)
    mismatch = TaskError("invalid_input", "; ".join(p["message"] for p in problems)) if problems else None
    why_not = mismatch or _not_startable(action) or _too_large(fitted)
    schema = fitting.schema if fitting.has_secrets else None
    return Prepared(action, kind_of(action), fitted, sealing.seal(fitted, schema=schema, secrets=secrets), why_not)


def _look_up(tx: Transaction, action_ref: str, known: dict[str, Row | None]) -> Row | None:
    if action_ref not in known:
        known[action_ref] = catalog.action(tx, action_ref)
    return known[action_ref]


def kind_of(action: Row) -> str:
    if action["is_workflow"]:
        return "workflow"
    if action["ref"] == ASK:
        return "inquiry"
    return "pure" if action["ref"] in PURE_REFS and ports.settings().run_ahead else "action"


def _not_startable(action: Row) -> TaskError | None:
    if not action["is_workflow"]:
        return None
    if action["enabled"] is False:
        return TaskError("disabled", f"Workflow '{action['ref']}' is disabled.")
    if action["draft"] or action["revision"] is None:
        return TaskError("draft", f"Workflow '{action['ref']}' is a draft with errors; mend and save it first.")
    return None


def _too_large(values: dict[str, Any]) -> TaskError | None:
    limit = ports.settings().max_parameters
    size = len(json.dumps(values, ensure_ascii=False)) if values else 0
    if size <= limit:
        return None
    return TaskError(
        "limit", f"The input has {size} characters, more than ATTUNE_MAX_PARAMETERS = {limit} allows."
    )


def first_row(prepared: Prepared, action_ref: str, *, now: datetime) -> dict[str, Any]:
    """Columns of a new execution: scheduled, asking, requested (a workflow) or failed with its reason."""
    action = prepared.action
    row: dict[str, Any] = {
        "action": action["id"] if action is not None else None,
        "action_ref": action_ref,
        "kind": prepared.kind,
        "parameters": prepared.sealed.shown,
        "sealed": prepared.sealed.sealed,
        "timeout_seconds": action["timeout_seconds"] if action is not None else None,
    }
    if prepared.error is not None:
        return {**row, **failed_values(prepared.error, now=now)}
    status = {
        "workflow": ExecutionStatus.REQUESTED,
        "inquiry": ExecutionStatus.RUNNING,
    }.get(prepared.kind, ExecutionStatus.SCHEDULED)
    started = now if prepared.kind == "inquiry" else None
    return {**row, "status": status.value, "started_at": started}


def failed_values(error: TaskError, *, now: datetime) -> dict[str, Any]:
    """Columns of an execution that failed before anything ran."""
    return {
        "status": ExecutionStatus.FAILED.value,
        "result": {"succeeded": False, "error": error.message},
        "error": error.message,
        "error_type": error.type,
        "completed_at": now,
        "duration_ms": 0,
    }


def cancelled_values(message: str, *, now: datetime) -> dict[str, Any]:
    """Columns of an execution that was stopped before it started."""
    return {
        "status": ExecutionStatus.CANCELLED.value,
        "result": {"succeeded": False, "error": message},
        "error": message,
        "error_type": "cancelled",
        "completed_at": now,
    }
