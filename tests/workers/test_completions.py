"""How ends are written: together when they arrive together, each fenced on its own, and straight on to the next."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import update

from app.persistence import session
from app.persistence.models import WorkflowRevision
from app.persistence.repositories import executions
from app.runners.base import RunOutcome
from app.services import completions, ports, work
from app.services.jobs import Job, jobs
from tests.servers import wait_until
from tests.workers.conftest import System

DONE = RunOutcome("succeeded", {"succeeded": True})
FAN = """
version: 1.0.0
tasks:
  - {name: each, action: t.say, with_items: [1, 2, 3, 4], next: [{do: [last]}]}
  - {name: last, action: t.say, join: all}
"""
CHAIN = """
version: 1.0.0
tasks:
  - {name: a, action: t.say, next: [{do: [b]}]}
  - {name: b, action: t.say, next: [{do: [c]}]}
  - {name: c, action: t.say}
"""


@pytest.fixture
def claimed(system: System) -> list[Job]:
    """Four items of one run, each claimed by a worker."""
    system.script("say", "echo hi")
    execution_id = system.start(system.workflow("fan", FAN))
    system.deliver()
    return [work._claim(child.id, "here:1:1") for child in system.children(execution_id)]


def test_ends_that_wait_for_each_other_are_written_in_one_transaction(system: System, claimed: list[Job]) -> None:
    before = _run(system, claimed).version

    written = _write_together(claimed)

    assert [completion.accepted for completion in written] == [True] * 4
    assert _run(system, claimed).version == before + 1
    assert len(system.children(claimed[0].row["parent"], "last")) == 1


def test_a_stale_end_among_others_is_refused_and_the_others_accepted(system: System, claimed: list[Job]) -> None:
    claimed[1].token = "lost"

    written = _write_together(claimed)

    assert [completion.accepted for completion in written] == [True, False, True, True]
    assert system.children(claimed[0].row["parent"], "last") == []


def test_an_end_that_can_not_be_written_keeps_no_other_from_it(system: System, claimed: list[Job]) -> None:
    unwritable = RunOutcome("succeeded", {"succeeded": True, "duration_ms": 10**30})

    written = _write_together(claimed, {2: unwritable})

    assert [completion.accepted for completion in written] == [True, True, None, True]


def test_ends_written_together_are_accepted_when_their_run_can_not_be_stepped(system: System, claimed: list[Job]) -> None:
    with session.transaction() as tx:
        tx.execute(update(WorkflowRevision).values(document={"tasks": "none of your business"}))
    session.current().kept.clear()

    written = _write_together(claimed)

    assert [completion.accepted for completion in written] == [True] * 4
    assert _run(system, claimed).status == "failed"
    assert system.execution(claimed[0].row["parent"]).status == "failed"


def test_a_task_taken_over_gets_its_parameters_as_the_database_would_give_them() -> None:
    row = executions.whole_row({"parameters": {1: ("a\0b", float("inf"))}})

    assert row["parameters"] == {"1": ["a\ufffdb", None]}


def test_a_worker_goes_straight_on_with_what_its_end_made_ready(system: System) -> None:
    system.script("say", "echo hi")
    execution_id = system.start(system.workflow("chain", CHAIN))
    system.deliver()

    system.deliver()  # one hint: the first task

    assert system.execution(execution_id).status == "completed"
    assert [(c.task_name, c.claims, c.worker) for c in system.children(execution_id)] == [
        ("a", 1, "here:1:1"),
        ("b", 1, "here:1:1"),
        ("c", 1, "here:1:1"),
    ]


def test_a_process_that_stops_begins_nothing_more(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    system.script("say", "echo hi")
    execution_id = system.start(system.workflow("chain", CHAIN))
    system.deliver()
    monkeypatch.setattr(jobs, "closing", True)

    system.deliver()

    assert [(c.task_name, c.status) for c in system.children(execution_id)] == [("a", "completed"), ("b", "scheduled")]
    assert [hint.kind for hint in ports.current().dispatcher.hints] == ["run"]


def _run(system: System, claimed: list[Job]) -> object:
    return system.run_of(claimed[0].row["parent"])


def _write_together(claimed: list[Job], outcomes: dict[int, RunOutcome] | None = None) -> list[completions.Completion]:
    """Write all ends at once: nobody has his turn before all of them wait."""
    written = [completions.Completion(job, (outcomes or {}).get(n, DONE)) for n, job in enumerate(claimed)]
    run_id = claimed[0].row["workflow_run"]
    queue = completions._queues.setdefault(run_id, completions._Queue(users=1))
    with queue.turn:
        threads = [threading.Thread(target=_attempt, args=(completion,)) for completion in written]
        for thread in threads:
            thread.start()
        wait_until(lambda: len(queue.waiting) == len(claimed), timeout_s=10, what="every end waiting")
    for thread in threads:
        thread.join(30)
    completions._leave(run_id, queue)
    return written


def _attempt(completion: completions.Completion) -> None:
    try:
        completions.write(completion)
    except Exception:
        assert completion.accepted is None


def test_a_run_stepped_by_two_processes_in_turn_ends_right(system: System, claimed: list[Job]) -> None:
    kept = session.current().kept
    other: dict[str, object] = {}
    for job in claimed:  # each end is written by the process that did not write the one before
        assert work.complete(job, DONE)
        here = dict(kept)
        kept.clear()
        kept.update(other)
        other = here

    system.deliver_all()

    assert _run(system, claimed).status == "completed"
    assert [c.status for c in system.children(claimed[0].row["parent"], "last")] == ["completed"]
