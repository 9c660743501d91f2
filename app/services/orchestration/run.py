"""One run, locked and loaded in one transaction, and written back at its end.

The engine's state is kept in memory between transactions under the header's version number: a worker that
steps the same run again reads one row. Another worker's change raises the version, and the rows are read anew.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from app.engine.conductor import codec
from app.engine.conductor.start import new_run
from app.engine.conductor.state import RunState
from app.engine.expressions.masking import mask
from app.engine.statuses import NOT_STARTED, TERMINAL, ExecutionStatus
from app.persistence.repositories import executions, workflow_executions
from app.persistence.session import Database, Row, Transaction
from app.services import ports, sealing
from app.services.orchestration import ledger as writing
from app.services.orchestration.faults import blaming
from app.services.orchestration.inquiry_views import InquiryViews
from app.services.orchestration.ledger import Ledger
from app.services.orchestration.plans import plan_of
from app.services.orchestration.results import RowResults

_COUNTERS = (
    "completed_tasks", "failed_tasks", "running_tasks", "waiting_tasks", "skipped_tasks",
)  # fmt: skip
_KEPT = 256
_lock = threading.Lock()


@dataclass(slots=True)
class Run:
    """A locked run.

    Attributes:
        header: its row of workflow_execution and what never changes of its execution
            (`workflow_executions.lock`), as it was when locked.
        base: the state as loaded; state: the state now.
        actions: rows of actions looked up in this transaction, by ref.
        begun: the run begins in this transaction.
        finished: values the Finish command wrote, when the run has ended in this transaction.
    """

    tx: Transaction
    header: Row
    base: RunState
    state: RunState
    now: datetime
    ledger: Ledger = field(default_factory=Ledger)
    hints: list[ports.Hint] = field(default_factory=list)
    actions: dict[str, Row | None] = field(default_factory=dict)
    begun: bool = False
    finished: dict[str, Any] | None = None

    @property
    def id(self) -> int:
        return int(self.header["id"])

    @property
    def execution_id(self) -> int:
        return int(self.header["execution"])


def open_run(tx: Transaction, workflow_execution_id: int, *, all_items: bool = False) -> Run | None:
    """Lock a run and load its state; None when it does not exist.

    Args:
        all_items: load the items of ended visits too, which no step needs.
    """
    return _opened(tx, workflow_executions.lock(tx, workflow_execution_id), all_items=all_items)


def _opened(tx: Transaction, header: Row | None, *, all_items: bool = False) -> Run | None:
    if header is None:
        return None
    known = None if all_items else _known(tx, header) or _reload(tx, header)
    state = known or _load(tx, header, all_items=all_items)
    return Run(tx=tx, header=header, base=state, state=state, now=ports.now())


def open_live(tx: Transaction, workflow_execution_id: int) -> Run | None:
    """Lock a run and load its state; None when it does not exist or has ended: then there is nothing to step.

    Raises:
        RunBroken: it can't be loaded; see `faults.surviving`.
    """
    return _live(tx, workflow_executions.lock(tx, workflow_execution_id))


def open_live_of(tx: Transaction, execution_id: int) -> Run | None:
    """The same, found by the execution that the run is."""
    return _live(tx, workflow_executions.lock_of_execution(tx, execution_id))


def _live(tx: Transaction, header: Row | None) -> Run | None:
    if header is None or header["status"] in TERMINAL:
        return None
    with blaming(header["id"]):
        return _opened(tx, header)


def _states(database: Database) -> OrderedDict[int, tuple[int, RunState]]:
    """Run -> (version of its header, state), of the runs stepped last."""
    kept: OrderedDict[int, tuple[int, RunState]] = database.kept.setdefault("run_states", OrderedDict())
    return kept


def _known(tx: Transaction, header: Row) -> RunState | None:
    with _lock:
        version, state = _states(tx.database).get(header["id"], (-1, None))
    if state is None or version != header["version"]:
        return None
    results = state.results
    assert isinstance(results, RowResults)
    return replace(
        state,
        results=results.bound_to(tx),
        inquiries=InquiryViews(tx, header["id"]),
        kv=_key_store(header["workflow_ref"], header["executor"]),
    )


def _load(tx: Transaction, header: Row, *, all_items: bool = False) -> RunState:
    plan = plan_of(tx, header["revision"])
    found = workflow_executions.contents(tx, header["id"], pack_ref=header["workflow_ref"].split(".")[0])
    parameters, secrets = sealing.unseal(found["parameters"], found["parameters_sealed"])
    outside: dict[str, Any] = {
        "parameters": parameters,
        "context": _context(header, plan, login=_login(header, found)),
        "config": dict(found["config"] or {}),
        "kv": _key_store(header["workflow_ref"], header["executor"]),
        "results": RowResults(tx, header["id"]),
        "inquiries": InquiryViews(tx, header["id"]),
    }
    if not header["state"]:
        state = new_run(plan, **outside)
        return replace(state, secrets=state.secrets | secrets)
    variables, hidden = _open(found)
    secrets |= hidden
    visits = [_visit_document(row) for row in workflow_executions.visits(tx, header["id"], all_items=all_items)]
    return codec.decode(
        plan, header=header["state"], variables=variables, visits=visits, secrets=secrets, **outside
    )


def _open(found: Row) -> tuple[dict[str, Any], frozenset[str]]:
    """Variables in clear, and the secret texts of the run."""
    if found["sealed"] is None:
        return found["variables"], frozenset()
    hidden = ports.current().sealer.open(found["sealed"])
    return hidden["variables"], frozenset(hidden["secrets"])


def _reload(tx: Transaction, header: Row) -> RunState | None:
    """The state after another process has stepped the run: what can't have changed is taken from the one in memory.

    Parameters and items may be large; reading them for each completion would make the cost of one item grow
    with the number of items as soon as two processes work on them.
    """
    with _lock:
        _, kept = _states(tx.database).get(header["id"], (-1, None))
    documents = None if kept is None else _documents_with_items(tx, header, kept)
    if kept is None or documents is None:
        return None
    variables, secrets = _open(workflow_executions.changing(tx, header["id"]))
    return codec.decode(
        kept.plan,
        header=header["state"],
        variables=variables,
        visits=documents,
        parameters=kept.parameters,
        context=kept.context,
        config=kept.config,
        kv=_key_store(header["workflow_ref"], header["executor"]),
        results=RowResults(tx, header["id"]),
        inquiries=InquiryViews(tx, header["id"]),
        secrets=kept.secrets | secrets,
    )


def _documents_with_items(tx: Transaction, header: Row, kept: RunState) -> list[dict[str, Any]] | None:
    """Documents of all visits with the items known here; None when items were opened that are not."""
    documents = []
    for document in workflow_executions.visit_documents(tx, header["id"]):
        if "items" in document and "ended_at" not in document:
            known = kept.visits.get((document["task"], document["number"]))
            if known is None or known.items is None:
                return None
            document = {**document, "values": known.items.values}
        documents.append(document)
    return documents


def _visit_document(row: Row) -> dict[str, Any]:
    values = row["item_values"]
    if row["item_values_sealed"] is not None:
        values = ports.current().sealer.open(row["item_values_sealed"])
    return row["doc"] if values is None else {**row["doc"], "values": values}


def _login(header: Row, found: Row) -> str:
    return "system" if not header["executor"] else found["login"] or "unknown"


def _context(header: Row, plan: Any, *, login: str) -> dict[str, Any]:
    return {
        "execution_id": header["execution"],
        "workflow_execution_id": header["id"],
        "workflow_start": header["created"].timestamp(),
        "identity": {"login": login},
        "workflow": {"ref": header["workflow_ref"], "version": plan.spec.version},
    }


def _key_store(workflow_ref: str, executor: int | None) -> Any:
    from app.services import keys  # keys reads through services; imported late to keep start-up light

    return keys.key_store(pack_ref=workflow_ref.split(".")[0], action_ref=workflow_ref, identity_id=executor)


def close_run(run: Run) -> None:
    """Write what the steps decided, and register the hints for after the commit."""
    with blaming(run.id):
        _write(run)
    _register(run)


def _write(run: Run) -> None:
    tx, ledger, now = run.tx, run.ledger, run.now
    if run.state is run.base and not ledger.rows and not ledger.records and run.finished is None:
        return
    if run.begun and run.finished is None:
        executions.change(tx, run.execution_id, expected=NOT_STARTED, values={"status": ExecutionStatus.RUNNING.value, "started_at": now}, now=now)
    run.hints.extend(writing.write_rows(tx, ledger, now=now))
    writing.write_visits(tx, run.id, ledger, secrets=run.state.secrets, now=now)
    if run.finished is None:
        writing.write_timers(tx, run.id, ledger)
    first = run.header["event_seq"] + 1
    writing.write_events(tx, run.execution_id, run.state, ledger, first=first, now=now)
    workflow_executions.save(tx, run.id, _header_values(run), now=now)


def _header_values(run: Run) -> dict[str, Any]:
    counts = {name: run.header[name] for name in _COUNTERS}
    values: dict[str, Any] = {
        "state": codec.encode_header(run.state),
        "version": run.header["version"] + 1,
        "event_seq": run.header["event_seq"] + len(run.ledger.records),
        **writing.counters(counts, run.base, run.ledger),
    }
    if run.state.variables is not run.base.variables or run.state.secrets != run.base.secrets or not run.header["state"]:
        values.update(variables_columns(run.state))
    if run.ledger.warnings:
        values["warnings"] = [*run.header["warnings"], *run.ledger.warnings]
    if not run.header["state"]:
        values["total_tasks"] = len(run.state.plan.spec.all_tasks())
    values["status"] = str(run.state.status)
    values["paused"] = run.state.paused and run.finished is None
    values["pausing"] = bool(values["paused"] and executions.anything_active(run.tx, run.id))
    if run.header["started_at"] is None and run.state.started_at is not None:
        values["started_at"] = run.state.started_at
    return {**values, **(run.finished or {})}


def variables_columns(state: RunState) -> dict[str, Any]:
    """Columns `variables` (masked) and `sealed` of a run."""
    variables = dict(state.variables)
    if not state.secrets:
        return {"variables": variables, "sealed": None}
    hidden = {"variables": variables, "secrets": sorted(state.secrets)}
    return {"variables": mask(variables, state.secrets), "sealed": ports.current().sealer.seal(hidden)}


def _register(run: Run) -> None:
    hints = list(dict.fromkeys(run.hints))
    if hints:
        run.tx.after_commit(lambda: ports.current().dispatcher.send(hints))
    if run.state is not run.base:
        run.tx.after_commit(lambda: _remember(run))


def _remember(run: Run) -> None:
    """Keep the state for the next step; of an ended run there is none."""
    states, version = _states(run.tx.database), run.header["version"] + 1
    with _lock:
        if run.finished is not None:
            states.pop(run.id, None)
        elif states.get(run.id, (-1, None))[0] < version:
            states[run.id] = (version, run.state)
            states.move_to_end(run.id)
        while len(states) > _KEPT:
            states.popitem(last=False)
