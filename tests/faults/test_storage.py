"""A database that refuses for a while, at every moment of an execution: nothing is lost, nothing stays running."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from app.engine.errors import StorageError
from app.persistence import session
from app.runners.base import RunOutcome
from app.services import ports, recovery, work
from app.services.completions import Completion
from tests.workers.conftest import System


class Refusing:
    """A database of which chosen transactions fail before they are committed, as on a full disk."""

    def __init__(self, database: session.Database) -> None:
        self._transaction = database.transaction
        self._count = 0
        self.failing: set[int] = set()

    @contextmanager
    def transaction(self) -> Iterator[session.Transaction]:
        self._count += 1
        number = self._count
        with self._transaction() as tx:
            yield tx
            if number in self.failing:
                raise StorageError("No space left on device.", retryable=True)

    def fail_next(self, *numbers: int) -> None:
        """Which of the transactions that follow fail; 1 is the next."""
        self.failing = {self._count + number for number in numbers}


@pytest.fixture
def refusing(system: System) -> Iterator[Refusing]:
    database = session.current()
    made = Refusing(database)
    database.transaction = made.transaction
    yield made
    del database.transaction


def test_a_claim_that_was_not_written_is_found_again(system: System, refusing: Refusing) -> None:
    system.script("say", "echo hi")
    execution_id = system.start("t.say")
    refusing.fail_next(1)

    with pytest.raises(StorageError):
        system.deliver()
    assert system.execution(execution_id).status == "scheduled"
    recovery.resend(after_s=-1)
    system.deliver()

    assert system.execution(execution_id).status == "completed"


@pytest.mark.parametrize("number", [2, 3, 4, 5], ids=["preparing", "log", "writing the end", "again"])
def test_an_action_lives_through_a_refusal(system: System, refusing: Refusing, number: int) -> None:
    system.script("say", "echo hi")
    execution_id = system.start("t.say")
    refusing.fail_next(number)

    system.deliver()

    ended = system.execution(execution_id)
    assert (ended.status, ended.result["stdout"], ended.claims) == ("completed", "hi\n", 1)


def test_an_end_that_can_not_be_written_for_long_is_let_go_and_run_again(system: System, refusing: Refusing) -> None:
    system.script("say", "echo hi")
    execution_id = system.start("t.say")
    ports.current().settings = replace(ports.settings(), reclaim_after_s=0.0)
    refusing.fail_next(*range(2, 12))
    system.deliver()

    refusing.failing = set()
    work.heartbeat(owner="here:1:1", threads=1)
    held = system.execution(execution_id)
    ports.current().settings = replace(ports.settings(), reclaim_after_s=40.0)
    system.pass_time(41)
    recovery.reclaim()
    system.deliver_all()

    assert held.status == "running"
    assert system.execution(execution_id).status == "completed"


def test_every_message_that_fails_once_is_found_by_the_sweeps(system: System, refusing: Refusing) -> None:
    system.script("say", "echo hi")
    inner = system.workflow("inner", "version: 1.0.0\ntasks:\n  - {name: say, action: t.say}\n")
    outer = f"version: 1.0.0\ntasks:\n  - {{name: in, action: {inner}, next: [{{do: after}}]}}\n  - {{name: after, action: core.noop}}\n"
    execution_id = system.start(system.workflow("outer", outer))

    for _ in range(12):
        for hint in list(ports.current().dispatcher.hints):
            ports.current().dispatcher.hints.remove(hint)
            refusing.fail_next(1)
            with pytest.raises(StorageError):
                system.deliver_one(hint)
            refusing.failing = set()
        recovery.resend(after_s=-1)
        system.deliver()

    assert system.execution(execution_id).status == "completed"


def test_a_fenced_worker_gives_its_actions_back(system: System) -> None:
    system.script("say", "echo hi")
    execution_id = system.start("t.say")
    job = work._claim(execution_id, "here:1:1")
    assert job is not None
    work.jobs.add(job)
    work.jobs.hand_over()
    work.jobs.remove(job)

    work._write_end(Completion(job, RunOutcome("cancelled", {"succeeded": False, "error": "stopped"}, "stopped")))

    assert system.execution(execution_id).status == "scheduled"
    system.deliver_all()
    ended = system.execution(execution_id)
    assert (ended.status, ended.claims) == ("completed", 1)  # nobody was lost


def test_a_claim_of_which_the_answer_got_lost_is_not_kept_alive_by_heartbeats(system: System) -> None:
    system.script("say", "echo hi")
    execution_id = system.start("t.say")
    work._claim(execution_id, "here:1:1")  # committed, but the thread that did it has failed

    system.pass_time(30)
    work.heartbeat(owner="here:1:1", threads=1)
    system.pass_time(11)
    recovery.reclaim()
    system.deliver_all()

    ended = system.execution(execution_id)
    assert (ended.status, ended.claims) == ("completed", 2)
