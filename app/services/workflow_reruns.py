"""Retrying an ended run: a new run that takes over what the old one completed; the old one stays as it was.

Source: api.md 9 `retry`, language.md 11 "Control".
"""

from __future__ import annotations

from collections import Counter
from typing import Any, cast

from app.engine import schemas
from app.engine.access import Caller
from app.engine.conductor import codec
from app.engine.conductor.rerun import Copied, Mode, reseed
from app.engine.conductor.rerun_plan import RerunPlan, told
from app.engine.conductor.state import RunState
from app.engine.errors import Conflict, Forbidden, Invalid, NotFound
from app.persistence.repositories import catalog, executions, workflow_executions
from app.persistence.session import Row, Transaction, reading, transaction
from app.services import executions as execution_service
from app.services import ports, sealing
from app.services.executions import Started
from app.services.orchestration import ledger as writing
from app.services.orchestration.ledger import Ledger
from app.services.orchestration.plans import plan_of
from app.services.orchestration.run import Run, open_run, variables_columns

MODES = ("failed", "from_task", "all")


def retry(
    *,
    workflow_execution_id: int,
    mode: str = "failed",
    task: str | None = None,
    parameters: dict[str, Any] | None = None,
    revision: str | None = None,
    by: Caller,
) -> Started:
    """Start a new run that goes on where the old one failed.

    Args:
        mode: failed | from_task (with `task`) | all.
        parameters: overrides of the old ones.
        revision: "latest" runs the workflow as it is now; None the revision of the old run.

    Raises:
        NotFound, Forbidden. Conflict: not ended, or nothing failed. Invalid: unknown mode, task or parameter.
    """
    _require_mode(mode)
    with transaction() as tx:
        old = _ended_run(tx, workflow_execution_id, by)
        revision_id = _revision(tx, old, revision)
        given = _parameters(tx, old, parameters or {})
        state, copied = reseed(
            plan_of(tx, revision_id), old.state, mode=cast(Mode, mode), task=task, parameters=given
        )
        execution_id = _write(tx, old, state, copied, revision_id=revision_id, given=given, by=by)
        tx.after_commit(lambda: ports.current().dispatcher.send([ports.Hint("advance", execution_id, 0)]))
        return Started(execution_id, created=True)


def planned(*, workflow_execution_id: int, mode: str, task: str | None = None, by: Caller) -> RerunPlan:
    """What `retry` with the same arguments would do; nothing is written. Raises what it raises."""
    _require_mode(mode)
    with reading() as tx:
        old = _ended_run(tx, workflow_execution_id, by)
        state, _ = reseed(plan_of(tx, int(old.header["revision"])), old.state, mode=cast(Mode, mode), task=task)
    return told(state)


def _require_mode(mode: str) -> None:
    if mode not in MODES:
        raise Invalid(f"mode is '{mode}'; it takes one of {', '.join(MODES)}.", details=[{"path": "mode", "message": "unknown"}])


def _ended_run(tx: Transaction, workflow_execution_id: int, by: Caller) -> Run:
    old = open_run(tx, workflow_execution_id, all_items=True)
    if old is None:
        raise NotFound(f"Workflow execution {workflow_execution_id} does not exist.")
    if not execution_service.may_steer(by, old.header, "update"):
        raise Forbidden("Only who started it, or a holder of executions:update, may retry it.")
    if not old.state.ended:
        raise Conflict(f"Workflow execution {workflow_execution_id} has not ended: it is {old.header['status']}.")
    return old


def _revision(tx: Transaction, old: Run, asked: str | None) -> int:
    if asked is None:
        return int(old.header["revision"])
    if asked != "latest":
        raise Invalid(f"revision is '{asked}'; it takes \"latest\".", details=[{"path": "revision", "message": "unknown"}])
    action = catalog.action(tx, old.header["workflow_ref"])
    if action is None or action["revision"] is None:
        raise Conflict(f"Workflow '{old.header['workflow_ref']}' does not exist any more; retry its old revision.")
    return int(action["revision"])


def _parameters(tx: Transaction, old: Run, overrides: dict[str, Any]) -> dict[str, Any]:
    given = {**old.state.parameters, **overrides}
    action = catalog.action(tx, old.header["workflow_ref"])
    fitted, problems = schemas.fitting_of(action["param_schema"] if action else None).fit(given)
    if problems and overrides:
        raise Invalid("The parameters do not fit.", details=problems)
    return fitted


def _write(
    tx: Transaction,
    old: Run,
    state: RunState,
    copied: list[Copied],
    *,
    revision_id: int,
    given: dict[str, Any],
    by: Caller,
) -> int:
    execution_id = _new_execution(tx, old, given, by)
    ledger = Ledger(visits=dict(state.visits))
    ledger.items = {key: visit.items.values for key, visit in state.visits.items() if visit.items is not None}
    header = {
        "execution": execution_id,
        "workflow_def": old.header["workflow_def"],
        "workflow_ref": old.header["workflow_ref"],
        "revision": revision_id,
        "status": "requested",
        "state": codec.encode_header(state) or {"status": "requested"},
        "total_tasks": len(state.plan.spec.all_tasks()),
        **_counters(state),
        **variables_columns(state),
    }
    run_id = workflow_executions.add(tx, header, now=old.now)
    writing.write_visits(tx, run_id, ledger, secrets=state.secrets, now=old.now)
    executions.copy_runs(tx, old.id, copied, into=run_id, parent=execution_id, now=old.now)
    return execution_id


def _counters(state: RunState) -> dict[str, int]:
    counted = Counter(writing.COUNTED[visit.state] for visit in state.visits.values())
    return {name: counted[name] for name in set(writing.COUNTED.values())}


def _new_execution(tx: Transaction, old: Run, given: dict[str, Any], by: Caller) -> int:
    row = executions.find(tx, old.execution_id)
    assert row is not None
    sealed = _sealed(tx, row, given)
    values = {
        "action": row["action"],
        "action_ref": row["action_ref"],
        "kind": "workflow",
        "parameters": sealed.shown,
        "sealed": sealed.sealed,
        "env_vars": row["env_vars"],
        "executor": by.identity_id or None,
        "permission_set_refs": row["permission_set_refs"],
        "original_execution": row["id"],
        "status": "requested",
        **ports.current().tracer.columns(),
    }
    [execution_id] = executions.insert_many(tx, [values], now=old.now)
    return execution_id


def _sealed(tx: Transaction, row: Row, given: dict[str, Any]) -> sealing.Sealed:
    action = catalog.action(tx, row["action_ref"])
    return sealing.seal(given, schema=action["param_schema"] if action else None)
