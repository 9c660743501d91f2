"""Runs of workflows over HTTP (api.md 9)."""

from __future__ import annotations

import pytest

from app.engine.conductor.codec import encode_visit
from app.engine.conductor.state import Visit
from app.engine.statuses import TaskState
from tests.services.builders import make_execution, make_run, make_visit

DOCUMENT = {
    "ref": "demo.flow",
    "version": "1.0.0",
    "tasks": [
        {"name": "a", "action": "core.noop", "next": [{"do": "b"}]},
        {"name": "b", "action": "core.noop"},
    ],
}


@pytest.fixture
def run(app):
    _, run_id = make_run(DOCUMENT)
    make_visit(run_id, encode_visit(Visit("a", 1, TaskState.RUNNING, attempt=1)))
    return run_id


def test_a_run_is_shown_and_listed(alice, run):
    shown = alice.get(f"/workflow-executions/{run}").json["data"]
    listed = alice.get("/workflow-executions?status=running&workflow_ref=demo.*&paused=false").json

    assert shown["current_tasks"] == ["a"]
    assert shown["progress"]["total"] == 2
    assert [row["id"] for row in listed["items"]] == [run]
    assert "variables" in shown and "variables" not in listed["items"][0]
    assert listed["pagination"]["total_items"] == 1


def test_tasks_graph_and_context(alice, run):
    tasks = alice.get(f"/workflow-executions/{run}/tasks").json["data"]
    graph = alice.get(f"/workflow-executions/{run}/graph").json["data"]
    context = alice.get(f"/workflow-executions/{run}/context").json["data"]

    assert [(t["name"], t["state"]) for t in tasks] == [("a", "running"), ("b", "pending")]
    assert [(n["name"], n["state"]) for n in graph["nodes"]] == [("a", "running"), ("b", "pending")]
    assert [(e["from"], e["to"], e["taken"]) for e in graph["edges"]] == [("a", "b", None)]
    assert set(context) == {"parameters", "vars", "tasks", "system"}


def test_the_run_of_an_execution(alice, run):
    execution_id = alice.get(f"/workflow-executions/{run}").json["data"]["execution"]

    assert alice.get(f"/executions/{execution_id}/workflow").json["data"]["id"] == run
    assert alice.get(f"/executions/{make_execution()}/workflow").status_code == 404


@pytest.mark.parametrize("path", ["", "/tasks", "/graph", "/context"])
def test_what_one_may_not_see_does_not_exist(mallory, alice, run, path):
    assert mallory.get(f"/workflow-executions/{run}{path}").status_code == 404
    assert alice.get(f"/workflow-executions/4711{path}").status_code == 404


def test_bad_filters_are_refused(alice):
    assert alice.get("/workflow-executions?status=paused").status_code == 400
    assert alice.get("/workflow-executions?paused=perhaps").status_code == 400


@pytest.mark.parametrize("what", ["pause", "resume", "cancel"])
def test_steering_takes_the_right(mallory, run, what):
    assert mallory.post(f"/workflow-executions/{run}/{what}").status_code == 403


@pytest.mark.parametrize("what", ["pause", "resume", "cancel"])
def test_nothing_is_steered_that_is_not_there_or_has_ended(alice, what):
    _, ended = make_run(DOCUMENT, status="completed", execution_status="completed")

    assert alice.post(f"/workflow-executions/4711/{what}").status_code == 404
    assert alice.post(f"/workflow-executions/{ended}/{what}").status_code == 409


def test_pausing_and_going_on(alice):
    _, run_id = make_run(DOCUMENT, status="requested", execution_status="requested")

    paused = alice.post(f"/workflow-executions/{run_id}/pause", json={"reason": "lunch"})
    again = alice.post(f"/workflow-executions/{run_id}/pause")
    resumed = alice.post(f"/workflow-executions/{run_id}/resume")
    too_often = alice.post(f"/workflow-executions/{run_id}/resume")

    assert (paused.status_code, paused.json["data"]["paused"], paused.json["data"]["pause_reason"]) == (200, True, "lunch")
    assert again.status_code == 200
    assert (resumed.status_code, resumed.json["data"]["paused"]) == (200, False)
    assert too_often.status_code == 409


def test_a_retry_with_an_unknown_mode_is_invalid(alice, run):
    assert alice.post(f"/workflow-executions/{run}/retry", json={"mode": "again"}).status_code == 422


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        ("running", {}, 409),
        ("completed", {}, 409),
        ("failed", {"mode": "from_task", "task": "nothing"}, 422),
    ],
)
def test_a_retry_that_makes_no_sense_is_refused(alice, status, body, expected):
    ended = {"state": {"status": status}} if status != "running" else {}
    _, run_id = make_run(DOCUMENT, status=status, execution_status=status, **ended)

    assert alice.post(f"/workflow-executions/{run_id}/retry", json=body).status_code == expected
    assert alice.post("/workflow-executions/4711/retry").status_code == 404


def test_a_retry_takes_the_right_and_is_a_new_execution(alice, mallory):
    execution_id, run_id = make_run(DOCUMENT, status="failed", execution_status="failed", state={"status": "failed"})

    refused = mallory.post(f"/workflow-executions/{run_id}/retry", json={"mode": "all"})
    retried = alice.post(f"/workflow-executions/{run_id}/retry", json={"mode": "all"})

    assert (refused.status_code, retried.status_code) == (403, 201), retried.text
    assert retried.json["data"]["original_execution"] == execution_id
