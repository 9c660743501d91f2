"""Steering at odd moments: before a run has begun, while it is paused, after the one above was cancelled."""

from __future__ import annotations

import pytest

from app.engine.access import SYSTEM
from app.engine.errors import Conflict, RunnerError
from app.persistence import session
from app.persistence.models import Inquiry, Timer
from app.runners.base import RunOutcome
from app.services import doctor, executions, inquiries, orchestration, ports, recovery, work
from app.services import workflow_executions as runs
from tests.workers.conftest import System

DONE = RunOutcome("succeeded", {"succeeded": True, "stdout": "done\n"})
ONE = "version: 1.0.0\ntasks:\n  - {name: a, action: t.say, next: [{do: b}]}\n  - {name: b, action: t.say}\n"


@pytest.fixture
def one(system: System) -> str:
    system.script("say", "echo hi")
    return system.workflow("one", ONE)


def _healthy() -> bool:
    return [f for check in doctor.CHECKS for f in doctor.examine(check)] == []


def _pause(system: System, execution_id: int) -> int:
    run_id = system.run_of(execution_id).id
    runs.pause(workflow_execution_id=run_id, reason="wait", by=SYSTEM)
    return run_id


def test_a_run_cancelled_before_it_began_starts_nothing(system: System, one: str) -> None:
    execution_id = system.start(one)

    executions.cancel(execution_id=execution_id, by=SYSTEM)
    system.deliver_all()

    assert system.execution(execution_id).status == "cancelled"
    assert system.children(execution_id) == []
    assert _healthy()


def test_a_run_paused_before_it_began_starts_nothing_until_it_is_resumed(system: System, one: str) -> None:
    execution_id = system.start(one)
    run_id = _pause(system, execution_id)

    system.deliver_all()
    recovery.resend(after_s=-1)
    system.deliver_all()
    held = [c.status for c in system.children(execution_id)]
    runs.resume(workflow_execution_id=run_id, by=SYSTEM)
    system.deliver_all()

    assert set(held) <= {"requested"}
    assert system.execution(execution_id).status == "completed"


def test_a_paused_run_can_be_cancelled(system: System, one: str) -> None:
    execution_id = system.start(one)
    system.deliver()
    _pause(system, execution_id)

    executions.cancel(execution_id=execution_id, by=SYSTEM)
    system.deliver_all()

    assert system.execution(execution_id).status == "cancelled"
    assert {c.status for c in system.children(execution_id)} == {"cancelled"}
    assert _healthy()


def test_a_timer_that_comes_due_while_paused_starts_its_task_when_the_run_goes_on(system: System) -> None:
    system.script("say", "echo hi")
    text = "version: 1.0.0\ntasks:\n  - {name: a, action: t.say, delay: 60}\n"
    execution_id = system.start(system.workflow("later", text))
    system.deliver_all()
    run_id = _pause(system, execution_id)
    system.pass_time(61)

    recovery.fire_timers()
    system.deliver_all()
    held = system.children(execution_id)
    runs.resume(workflow_execution_id=run_id, by=SYSTEM)
    system.deliver_all()

    assert held == []
    assert system.execution(execution_id).status == "completed"


def test_a_retry_that_comes_due_while_paused_waits_too(system: System) -> None:
    system.script("flaky", 'mkdir "$where" && exit 1; true')
    text = (
        "version: 1.0.0\nparameters: {where: {type: string}}\ntasks:\n"
        '  - {name: a, action: t.flaky, retry: {count: 2, delay: 60}, input: {where: "{{ parameters.where }}"}}\n'
    )
    where = ports.settings().home_path
    where.mkdir(parents=True, exist_ok=True)
    execution_id = system.start(system.workflow("retries", text), where=str(where / "tried"))
    system.deliver_all()
    run_id = _pause(system, execution_id)
    system.pass_time(61)

    recovery.fire_timers()
    system.deliver_all()
    attempts = len(system.children(execution_id))
    runs.resume(workflow_execution_id=run_id, by=SYSTEM)
    system.deliver_all()

    assert attempts == 1
    assert system.execution(execution_id).status == "completed"


def test_what_a_lost_worker_had_stays_out_of_the_queue_while_paused(system: System, one: str) -> None:
    execution_id = system.start(one)
    system.deliver_one(ports.Hint("advance", execution_id, 0))
    [a] = system.children(execution_id)
    work._claim(a.id, "elsewhere:1:1")
    run_id = _pause(system, execution_id)
    pausing = system.run_of(execution_id).pausing
    system.pass_time(41)

    recovery.reclaim()

    assert pausing is True
    assert (system.run_of(execution_id).pausing, system.execution(a.id).status) == (False, "requested")
    runs.resume(workflow_execution_id=run_id, by=SYSTEM)
    system.deliver_all()
    assert system.execution(execution_id).status == "completed"


def _nested(system: System) -> tuple[int, int]:
    """(outer, inner) executions; the inner one has been accepted and has not begun."""
    inner = system.workflow("inner", ONE)
    outer = system.workflow("outer", f"version: 1.0.0\ntasks:\n  - {{name: in, action: {inner}}}\n")
    execution_id = system.start(outer)
    system.deliver_one(ports.Hint("advance", execution_id, 0))
    [child] = system.children(execution_id)
    return execution_id, child.id


def test_a_nested_run_that_starts_after_the_one_above_was_cancelled_starts_nothing(system: System, one: str) -> None:
    outer, inner = _nested(system)
    executions.cancel(execution_id=outer, by=SYSTEM)
    [told] = [h for h in ports.current().dispatcher.hints if h.kind == "cancel_child"]

    orchestration.begin(execution_id=inner)
    executions.told_to_cancel(outbox_id=told.outbox_id)
    system.deliver_all()

    assert [system.execution(i).status for i in (outer, inner)] == ["cancelled", "cancelled"]
    assert {c.status for c in system.children(inner)} <= {"cancelled"}
    assert _healthy()


def test_a_run_counts_as_paused_when_what_is_nested_has_come_to_rest(system: System, one: str) -> None:
    outer, inner = _nested(system)
    orchestration.begin(execution_id=inner)
    [a] = system.children(inner)
    job = work._claim(a.id, "here:1:1")
    run_id = _pause(system, outer)
    [told] = [h for h in ports.current().dispatcher.hints if h.kind == "pause_child"]
    runs.told_to_pause(outbox_id=told.outbox_id)
    recovery.settle_pauses()
    pausing = system.run_of(outer).pausing
    work.complete(job, DONE)
    system.deliver_all()

    recovery.settle_pauses()

    assert pausing is True
    assert system.run_of(outer).pausing is False
    runs.resume(workflow_execution_id=run_id, by=SYSTEM)
    system.deliver_all()
    assert system.execution(outer).status == "completed"


def test_a_run_that_waits_for_a_question_of_another_is_told_when_that_one_is_cancelled(system: System) -> None:
    asks = system.workflow("asks", 'version: 1.0.0\ntasks:\n  - {name: ask, action: core.ask, input: {prompt: "Go on?"}}\n')
    text = (
        "version: 1.0.0\nparameters: {inquiry: {type: integer}}\ntasks:\n"
        '  - {name: wait, action: core.noop, wait_for: {inquiry: "{{ parameters.inquiry }}"}}\n'
    )
    asking = system.start(asks)
    system.deliver_all()
    waiting = system.start(system.workflow("waits", text), inquiry=system.inquiry(asking).id)
    system.deliver_all()

    executions.cancel(execution_id=asking, by=SYSTEM)
    system.deliver_all()

    assert system.execution(asking).status == "cancelled"
    assert system.execution(waiting).status == "failed"
    assert _healthy()


def test_the_question_of_a_cancelled_run_is_withdrawn_and_can_not_be_answered(system: System) -> None:
    asks = system.workflow("asks", 'version: 1.0.0\ntasks:\n  - {name: ask, action: core.ask, input: {prompt: "Go on?"}}\n')
    execution_id = system.start(asks)
    system.deliver_all()
    inquiry_id = system.inquiry(execution_id).id

    executions.cancel(execution_id=execution_id, by=SYSTEM)
    system.deliver_all()

    with session.reading() as tx:
        assert tx.session.get(Inquiry, inquiry_id).status == "cancelled"
        assert tx.session.query(Timer).count() == 0
    with pytest.raises(Conflict):
        inquiries.respond(inquiry_id=inquiry_id, response="yes", by=system.alice)
    assert system.execution(execution_id).status == "cancelled"


def test_a_late_hint_does_not_take_word_that_got_its_number(system: System, one: str) -> None:
    """SQLite gives the numbers of rows that are gone to later ones."""
    outer, _ = _nested(system)
    executions.cancel(execution_id=outer, by=SYSTEM)
    [told] = [h for h in ports.current().dispatcher.hints if h.kind == "cancel_child"]
    executions.told_to_cancel(outbox_id=told.outbox_id)
    [done] = [h for h in ports.current().dispatcher.hints if h.kind == "child_done"]

    executions.told_to_cancel(outbox_id=done.outbox_id)
    orchestration.child_done(outbox_id=done.outbox_id)

    assert system.execution(outer).status == "cancelled"


def test_a_run_that_is_being_stopped_can_not_be_paused(system: System, one: str) -> None:
    execution_id = system.start(one)
    system.deliver_one(ports.Hint("advance", execution_id, 0))
    job = work._claim(system.children(execution_id)[0].id, "here:1:1")
    assert job is not None
    executions.cancel(execution_id=execution_id, by=SYSTEM)

    with pytest.raises(Conflict, match="being stopped"):
        _pause(system, execution_id)
    work.complete(job, DONE)

    assert system.run_of(execution_id).paused is False
    assert system.execution(execution_id).status == "cancelled"


def test_word_to_pause_that_comes_after_word_to_resume_pauses_nothing(system: System, one: str) -> None:
    execution_id, _ = _nested(system)
    run_id = _pause(system, execution_id)
    pausing = _taken_out("pause_child")

    runs.resume(workflow_execution_id=run_id, by=SYSTEM)
    system.deliver_all()
    system.deliver_one(pausing)
    recovery.resend(after_s=-1)
    system.deliver_all()

    assert system.execution(execution_id).status == "completed"


def test_nothing_below_begins_once_the_cancel_above_was_accepted(system: System, one: str) -> None:
    execution_id, inner = _nested(system)
    system.deliver_one(ports.Hint("advance", inner, 0))
    waiting = system.children(inner)[0].id
    executions.cancel(execution_id=execution_id, by=SYSTEM)
    told = _taken_out("cancel_child")

    assert work._claim(waiting, "here:1:1") is None
    work._fail_unbuilt(waiting, "here:1:1", RunnerError("its environment could not be built"))
    system.deliver_one(told)
    system.deliver_all()

    assert system.execution(waiting).status == "cancelled"
    assert system.execution(execution_id).status == "cancelled"


def _taken_out(kind: str) -> ports.Hint:
    """The message of this kind, which the broker now does not have any more."""
    hints = ports.current().dispatcher.hints
    found: ports.Hint = next(hint for hint in hints if hint.kind == kind)
    hints.remove(found)
    return found


def test_what_a_lost_worker_had_is_not_started_again_once_its_run_is_being_cancelled(system: System, one: str) -> None:
    execution_id = system.start(one)
    system.deliver_one(ports.Hint("advance", execution_id, 0))
    [a] = system.children(execution_id)
    assert work._claim(a.id, "gone:1:1") is not None
    executions.cancel(execution_id=execution_id, by=SYSTEM)  # what runs may finish

    system.pass_time(41)
    recovery.reclaim()
    system.deliver_all()

    assert [c.status for c in system.children(execution_id)] == ["cancelled"]
    assert system.execution(execution_id).status == "cancelled"
    assert _healthy()
