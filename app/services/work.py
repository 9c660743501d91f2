"""What a worker does with one execution: claim it, run its action, write its end.

No transaction is open while an action runs. The lease token fences the end: a worker that lost its lease
writes nothing (design.md 4).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import structlog

from app.engine.errors import AppError, RunnerError, StorageError
from app.engine.expressions.masking import mask
from app.engine.pure_actions import PURE_REFS, run_pure
from app.persistence.repositories import catalog, executions, transport
from app.persistence.session import reading, transaction
from app.runners.base import RunControl, RunOutcome, RunRequest
from app.runners.registry import runner_for
from app.services import actions_run, completions, ports, sealing
from app.services.jobs import Job, jobs

log = structlog.get_logger(__name__)

STRAIGHT_ON = 100  # runs of one workflow in a row, before a thread takes the next message
GIVE_UP_AFTER = 5  # claims of one execution: an action that kills its worker must not do so for ever


def run_execution(*, execution_id: int, owner: str) -> None:
    """Claim and run one execution to its end; returns at once when somebody else has it.

    Goes straight on with what its end made ready, up to `STRAIGHT_ON` times: others wait for a thread, too.
    """
    job = _claim(execution_id, owner)
    for left in range(STRAIGHT_ON, -1, -1):
        if job is None:
            return
        job = _run_to_end(job, owner if left else None)


def _run_to_end(job: Job, owner: str | None) -> Job | None:
    """Run a claimed execution and write its end; what `owner` has claimed by it."""
    jobs.add(job)
    try:
        completion = completions.Completion(job, _run(job))
        completion.owner = None if jobs.closing else owner
        _write_end(completion)
        return completion.following
    finally:
        jobs.remove(job)


def _claim(execution_id: int, owner: str) -> Job | None:
    current = ports.current()
    token = current.new_token()
    with transaction() as tx:
        row = executions.claim(
            tx, execution_id, owner=owner, token=token, now=ports.now(), lease_s=current.settings.lease_s
        )
        if row is None:
            return None
        if row["claims"] > 1:
            executions.clear_log(tx, execution_id)
    parameters, secrets = sealing.unseal(row["parameters"], row["sealed"])
    return Job(row, token, secrets=secrets, parameters=parameters)


def _run(job: Job) -> RunOutcome:
    try:
        if job.row["claims"] > GIVE_UP_AFTER:
            raise RunnerError(f"Given up: {GIVE_UP_AFTER} workers were lost while they ran it.")
        if job.row["action_ref"] in PURE_REFS:
            return _run_pure(job)
        request = _request(job)
        control = RunControl(cancelled=job.cancelled, on_output=_log_writer(job))
        return runner_for(request).run(request, control)
    except AppError as error:
        return _failed(error.message)
    except Exception as error:
        log.exception("runner_failed", execution_id=job.id)
        return _failed(f"The runner failed: {type(error).__name__}: {error}")


def _failed(message: str) -> RunOutcome:
    return RunOutcome("failed", {"succeeded": False, "error": message}, message)


def _run_pure(job: Job) -> RunOutcome:
    result = run_pure(job.row["action_ref"], job.parameters)
    assert result is not None
    if not result["succeeded"]:
        return RunOutcome("failed", result, result["error"])
    return RunOutcome("succeeded", result)


def _request(job: Job) -> RunRequest:
    from app.services import auth, keys

    with reading() as tx:
        found = catalog.runnable(tx, job.row["action"]) if job.row["action"] is not None else None
    if found is None:
        raise RunnerError(f"Action '{job.row['action_ref']}' does not exist any more.")
    action, pack, runtime = found
    owned = keys.keys_of_action(pack_ref=pack["ref"], action_ref=action["ref"])
    job.secrets = job.secrets | frozenset(sealing.texts(list(owned.secrets)))
    token = None
    if job.row["permission_set_refs"]:
        life = (job.row["timeout_seconds"] or ports.settings().default_timeout_s) + 60
        token = auth.execution_token(
            execution_id=job.id,
            action_ref=job.row["action_ref"],
            permission_set_refs=job.row["permission_set_refs"],
            identity=job.row["executor"],
            life_s=life,
        )
    return actions_run.prepare(
        job.row,
        action,
        pack,
        runtime,
        settings=ports.settings(),
        parameters=job.parameters,
        datastore=owned.values,
        api_token=token,
    )


def _log_writer(job: Job) -> Callable[[str, str], None]:
    def write(stream: str, text: str) -> None:
        shown = mask(text, job.secrets) if job.secrets else text
        try:
            with transaction() as tx:
                executions.append_log(tx, job.id, stream, shown, now=ports.now())
        except StorageError:
            # The captured output still reaches the result; a short outage must not stop the action.
            log.warning("log_chunk_lost", execution_id=job.id)

    return write


def _write_end(completion: completions.Completion) -> None:
    """Write the end, trying again while the database is away, as long as the lease may still be ours."""
    job, outcome = completion.job, completion.outcome
    if job.secrets:
        shown = mask({"result": outcome.result, "error": outcome.error}, job.secrets)
        completion.outcome = replace(outcome, result=shown["result"], error=shown["error"])
    deadline = time.monotonic() + ports.settings().reclaim_after_s
    while True:
        try:
            completions.write(completion)
        except StorageError as error:
            if not error.retryable or time.monotonic() > deadline:
                raise
            time.sleep(0.5)
            continue
        if not completion.accepted:
            log.warning("stale_completion_refused", execution_id=job.id)
        return


def complete(job: Job, outcome: RunOutcome) -> bool:
    """COMPLETE of the protocol, in one transaction. False: the lease was not ours any more, nothing changed."""
    completion = completions.Completion(job, outcome)
    completions.write(completion)
    return bool(completion.accepted)


def heartbeat(*, owner: str, threads: int) -> None:
    """Prolong this worker's leases and say that it lives."""
    now = ports.now()
    with transaction() as tx:
        executions.heartbeat(tx, owner, now=now, lease_s=ports.settings().lease_s)
        transport.beat_worker(tx, owner, now=now, threads=threads, running=len(jobs))


def stop_cancelled(*, owner: str) -> None:
    """Stop what was told to stop through the database."""
    if len(jobs) == 0:
        return
    with reading() as tx:
        wanted = executions.cancel_requests(tx, owner)
    for execution_id in wanted:
        jobs.stop(execution_id)
