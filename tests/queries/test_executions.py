"""What lists and pages of executions are made of."""

from __future__ import annotations

from typing import Any

import pytest

from app.engine.access import Caller, Grant
from app.engine.errors import NotFound
from app.persistence.models import EventLog, ExecutionLog
from app.queries import events, executions, logs
from app.queries.executions import ExecutionFilters
from tests.services.builders import T0, add, later, make_caller, make_execution, make_run

SUMMARY = {
    "id", "action", "action_ref", "parent", "enforcement", "rule_ref", "trigger_ref", "executor", "permission_set_refs",
    "worker", "status", "error", "original_execution", "started_at", "completed_at", "workflow_task",
    "workflow_execution", "created", "updated",
}  # fmt: skip


@pytest.fixture
def alice(database: object) -> Caller:
    return make_caller("alice", admin=True)


@pytest.fixture
def mallory(database: object) -> Caller:
    return make_caller("mallory")


def ids(found: tuple[list[dict[str, Any]], Any, Any]) -> list[int]:
    return [row["id"] for row in found[0]]


def test_a_summary_has_the_keys_of_the_contract_and_no_payload(alice: Caller) -> None:
    make_execution(parameters={"a": 1}, result={"succeeded": True})

    [row], total, more = executions.list_executions(by=alice)

    assert set(row) == SUMMARY
    assert (total, more) == (None, False)


def test_an_execution_adds_its_payload(alice: Caller) -> None:
    execution_id = make_execution(parameters={"a": 1}, env_vars={"X": "1"}, result={"succeeded": True}, started_at=T0)

    shown = executions.get_execution(execution_id=execution_id, by=alice)

    assert set(shown) == SUMMARY | {"config", "parameters", "env_vars", "result", "warnings"}
    assert (shown["config"], shown["parameters"], shown["started_at"]) == ({"a": 1}, {"a": 1}, "2026-01-27T10:00:00.123456Z")
    assert shown["workflow_task"] is None


def test_without_parameters_config_is_null_and_parameters_are_empty(alice: Caller) -> None:
    shown = executions.get_execution(execution_id=make_execution(), by=alice)

    assert (shown["config"], shown["parameters"], shown["env_vars"]) == (None, {}, {})


def test_a_task_of_a_workflow_says_so_and_a_workflow_names_its_run(alice: Caller) -> None:
    workflow, run_id = make_run()
    task = make_execution(
        parent=workflow, workflow_run=run_id, task_name="build", visit=1, attempt=2, max_retries=3, task_index=0
    )

    shown = executions.get_execution(execution_id=task, by=alice)

    assert executions.get_execution(execution_id=workflow, by=alice)["workflow_execution"] == run_id
    assert shown["workflow_execution"] is None
    assert shown["workflow_task"] == {
        "workflow_execution": run_id, "task_name": "build", "triggered_by": None, "task_index": 0, "task_batch": None,
        "retry_count": 1, "max_retries": 3, "next_retry_at": None, "timeout_seconds": None, "timed_out": False,
        "duration_ms": None, "started_at": None, "completed_at": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        ({"status": "failed"}, "b"),
        ({"action_ref": "core.echo"}, "a"),
        ({"action_ref": "c*e.*"}, "cba"),
        ({"action_ref": "core.e_ho"}, ""),
        ({"action_ref": "%"}, ""),
        ({"pack_name": "demo"}, "d"),
        ({"rule_ref": "r.*"}, "c"),
        ({"enforcement": 7}, "c"),
        ({"top_level_only": True}, "cba"),
        ({"result_contains": "NEEDLE"}, "b"),
        ({"created_after": later(15)}, "dc"),
        ({"created_before": later(10)}, "ba"),
        ({"created_after": later(5), "status": "running"}, "dc"),
    ],
    ids=lambda v: "+".join(v) if isinstance(v, dict) else str(v),
)
def test_filters_are_combined(alice: Caller, filters: Any, names: str) -> None:
    a = make_execution()
    b = make_execution(action_ref="core.other", status="failed", created=later(10), result={"error": "a needle"})
    c = make_execution(action_ref="core.x", rule_ref="r.one", enforcement=7, created=later(20))
    d = make_execution(action_ref="demo.y", parent=a, created=later(30))

    found = ids(executions.list_executions(by=alice, filters=ExecutionFilters(**filters)))

    assert found == [{"a": a, "b": b, "c": c, "d": d}[name] for name in names]


def test_pages_are_newest_first_and_go_on_by_id(alice: Caller) -> None:
    all_ids = [make_execution() for _ in range(5)]

    first = executions.list_executions(by=alice, limit=2, with_total=True)
    second = executions.list_executions(by=alice, limit=2, before=ids(first)[-1])
    last = executions.list_executions(by=alice, limit=2, offset=4)

    assert ids(first) == all_ids[:2:-1] and first[1:] == (5, True)
    assert ids(second) == all_ids[2:0:-1]
    assert ids(last) == all_ids[:1] and last[2] is False


def test_without_a_grant_one_sees_what_one_started(alice: Caller, mallory: Caller) -> None:
    mine, other = make_execution(executor=mallory.identity_id), make_execution(executor=alice.identity_id)

    assert ids(executions.list_executions(by=mallory)) == [mine]
    assert executions.get_execution(execution_id=mine, by=mallory)["id"] == mine
    with pytest.raises(NotFound):
        executions.get_execution(execution_id=other, by=mallory)


def test_a_constrained_grant_shows_what_it_names(database: object) -> None:
    grant = Grant("executions", frozenset({"read"}), {"pack_refs": ["demo"]})
    limited = make_caller("limited", grants=(grant,))
    make_execution()
    named = make_execution(action_ref="demo.y")

    assert ids(executions.list_executions(by=limited)) == [named]


def test_children_are_oldest_first(alice: Caller) -> None:
    workflow, _ = make_run()
    first, second = make_execution(parent=workflow), make_execution(parent=workflow)

    rows, more = executions.children(execution_id=workflow, by=alice)

    assert ([row["id"] for row in rows], more) == ([first, second], False)
    with pytest.raises(NotFound):
        executions.children(execution_id=4711, by=alice)


def test_statistics_count_every_row(database: object) -> None:
    for status in ("requested", "scheduling", "scheduled", "running", "completed", "failed", "canceling", "cancelled"):
        make_execution(status=status)

    assert executions.execution_stats() == {
        "total": 8, "completed": 1, "failed": 1, "running": 1, "pending": 3, "cancelled": 2, "timeout": 0, "abandoned": 0,
    }  # fmt: skip


def test_a_log_is_read_by_byte_offset_across_chunks(alice: Caller) -> None:
    execution_id = make_execution(status="completed", stdout_bytes=9, result={"stdout": "äbc\ndef\n"})
    add(ExecutionLog, execution=execution_id, stream="stdout", position=0, text="äbc\n")
    add(ExecutionLog, execution=execution_id, stream="stdout", position=5, text="def\n")

    def part(**where: Any) -> bytes:
        return logs.log_part(execution_id=execution_id, stream="stdout", by=alice, **where).content

    assert part() == "äbc\ndef\n".encode()
    assert part(offset=3, limit=4) == b"c\nde"
    assert part(offset=9) == b""
    assert part(offset=1000) == b""
    assert logs.log_sizes(execution_id=execution_id, by=alice)["stdout"] == {"size": 9, "truncated": False}


def test_output_of_an_action_without_a_log_comes_from_its_result(alice: Caller) -> None:
    execution_id = make_execution(status="completed", result={"stdout": "hello\n", "stdout_truncated": True})

    part = logs.log_part(execution_id=execution_id, stream="stdout", by=alice, offset=2)

    assert (part.content, part.next_offset, part.ended) == (b"llo\n", 6, True)
    assert logs.log_sizes(execution_id=execution_id, by=alice)["stdout"] == {"size": 6, "truncated": True}


def test_an_unknown_stream_is_not_found(alice: Caller) -> None:
    with pytest.raises(NotFound, match="stdout and stderr"):
        logs.log_part(execution_id=make_execution(), stream="stdin", by=alice)


def test_events_come_by_number_from_either_end(alice: Caller, mallory: Caller) -> None:
    execution_id = make_execution()
    for seq in (1, 2, 3):
        add(EventLog, execution=execution_id, seq=seq, type="task_ready", payload={}, created=T0)

    forward = events.list_events(execution_id=execution_id, by=alice, after_seq=1)
    backward = events.latest_events(execution_id=execution_id, by=alice, before_seq=3)

    assert [e["seq"] for e in forward] == [2, 3]
    assert [e["seq"] for e in backward] == [2, 1]
    assert forward[0]["created"] == "2026-01-27T10:00:00.123456Z"
    with pytest.raises(NotFound):
        events.list_events(execution_id=execution_id, by=mallory)
