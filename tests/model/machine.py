"""A small reference model beside the real protocol: what was accepted, and what must therefore be true after every step.

The promises are those of design.md 5. The model knows nothing of leases, visits or sweeps: it keeps what callers were
told (started, cancelled, answered, finished) and checks that the system never says anything else afterwards.
"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

from hypothesis import note
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from app.engine.access import SYSTEM
from app.engine.errors import Conflict, Forbidden, StorageError
from app.engine.statuses import TERMINAL
from app.persistence import session
from app.persistence.models import Execution, Inquiry, WorkflowExecution, WorkflowTaskExecution
from app.runners.base import RunOutcome
from app.services import doctor, executions, inquiries, recovery
from app.services import workflow_executions as runs
from app.services.doctor.findings import Moment
from app.services.jobs import Job
from app.services.ports import Hint
from tests.model.world import World

WORKERS = ("ant:1:1", "bee:2:2", "cow:3:3")
ENDED = {status.value for status in TERMINAL}
OUTCOMES = {
    "ok": RunOutcome("succeeded", {"succeeded": True, "stdout": "done\n"}),
    "failed": RunOutcome("failed", {"succeeded": False, "error": "it broke"}, "it broke"),
    "timed out": RunOutcome("timed_out", {"succeeded": False, "error": "too slow"}, "too slow"),
    "huge": RunOutcome("succeeded", {"succeeded": True, "stdout": "x" * 30_000, "data": ["y" * 100] * 500}),
    "unserialisable": RunOutcome("succeeded", {"succeeded": True, "data": float("nan"), "more": {1, 2}, "bytes": b"\x00\xff"}),
}
CANCELLED = RunOutcome("cancelled", {"succeeded": False, "error": "stopped"}, "stopped")
# What holds without any sweep having run; the other checks give the sweeps a minute.
AT_ANY_MOMENT = (
    "started_twice", "ended_with_lease", "ended_without_time", "questions_of_ended", "ended_otherwise", "counters", "event_gaps",
    "dead_timers", "hanging", "running_by_nobody", "asking_nothing", "outliving", "active_while_paused",
)
AT_ONCE = timedelta(seconds=-1)
picks = st.integers(0, 30)


class Protocol(RuleBasedStateMachine):
    """Rules are what the world does to the system; invariants are the promises."""

    world: World
    refs: tuple[str, ...]

    def __init__(self) -> None:
        super().__init__()
        self.world.begin()
        self.starts: dict[str, int] = {}  # idempotency key -> execution
        self.cancelled: set[int] = set()  # executions whose cancel was accepted
        self.unsure: set[int] = set()  # executions whose cancel may have been accepted
        self.answers: dict[int, Any] = {}  # inquiry -> accepted response
        self.accepted: Counter[int] = Counter()  # completions that were told to be accepted, by execution
        self.frozen: set[str] = set()
        self.ended: dict[int, tuple[Any, ...]] = {}  # execution -> how it ended when it was first seen ended

    # what callers do

    @rule(which=picks, key=st.integers(0, 5))
    def start(self, which: int, key: int) -> None:
        ref, name = self.refs[which % len(self.refs)], f"{which % len(self.refs)}-{key}"
        started = self._try(
            lambda: executions.start(action_ref=ref, parameters={}, by=self.world.system.alice, idempotency_key=name, body_hash=name)
        )
        if started is not None:
            assert self.starts.setdefault(name, started.execution_id) == started.execution_id, "one key, two executions"

    @precondition(lambda self: self._live_roots())
    @rule(which=picks)
    def pause(self, which: int) -> None:
        root = self._root(which)
        self._try(lambda: runs.pause(workflow_execution_id=self._run_id(root), reason=None, by=SYSTEM))

    @precondition(lambda self: self._live_roots())
    @rule(which=picks)
    def resume(self, which: int) -> None:
        root = self._root(which)
        self._try(lambda: runs.resume(workflow_execution_id=self._run_id(root), by=SYSTEM))

    @precondition(lambda self: self._live_roots())
    @rule(which=picks)
    def cancel(self, which: int) -> None:
        root, faults = self._root(which), self.world.faults
        done = self._try(lambda: executions.cancel(execution_id=root, by=SYSTEM) or True)
        if done:
            self.cancelled.add(root)
        elif self.world.faults > faults:
            self.unsure.add(root)

    @precondition(lambda self: self.world.rows(Inquiry))
    @rule(which=picks, yes=st.booleans())
    def answer(self, which: int, yes: bool) -> None:
        """Also what was answered already, and what is over."""
        found = self.world.rows(Inquiry)
        row = found[which % len(found)]
        response, faults = {"approved": yes}, self.world.faults
        done = self._try(lambda: inquiries.respond(inquiry_id=row.id, response=response, by=self.world.system.alice) or True)
        if done:
            assert row.status == "pending" and row.timeout_at > self.world.now, "an answer was accepted where none was asked for"
            self.answers[row.id] = response
        elif self.world.faults == faults and row.status == "pending":
            assert row.timeout_at <= self.world.now, "an answer in time was refused"

    # what the broker and the workers do

    @precondition(lambda self: self.world.hints)
    @rule(which=picks, worker=st.sampled_from(WORKERS), times=st.sampled_from([1, 1, 1, 1, 2, 3, 0]))
    def deliver(self, which: int, worker: str, times: int) -> None:
        """A message any number of times, in any order; 0: it is lost."""
        hint = self.world.hints.pop(which % len(self.world.hints))
        for _ in range(times):
            self._deliver(hint, worker)

    @precondition(lambda self: self.world.hints)
    @rule()
    def deliver_in_order(self) -> None:
        for hint in list(self.world.hints):
            self.world.hints.remove(hint)
            self._deliver(hint, WORKERS[0])

    @precondition(lambda self: self._busy())
    @rule(which=picks, how=st.sampled_from(["ok", "ok", "ok", "ok", "failed", "timed out", "huge", "unserialisable"]))
    def finish(self, which: int, how: str) -> None:
        busy = self._busy()
        worker, job = busy[which % len(busy)]
        self._finish(job, OUTCOMES[how], worker)

    @precondition(lambda self: self._busy())
    @rule(which=picks)
    def hear_of_a_cancel_and_stop(self, which: int) -> None:
        busy = self._busy()
        worker, job = busy[which % len(busy)]
        self._try(lambda: self.world.hear_of_cancels(worker))
        if job.cancelled.is_set():
            self._finish(job, CANCELLED, worker)

    @precondition(lambda self: self.world.lost)
    @rule(which=picks, how=st.sampled_from(["ok", "failed"]))
    def finish_with_an_old_lease(self, which: int, how: str) -> None:
        self._finish(self.world.lost.pop(which % len(self.world.lost)), OUTCOMES[how], None)

    @rule(worker=st.sampled_from(WORKERS))
    def beat(self, worker: str) -> None:
        if worker not in self.frozen:
            self._try(lambda: self.world.beat(worker))

    @rule(worker=st.sampled_from(WORKERS))
    def freeze_or_thaw(self, worker: str) -> None:
        self.frozen ^= {worker}

    @rule(worker=st.sampled_from(WORKERS))
    def crash(self, worker: str) -> None:
        self.world.crash(worker)

    @rule()
    def restart(self) -> None:
        self._try(self.world.restart)

    @rule()
    def wipe_the_broker(self) -> None:
        self.world.hints.clear()

    @rule(when=st.sampled_from(["before", "after"]))
    def lose_the_next_commit(self, when: str) -> None:
        self.world.fault = when

    # time and sweeps

    @rule(seconds=st.sampled_from([0.5, 3, 12, 31, 41, 70]))
    def pass_time(self, seconds: float) -> None:
        self.world.pass_time(seconds)

    @rule()
    def fire_timers(self) -> None:
        self._try(recovery.fire_timers)

    @rule()
    def expire(self) -> None:
        self._try(recovery.expire_inquiries)

    @rule()
    def settle(self) -> None:
        self._try(recovery.settle_pauses)

    @rule()
    def reclaim(self) -> None:
        self._try(recovery.reclaim)

    @rule()
    def resend(self) -> None:
        self._try(recovery.resend)

    # the promises

    @invariant()
    def the_doctor_finds_nothing(self) -> None:
        """Joins fire once, events have no gaps, nobody holds what has ended; every run has a next event at any moment."""
        fault, self.world.fault = self.world.fault, None
        found = [f for check in doctor.CHECKS if check.code in AT_ANY_MOMENT for f in self._look(check, AT_ONCE)]
        self.world.fault = fault
        assert found == []

    @invariant()
    def what_has_ended_stays_as_it_is(self) -> None:
        for row in self.world.rows(Execution):
            if row.status not in ENDED:
                assert row.id not in self.ended, f"execution {row.id} had ended and is {row.status}"
                continue
            how = (row.status, row.result, row.error, row.completed_at, row.timed_out)
            assert self.ended.setdefault(row.id, how) == how, f"execution {row.id} has ended twice"

    @invariant()
    def at_most_one_completion_is_accepted(self) -> None:
        assert [i for i, times in self.accepted.items() if times > 1] == []

    @invariant()
    def an_accepted_answer_stays(self) -> None:
        for row in self.world.rows(Inquiry):
            if row.id in self.answers:
                assert (row.status, row.response) == ("responded", self.answers[row.id])

    @invariant()
    def a_paused_run_rests(self) -> None:
        resting = {r.execution for r in self.world.rows(WorkflowExecution) if r.paused and not r.pausing and r.status not in ENDED}
        for row in self.world.rows(Execution):
            if row.kind == "action" and resting & set(self._above(row)):
                assert row.status in ENDED | {"requested"}, f"execution {row.id} is {row.status}, and its run is paused"

    @invariant()
    def every_task_is_visited_once(self) -> None:
        visits = Counter((v.workflow_execution, v.task_name) for v in self.world.rows(WorkflowTaskExecution))
        assert [key for key, times in visits.items() if times > 1] == []

    def teardown(self) -> None:
        try:
            self._come_to_rest()
        finally:
            self.world.end()

    def _come_to_rest(self) -> None:
        """Every worker is gone, every message lost, everybody silent: sweeps alone, and one worker, must end it all."""
        self.world.fault = None
        for worker in WORKERS:
            self.world.crash(worker)
        self.world.hints.clear()
        for run in self.world.rows(WorkflowExecution):
            if run.paused and run.status not in ENDED and run.execution in self.starts.values():
                runs.resume(workflow_execution_id=run.id, by=SYSTEM)
        for _ in range(60):
            self.world.pass_time(41)
            self.world.sweep()
            self._work_off()
            if not self._live_roots() and not self.world.hints:
                break
        self._check_rest()

    def _work_off(self) -> None:
        while self.world.hints:
            job = self.world.deliver(self.world.hints.pop(0), WORKERS[0])
            while job is not None:
                self._claimed(job)
                completion = self.world.finish(job, OUTCOMES["ok"], WORKERS[0])
                self.accepted[job.id] += bool(completion.accepted)
                job = completion.following

    def _check_rest(self) -> None:
        rows = {row.id: row for row in self.world.rows(Execution)}
        hanging = [(row.id, row.action_ref, row.task_name, row.status) for row in rows.values() if row.status not in ENDED]
        assert hanging == [], "this never ends"
        assert [f for check in doctor.CHECKS for f in self._look(check, AT_ONCE)] == []
        self.what_has_ended_stays_as_it_is()
        self.at_most_one_completion_is_accepted()
        for root in self.cancelled:
            assert rows[root].status == "cancelled", f"the cancel of {root} was accepted, and it is {rows[root].status}"
        for root in set(self.starts.values()) - self.cancelled - self.unsure:
            assert rows[root].status in ("completed", "failed", "timeout"), f"nobody cancelled {root}"

    # how it is done

    def _try(self, do: Any) -> Any:
        """None when it was refused for a reason, or the database went away in the middle."""
        try:
            return do()
        except (Conflict, Forbidden, StorageError) as error:
            note(f"refused: {error.message}")
            return None

    def _deliver(self, hint: Hint, worker: str) -> None:
        held = [job for job in self._jobs() if job.id == hint.execution_id and self._holds(job)]
        if (job := self._try(lambda: self.world.deliver(hint, worker))) is not None:
            assert held == [], f"execution {job.id} was claimed while somebody had it"
            self._claimed(job)

    def _finish(self, job: Job, outcome: RunOutcome, worker: str | None) -> None:
        faults = self.world.faults
        rightful = self._holds(job)
        completion = self._try(lambda: self.world.finish(job, outcome, worker))
        if completion is None:
            return
        if completion.accepted:
            assert rightful, f"execution {job.id} was ended by who did not have it any more"
            self.accepted[job.id] += 1
        elif rightful:
            assert self.world.faults > faults, f"the end of execution {job.id} was refused, and nobody else had it"
        if completion.following is not None:
            self._claimed(completion.following)

    def _look(self, check: doctor.Check, patience: timedelta) -> list[doctor.Finding]:
        with session.reading() as tx:
            return list(check.find(tx, Moment(self.world.now, patience)))

    def _holds(self, job: Job) -> bool:
        row = self.world.system.execution(job.id)
        return bool(row.lease_token == job.token and row.status in ("running", "canceling"))

    def _claimed(self, job: Job) -> None:
        root = self._root_of(job.id)
        assert root not in self.cancelled, f"execution {job.id} began after the cancel of {root} was accepted"
        assert job.id not in self.ended, f"execution {job.id} had ended and began again"

    def _root_of(self, execution_id: int) -> int:
        return [execution_id, *self._above(self.world.system.execution(execution_id))][-1]

    def _above(self, row: Execution) -> list[int]:
        """The executions above this one, the nearest first."""
        if row.parent is None:
            return []
        return [row.parent, *self._above(self.world.system.execution(row.parent))]

    def _jobs(self) -> list[Job]:
        """What anybody thinks it has, the crashed ones, too."""
        return [*(job for jobs in self.world.held.values() for job in jobs.values()), *self.world.lost]

    def _busy(self) -> list[tuple[str, Job]]:
        held = self.world.held
        return [(worker, job) for worker in sorted(held) if worker not in self.frozen for job in held[worker].values()]

    def _live_roots(self) -> list[int]:
        return [row.id for row in self.world.rows(Execution) if row.parent is None and row.status not in ENDED]

    def _root(self, which: int) -> int:
        found = self._live_roots()
        return found[which % len(found)]

    def _run_id(self, execution_id: int) -> int:
        return int(self.world.system.run_of(execution_id).id)
