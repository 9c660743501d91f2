"""What is old goes, in batches; what waits or runs stays, with all it belongs to, and so do records of questions."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from app.engine.errors import NotFound
from app.engine.inquiries.records import is_intact
from app.persistence import session
from app.persistence.models import (
    DispatchOutbox,
    Enforcement,
    EventLog,
    Execution,
    ExecutionLog,
    Inquiry,
    InquiryRecord,
    RefreshToken,
    Timer,
    TriggerEvent,
    WorkflowExecution,
)
from app.persistence.repositories import old_rows
from app.queries import inquiries as inquiry_reads
from app.services import cleanup, doctor, inquiries, ports
from app.services.cleanup import Rules
from tests.services.builders import T0, add, make_caller, make_execution, make_identity, make_run, set_time

NOW = T0 + timedelta(days=100)
OLD = T0 + timedelta(days=1)
YOUNG = T0 + timedelta(days=95)
RULES = Rules(runs=30)


@pytest.fixture(autouse=True)
def _today(database: session.Database) -> None:
    set_time(NOW)


def ids(model: Any) -> list[int]:
    with session.reading() as tx:
        return sorted(row.id for row in tx.session.query(model))


def ended_run(at: Any = OLD, **values: Any) -> int:
    """A run with a nested one, its events and output."""
    execution_id, run_id = make_run(status="completed", execution_status="completed", execution_completed_at=at, event_seq=1, **values)
    add(EventLog, execution=execution_id, seq=1, type="run_started", created=T0)
    nested, _ = make_run(status="completed", execution_status="completed", execution_completed_at=at, execution_parent=execution_id, execution_workflow_run=run_id)
    leaf = make_execution(status="completed", completed_at=at, parent=nested, stdout_bytes=2)
    add(ExecutionLog, execution=leaf, stream="stdout", position=0, text="hi")
    return execution_id


def newest() -> int:
    """Something young behind everything else: the newest row of a table always stays."""
    return ended_run(YOUNG)


def test_an_old_run_goes_with_all_of_it_and_a_young_one_stays() -> None:
    old, young = ended_run(), newest()
    kept = [young, young + 1, young + 2]

    planned = cleanup.plan(RULES)
    gone = cleanup.clean(RULES)

    assert [(p.kind, p.rows) for p in planned[:2]] == [("runs", 1), ("executions of these runs", 3)]
    assert (planned[0].oldest, planned[0].newest) == (OLD, OLD)
    assert gone == {"runs": 1, "executions": 3}
    assert ids(Execution) == kept
    assert old not in ids(Execution)
    assert [len(ids(model)) for model in (WorkflowExecution, EventLog, ExecutionLog)] == [2, 1, 1]
    assert [f for check in doctor.CHECKS if not check.thorough for f in doctor.examine(check)] == []


@pytest.mark.parametrize("why", ["a part runs", "a question waits", "a live run repeats it", "word waits for it"])
def test_what_waits_or_runs_keeps_all_it_belongs_to(why: str) -> None:
    old = ended_run()
    if why == "a part runs":
        make_execution(status="running", parent=old + 2)
    elif why == "a question waits":
        add(Inquiry, execution=old + 2, prompt="?", status="pending")
    elif why == "a live run repeats it":
        make_execution(status="running", copied_from=old + 2)
    else:
        add(DispatchOutbox, kind="child_done", execution=old + 1)
    add(Inquiry, execution=newest(), prompt="?", status="responded")

    assert cleanup.plan(RULES)[0].rows == 0
    assert cleanup.clean(RULES)["runs"] == 0
    assert old in ids(Execution)


def test_a_run_of_many_parts_goes_in_batches_from_below_and_can_be_gone_on_with(monkeypatch: pytest.MonkeyPatch) -> None:
    old = ended_run()
    for _ in range(7):
        make_execution(status="completed", completed_at=OLD, parent=old)
    newest()
    before = len(ids(Execution))
    monkeypatch.setattr(cleanup, "ROWS", 3)
    removed: list[int] = []
    remove = old_rows.remove_executions

    def once(tx: Any, some: Any, **how: Any) -> None:
        if removed:
            raise RuntimeError("killed")
        removed.extend(some)
        remove(tx, some, **how)

    with monkeypatch.context() as patched, pytest.raises(RuntimeError):
        patched.setattr(old_rows, "remove_executions", once)
        cleanup.clean(RULES)
    assert len(ids(Execution)) == before - 3
    assert old in ids(Execution)

    assert cleanup.clean(RULES) == {"runs": 1, "executions": before - 3 - 3}


def _answered() -> tuple[int, Any]:
    """A question of an old run that was answered; the newest of all is another one."""
    alice = make_caller("alice", admin=True)
    execution_id = make_execution()
    inquiry_id = inquiries.create(execution_id=execution_id, prompt="Ship it?", by=alice)
    inquiries.respond(inquiry_id=inquiry_id, response="yes", by=alice)
    with session.transaction() as tx:
        row = tx.session.get(Execution, execution_id)
        row.status, row.completed_at = "completed", OLD
    add(Inquiry, execution=newest(), prompt="?", status="responded")
    return inquiry_id, alice


def test_the_record_of_a_question_outlives_its_run() -> None:
    inquiry_id, alice = _answered()
    before = inquiry_reads.get_record(inquiry_id=inquiry_id, by=alice)

    cleanup.clean(RULES)

    assert inquiry_id not in ids(Inquiry)
    kept = inquiry_reads.get_record(inquiry_id=inquiry_id, by=alice)
    assert kept == before
    assert is_intact(kept)
    with pytest.raises(NotFound):
        inquiry_reads.get_record(inquiry_id=inquiry_id, by=make_caller("eve"))


def test_a_record_goes_when_that_is_asked_and_leaves_its_place_in_the_chain() -> None:
    inquiry_id, alice = _answered()

    cleanup.clean(Rules(runs=30, keep_records=False))

    with session.reading() as tx:
        (link,) = tx.session.query(InquiryRecord).filter_by(inquiry=inquiry_id)
        assert (link.record, link.digest[:7]) == (None, "sha256:")
    with pytest.raises(NotFound):
        inquiry_reads.get_record(inquiry_id=inquiry_id, by=alice)


def test_output_goes_alone_and_says_so() -> None:
    old, young = ended_run(), newest()

    assert cleanup.clean(Rules(logs=30)) == {"outputs": 1}

    with session.reading() as tx:
        assert [row.execution for row in tx.session.query(ExecutionLog)] == [young + 2]
        assert tx.session.get(Execution, old + 2).stdout_bytes == 0


def test_events_go_with_their_enforcements_but_not_those_an_execution_came_from() -> None:
    taken, used, young = (add(TriggerEvent, trigger_ref="t", created=at) for at in (OLD, OLD, YOUNG))
    given = {"rule_ref": "r", "trigger_ref": "t", "status": "processed"}
    add(Enforcement, event=taken, created=OLD, **given)
    started = add(Enforcement, event=used, created=OLD, **given)
    last = add(Enforcement, event=young, created=YOUNG, **given)
    make_execution(enforcement=started)

    assert cleanup.clean(Rules(events=30)) == {"enforcements": 1, "events": 1}

    assert (ids(TriggerEvent), ids(Enforcement)) == ([used, young], [started, last])


def test_sessions_that_expired_go() -> None:
    who = make_identity("alice")
    for number, expires in enumerate((OLD, YOUNG, NOW + timedelta(days=1))):
        add(RefreshToken, jti=str(number), session_id="s", identity_id=who, expires_at=expires)

    assert cleanup.clean(Rules(sessions=30)) == {"sessions": 1}
    assert len(ids(RefreshToken)) == 2


def test_nothing_is_set_to_go() -> None:
    ended_run()
    newest()

    assert not cleanup.rules_of(ports.settings()).any
    assert cleanup.sweep() == {}


def test_an_alarm_of_a_removed_run_goes_as_well() -> None:
    old = ended_run()
    newest()
    with session.reading() as tx:
        run = tx.session.query(WorkflowExecution).filter_by(execution=old).one().id
    add(Timer, workflow_execution=run, kind="retry", due_at=NOW)

    cleanup.clean(RULES)

    assert ids(Timer) == []
