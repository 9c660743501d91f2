"""What a worker does with one execution: claim it, run its action, write its end.

No transaction is open while an action runs. The lease token fences the end: a worker that lost its lease
writes nothing (design.md 4).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

import structlog
from structlog.contextvars import bound_contextvars

from app import faults
from app.engine.errors import AppError, EnvironmentBroken, RunnerError, StorageError
from app.engine.expressions.masking import mask
from app.engine.pure_actions import PURE_REFS, run_pure
from app.persistence.repositories import catalog, executions, transport
from app.persistence.session import Row, Transaction, reading, transaction
from app.runners.base import RunControl, RunOutcome, RunRequest
from app.runners.environments import Environment
from app.runners.registry import runner_for
from app.services import actions_run, completions, counters, leases, ports, sealing
from app.services.environment_builds import Runnable, builds, missing_environment
from app.services.jobs import Job, jobs
from app.services.outcomes import storable_outcome
from app.services.tracing import Note

T = TypeVar("T")
log = structlog.get_logger(__name__)

STRAIGHT_ON = 100  # runs of one workflow in a row, before a thread takes the next message
_COUNTED = {"succeeded": "ended_completed", "failed": "ended_failed", "timed_out": "ended_failed", "cancelled": "ended_cancelled"}
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
    counters.count("claims")
    row = job.row
    try:
        with (
            ports.current().tracer.action(row) as note,
            bound_contextvars(execution_id=job.id, action=row["action_ref"], task=row["task_name"], worker=row["lease_owner"]),
        ):
            faults.point("run")
            completion = completions.Completion(job, _run(job))
            faults.point("ran")
            completion.owner = None if jobs.closing else owner
            _write_end(completion)
            _tell(completion, note)
        return completion.following
    except StorageError as error:
        # Without heartbeats its lease runs out, and the sweep gives it to whoever reaches the database.
        log.error("execution_let_go", execution_id=job.id, error=error.message)
        return None
    finally:
        jobs.remove(job)


def _tell(completion: completions.Completion, note: Note) -> None:
    outcome = completion.outcome
    note(attune__outcome=outcome.status, failed=None if outcome.status == "succeeded" else outcome.status)
    log.info("execution_ended", outcome=outcome.status, accepted=completion.accepted)


class _EnvironmentMissing(Exception):
    """The claim must not happen yet."""

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment.directory.name)
        self.environment = environment


class _CancelAwaits(Exception):
    """The run above is being cancelled, and the run of this execution has not heard of it yet."""


def _claim(execution_id: int, owner: str) -> Job | None:
    """The execution, for this worker; None when it is not to be had, or waits for the environment of its pack."""
    if builds.awaits(execution_id):
        return None
    try:
        return _claimed(execution_id, owner)
    except _EnvironmentMissing as missing:
        builds.request(missing.environment, execution_id=execution_id, owner=owner, failed=_fail_unbuilt)
        return None
    except _CancelAwaits:
        return None


def _claimed(execution_id: int, owner: str, *, build: bool = True) -> Job | None:
    current = ports.current()
    token = current.new_token()
    with transaction("claim") as tx:
        row = executions.claim(
            tx, execution_id, owner=owner, token=token, now=ports.now(), lease_s=current.settings.lease_s
        )
        if row is None:
            return None
        if row["depth"] > 1 and transport.cancel_awaits(tx, row["parent"]):
            raise _CancelAwaits  # rolled back: nothing new starts once a cancel of the run above was accepted
        found = _runnable(tx, row)
        if build and found is not None and (environment := missing_environment(tx, found)) is not None:
            raise _EnvironmentMissing(environment)  # rolled back: nobody has seen it claimed
        if row["stdout_bytes"] or row["stderr_bytes"]:
            executions.clear_log(tx, execution_id)
    return Job(row, token, found=found)


def _runnable(tx: Transaction, row: Row) -> Runnable | None:
    if row["action"] is None or row["action_ref"] in PURE_REFS:
        return None
    return catalog.runnable(tx, row["action"])


def _fail_unbuilt(execution_id: int, owner: str, why: RunnerError) -> None:
    """End an execution whose environment could not be built; its log is what the installer said."""
    try:
        job = _claimed(execution_id, owner, build=False)
    except _CancelAwaits:
        return  # the cancel ends it
    if job is None:
        return
    said = why.log if isinstance(why, EnvironmentBroken) else ""
    jobs.add(job)
    try:
        if said:
            _log_writer(job)("stderr", said)
        result = {"succeeded": False, "error": why.message, "stdout": "", "stderr": said}
        _write_end(completions.Completion(job, RunOutcome("failed", result, why.message)))
    finally:
        jobs.remove(job)


def _run(job: Job) -> RunOutcome:
    """How it went; whatever goes wrong is an outcome, except a database that stays away (StorageError)."""
    try:
        job.parameters, job.secrets = sealing.unseal(job.row["parameters"], job.row["sealed"])
        if job.row["claims"] > GIVE_UP_AFTER:
            raise RunnerError(f"Given up: {GIVE_UP_AFTER} workers were lost while they ran it.")
        if job.row["action_ref"] in PURE_REFS:
            return _run_pure(job)
        request = _patiently(lambda: _request(job))
        control = RunControl(cancelled=job.cancelled, on_output=_log_writer(job))
        return runner_for(request).run(request, control)
    except StorageError:
        raise
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

    found = job.found
    if found is None:
        with reading() as tx:
            found = _runnable(tx, job.row)
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
            with transaction("log") as tx:
                executions.append_log(tx, job.id, stream, shown, now=ports.now())
        except StorageError:
            # The captured output still reaches the result; a short outage must not stop the action.
            log.warning("log_chunk_lost", execution_id=job.id)

    return write


def _write_end(completion: completions.Completion) -> None:
    """Write the end; an end that can't be written becomes a failure that says why, so that nothing hangs."""
    job, outcome = completion.job, completion.outcome
    if job.handed_over and outcome.status == "cancelled" and _patiently(lambda: _give_back(job)):
        return
    try:
        completion.outcome = storable_outcome(outcome, job.secrets)
        _patiently(lambda: completions.write(completion))
    except Exception as error:
        if isinstance(error, StorageError) and error.retryable:
            raise
        log.exception("end_not_written", execution_id=job.id)
        said = error.message if isinstance(error, AppError) else f"{type(error).__name__}: {error}"
        completion.outcome = storable_outcome(_failed(f"How it ended could not be stored: {said}"), job.secrets)
        _patiently(lambda: completions.write(completion))
    if completion.accepted:
        counters.count(_COUNTED[completion.outcome.status])
    else:
        counters.count("refused_completions")
        log.warning("stale_completion_refused", execution_id=job.id)


def _give_back(job: Job) -> bool:
    return leases.give_back(execution_id=job.id, workflow_run=job.row["workflow_run"], token=job.token, lost=False)


def _patiently(do: Callable[[], T]) -> T:
    """Try again while the database is away, as long as the lease may still be ours."""
    deadline = time.monotonic() + ports.settings().reclaim_after_s
    while True:
        try:
            return do()
        except StorageError as error:
            if not error.retryable or time.monotonic() > deadline:
                raise
            time.sleep(0.5)


def complete(job: Job, outcome: RunOutcome) -> bool:
    """COMPLETE of the protocol, in one transaction. False: the lease was not ours any more, nothing changed."""
    completion = completions.Completion(job, outcome)
    completions.write(completion)
    return bool(completion.accepted)


def heartbeat(*, owner: str, threads: int) -> None:
    """Prolong the leases of what this process really runs, and say that it lives."""
    now, held = ports.now(), jobs.leases()
    with transaction("heartbeat") as tx:
        if held:
            executions.heartbeat(tx, held, now=now, lease_s=ports.settings().lease_s)
        transport.beat_worker(tx, owner, now=now, threads=threads, running=len(held))
        counters.flush(tx)


def stop_cancelled() -> None:
    """Stop what was told to stop through the database, and what another worker has taken over."""
    held = jobs.leases()
    if not held:
        return
    with reading() as tx:
        found = executions.leases_of(tx, held)
    for execution_id in [i for i, _, told in found if told]:
        jobs.stop(execution_id)
    jobs.stop_lost((i, token) for i, token, _ in found)
