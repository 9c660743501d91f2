"""Guards that stand behind another one: each is tried by itself, with the row as it would be if the first had failed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text, update

from app.engine.access import SYSTEM
from app.engine.errors import StorageInUse
from app.persistence import session
from app.persistence.models import Execution, Inquiry, WorkflowExecution
from app.persistence.repositories import executions, inquiries, transport, workflow_executions
from app.runners.base import RunOutcome
from app.services import leases, orchestration, ports, work
from app.services import workflow_executions as runs
from tests.workers.conftest import System

ONE = "version: 1.0.0\ntasks:\n  - {name: a, action: t.say}\n"
DONE = RunOutcome("succeeded", {"succeeded": True, "stdout": "done\n"})
LATER = "version: 1.0.0\ntasks:\n  - {name: a, action: core.noop, delay: 60}\n"


@pytest.fixture(autouse=True)
def say(system: System) -> None:
    system.script("say", "echo hi")


def _begun(system: System, text: str = ONE) -> tuple[int, int]:
    """(execution of the run, its first child) of a run that has begun."""
    execution_id = system.start(system.workflow("one", text))
    system.deliver_one(ports.Hint("advance", execution_id, 0))
    return execution_id, system.children(execution_id)[0].id


def _held(job: work.Job | None) -> work.Job:
    assert job is not None
    return job


def test_what_runs_is_not_claimed_by_another(system: System) -> None:
    execution_id = system.start("t.say")
    first = _held(work._claim(execution_id, "one:1:1"))
    assert work._claim(execution_id, "two:2:2") is None
    row = system.execution(execution_id)
    assert (row.claims, row.lease_token, row.lease_owner) == (1, first.token, "one:1:1")


def test_a_late_end_is_refused_while_another_has_it(system: System) -> None:
    execution_id = system.start("t.say")
    late = _held(work._claim(execution_id, "one:1:1"))
    leases.give_back(execution_id=execution_id, workflow_run=None, token=late.token, lost=True)
    now = _held(work._claim(execution_id, "two:2:2"))
    assert work.complete(late, DONE) is False
    assert system.execution(execution_id).lease_token == now.token
    assert work.complete(now, DONE) is True


def test_what_is_queued_in_a_paused_run_is_not_claimed(system: System) -> None:
    execution_id, child = _begun(system)
    with session.transaction() as tx:
        tx.execute(update(WorkflowExecution).where(WorkflowExecution.execution == execution_id).values(paused=True))
    assert work._claim(child, "one:1:1") is None


def test_a_heartbeat_prolongs_no_lease_of_another(system: System) -> None:
    execution_id = system.start("t.say")
    job = _held(work._claim(execution_id, "one:1:1"))
    before = system.execution(execution_id).lease_expires_at
    with session.transaction() as tx:
        executions.heartbeat(tx, {execution_id: "older"}, now=ports.now() + timedelta(hours=1), lease_s=30)
    assert system.execution(execution_id).lease_expires_at == before
    with session.transaction() as tx:
        executions.heartbeat(tx, {execution_id: job.token}, now=ports.now() + timedelta(hours=1), lease_s=30)
    assert system.execution(execution_id).lease_expires_at > before


def test_only_the_lease_that_holds_it_gives_it_back(system: System) -> None:
    execution_id = system.start("t.say")
    job = _held(work._claim(execution_id, "one:1:1"))
    assert leases.give_back(execution_id=execution_id, workflow_run=None, token="older", lost=True) is False
    assert system.execution(execution_id).lease_token == job.token


def test_what_is_given_back_while_its_run_is_paused_stays_out_of_the_queue(system: System) -> None:
    execution_id, child = _begun(system)
    job, run_id = _held(work._claim(child, "one:1:1")), system.run_of(execution_id).id
    runs.pause(workflow_execution_id=run_id, reason=None, by=SYSTEM)
    assert leases.give_back(execution_id=child, workflow_run=run_id, token=job.token, lost=True) is True
    assert system.execution(child).status == "requested"
    assert system.run_of(execution_id).pausing is False


def test_what_has_ended_is_not_changed_by_who_expected_it_alive(system: System) -> None:
    execution_id = system.start("t.say")
    system.deliver_all()
    with session.transaction() as tx:
        changed = executions.change(tx, execution_id, expected=["running"], values={"status": "canceling"}, now=ports.now())
    assert (changed, system.execution(execution_id).status) == (False, "completed")


def test_an_end_is_written_once_also_with_the_right_token(system: System) -> None:
    execution_id = system.start("t.say")
    job = _held(work._claim(execution_id, "one:1:1"))
    with session.transaction() as tx:  # as if the end had not taken the lease away
        tx.execute(update(Execution).where(Execution.id == execution_id).values(status="completed"))
        ended = executions.end_leased(tx, execution_id, token=job.token, values={"status": "failed"}, now=ports.now())
    assert (ended, system.execution(execution_id).status) == (False, "completed")


def test_a_pure_run_that_has_ended_is_not_ended_again(system: System) -> None:
    execution_id = system.start("t.say")
    system.deliver_all()
    with session.transaction() as tx:
        executions.end_pure(tx, [{"id": execution_id, "status": "failed"}], now=ports.now())
    assert system.execution(execution_id).status == "completed"


def test_a_question_that_is_closed_is_not_changed(system: System) -> None:
    execution_id = system.start("core.ask", prompt="Go on?")
    with session.transaction() as tx:
        which = tx.session.query(Inquiry).filter_by(execution=execution_id).one().id
        tx.execute(update(Inquiry).where(Inquiry.id == which).values(status="cancelled"))
        assert inquiries.change_pending(tx, which, {"status": "responded"}, now=ports.now()) is None


def test_an_alarm_fires_not_before_its_time_and_not_for_another_run(system: System) -> None:
    execution_id = system.start(system.workflow("later", LATER))
    system.deliver_all()
    run_id = system.run_of(execution_id).id
    with session.transaction() as tx:
        [(timer_id, _)] = transport.due_timers(tx, now=ports.now() + timedelta(hours=1), limit=5)
        assert transport.take_timer(tx, timer_id, run_id, now=ports.now()) is None
        assert transport.take_timer(tx, timer_id, run_id + 1, now=ports.now() + timedelta(hours=1)) is None
        assert transport.take_timer(tx, timer_id, run_id, now=ports.now() + timedelta(hours=1)) is not None
        assert transport.take_timer(tx, timer_id, run_id, now=ports.now() + timedelta(hours=1)) is None


def test_word_is_taken_by_its_kind_and_once(system: System) -> None:
    with session.transaction() as tx:
        outbox_id = transport.add_outbox(tx, "child_done", 1, {}, now=ports.now())
        assert transport.take_outbox(tx, outbox_id, kind="cancel_child") is None
        assert transport.take_outbox(tx, outbox_id, kind="child_done") is not None
        assert transport.take_outbox(tx, outbox_id, kind="child_done") is None


@pytest.mark.parametrize("database", ["postgres"], indirect=True)  # on SQLite the writing transaction is the lock
def test_a_run_is_locked_by_one_transaction_at_a_time(system: System) -> None:
    run_id = system.run_of(_begun(system)[0]).id
    with session.transaction() as tx:
        assert workflow_executions.lock(tx, run_id) is not None
        with pytest.raises(StorageInUse), session.transaction() as other:
            other.execute(text("SET LOCAL lock_timeout = '100ms'"))
            workflow_executions.lock(other, run_id)


@pytest.mark.parametrize("database", ["postgres"], indirect=True)
def test_a_heartbeat_waits_for_nobody(system: System) -> None:
    """It holds leases of many runs: waiting for one row it would deadlock with whoever cancels or completes them."""
    ids = [system.start("t.say"), system.start("t.say")]
    jobs = [_held(work._claim(i, "one:1:1")) for i in ids]
    later = ports.now() + timedelta(hours=1)
    with session.transaction() as tx:
        executions.lock(tx, ids[0])
        with session.transaction() as other:
            other.execute(text("SET LOCAL lock_timeout = '100ms'"))
            executions.heartbeat(other, {job.id: job.token for job in jobs}, now=later, lease_s=30)
    assert [system.execution(i).lease_expires_at > later for i in ids] == [False, True]


def test_a_late_step_of_an_ended_run_changes_nothing(system: System) -> None:
    execution_id, child = _begun(system)
    system.deliver_all()
    before = system.run_of(execution_id)
    with session.transaction() as tx:
        row = executions.find(tx, child)
        late = orchestration.report_of(row, status="failed", result={"error": "late"}, timed_out=False, duration_ms=0)
        assert orchestration.take_step(tx, before.id, [late]) is None
    after = system.run_of(execution_id)
    assert (after.status, after.version, after.event_seq) == ("completed", before.version, before.event_seq)
