"""Two transactions at once on PostgreSQL, in both orders: one of them wins, the other changes nothing, none deadlocks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from sqlalchemy import update

from app.engine.access import SYSTEM
from app.engine.errors import Conflict
from app.persistence import session
from app.persistence.models import EventLog, Execution, IdempotencyKey, Timer
from app.runners.base import RunOutcome
from app.services import completions, doctor, executions, inquiries, orchestration, ports, recovery, work
from app.services import workflow_executions as runs
from tests.faults.races import Deed, Done, at_once, one_after_the_other
from tests.workers.conftest import System

pytestmark = [pytest.mark.postgres, pytest.mark.parametrize("database", ["postgres"], indirect=True)]

DONE = RunOutcome("succeeded", {"succeeded": True, "stdout": "done\n"})
TWO = """
version: 1.0.0
tasks:
  - {name: a, action: t.say, next: [{do: c}]}
  - {name: b, action: t.say, next: [{do: c}]}
  - {name: c, action: t.say, join: all}
"""
ASKS = """
version: 1.0.0
tasks:
  - {name: ask, action: core.ask, timeout: 60, input: {prompt: "Go on?"}, next: [{do: after}]}
  - {name: after, action: t.say}
"""
LATER = """
version: 1.0.0
tasks:
  - {name: a, action: core.noop, delay: 60, next: [{do: b}]}
  - {name: b, action: t.say}
"""


@dataclass
class Race:
    """A system on PostgreSQL, and the order in which the two deeds of a test take effect."""

    system: System
    database: session.Database
    turned: bool

    def run(self, one: Deed, other: Deed) -> tuple[Done, Done]:
        """How `one` and `other` ended, whichever was first."""
        if self.turned:
            second, first = one_after_the_other(self.database, other, one)
            return first, second
        return one_after_the_other(self.database, one, other)


@pytest.fixture(params=[False, True], ids=["in order", "turned"])
def race(request: pytest.FixtureRequest, system: System, database: session.Database) -> Iterator[Race]:
    system.script("say", "echo hi")
    yield Race(system, database, request.param)
    assert [f for check in doctor.CHECKS if check.code != "not_taken" for f in doctor.examine(check)] == []


def _claimed(system: System, execution_id: int) -> work.Job:
    job = work._claim(execution_id, "here:1:1")
    assert job is not None
    return job


def _no_error(*ends: Done) -> None:
    assert [end.error for end in ends] == [None] * len(ends)


def _end_all(system: System) -> None:
    """Go on to the end as workers would."""
    system.deliver_all()
    recovery.resend(after_s=-1)
    system.deliver_all()


def _two_claimed(system: System) -> tuple[int, work.Job, work.Job]:
    execution_id = system.start(system.workflow("two", TWO))
    system.deliver_one(ports.Hint("advance", execution_id, 0))
    a, b = system.children(execution_id)
    return execution_id, _claimed(system, a.id), _claimed(system, b.id)


def _complete_apart(job: work.Job) -> bool | None:
    """As a process of its own: those of one process wait for each other before they reach the database."""
    completion = completions.Completion(job, DONE)
    completions._commit([completion])
    return completion.accepted


def test_two_completions_that_meet_fire_the_join_once(race: Race) -> None:
    execution_id, a, b = _two_claimed(race.system)

    ends = race.run(lambda: _complete_apart(a), lambda: _complete_apart(b))

    _no_error(*ends)
    _end_all(race.system)
    assert race.system.execution(execution_id).status == "completed"
    assert Counter(c.task_name for c in race.system.children(execution_id)) == {"a": 1, "b": 1, "c": 1}


def test_the_same_completion_twice_is_accepted_once(race: Race) -> None:
    execution_id, a, _ = _two_claimed(race.system)

    ends = race.run(lambda: _complete_apart(a), lambda: _complete_apart(a))

    _no_error(*ends)
    assert sorted(end.value for end in ends) == [False, True]
    with session.reading() as tx:
        ended = tx.session.query(EventLog).filter_by(execution=execution_id, task_name="a", type="task_ended").count()
    assert ended == 1


def test_a_completion_and_a_cancel_end_in_one_state(race: Race) -> None:
    execution_id, a, b = _two_claimed(race.system)

    ends = race.run(
        lambda: work.complete(a, DONE), lambda: executions.cancel(execution_id=execution_id, by=SYSTEM)
    )
    work.complete(b, RunOutcome("cancelled", {"succeeded": False, "error": "stopped"}, "stopped"))

    _no_error(*ends)
    _end_all(race.system)
    assert race.system.execution(execution_id).status == "cancelled"
    assert [c.task_name for c in race.system.children(execution_id)] == ["a", "b"]


def test_a_completion_and_a_cancel_of_the_same_action(race: Race) -> None:
    execution_id = race.system.start("t.say")
    job = _claimed(race.system, execution_id)

    completed, cancelled = race.run(
        lambda: work.complete(job, DONE), lambda: executions.cancel(execution_id=execution_id, by=SYSTEM)
    )

    assert (completed.error, completed.value) == (None, True)
    assert cancelled.error is None or isinstance(cancelled.error, Conflict)
    assert race.system.execution(execution_id).status == "completed"


def test_a_claim_and_a_pause_leave_it_running_or_held(race: Race) -> None:
    execution_id = race.system.start(race.system.workflow("two", TWO))
    race.system.deliver_one(ports.Hint("advance", execution_id, 0))
    a, _ = race.system.children(execution_id)
    run_id = race.system.run_of(execution_id).id

    claimed, paused = race.run(
        lambda: work._claim(a.id, "here:1:1"),
        lambda: runs.pause(workflow_execution_id=run_id, reason=None, by=SYSTEM),
    )

    _no_error(claimed, paused)
    run, a = race.system.run_of(execution_id), race.system.execution(a.id)
    assert (claimed.value is not None, a.status, run.paused, run.pausing) in [
        (True, "running", True, True),
        (False, "requested", True, False),
    ]
    _go_on_paused(race, run_id, execution_id, claimed.value)


def _go_on_paused(race: Race, run_id: int, execution_id: int, job: work.Job | None) -> None:
    if job is not None:
        assert work.complete(job, DONE) is True
    assert race.system.run_of(execution_id).pausing is False
    runs.resume(workflow_execution_id=run_id, by=SYSTEM)
    _end_all(race.system)
    assert race.system.execution(execution_id).status == "completed"


def test_giving_back_and_a_pause_leave_nothing_queued(race: Race) -> None:
    execution_id, a, b = _two_claimed(race.system)
    run_id = race.system.run_of(execution_id).id

    ends = race.run(
        lambda: work._give_back(a), lambda: runs.pause(workflow_execution_id=run_id, reason=None, by=SYSTEM)
    )
    work.complete(b, DONE)

    _no_error(*ends)
    assert race.system.execution(a.id).status == "requested"
    _go_on_paused(race, run_id, execution_id, None)


def test_a_lease_taken_back_while_its_heart_beats_is_whole_afterwards(race: Race) -> None:
    execution_id = race.system.start("t.say")
    job = _claimed(race.system, execution_id)
    work.jobs.add(job)
    race.system.pass_time(41)

    beaten, reclaimed = race.run(lambda: work.heartbeat(owner="here:1:1", threads=1), recovery.reclaim)
    work.jobs.remove(job)

    _no_error(beaten, reclaimed)
    row = race.system.execution(execution_id)
    assert (row.status, row.lease_token) in [("running", job.token), ("scheduled", None)]
    if row.status == "running":
        work.complete(job, DONE)
    _end_all(race.system)
    assert race.system.execution(execution_id).status == "completed"


def test_a_lease_taken_back_while_it_completes_has_one_end(race: Race) -> None:
    execution_id, a, b = _two_claimed(race.system)
    work.complete(b, DONE)
    race.system.pass_time(41)

    completed, reclaimed = race.run(lambda: work.complete(a, DONE), recovery.reclaim)

    _no_error(completed, reclaimed)
    assert race.system.execution(a.id).status == ("completed" if completed.value else "scheduled")
    _end_all(race.system)
    assert race.system.execution(execution_id).status == "completed"
    assert Counter(c.task_name for c in race.system.children(execution_id)) == {"a": 1, "b": 1, "c": 1}


def test_a_heartbeat_meets_a_cancel_of_all_it_holds(race: Race) -> None:
    execution_id, a, b = _two_claimed(race.system)
    work.jobs.add(a), work.jobs.add(b)

    beaten, cancelled = race.run(
        lambda: work.heartbeat(owner="here:1:1", threads=1),
        lambda: executions.cancel(execution_id=execution_id, by=SYSTEM),
    )
    for job in (a, b):
        work.jobs.remove(job)
        work.complete(job, RunOutcome("cancelled", {"succeeded": False, "error": "stopped"}, "stopped"))

    _no_error(beaten, cancelled)
    assert race.system.execution(execution_id).status == "cancelled"


def _asking(system: System, *, standalone: bool) -> tuple[int, int]:
    """(execution, inquiry) that wait for an answer."""
    if standalone:
        execution_id = system.start("core.ask", prompt="Go on?")
        with session.reading() as tx:
            from app.persistence.models import Inquiry

            return execution_id, tx.session.query(Inquiry).one().id
    execution_id = system.start(system.workflow("asks", ASKS))
    system.deliver_all()
    return execution_id, system.inquiry(execution_id).id


def test_an_answer_and_the_expiry_exclude_each_other(race: Race) -> None:
    execution_id, inquiry_id = _asking(race.system, standalone=False)
    late = ports.now().replace(year=2100)

    answered, expired = race.run(
        lambda: inquiries.respond(inquiry_id=inquiry_id, response="yes", by=race.system.alice),
        lambda: inquiries.expire_due(late),
    )

    assert answered.error is None or isinstance(answered.error, Conflict)
    assert (answered.error is None, expired.value) in [(True, 0), (False, 1)]
    _end_all(race.system)
    [asked] = race.system.children(execution_id, "ask")
    assert asked.status == ("completed" if answered.error is None else "timeout")
    assert race.system.execution(execution_id).status in ("completed", "failed")


@pytest.mark.parametrize("standalone", [True, False], ids=["alone", "in a run"])
def test_an_answer_and_a_cancel_exclude_each_other(race: Race, standalone: bool) -> None:
    execution_id, inquiry_id = _asking(race.system, standalone=standalone)

    answered, cancelled = race.run(
        lambda: inquiries.respond(inquiry_id=inquiry_id, response="yes", by=race.system.alice),
        lambda: executions.cancel(execution_id=execution_id, by=SYSTEM),
    )

    for end in (answered, cancelled):
        assert end.error is None or isinstance(end.error, Conflict), end.error
    _end_all(race.system)
    status = race.system.execution(execution_id).status
    assert status == ("completed" if standalone and answered.error is None else "cancelled")


def test_a_timer_and_a_cancel(race: Race) -> None:
    execution_id = race.system.start(race.system.workflow("later", LATER))
    race.system.deliver_all()
    race.system.pass_time(61)

    fired, cancelled = race.run(
        recovery.fire_timers, lambda: executions.cancel(execution_id=execution_id, by=SYSTEM)
    )

    _no_error(fired, cancelled)
    _end_all(race.system)
    assert race.system.execution(execution_id).status == "cancelled"
    assert all(c.status in ("cancelled", "completed") for c in race.system.children(execution_id))
    with session.reading() as tx:
        assert tx.session.query(Timer).count() == 0


def test_a_timer_fires_once_in_two_workers(race: Race) -> None:
    execution_id = race.system.start(race.system.workflow("later", LATER))
    race.system.deliver_all()
    race.system.pass_time(61)

    ends = race.run(recovery.fire_timers, recovery.fire_timers)

    _no_error(*ends)
    _end_all(race.system)
    assert race.system.execution(execution_id).status == "completed"
    assert Counter(c.task_name for c in race.system.children(execution_id)) == {"a": 1, "b": 1}


def _nested(system: System) -> tuple[int, work.Job]:
    inner = system.workflow("inner", "version: 1.0.0\ntasks:\n  - {name: say, action: t.say}\n")
    outer = f"version: 1.0.0\ntasks:\n  - {{name: in, action: {inner}, next: [{{do: after}}]}}\n  - {{name: after, action: t.say}}\n"
    execution_id = system.start(system.workflow("outer", outer))
    system.deliver(), system.deliver()
    [nested] = system.children(execution_id)
    [say] = system.children(nested.id)
    return execution_id, _claimed(system, say.id)


def test_the_end_of_a_nested_run_and_a_cancel_of_the_one_above(race: Race) -> None:
    execution_id, say = _nested(race.system)
    ports.current().dispatcher.hints.clear()
    work.complete(say, DONE)
    [told] = [h for h in ports.current().dispatcher.hints if h.kind == "child_done"]

    done, cancelled = race.run(
        lambda: orchestration.child_done(outbox_id=told.outbox_id),
        lambda: executions.cancel(execution_id=execution_id, by=SYSTEM),
    )

    _no_error(done, cancelled)
    _end_all(race.system)
    assert race.system.execution(execution_id).status == "cancelled"


def test_word_from_below_is_heard_once(race: Race) -> None:
    execution_id, say = _nested(race.system)
    ports.current().dispatcher.hints.clear()
    work.complete(say, DONE)
    [told] = [h for h in ports.current().dispatcher.hints if h.kind == "child_done"]

    ends = race.run(*[lambda: orchestration.child_done(outbox_id=told.outbox_id)] * 2)

    _no_error(*ends)
    _end_all(race.system)
    assert race.system.execution(execution_id).status == "completed"
    assert len(race.system.children(execution_id, "after")) == 1


def test_resuming_and_cancelling(race: Race) -> None:
    execution_id = race.system.start(race.system.workflow("two", TWO))
    race.system.deliver_one(ports.Hint("advance", execution_id, 0))
    run_id = race.system.run_of(execution_id).id
    runs.pause(workflow_execution_id=run_id, reason=None, by=SYSTEM)

    resumed, cancelled = race.run(
        lambda: runs.resume(workflow_execution_id=run_id, by=SYSTEM),
        lambda: executions.cancel(execution_id=execution_id, by=SYSTEM),
    )

    assert cancelled.error is None
    assert resumed.error is None or isinstance(resumed.error, Conflict)
    _end_all(race.system)
    assert race.system.execution(execution_id).status == "cancelled"
    assert {c.status for c in race.system.children(execution_id)} == {"cancelled"}


def test_a_run_begins_once(race: Race) -> None:
    execution_id = race.system.start(race.system.workflow("two", TWO))

    ends = race.run(*[lambda: orchestration.begin(execution_id=execution_id)] * 2)

    _no_error(*ends)
    _end_all(race.system)
    assert race.system.execution(execution_id).status == "completed"
    assert Counter(c.task_name for c in race.system.children(execution_id)) == {"a": 1, "b": 1, "c": 1}


def test_two_workers_with_the_same_hint(race: Race) -> None:
    execution_id = race.system.start("t.say")

    ends = race.run(lambda: work._claim(execution_id, "one:1:1"), lambda: work._claim(execution_id, "two:2:2"))

    _no_error(*ends)
    [job] = [end.value for end in ends if end.value is not None]
    work.complete(job, DONE)
    assert race.system.execution(execution_id).claims == 1


def test_a_claim_and_a_cancel(race: Race) -> None:
    """Whoever claims first is told to stop; whoever cancels first leaves nothing to claim."""
    execution_id = race.system.start("t.say")

    claimed, cancelled = race.run(
        lambda: work._claim(execution_id, "here:1:1"), lambda: executions.cancel(execution_id=execution_id, by=SYSTEM)
    )

    _no_error(claimed, cancelled)
    status = race.system.execution(execution_id).status
    assert (claimed.value is not None, status) in [(True, "canceling"), (False, "cancelled")]
    if claimed.value is not None:
        work.complete(claimed.value, RunOutcome("cancelled", {"succeeded": False, "error": "stopped"}, "stopped"))
    assert race.system.execution(execution_id).status == "cancelled"


def test_a_lost_lease_is_taken_back_once(race: Race) -> None:
    execution_id = race.system.start("t.say")
    _claimed(race.system, execution_id)
    race.system.pass_time(41)

    ends = race.run(recovery.reclaim, recovery.reclaim)

    _no_error(*ends)
    assert (race.system.execution(execution_id).status, race.system.execution(execution_id).claims) == ("scheduled", 1)
    _end_all(race.system)
    assert race.system.execution(execution_id).status == "completed"


@pytest.mark.parametrize("standalone", [True, False], ids=["alone", "in a run"])
def test_of_two_answers_one_is_accepted(race: Race, standalone: bool) -> None:
    execution_id, inquiry_id = _asking(race.system, standalone=standalone)

    ends = race.run(
        *[lambda said=said: inquiries.respond(inquiry_id=inquiry_id, response=said, by=race.system.alice) for said in ("yes", "no")]
    )

    [refused] = [end.error for end in ends if end.error is not None]
    assert isinstance(refused, Conflict)
    accepted = "no" if ends[0].error is not None else "yes"
    _end_all(race.system)
    asked = race.system.execution(execution_id) if standalone else race.system.children(execution_id, "ask")[0]
    assert (asked.status, asked.result["response"]) == ("completed", accepted)


def test_a_timer_and_a_pause(race: Race) -> None:
    """What the alarm makes ready either starts before the pause is accepted, or waits for the run to go on."""
    execution_id = race.system.start(race.system.workflow("later", LATER))
    race.system.deliver_all()
    race.system.pass_time(61)
    run_id = race.system.run_of(execution_id).id

    fired, paused = race.run(
        recovery.fire_timers, lambda: runs.pause(workflow_execution_id=run_id, reason=None, by=SYSTEM)
    )

    _no_error(fired, paused)
    race.system.deliver_all()
    assert {row.status for row in race.system.children(execution_id)} <= {"completed", "requested"}
    runs.resume(workflow_execution_id=run_id, by=SYSTEM)
    recovery.fire_timers()
    _end_all(race.system)
    assert race.system.execution(execution_id).status == "completed"
    assert Counter(c.task_name for c in race.system.children(execution_id)) == {"a": 1, "b": 1}


def _keyed(ref: str, body: str = "x") -> Callable[[], executions.Started]:
    return lambda: executions.start(
        action_ref=ref, parameters={}, by=SYSTEM, idempotency_key="once", body_hash=body
    )


def test_the_same_start_twice_at_once_happens_once(race: Race) -> None:
    ref = race.system.workflow("two", TWO)

    ends = race.run(_keyed(ref), _keyed(ref))

    _no_error(*ends)
    assert ends[0].value.execution_id == ends[1].value.execution_id
    assert sorted(end.value.created for end in ends) == [False, True]
    with session.reading() as tx:
        assert (tx.session.query(Execution).count(), tx.session.query(IdempotencyKey).count()) == (1, 1)
    _end_all(race.system)


def test_many_starts_with_one_key_and_many_with_another_body(race: Race) -> None:
    ends = at_once(*[_keyed("t.say", body) for body in "xy" * 4])

    started = {end.value.execution_id for end in ends if end.error is None}
    assert len(started) == 1
    assert all(isinstance(end.error, Conflict) for end in ends if end.error is not None)
    assert sum(end.error is not None for end in ends) == 4
    _end_all(race.system)


def test_a_storm_of_everything_deadlocks_nothing(race: Race) -> None:
    """Completions, heartbeats, cancels, pauses and sweeps on the same rows, all at once."""
    storms = [_two_claimed_of(race, number) for number in range(6)]
    for _, a, b in storms:
        work.jobs.add(a), work.jobs.add(b)
    deeds: list[Deed] = []
    for execution_id, a, b in storms:
        run_id = race.system.run_of(execution_id).id
        deeds += [
            lambda job=a: work.complete(job, DONE),
            lambda job=b: _complete_apart(job),
            lambda i=execution_id: executions.cancel(execution_id=i, by=SYSTEM),
            lambda i=run_id: runs.pause(workflow_execution_id=i, reason=None, by=SYSTEM),
        ]
    deeds += [lambda: work.heartbeat(owner="here:1:1", threads=1), recovery.reclaim, recovery.settle_pauses]

    ends = at_once(*deeds)

    assert [end.error for end in ends if end.error is not None and not isinstance(end.error, Conflict)] == []
    for _, a, b in storms:
        for job in (a, b):
            work.jobs.remove(job)
            work.complete(job, RunOutcome("cancelled", {"succeeded": False, "error": "stopped"}, "stopped"))
    _end_all(race.system)
    assert {race.system.execution(i).status for i, _, _ in storms} <= {"cancelled", "completed"}


def _two_claimed_of(race: Race, number: int) -> tuple[int, work.Job, work.Job]:
    execution_id = race.system.start(race.system.workflow(f"two{number}", TWO))
    race.system.deliver_one(ports.Hint("advance", execution_id, 0))
    a, b = race.system.children(execution_id)
    return execution_id, _claimed(race.system, a.id), _claimed(race.system, b.id)


def test_a_deleted_pack_and_a_completion_do_not_lock_each_other_out(race: Race) -> None:
    execution_id, a, b = _two_claimed(race.system)

    def forget() -> None:
        with session.transaction() as tx:
            tx.execute(update(Execution).where(Execution.parent == execution_id).values(action=None))

    ends = race.run(lambda: work.complete(a, DONE), forget)
    work.complete(b, DONE)

    _no_error(*ends)
    _end_all(race.system)
    assert race.system.execution(execution_id).status == "completed"
