"""Executions over HTTP (api.md 8)."""

from __future__ import annotations

import pytest

from app.persistence.models import Action, ExecutionLog, Pack, PermissionAssignment, PermissionSet
from tests.services.builders import T0, add, later, make_execution, make_run


@pytest.fixture
def action(app):
    pack = add(Pack, ref="demo", label="Demo", version="1")
    schema = {"url": {"type": "string", "required": True}, "token": {"type": "string", "secret": True}}
    return add(Action, ref="demo.fetch", pack=pack, pack_ref="demo", label="Fetch", param_schema=schema)


def test_a_start_is_accepted_and_shown(alice, action):
    answer = alice.post("/executions/execute", json={"action_ref": "demo.fetch", "parameters": {"url": "x"}})

    started = answer.json["data"]
    assert answer.status_code == 201
    assert started["status"] in ("requested", "scheduling", "scheduled")
    assert (started["action_ref"], started["parameters"], started["executor"]) == ("demo.fetch", {"url": "x"}, alice.id)
    assert alice.get(f"/executions/{started['id']}").json["data"] == started


def test_missing_parameters_do_not_fail_the_start(alice, action):
    answer = alice.post("/executions/execute", json={"action_ref": "demo.fetch"})

    assert answer.status_code == 201


def test_the_same_idempotency_key_starts_once(alice, action):
    body = {"action_ref": "demo.fetch", "parameters": {"url": "x"}}
    headers = {"Idempotency-Key": "k1"}

    first = alice.post("/executions/execute", json=body, headers=headers)
    again = alice.post("/executions/execute", json=body, headers=headers)
    other = alice.post("/executions/execute", json={**body, "parameters": {"url": "y"}}, headers=headers)

    assert (first.status_code, again.status_code, other.status_code) == (201, 200, 409)
    assert again.json["data"]["id"] == first.json["data"]["id"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        ({"action_ref": ""}, 422),
        ({"action_ref": "demo.fetch", "parameters": []}, 422),
        ({"action_ref": "demo.fetch", "env_vars": {"A": {}}}, 422),
        ({"action_ref": "demo.nothing"}, 404),
    ],
)
def test_a_start_that_cannot_be(alice, action, body, status):
    assert alice.post("/executions/execute", json=body).status_code == status


def test_who_may_not_execute_is_refused(mallory, action):
    assert mallory.post("/executions/execute", json={"action_ref": "demo.fetch"}).status_code == 403


def test_nobody_hands_out_permission_sets_they_do_not_hold(carol, action):
    body = {"action_ref": "demo.fetch", "permission_set_refs": ["core.admin"]}

    assert carol.post("/executions/execute", json=body).status_code == 403


def test_secret_parameters_are_shown_only_to_who_may_decrypt(alice, carol, action):
    body = {"action_ref": "demo.fetch", "parameters": {"url": "x", "token": "hunter22"}}
    path = f"/executions/{alice.post('/executions/execute', json=body).json['data']['id']}"

    plain = alice.get(path).json["data"]["parameters"]
    shown = alice.get(f"{path}?include_secret_values=true").json["data"]["parameters"]
    kept = carol.get(f"{path}?include_secret_values=true").json["data"]["parameters"]

    assert (plain["token"], shown["token"], kept["token"]) == ("***", "hunter22", "***")


def test_lists_send_totals_only_on_request(alice):
    ids = [make_execution() for _ in range(3)]

    without = alice.get("/executions?limit=2").json
    with_total = alice.get("/executions?per_page=2&page=2&include_total=true").json

    assert [row["id"] for row in without["items"]] == ids[:0:-1]
    assert without["pagination"] == {"page": 1, "page_size": 2, "has_previous": False, "has_next": True}
    assert with_total["pagination"] == {
        "page": 2, "page_size": 2, "total_items": 3, "total_pages": 2, "has_previous": True, "has_next": False,
    }  # fmt: skip
    assert not {"config", "parameters", "env_vars", "result"} & set(without["items"][0])


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ("status=failed", 1),
        ("action_ref=core.*", 2),
        ("top_level_only=true", 2),
        ("result_contains=boom", 1),
        ("created_after=2026-01-27T10:00:05Z", 1),
        ("created_before=2026-01-27T10:00:05", 2),
        ("executor=4711", 0),
        ("workflow_execution=4711", 0),
        ("pack_name=demo", 1),
    ],
)
def test_filters(alice, query, number):
    parent = make_execution(status="failed", result={"error": "boom"})
    make_execution(parent=parent, action_ref="demo.x")
    make_execution(created=later(10))

    assert len(alice.get(f"/executions?{query}").json["items"]) == number


@pytest.mark.parametrize(
    "path", ["/executions?status=paused", "/executions/status/paused", "/executions/x", "/executions?executor=x"]
)
def test_a_bad_value_is_a_bad_request(alice, path):
    assert alice.get(path).status_code == 400


@pytest.mark.parametrize("path", ["", "/children", "/logs", "/logs/stdout", "/workflow", "/inquiries", "/history", "/events"])
def test_an_unknown_execution_is_not_found(alice, path):
    assert alice.get(f"/executions/4711{path}").status_code == 404


def test_an_execution_of_somebody_else_does_not_exist_for_mallory(mallory):
    execution_id = make_execution()
    own = make_execution(executor=mallory.id)

    assert mallory.get(f"/executions/{execution_id}").status_code == 404
    assert mallory.get(f"/executions/{own}").status_code == 200
    assert [row["id"] for row in mallory.get("/executions").json["items"]] == [own]


def test_lists_by_status_and_by_enforcement(alice):
    failed = make_execution(status="failed")
    enforced = make_execution(enforcement=7)

    assert [r["id"] for r in alice.get("/executions/status/failed").json["items"]] == [failed]
    assert [r["id"] for r in alice.get("/enforcements/7/executions").json["items"]] == [enforced]
    assert [r["id"] for r in alice.get("/executions/enforcement/7").json["items"]] == [enforced]


def test_statistics(alice):
    make_execution(status="scheduled")
    make_execution(status="canceling")

    assert alice.get("/executions/stats").json["data"] == {
        "total": 2, "completed": 0, "failed": 0, "running": 0, "pending": 1, "cancelled": 1, "timeout": 0, "abandoned": 0,
    }  # fmt: skip


def test_children_come_oldest_first(alice):
    workflow, _ = make_run()
    children = [make_execution(parent=workflow) for _ in range(2)]

    assert [r["id"] for r in alice.get(f"/executions/{workflow}/children").json["items"]] == children
    assert [r["id"] for r in alice.get(f"/executions?parent={workflow}").json["items"]] == children[::-1]


def test_cancelling_what_has_not_started(alice, mallory):
    execution_id = make_execution(status="scheduled")

    refused = mallory.post(f"/executions/{execution_id}/cancel")
    cancelled = alice.post(f"/executions/{execution_id}/cancel")
    again = alice.post(f"/executions/{execution_id}/cancel")

    assert (refused.status_code, cancelled.status_code, again.status_code) == (403, 200, 409)
    assert cancelled.json["data"]["status"] == "cancelled"
    assert cancelled.json["data"]["result"]["error"] == "Cancelled by user before execution started"
    assert alice.post("/executions/4711/cancel").status_code == 404


def test_a_retry_names_the_first_attempt(alice, mallory, action):
    ended = make_execution(action_ref="demo.fetch", status="failed", parameters={"url": "x"})
    running = make_execution(action_ref="demo.fetch")

    retried = alice.post(f"/executions/{ended}/retry")

    assert retried.status_code == 201
    assert (retried.json["data"]["original_execution"], retried.json["data"]["parameters"]) == (ended, {"url": "x"})
    assert alice.post(f"/executions/{running}/retry").status_code == 409
    assert alice.post("/executions/4711/retry").status_code == 404
    assert mallory.post(f"/executions/{ended}/retry").status_code == 403


def test_output_is_plain_text_by_offset(alice):
    execution_id = make_execution(stdout_bytes=6)
    add(ExecutionLog, execution=execution_id, stream="stdout", position=0, text="<b>hi\n")

    answer = alice.get(f"/executions/{execution_id}/logs/stdout?offset=3&limit=2")

    assert (answer.status_code, answer.text, answer.headers["X-Next-Offset"]) == (200, "hi", "5")
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert alice.get(f"/executions/{execution_id}/logs").json["data"]["stdout"] == {"size": 6, "truncated": False}
    assert alice.get(f"/executions/{execution_id}/logs/stdin").status_code == 404
    assert alice.get(f"/executions/{execution_id}/logs/stdout?offset=-1").status_code == 400


def test_the_history_tells_each_status(alice):
    execution_id = make_execution(status="completed", started_at=later(1), completed_at=later(2))

    entries = alice.get(f"/executions/{execution_id}/history").json["items"]

    assert [(e["operation"], e["new_values"]["status"]) for e in entries] == [
        ("INSERT", "requested"), ("UPDATE", "running"), ("UPDATE", "completed"),
    ]  # fmt: skip


def test_everything_asks_for_a_token(client):
    assert client.get("/api/v1/executions/1").status_code == 401
    assert client.post("/api/v1/executions/execute", json={}).status_code == 401


def test_times_are_in_utc_with_six_digits(alice):
    shown = alice.get(f"/executions/{make_execution(created=T0)}").json["data"]

    assert shown["created"] == "2026-01-27T10:00:00.123456Z"


def test_a_grant_that_names_actions_is_good_for_those_alone(alice, mallory, action):
    refs = {"resource": "actions", "actions": ["execute"], "constraints": {"refs": ["demo.fetch"]}}
    other = add(Pack, ref="other", label="O", version="1")
    add(Action, ref="other.run", pack=other, pack_ref="other", label="R")
    granted = add(PermissionSet, ref="demo.few", label="F", grants=[refs])
    add(PermissionAssignment, identity_id=mallory.id, permission_set_id=granted)

    assert mallory.post("/executions/execute", json={"action_ref": "demo.fetch"}).status_code == 201
    assert mallory.post("/executions/execute", json={"action_ref": "other.run"}).status_code == 403
    assert mallory.post("/executions/execute", json={"action_ref": "other.none"}).status_code == 404


def test_a_question_that_cannot_be_asked_fails_its_execution(alice):
    core = add(Pack, ref="core", label="Core", version="1")
    add(Action, ref="core.ask", pack=core, pack_ref="core", label="Ask")

    answer = alice.post("/executions/execute", json={"action_ref": "core.ask", "parameters": {"assigned_to": "ghost"}})

    assert answer.status_code == 201
    assert answer.json["data"]["status"] == "failed"
    assert "can't be asked" in answer.json["data"]["result"]["error"]


def test_no_artifacts_are_an_empty_list(alice, mallory):
    execution = make_execution()

    assert alice.get(f"/executions/{execution}/artifacts").json["items"] == []
    assert mallory.get(f"/executions/{execution}/artifacts").status_code == 404
