"""A past run as the script of a rehearsal, on each kind of database."""

from __future__ import annotations

import pytest

from app.engine.access import Caller
from app.engine.errors import Invalid, NotFound
from app.persistence.models import EventLog
from app.queries import rehearsal_scripts
from app.queries.rehearsal_scripts import script_of_run
from tests.services.builders import T0, add, make_caller, make_execution, make_run


@pytest.fixture
def alice(database: object) -> Caller:
    return make_caller("alice", admin=True)


@pytest.fixture
def run(alice: Caller) -> int:
    """A run that failed once, tested two items, and was answered; its last task was stopped by itself."""
    execution, run_id = make_run(execution_parameters={"token": "***"}, execution_executor=alice.identity_id)
    done = {"workflow_run": run_id, "parent": execution, "visit": 1, "attempt": 1, "status": "completed", "duration_ms": 1000}
    made = {**done, "task_name": "build", "action_ref": "demo.build"}
    make_execution(**{**made, "attempt": 2}, result={"succeeded": True, "data": {"wheel": "w"}})
    make_execution(**{**made, "status": "failed"}, error="no space", error_type="failed", result={"succeeded": False})
    for index in (1, 0):
        make_execution(**done, task_name="test", action_ref="demo.test", task_index=index, result={"data": {"n": index}})
    answer = {"succeeded": True, "response": {"approved": True}}
    make_execution(**done, task_name="ask", action_ref="core.ask", kind="inquiry", result=answer)
    make_execution(**done, task_name="tell", action_ref="core.echo", kind="pure", result={"stdout": "hello\n"})
    make_execution(**{**done, "status": "cancelled"}, task_name="slow", action_ref="demo.slow", error="stopped")
    add(EventLog, execution=execution, seq=1, type="cancel_asked", task_name="slow", visit=1, created=T0)
    return execution


def test_entries_come_by_task_in_the_order_of_attempts_and_items(run: int, alice: Caller) -> None:
    told = script_of_run(execution_id=run, by=alice)

    assert (told["workflow_ref"], told["parameters"]) == ("demo.flow", {"token": "***"})
    assert told["script"] == [
        {"task": "ask", "answer": {"approved": True}, "took_s": 1.0},
        {"task": "build", "error": {"type": "failed", "message": "no space"}, "took_s": 1.0},
        {"task": "build", "result": {"wheel": "w"}, "took_s": 1.0},
        {"task": "slow", "silent": True},
        {"task": "test", "item": 0, "result": {"n": 0}, "took_s": 1.0},
        {"task": "test", "item": 1, "result": {"n": 1}, "took_s": 1.0},
    ]


def test_it_is_for_who_may_read_the_run(run: int) -> None:
    with pytest.raises(NotFound):
        script_of_run(execution_id=run, by=make_caller("mallory"))


def test_a_run_of_too_many_actions_is_refused(run: int, alice: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rehearsal_scripts, "MOST", 5)

    with pytest.raises(Invalid, match="more than 5 actions"):
        script_of_run(execution_id=run, by=alice)
