"""A run that can't be stepped ends with a reason, whatever asked for the step; it is never met again by the sweeps."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from app.engine.access import SYSTEM
from app.engine.errors import Conflict
from app.persistence import session
from app.persistence.models import EventLog, Execution, WorkflowRevision
from app.runners.base import RunOutcome
from app.services import doctor, executions, ports, recovery, work
from tests.workers.conftest import System

NESTED = """
version: 1.0.0
tasks:
  - {name: say, action: t.say, next: [{do: after}]}
  - {name: slow, action: t.say}
  - {name: after, action: t.say}
"""


def _damage_revisions() -> None:
    """As if every stored document came from a version that knew other keys."""
    with session.transaction() as tx:
        tx.execute(update(WorkflowRevision).values(document={"tasks": "none of your business"}))
    session.current().kept.clear()


@pytest.fixture
def ref(system: System) -> str:
    system.script("say", "echo hi")
    return system.workflow("nested", NESTED)


def test_a_run_that_no_longer_parses_fails_when_it_should_begin(system: System, ref: str) -> None:
    execution_id = system.start(ref)
    _damage_revisions()

    system.deliver_all()

    ended = system.execution(execution_id)
    assert ended.status == "failed"
    assert "could not go on" in ended.result["error"]
    assert recovery.resend(after_s=-1) == 0


def test_it_fails_when_a_task_of_it_ends_and_what_was_queued_is_cancelled(system: System, ref: str) -> None:
    execution_id = system.start(ref)
    system.deliver()
    _damage_revisions()
    first, second = system.children(execution_id)

    system.deliver_one(ports.Hint("run", first.id, 0))

    assert system.execution(execution_id).status == "failed"
    assert [c.status for c in system.children(execution_id)] == ["completed", "cancelled"]
    assert second.status == "scheduled"
    assert [finding for check in doctor.CHECKS for finding in doctor.examine(check)] == []


def test_what_still_ran_is_stopped_and_may_end(system: System, ref: str) -> None:
    execution_id = system.start(ref)
    system.deliver()
    _damage_revisions()
    first, second = system.children(execution_id)
    running = work._claim(second.id, "elsewhere:1:1")

    system.deliver_one(ports.Hint("run", first.id, 0))
    stopping = system.execution(second.id)
    accepted = work.complete(running, RunOutcome("cancelled", {"succeeded": False, "error": "stopped"}, "stopped"))

    assert (stopping.status, stopping.cancel_requested) == ("canceling", True)
    assert accepted is True
    assert system.execution(second.id).status == "cancelled"
    assert system.execution(execution_id).status == "failed"


def test_the_run_above_is_told(system: System, ref: str) -> None:
    outer = system.workflow("outer", f"version: 1.0.0\ntasks:\n  - {{name: inner, action: {ref}}}\n")
    execution_id = system.start(outer)
    system.deliver()
    [inner] = system.children(execution_id)
    with session.transaction() as tx:
        wanted = WorkflowRevision.workflow_ref == ref
        tx.execute(update(WorkflowRevision).where(wanted).values(document={"tasks": 1}))

    system.deliver_all()

    assert system.execution(inner.id).status == "failed"
    ended = system.execution(execution_id)
    assert ended.status == "failed"
    assert "could not go on" in ended.result["error"]


def test_cancelling_it_ends_it(system: System, ref: str) -> None:
    execution_id = system.start(ref)
    _damage_revisions()

    with pytest.raises(Conflict):
        executions.cancel(execution_id=execution_id, by=SYSTEM)

    assert system.execution(execution_id).status == "failed"


def test_a_broken_timer_keeps_no_other_from_firing(system: System, ref: str) -> None:
    waiting = "version: 1.0.0\ntasks:\n  - {name: later, action: core.noop, delay: 60}\n"
    broken, sound = system.workflow("broken", waiting), system.workflow("sound", waiting)
    first, second = system.start(broken), system.start(sound)
    system.deliver_all()
    with session.transaction() as tx:
        wanted = WorkflowRevision.workflow_ref == broken
        tx.execute(update(WorkflowRevision).where(wanted).values(document={"tasks": 1}))
    session.current().kept.clear()
    system.pass_time(61)

    fired = recovery.fire_timers()

    assert fired is True
    assert [system.execution(i).status for i in (first, second)] == ["failed", "completed"]


def test_its_events_go_on_without_a_gap(system: System, ref: str) -> None:
    execution_id = system.start(ref)
    system.deliver()
    _damage_revisions()

    system.deliver_all()

    with session.reading() as tx:
        log = tx.session.query(EventLog).filter_by(execution=execution_id).order_by(EventLog.seq).all()
    assert [event.seq for event in log] == list(range(1, len(log) + 1))
    assert log[-1].type == "run_finished"
    assert next(c for c in doctor.CHECKS if c.code == "history").find is not None
    assert doctor.examine(next(c for c in doctor.CHECKS if c.code == "history")) == []


def test_an_action_whose_pack_went_while_it_was_queued_fails_with_a_reason(system: System) -> None:
    system.script("say", "echo hi")
    execution_id = system.start("t.say")
    with session.transaction() as tx:
        tx.execute(update(Execution).values(action=None))

    system.deliver_all()

    ended = system.execution(execution_id)
    assert (ended.status, ended.error) == ("failed", "Action 't.say' does not exist any more.")
