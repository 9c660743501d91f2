"""Rows made by hand, each with everything a test does not care about filled in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from app.engine.access import ACTIONS, RESOURCES, Caller, Grant
from app.persistence import session
from app.persistence.models import (
    Execution,
    Identity,
    IdentityRole,
    WorkflowDefinition,
    WorkflowExecution,
    WorkflowRevision,
    WorkflowTaskExecution,
)
from app.services import ports

T0 = datetime(2026, 1, 27, 10, 0, 0, 123456, tzinfo=UTC)
EVERYTHING = tuple(Grant(r, frozenset(ACTIONS)) for r in RESOURCES)


def set_time(moment: datetime) -> None:
    """Stop the clock of the services."""
    ports.current().clock = lambda: moment


def later(seconds: float) -> datetime:
    return T0 + timedelta(seconds=seconds)


def add(model: Any, **values: Any) -> int:
    with session.transaction() as tx:
        row = model(**values)
        tx.session.add(row)
        tx.session.flush()
        return int(row.id)


def make_identity(login: str, *roles: str, frozen: bool = False) -> int:
    identity_id = add(Identity, login=login, frozen=frozen)
    for role in roles:
        add(IdentityRole, identity_id=identity_id, role=role)
    return identity_id


def make_caller(login: str, *roles: str, admin: bool = False, **values: Any) -> Caller:
    """An identity in the database, as a caller."""
    identity_id = make_identity(login, *roles)
    grants = EVERYTHING if admin else values.pop("grants", ())
    return Caller(identity_id, login, roles=frozenset(roles), grants=grants, **values)


def make_execution(**values: Any) -> int:
    given = {"action_ref": "core.echo", "status": "running", "created": T0, "updated": T0, **values}
    return add(Execution, **given)


def make_revision(document: dict[str, Any] | None = None, *, ref: str = "demo.flow", **values: Any) -> int:
    document = document or {"ref": ref, "version": "1.0.0", "definition": {"tasks": [{"name": "a", "action": "core.noop"}]}}
    return add(WorkflowRevision, workflow_ref=ref, content_hash="0" * 64, document=document, **values)


def make_run(document: dict[str, Any] | None = None, *, revision: int | None = None, **values: Any) -> tuple[int, int]:
    """A running workflow: (execution id, workflow execution id). Keys with `execution_` go to the execution."""
    ref = values.pop("workflow_ref", "demo.flow")
    of_execution = {k.removeprefix("execution_"): values.pop(k) for k in list(values) if k.startswith("execution_")}
    execution_id = make_execution(**{"action_ref": ref, "kind": "workflow", "started_at": T0, **of_execution})
    given = {"status": "running", "created": T0, "updated": T0, "started_at": T0, **values}
    run_id = add(
        WorkflowExecution,
        execution=execution_id,
        workflow_ref=ref,
        revision=revision or make_revision(document, ref=ref),
        **given,
    )
    return execution_id, run_id


def make_visit(run_id: int, doc: dict[str, Any], **values: Any) -> int:
    """One visit of a task from the engine's record of it."""
    given = {"task_name": doc["task"], "visit": doc["number"], "state": doc["state"], **values}
    return add(WorkflowTaskExecution, workflow_execution=run_id, doc=doc, **given)


def make_definition(pack_id: int, **values: Any) -> int:
    given = {"ref": "demo.flow", "pack_ref": "demo", "label": "Flow", "version": "1.0.0", "definition": {"tasks": []}, **values}
    return add(WorkflowDefinition, pack=pack_id, **given)
