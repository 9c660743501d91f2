"""The protocol under bad delivery: hints doubled, lost, late; workers that lose their lease."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.engine.access import SYSTEM
from app.engine.errors import Conflict
from app.persistence import session
from app.persistence.models import EventLog, Execution
from app.runners.base import RunOutcome
from app.services import executions, ports, recovery, work
from tests.workers.conftest import System

DIAMOND = """
version: 1.0.0
tasks:
  - {name: a, action: t.say, next: [{do: [b, c]}]}
  - {name: b, action: t.say, next: [{do: d}]}
  - {name: c, action: t.say, next: [{do: d}]}
  - {name: d, action: t.say, join: all}
"""


@pytest.fixture
def diamond(system: System) -> str:
    system.script("say", "echo hi")
    return system.workflow("diamond", DIAMOND)


def test_every_hint_three_times_runs_everything_once(system: System, diamond: str) -> None:
    execution_id = system.start(diamond)

    while system.deliver(times=3):
        pass

    assert system.execution(execution_id).status == "completed"
    assert [c.task_name for c in system.children(execution_id)] == ["a", "b", "c", "d"]
    assert all(c.claims == 1 for c in system.children(execution_id))


def test_lost_hints_are_sent_again_by_the_sweep(system: System, diamond: str) -> None:
    execution_id = system.start(diamond)

    for _ in range(10):
        ports.current().dispatcher.hints.clear()
        recovery.resend(after_s=-1)
        system.deliver()

    assert system.execution(execution_id).status == "completed"


def test_a_lost_worker_is_replaced_and_its_late_answer_refused(system: System, diamond: str) -> None:
    execution_id = system.start(diamond)
    system.deliver()
    [a] = system.children(execution_id)
    lost = work._claim(a.id, "elsewhere:1:1")

    _let_pass(system, 41)
    recovery.reclaim()
    accepted = work.complete(lost, RunOutcome("succeeded", {"succeeded": True, "stdout": "late"}))
    system.deliver_all()

    assert accepted is False
    assert system.execution(execution_id).status == "completed"
    [a] = system.children(execution_id, "a")
    assert (a.claims, a.result["stdout"]) == (2, "hi\n")


def test_a_heartbeat_keeps_the_lease(system: System, diamond: str) -> None:
    execution_id = system.start(diamond)
    system.deliver()
    [a] = system.children(execution_id)
    job = work._claim(a.id, "elsewhere:1:1")
    work.jobs.add(job)

    _let_pass(system, 25)
    work.heartbeat(owner="elsewhere:1:1", threads=1)
    _let_pass(system, 25)
    work.jobs.remove(job)

    assert recovery.reclaim() == 0


def test_an_action_that_loses_worker_after_worker_is_given_up_with_a_reason(system: System) -> None:
    system.script("killer", "true")
    execution_id = system.start("t.killer")
    for _ in range(work.GIVE_UP_AFTER):
        work._claim(execution_id, "elsewhere:1:1")
        _let_pass(system, 41)
        recovery.reclaim()

    system.deliver_all()

    ended = system.execution(execution_id)
    assert ended.status == "failed"
    assert "workers were lost" in ended.error


def test_events_are_numbered_without_gaps(system: System, diamond: str) -> None:
    execution_id = system.start(diamond)

    system.deliver_all()

    with session.reading() as tx:
        numbers = [e.seq for e in tx.session.query(EventLog).filter_by(execution=execution_id).order_by(EventLog.seq)]
    assert numbers == list(range(1, len(numbers) + 1))


def test_a_terminal_state_does_not_change(system: System, diamond: str) -> None:
    execution_id = system.start(diamond)
    system.deliver_all()
    before = _rows(execution_id)

    with pytest.raises(Conflict):
        executions.cancel(execution_id=execution_id, by=SYSTEM)
    for child in system.children(execution_id):
        system.deliver_one(ports.Hint("run", child.id, 0))
    system.deliver_one(ports.Hint("advance", execution_id, 0))

    assert _rows(execution_id) == before


def test_an_idempotency_key_starts_once(system: System, diamond: str) -> None:
    first = executions.start(action_ref=diamond, parameters={}, by=SYSTEM, idempotency_key="k", body_hash="x")
    again = executions.start(action_ref=diamond, parameters={}, by=SYSTEM, idempotency_key="k", body_hash="x")

    assert (again.execution_id, again.created) == (first.execution_id, False)
    with pytest.raises(Conflict):
        executions.start(action_ref=diamond, parameters={}, by=SYSTEM, idempotency_key="k", body_hash="y")


def test_a_queued_task_is_cancelled_at_once(system: System, diamond: str) -> None:
    execution_id = system.start(diamond)
    system.deliver()

    executions.cancel(execution_id=execution_id, by=SYSTEM)

    assert system.execution(execution_id).status == "cancelled"
    [a] = system.children(execution_id)
    assert (a.status, a.result["error"]) == ("cancelled", "Cancelled by user before execution started")


def test_a_worker_that_dies_while_stopping_leaves_a_cancelled_execution(system: System, diamond: str) -> None:
    execution_id = system.start("t.say")
    work._claim(execution_id, "elsewhere:1:1")
    executions.cancel(execution_id=execution_id, by=SYSTEM)

    _let_pass(system, 41)
    recovery.reclaim()

    assert system.execution(execution_id).status == "cancelled"


def test_secrets_are_stored_sealed_and_masked_in_output(system: System) -> None:
    system.script("shout", "echo token is $token", param_schema={"token": {"type": "string", "secret": True}})

    execution_id = system.start("t.shout", token="s3cr3t-value-1234")
    system.deliver_all()

    ended = system.execution(execution_id)
    assert ended.parameters == {"token": "***"}
    assert ended.result["stdout"] == "token is ***\n"
    assert b"s3cr3t" not in ended.sealed


def _rows(execution_id: int) -> list[tuple]:
    with session.reading() as tx:
        found = tx.session.query(Execution).filter((Execution.id == execution_id) | (Execution.parent == execution_id))
        return [(r.id, r.status, r.updated, r.claims, str(r.result)) for r in found.order_by(Execution.id)]


def _let_pass(system: System, seconds: float) -> None:
    """Move the clock of the process on."""
    current = ports.current()
    earlier = current.clock
    current.clock = lambda: earlier() + timedelta(seconds=seconds)
