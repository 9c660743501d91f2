"""The doctor finds each broken promise, names the row, and mends what can be mended."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from app.engine.errors import StorageError
from app.persistence import session
from app.persistence.models import (
    Action,
    DispatchOutbox,
    EventLog,
    Execution,
    Inquiry,
    Pack,
    Timer,
    WorkflowExecution,
    WorkflowTaskExecution,
)
from app.services import doctor, orchestration
from tests.services.builders import T0, add, later, make_execution, make_run, set_time

MINUTES_LATER = later(600)


def found_by(code: str) -> list[doctor.Finding]:
    return doctor.examine(check_named(code))


def check_named(code: str) -> doctor.Check:
    return next(check for check in doctor.CHECKS if check.code == code)


def change(model: Any, row_id: int, **values: Any) -> None:
    with session.transaction() as tx:
        row = tx.session.get(model, row_id)
        for name, value in values.items():
            setattr(row, name, value)


def healthy_run() -> tuple[int, int]:
    """A run that waits for its child, with the event, visit and counter that belong to it."""
    execution_id, run_id = make_run(event_seq=1, running_tasks=1, total_tasks=1)
    add(EventLog, execution=execution_id, seq=1, type="run_started", created=T0)
    visit(run_id, "running")
    child(run_id, status="running", lease_token="t", lease_owner="w", lease_expires_at=later(620))
    return execution_id, run_id


def visit(run_id: int, state: str, *, number: int = 1) -> int:
    doc = {"task": "a", "number": number, "state": state}
    return add(WorkflowTaskExecution, workflow_execution=run_id, task_name="a", visit=number, state=state, doc=doc)


def child(run_id: int, **values: Any) -> int:
    given = {"workflow_run": run_id, "task_name": "a", "visit": 1, "attempt": 1, "kind": "action", **values}
    return make_execution(**given)


def question(execution_id: int, **values: Any) -> int:
    return add(Inquiry, execution=execution_id, prompt="Go?", asked_by_engine=True, created=T0, updated=T0, **values)


def ended(**values: Any) -> int:
    return make_execution(status="completed", completed_at=T0, **values)


def test_a_healthy_run_has_no_findings(database: object) -> None:
    set_time(MINUTES_LATER)
    healthy_run()

    found = [finding for check in doctor.CHECKS if not check.thorough for finding in doctor.examine(check)]

    assert found == []


def leased() -> tuple[str, int]:
    return "execution", ended(lease_token="t", lease_owner="w", lease_expires_at=T0)


def timeless() -> tuple[str, int]:
    return "execution", make_execution(status="failed")


def lost() -> tuple[str, int]:
    return "execution", make_execution(kind="action", lease_token="t", lease_owner="w", lease_expires_at=T0)


def nobodys() -> tuple[str, int]:
    return "execution", make_execution(kind="action")


def asking_nothing() -> tuple[str, int]:
    return "execution", make_execution(kind="inquiry")


def not_taken() -> tuple[str, int]:
    return "execution", make_execution(status="scheduled", kind="action")


def twice() -> tuple[str, int]:
    _, run_id = healthy_run()
    return "execution", child(run_id, status="completed", completed_at=T0)


def outliving() -> tuple[str, int]:
    _, run_id = make_run(status="completed", execution_status="completed", execution_completed_at=T0)
    return "execution", child(run_id, status="scheduled")


def question_of_ended() -> tuple[str, int]:
    return "inquiry", question(ended(kind="inquiry"))


def hanging() -> tuple[str, int]:
    return "workflow_execution", make_run()[1]


def never_begun() -> tuple[str, int]:
    return "workflow_execution", make_run(status="requested", execution_status="requested")[1]


def ended_otherwise() -> tuple[str, int]:
    return "workflow_execution", make_run(status="completed")[1]


def active_while_paused() -> tuple[str, int]:
    _, run_id = make_run(paused=True)
    return "execution", child(run_id, status="scheduled")


def counters() -> tuple[str, int]:
    _, run_id = healthy_run()
    change(WorkflowExecution, run_id, completed_tasks=7)
    return "workflow_execution", run_id


def gap() -> tuple[str, int]:
    execution_id, run_id = healthy_run()
    add(EventLog, execution=execution_id, seq=3, type="task_started", created=T0)
    change(WorkflowExecution, run_id, event_seq=3)
    return "execution", execution_id


def no_events() -> tuple[str, int]:
    return "execution", make_run(event_seq=4, paused=True)[0]


def dead_timer() -> tuple[str, int]:
    _, run_id = make_run(status="completed", execution_status="completed", execution_completed_at=T0)
    return "timer", add(Timer, workflow_execution=run_id, kind="retry", due_at=later(10_000))


def overdue_timer() -> tuple[str, int]:
    _, run_id = healthy_run()
    return "timer", add(Timer, workflow_execution=run_id, kind="retry", due_at=T0)


def old_word() -> tuple[str, int]:
    return "dispatch_outbox", add(DispatchOutbox, kind="child_done", execution=ended(), created=T0)


BROKEN: dict[str, tuple[str, Callable[[], tuple[str, int]]]] = {
    "a worker holds what has ended": ("ended_with_lease", leased),
    "ended without a time": ("ended_without_time", timeless),
    "nobody took back what a lost worker had": ("lost_leases", lost),
    "running without a worker": ("running_by_nobody", nobodys),
    "waiting for an answer to nothing": ("asking_nothing", asking_nothing),
    "queued and not taken": ("not_taken", not_taken),
    "one attempt started twice": ("started_twice", twice),
    "a task that outlives its run": ("outliving", outliving),
    "a question of an ended execution": ("questions_of_ended", question_of_ended),
    "a run without a next event": ("hanging", hanging),
    "a run that was never begun": ("not_begun", never_begun),
    "a run and an execution that disagree": ("ended_otherwise", ended_otherwise),
    "queued in a paused run": ("active_while_paused", active_while_paused),
    "a counter that is off": ("counters", counters),
    "a gap in the events": ("event_gaps", gap),
    "events that are gone": ("event_gaps", no_events),
    "an alarm of an ended run": ("dead_timers", dead_timer),
    "an alarm that did not go off": ("overdue_timers", overdue_timer),
    "a word that nobody took": ("old_words", old_word),
}


@pytest.mark.parametrize(("code", "break_it"), BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_promise_is_found_and_names_its_row(
    database: object, code: str, break_it: Callable[[], tuple[str, int]]
) -> None:
    set_time(MINUTES_LATER)
    table, row_id = break_it()

    found = found_by(code)

    assert [(finding.table, finding.id) for finding in found] == [(table, row_id)]
    assert found[0].message


MENDED = [name for name, (code, _) in BROKEN.items() if code not in (
    "not_taken", "started_twice", "ended_otherwise", "active_while_paused", "event_gaps",
    "hanging", "not_begun", "overdue_timers", "outliving",
)]  # fmt: skip


@pytest.mark.parametrize("name", MENDED)
def test_mending_leaves_nothing_to_find(sqlite: object, name: str) -> None:
    code, break_it = BROKEN[name]
    set_time(MINUTES_LATER)
    break_it()

    left = doctor.mend(check_named(code), found_by(code))

    assert left == []


def test_what_needs_a_decision_is_left_as_it_is(sqlite: object) -> None:
    set_time(MINUTES_LATER)
    _, run_id = ended_otherwise()

    left = doctor.mend(check_named("ended_otherwise"), found_by("ended_otherwise"))

    assert [finding.id for finding in left] == [run_id]
    assert left[0].mend is None


def test_a_finding_that_is_gone_at_the_second_look_does_not_count(sqlite: object) -> None:
    set_time(MINUTES_LATER)
    _, execution_id = not_taken()
    first = found_by("not_taken")
    change(Execution, execution_id, status="running")

    assert doctor.still_there(check_named("not_taken"), first) == []


TASK = {"ref": "demo.flow", "version": "1.0.0", "tasks": [{"name": "a", "action": "demo.act"}]}


def queued_run() -> tuple[int, int, int]:
    """A run that was accepted, of one shell action: (execution, run, pack)."""
    pack_id = add(Pack, ref="demo", label="Demo", version="1")
    add(Action, ref="demo.act", pack=pack_id, pack_ref="demo", label="Act", entrypoint="true")
    execution_id, run_id = make_run(TASK, status="requested", execution_status="requested")
    return execution_id, run_id, pack_id


def test_a_run_that_was_never_begun_begins(sqlite: object) -> None:
    set_time(MINUTES_LATER)
    execution_id, _, _ = queued_run()

    left = doctor.mend(check_named("not_begun"), found_by("not_begun"))

    assert left == []
    with session.reading() as tx:
        assert tx.session.get(Execution, execution_id).status == "running"


def test_a_run_that_missed_the_end_of_its_task_is_told(sqlite: object) -> None:
    set_time(T0)
    execution_id, run_id, _ = queued_run()
    orchestration.begin(execution_id=execution_id)
    with session.transaction() as tx:
        task = tx.session.query(Execution).filter_by(workflow_run=run_id).one()
        task.status, task.result, task.completed_at = "completed", {"succeeded": True}, T0
    set_time(MINUTES_LATER)

    left = doctor.mend(check_named("hanging"), found_by("hanging"))

    assert left == []
    with session.reading() as tx:
        assert tx.session.get(Execution, execution_id).status == "completed"


def test_a_run_that_can_never_begin_is_ended_with_the_reason(sqlite: object) -> None:
    set_time(MINUTES_LATER)
    execution_id, _ = make_run({"ref": "demo.flow", "version": "1.0.0"}, status="requested", execution_status="requested")

    left = doctor.mend(check_named("not_begun"), found_by("not_begun"))

    assert left == []
    with session.reading() as tx:
        ended = tx.session.get(Execution, execution_id)
    assert (ended.status, "tasks" in ended.error) == ("failed", True)


def test_what_can_not_be_mended_says_why(sqlite: object) -> None:
    set_time(MINUTES_LATER)
    make_run(status="requested", execution_status="requested")

    def refuse(finding: doctor.Finding) -> None:
        raise StorageError("The disk is full.", retryable=True)

    [left] = doctor.mend(replace(check_named("not_begun"), mend=refuse), found_by("not_begun"))

    assert left.message.endswith("Mending failed: The disk is full.")


def test_the_events_of_a_real_run_give_its_state(sqlite: object) -> None:
    set_time(T0)
    execution_id, _, _ = queued_run()
    orchestration.begin(execution_id=execution_id)

    assert found_by("history") == []


def test_an_altered_state_differs_from_its_events(sqlite: object) -> None:
    set_time(T0)
    execution_id, run_id, _ = queued_run()
    orchestration.begin(execution_id=execution_id)
    with session.transaction() as tx:
        row = tx.session.query(WorkflowTaskExecution).filter_by(workflow_execution=run_id).one()
        row.doc = {**row.doc, "attempt": 9}

    [finding] = found_by("history")

    assert (finding.table, finding.id) == ("workflow_execution", run_id)
    assert "task a" in finding.message
