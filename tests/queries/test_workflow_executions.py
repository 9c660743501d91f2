"""What pages and clients see of a run: header, tasks, graph, context."""

from __future__ import annotations

from typing import Any

import pytest

from app.engine.access import Caller
from app.engine.conductor.codec import encode_visit
from app.engine.conductor.reports import TaskError
from app.engine.conductor.state import Items, TransitionTaken, Visit
from app.engine.errors import NotFound
from app.engine.statuses import Outcome, TaskState
from app.persistence.models import Inquiry
from app.queries import workflow_executions as runs
from app.queries.workflow_executions import RunFilters
from tests.services.builders import T0, add, later, make_caller, make_execution, make_run, make_visit

DOCUMENT = {
    "ref": "demo.flow",
    "version": "1.2.0",
    "definition": {},
    "tasks": [
        {
            "name": "build",
            "action": "demo.build",
            "retry": {"count": 2},
            "next": [
                {"when": "{{ succeeded() }}", "do": "test"},
                {"when": "{{ failed() }}", "do": "report"},
            ],
        },
        {"name": "test", "action": "demo.test", "with_items": "{{ [1, 2, 3] }}", "next": [{"do": "ask"}]},
        {"name": "ask", "action": "core.ask", "input": {"prompt": "?"}, "join": "all"},
        {"name": "report", "action": "core.echo"},
    ],
}


@pytest.fixture
def alice(database: object) -> Caller:
    return make_caller("alice", admin=True)


@pytest.fixture
def run(alice: Caller) -> dict[str, int]:
    """A run whose build ended in its second attempt, whose tests go on and whose question is asked."""
    execution, run_id = make_run(
        DOCUMENT, execution_parameters={"env": "***"}, variables={"n": 1}, execution_executor=alice.identity_id
    )
    place = {"parent": execution, "workflow_run": run_id, "visit": 1}
    first = make_execution(task_name="build", attempt=1, status="failed", result={"succeeded": False}, **place)
    second = make_execution(
        task_name="build", attempt=2, status="completed", result={"succeeded": True, "data": {"n": 7}}, **place
    )
    items = [make_execution(task_name="test", task_index=i, attempt=1, status=s, **place, result={"data": {"i": i}}) for i, s in enumerate(["completed", "failed", "running"])]
    ask = make_execution(task_name="ask", attempt=1, kind="inquiry", **place)
    inquiry = add(Inquiry, execution=ask, workflow_execution=run_id, task_name="ask", prompt="?")
    build = Visit(
        "build", 1, TaskState.COMPLETED, attempt=2, outcome=Outcome.SUCCEEDED, started_at=T0, ended_at=later(2), duration_ms=2000,
        transitions=(
            TransitionTaken(0, "{{ succeeded() }}", True, ("test",), ("n",)),
            TransitionTaken(1, "{{ failed() }}", False, ("report",), reason="it succeeded"),
        ),
    )  # fmt: skip
    test = Visit("test", 1, TaskState.RUNNING, triggered_by="build", items=Items(3, 3, succeeded=1, failed=1), started_at=later(2))
    asking = Visit("ask", 1, TaskState.WAITING_INQUIRY, attempt=1, live=True, error=TaskError("failed", "why"))
    for visit in (build, test, asking):
        make_visit(run_id, encode_visit(visit))
    return {
        "id": run_id, "execution": execution, "first": first, "second": second, "item0": items[0], "ask": ask, "inquiry": inquiry,
    }  # fmt: skip


def tasks(run: dict[str, int], by: Caller, **how: Any) -> dict[str, dict[str, Any]]:
    return {t["name"]: t for t in runs.list_tasks(workflow_execution_id=run["id"], by=by, **how)}


def test_a_run_lists_its_tasks_by_state(run: dict[str, int], alice: Caller) -> None:
    shown = runs.get_workflow_execution(workflow_execution_id=run["id"], by=alice)

    assert (shown["current_tasks"], shown["completed_tasks"]) == (["test", "ask"], ["build"])
    assert (shown["failed_tasks"], shown["skipped_tasks"]) == ([], [])
    assert shown["progress"] == {"total": 4, "completed": 1, "failed": 0, "running": 1, "waiting": 1, "skipped": 0}
    assert shown["variables"] == {"n": 1}
    assert (shown["execution"], shown["status"], shown["paused"], shown["pausing"]) == (run["execution"], "running", False, False)


def test_a_list_leaves_the_variables_out(run: dict[str, int], alice: Caller) -> None:
    rows, total = runs.list_workflow_executions(by=alice)

    whole = runs.get_workflow_execution(workflow_execution_id=run["id"], by=alice)
    assert total == 1
    assert rows[0] == {key: value for key, value in whole.items() if key != "variables"}


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({}, True),
        ({"status": "running"}, True),
        ({"status": "failed"}, False),
        ({"workflow_ref": "demo.*"}, True),
        ({"pack_ref": "core"}, False),
        ({"paused": False}, True),
        ({"paused": True}, False),
        ({"executor": 4711}, False),
        ({"top_level_only": True}, True),
        ({"created_after": later(1)}, False),
        ({"created_before": later(1)}, True),
    ],
    ids=str,
)
def test_runs_can_be_filtered(run: dict[str, int], alice: Caller, filters: Any, found: bool) -> None:
    rows, total = runs.list_workflow_executions(by=alice, filters=RunFilters(**filters))

    assert (len(rows), total) == ((1, 1) if found else (0, 0))


def test_the_run_of_an_execution(run: dict[str, int], alice: Caller) -> None:
    assert runs.run_of_execution(execution_id=run["execution"], by=alice)["id"] == run["id"]
    with pytest.raises(NotFound, match="no workflow"):
        runs.run_of_execution(execution_id=run["first"], by=alice)


def test_a_stranger_finds_no_run(run: dict[str, int]) -> None:
    mallory = make_caller("mallory")

    assert runs.list_workflow_executions(by=mallory) == ([], 0)
    for read in (runs.get_workflow_execution, runs.list_tasks, runs.run_graph):
        with pytest.raises(NotFound):
            read(workflow_execution_id=run["id"], by=mallory)


def test_tasks_come_in_definition_order_reached_or_not(run: dict[str, int], alice: Caller) -> None:
    found = runs.list_tasks(workflow_execution_id=run["id"], by=alice)

    assert [(t["name"], t["state"]) for t in found] == [
        ("build", "completed"), ("test", "running"), ("ask", "waiting_inquiry"), ("report", "pending"),
    ]  # fmt: skip


def test_a_task_tells_its_attempts_times_and_result(run: dict[str, int], alice: Caller) -> None:
    build = tasks(run, alice)["build"]

    assert (build["attempts"], build["retry_count"], build["max_retries"]) == (2, 1, 2)
    assert (build["execution"], build["executions"]) == (run["second"], [run["first"], run["second"]])
    assert build["result"] == {"succeeded": True, "data": {"n": 7}}
    assert (build["started_at"], build["duration_ms"]) == ("2026-01-27T10:00:00.123456Z", 2000)
    assert build["transitions"][0] == {
        "when": "{{ succeeded() }}", "taken": True, "targets": ["test"], "published": ["n"], "reason": None,
    }  # fmt: skip
    assert build["transitions"][1]["taken"] is False


def test_a_task_with_items_counts_them(run: dict[str, int], alice: Caller) -> None:
    test = tasks(run, alice)["test"]

    assert {k: test["items"][k] for k in ("total", "completed", "failed", "running")} == {
        "total": 3, "completed": 1, "failed": 1, "running": 0,
    }  # fmt: skip
    assert len(test["executions"]) == 3
    assert test["result"] is None
    assert test["transitions"][0]["taken"] is None


def test_pages_can_do_without_the_executions_of_items(run: dict[str, int], alice: Caller) -> None:
    light = tasks(run, alice, with_results=False, with_items=False)

    assert light["test"]["executions"] == []
    assert light["build"]["result"] is None


def test_an_asking_task_names_its_inquiry(run: dict[str, int], alice: Caller) -> None:
    ask = tasks(run, alice)["ask"]

    assert (ask["inquiry"], ask["join"], ask["error"]) == (run["inquiry"], "all", "why")


def test_the_graph_shows_states_and_what_was_taken(run: dict[str, int], alice: Caller) -> None:
    graph = runs.run_graph(workflow_execution_id=run["id"], by=alice)

    assert {n["name"]: n["state"] for n in graph["nodes"]}["ask"] == "waiting_inquiry"
    assert [(e["from"], e["to"], e["taken"]) for e in graph["edges"]] == [
        ("build", "test", True), ("build", "report", False), ("test", "ask", None),
    ]  # fmt: skip
    assert graph["entry_points"] == ["build"]


def test_the_context_is_what_templates_see_and_stays_masked(run: dict[str, int], alice: Caller) -> None:
    context = runs.run_context(workflow_execution_id=run["id"], by=alice, now=T0)

    assert (context["parameters"], context["vars"]) == ({"env": "***"}, {"n": 1})
    assert context["tasks"]["build"]["status"] == "succeeded"
    assert context["tasks"]["build"]["result"]["n"] == 7
    assert [r and r["i"] for r in context["tasks"]["test"]["results"]] == [0, None, None]
    assert "report" not in context["tasks"]
    assert context["system"]["identity"] == {"login": "alice"}
    assert context["system"]["workflow"] == {"ref": "demo.flow", "version": "1.2.0"}


def test_the_latest_visit_of_a_loop_counts(alice: Caller) -> None:
    _, run_id = make_run(DOCUMENT)
    make_visit(run_id, encode_visit(Visit("build", 1, TaskState.FAILED, attempt=1)))
    make_visit(run_id, encode_visit(Visit("build", 2, TaskState.RUNNING, attempt=1)))

    shown = runs.get_workflow_execution(workflow_execution_id=run_id, by=alice)

    assert (shown["current_tasks"], shown["failed_tasks"]) == (["build"], [])
    assert runs.list_tasks(workflow_execution_id=run_id, by=alice)[0]["visit"] == 2


def test_a_container_gives_what_its_children_gave(alice: Caller) -> None:
    document = {
        "ref": "demo.flow",
        "version": "1",
        "tasks": [
            {
                "name": "both",
                "type": "parallel",
                "tasks": [{"name": "left", "action": "core.noop"}, {"name": "right", "action": "core.noop"}],
            }
        ],
    }
    _, run_id = make_run(document)
    make_execution(workflow_run=run_id, task_name="left", visit=1, attempt=1, status="completed", result={"x": 1})
    make_execution(workflow_run=run_id, task_name="right", visit=1, attempt=1, status="failed", result={"x": 2})
    for name, state in (("both", TaskState.FAILED), ("left", TaskState.COMPLETED), ("right", TaskState.FAILED)):
        make_visit(run_id, encode_visit(Visit(name, 1, state)))

    both, left, right = runs.list_tasks(workflow_execution_id=run_id, by=alice)

    assert both["result"] == {"left": {"x": 1}, "right": None}
    assert (both["execution"], left["container"], right["container"]) == (None, "both", "both")


def test_a_definition_that_cannot_be_read_any_more_does_not_hide_the_run(alice: Caller) -> None:
    _, run_id = make_run({"nonsense": True})
    make_visit(run_id, encode_visit(Visit("a", 1, TaskState.RUNNING)))

    shown = runs.get_workflow_execution(workflow_execution_id=run_id, by=alice)

    assert shown["current_tasks"] == ["a"]


def test_the_version_is_one_cheap_row(run: dict[str, int]) -> None:
    found = runs.run_version(workflow_execution_id=run["id"])

    assert found is not None and (found["version"], found["status"]) == (0, "running")
    assert runs.run_version(workflow_execution_id=4711) is None
