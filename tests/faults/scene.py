"""Everything the protocol does, in one thread and by a clock of its own: a client, a worker and the sweeps, which may die anywhere.

`play` can be played again by whoever comes after: a client that got no answer asks again, and a worker that begins takes up
what is left. So a scene that was cut off at any point, and played once more, must end as one that was not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from dramatiq import Message

from app.engine.access import SYSTEM
from app.engine.errors import Conflict, StorageError
from app.faults import FaultRaised
from app.persistence import session
from app.persistence.models import EventLog, Execution, Identity, Inquiry, Pack
from app.services import doctor, executions, inquiries, packs, ports, recovery, work
from app.services import workflow_executions as runs
from app.services.doctor.findings import Moment
from tests.workers.conftest import System
from workers import broker, owners
from workers.actors import define_actors
from workers.dispatch import BrokerDispatcher

T0 = datetime(2026, 1, 27, 10, 0, tzinfo=UTC)
GONE = "elsewhere:1:1"  # a worker that claims and is not heard of again
INNER = """
version: 1.0.0
tasks:
  - {name: inner, action: core.echo, delay: 30, input: {message: inner}}
"""
ALL = """
version: 1.0.0
parameters: {inquiry: {type: integer}}
tasks:
  - {name: first, action: t.say, next: [{do: [each, nested, ask, late, waits]}]}
  - {name: each, action: core.echo, with_items: "{{ [1, 2] }}", input: {message: "{{ item }}"}, next: [{do: end}]}
  - {name: nested, action: t.inner, next: [{do: end}]}
  - {name: ask, action: core.ask, input: {prompt: "Go on?"}, next: [{publish: [said: "{{ result().response }}"], do: end}]}
  - {name: late, action: core.ask, timeout: 60, input: {prompt: "Nobody answers"}, next: [{when: timed_out(), do: end}]}
  - {name: waits, action: core.noop, wait_for: {inquiry: "{{ parameters.inquiry }}"}, next: [{do: end}]}
  - {name: end, action: core.echo, join: all, input: {message: end}}
output_map: {said: "{{ vars.said }}"}
"""
STOPS = """
version: 1.0.0
tasks:
  - {name: nested, action: t.inner}
  - {name: held, action: t.held}
"""

ENDS = {"asked": "completed", "run": "completed", "stopped": "cancelled", "lost": "completed", "halted": "cancelled"}


def prepare() -> None:
    """What is there before anything is run: the loaded packs and the workflows of the scene."""
    packs.load_shipped()
    with session.transaction() as tx:
        tx.session.add(Pack(ref="t", label="Tests", version="1"))
        tx.session.add(Identity(login="alice"))
    system = System()
    system.script("say", "echo hi")
    system.script("held", "echo held")
    for name, text in (("inner", INNER), ("all", ALL), ("stops", STOPS)):
        system.workflow(name, text)


class Scene:
    """One process: its worker and broker, the client beside it, and the time."""

    def __init__(self, now: datetime = T0) -> None:
        self.now, self.system, self.owner = now, System(), owners.own_name()
        self.brokers = broker.make_brokers(ports.settings())
        self._actors = {actor.actor_name: actor for actor in define_actors(self.brokers, owner=self.owner).values()}
        ports.current().dispatcher = BrokerDispatcher(self._actors)
        ports.current().clock = lambda: self.now
        self.failures = 0
        work.jobs.closing = False

    def play(self) -> None:
        """Start, steer, answer; then let time pass until all has ended."""
        self._take_up()
        self._begin()
        self._steer()
        for _ in range(4):
            self.now += timedelta(seconds=61)
            self._sweep()
            self._pump()

    def _take_up(self) -> None:
        """What a worker does first."""
        self._attempt(lambda: recovery.forget_dead_owners(alive=owners.may_live))
        self._attempt(recovery.reclaim)
        self._attempt(lambda: recovery.resend(after_s=-1))

    def _begin(self) -> None:
        self.asked = self._start("core.ask", prompt="Which way?")
        self.run = self._start("t.all", inquiry=self._inquiry(self.asked).id)
        self.stopped = self._start("t.stops")
        self.lost = self._start("t.held", key="lost")
        self.halted = self._start("t.held", key="halted")
        self._pump()
        self._attempt(lambda: work.heartbeat(owner=self.owner, threads=1))

    def _steer(self) -> None:
        run_id = self.system.run_of(self.run).id
        self._insist(lambda: runs.pause(workflow_execution_id=run_id, reason=None, by=SYSTEM))
        self._pump()
        self._attempt(recovery.settle_pauses)
        self._insist(lambda: runs.resume(workflow_execution_id=run_id, by=SYSTEM))
        self._pump()
        for execution_id in (self.stopped, self.halted):
            self._insist(lambda which=execution_id: executions.cancel(execution_id=which, by=SYSTEM))
        self._pump()
        for question in self._pending():
            self._insist(lambda which=question: inquiries.respond(inquiry_id=which, response="yes", by=self.system.alice))
        self._pump()

    def _sweep(self) -> None:
        for sweep in (recovery.fire_timers, recovery.expire_inquiries, recovery.settle_pauses, recovery.reclaim, recovery.resend):
            self._attempt(sweep)

    def _start(self, ref: str, key: str | None = None, **parameters: Any) -> int:
        once = {"idempotency_key": key or ref, "body_hash": ref}
        started = self._insist(lambda: executions.start(action_ref=ref, parameters=parameters, by=self.system.alice, **once))
        return int(started.execution_id)

    def _insist(self, do: Callable[[], Any]) -> Any:
        """As a client that gets an error for an answer: again. What was done already is a conflict then."""
        try:
            return do()
        except (FaultRaised, Conflict):
            self._attempt(lambda: recovery.resend(after_s=-1))
            return self._attempt(do)

    def _inquiry(self, execution_id: int) -> Inquiry:
        with session.reading() as tx:
            return tx.session.query(Inquiry).filter_by(execution=execution_id).one()

    def _pending(self) -> list[int]:
        """Whatever is asked, but for what nobody is to answer."""
        with session.reading() as tx:
            return [row.id for row in tx.session.query(Inquiry).filter_by(status="pending") if row.task_name != "late"]

    def _pump(self) -> None:
        """Deliver until nothing is left to deliver; what an error has lost is sent again."""
        while messages := self._messages():
            failed, self.failures = self.failures, 0
            for message in messages:
                self._attempt(lambda m=message: self._receive(m))
            if failed + self.failures:
                self._attempt(lambda: recovery.resend(after_s=-1))

    def _messages(self) -> list[Message[Any]]:
        return [m for made in (self.brokers.engine, self.brokers.actions) for m in _taken(made)]

    def _receive(self, message: Message[Any]) -> None:
        execution_id, _ = message.args
        row = self.system.execution(execution_id)
        if message.actor_name == "run" and row.action_ref == "t.held" and row.claims == 0:
            work._claim(execution_id, GONE)
        else:
            self._actors[message.actor_name].fn(*message.args)

    def _attempt(self, do: Callable[[], Any]) -> Any:
        """What fails is noticed by nobody: the broker drops it, the sweeper goes on."""
        try:
            return do()
        except (FaultRaised, StorageError, Conflict):
            self.failures += 1
            return None

    def ends(self) -> dict[str, str]:
        """How each of the five starts ended."""
        return {name: self.system.execution(getattr(self, name)).status for name in ENDS}

    def check(self) -> None:
        """No start twice or lost, one accepted end of each attempt, and every promise of the doctor."""
        with session.reading() as tx:
            starts = tx.session.query(Execution).filter_by(parent=None).count()
            ended = tx.session.query(EventLog).filter_by(type="attempt_ended").all()
            found = [f for check in doctor.CHECKS for f in check.find(tx, Moment(self.now, timedelta(seconds=-1)))]
        assert starts == len(ENDS)
        keys = Counter((e.execution, e.task_name, e.visit, e.item, e.attempt) for e in ended)
        assert [key for key, times in keys.items() if times > 1] == []
        assert found == []


def _taken(made: Any) -> list[Message[Any]]:
    """The messages of an in-memory broker, out of it."""
    found = []
    for queue in made.queues.values():
        while not queue.empty():
            found.append(Message.decode(queue.get_nowait()))
    return found
