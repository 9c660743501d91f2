"""The reasons of waiting tasks, from what the tables say; the graph and the list of tasks say the same."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from app.engine.access import Caller
from app.engine.conductor.codec import encode_visit
from app.engine.conductor.state import Arrival, Visit
from app.engine.statuses import TaskState
from app.persistence.models import Inquiry, WorkerRow
from app.queries import workflow_executions as runs
from tests.services.builders import T0, add, later, make_caller, make_execution, make_run, make_visit

DOCUMENT = {
    "ref": "demo.flow",
    "version": "1.0.0",
    "definition": {},
    "tasks": [
        {"name": "build", "action": "demo.build", "next": [{"do": "join"}]},
        {"name": "ask", "action": "core.ask", "input": {"prompt": "?"}, "next": [{"do": "join"}]},
        {"name": "later", "action": "core.noop", "delay": 600},
        {"name": "inner", "action": "demo.inner"},
        {"name": "join", "action": "core.noop", "join": "all"},
    ],
}
INNER = {"ref": "demo.inner", "version": "1.0.0", "definition": {}, "tasks": [{"name": "sign", "action": "core.ask", "input": {"prompt": "?"}}]}


@pytest.fixture
def alice(database: object) -> Caller:
    return make_caller("alice", admin=True)


@pytest.fixture
def run(alice: Caller) -> int:
    execution, run_id = make_run(DOCUMENT, execution_executor=alice.identity_id)
    place = {"parent": execution, "workflow_run": run_id, "visit": 1, "attempt": 1}
    make_execution(task_name="build", status="scheduled", **place)
    asked = make_execution(task_name="ask", kind="inquiry", status="running", **place)
    _ask(asked, run_id, alice, assignees={"identities": [alice.identity_id], "roles": []})
    visits = [
        Visit("build", 1, TaskState.RUNNING, attempt=1, live=True),
        Visit("ask", 1, TaskState.WAITING_INQUIRY, attempt=1, live=True),
        Visit("later", 1, TaskState.PENDING, delay_until=later(600)),
        Visit("join", 1, TaskState.WAITING_JOIN, arrivals=(Arrival("later", 1),)),
    ]
    for visit in visits:
        make_visit(run_id, encode_visit(visit))
    return run_id


def _ask(execution: int, run_id: int, by: Caller, **more: Any) -> int:
    return add(Inquiry, execution=execution, workflow_execution=run_id, task_name="ask", prompt="?", created=T0, **more)


def _reasons(run_id: int, by: Caller, after_s: float = 60) -> dict[str, str | None]:
    found = runs.list_tasks(workflow_execution_id=run_id, by=by, now=T0 + timedelta(seconds=after_s))
    return {task["name"]: task["reason"] for task in found}


def test_each_kind_of_wait_has_its_sentence(run: int, alice: Caller) -> None:
    assert _reasons(run, alice) == {
        "build": "no worker is running: it waits until one starts.",
        "ask": "waits for an answer. Asked alice 1 min ago.",
        "later": f"starts in 9 min, at {later(600):%H:%M}.",
        "inner": None,
        "join": "waits for build and ask.",
    }


def test_the_graph_says_the_same_as_the_list(run: int, alice: Caller) -> None:
    now = T0 + timedelta(seconds=60)

    graph = runs.run_graph(workflow_execution_id=run, by=alice, now=now)

    assert {node["name"]: node["reason"] for node in graph["nodes"]} == _reasons(run, alice)


def test_workers_that_are_all_busy_are_counted(run: int, alice: Caller) -> None:
    for name, beat in (("one", later(58)), ("gone", later(-600))):
        add(WorkerRow, name=name, started_at=T0, heartbeat_at=beat, threads=8, running=8)

    assert _reasons(run, alice)["build"] == "waits for a free worker: 8 places, all taken."


def test_a_nested_run_tells_what_waits_inside_of_it(run: int, alice: Caller) -> None:
    child, child_run = make_run(INNER, execution_task_name="inner", execution_workflow_run=run, execution_kind="workflow", execution_status="running")
    asked = make_execution(task_name="sign", kind="inquiry", parent=child, workflow_run=child_run, visit=1, attempt=1)
    _ask(asked, child_run, alice)
    make_visit(child_run, encode_visit(Visit("sign", 1, TaskState.WAITING_INQUIRY, attempt=1, live=True)))
    make_visit(run, encode_visit(Visit("inner", 1, TaskState.RUNNING, attempt=1, live=True)))

    assert _reasons(run, alice)["inner"] == "inside: sign waits for an answer. Asked 1 min ago."


def test_without_a_clock_no_reasons_are_looked_for(run: int, alice: Caller) -> None:
    assert {task["reason"] for task in runs.list_tasks(workflow_execution_id=run, by=alice)} == {None}
