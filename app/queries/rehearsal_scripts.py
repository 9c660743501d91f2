"""A past run as the script of a rehearsal (docs/reference/api.md "Rehearsing a workflow")."""

from __future__ import annotations

from typing import Any

from app.engine.access import Caller
from app.engine.errors import Invalid, NotFound
from app.engine.rehearsals.recordings import script_of
from app.engine.times import iso
from app.persistence import session
from app.persistence.repositories import execution_reads, run_reads
from app.queries.execution_access import readable

MOST = 20_000  # entries; a rehearsal takes no more steps than that either


def script_of_run(*, execution_id: int, by: Caller) -> dict[str, Any]:
    """`{workflow_ref, revision, parameters, now, script[]}`; secrets read `***`.

    Raises:
        NotFound: unknown, not for this caller, or no workflow.
        Invalid: it ran more than 20,000 actions.
    """
    with session.reading() as tx:
        execution = readable(tx, execution_reads.found(tx, execution_id), execution_id, by)
        run_id = execution["own_run"]
        run = run_reads.found(tx, run_id) if run_id is not None else None
        if run is None:
            raise NotFound(f"Execution {execution_id} is no workflow.")
        rows = run_reads.ran(tx, run["id"], limit=MOST + 1)
        stopped = run_reads.stopped(tx, execution_id)
    if len(rows) > MOST:
        raise Invalid(f"Run {execution_id} ran more than {MOST:,} actions; that is too much for one script.")
    return {
        "workflow_ref": run["workflow_ref"],
        "revision": run["revision"],
        "parameters": execution["parameters"] or {},
        "now": iso(run["started_at"] or run["created"]),
        "script": script_of(rows, stopped=stopped),
    }
