"""Events and enforcements over REST: who reports, who reads, what they look like."""

from __future__ import annotations

import pytest

from app.services import auth_tokens

EVENT = {
    "id", "trigger", "trigger_ref", "config", "payload", "source", "source_ref", "rule", "rule_ref", "has_payload", "created",
}  # fmt: skip
ENFORCEMENT = {
    "id", "rule", "rule_ref", "trigger_ref", "event", "status", "condition", "conditions", "config", "payload", "created",
    "resolved_at",
}  # fmt: skip


@pytest.fixture
def ship(alice):
    for path, body in (
        ("/packs", {"ref": "ship", "label": "Ship", "version": "1"}),
        ("/actions", {"ref": "ship.sail", "pack_ref": "ship", "label": "Sail", "entrypoint": "true"}),
        ("/triggers", {"ref": "ship.horn", "label": "Horn", "pack_ref": "ship"}),
        ("/rules", {"ref": "ship.r", "pack_ref": "ship", "label": "R", "action_ref": "ship.sail", "trigger_ref": "ship.horn"}),
    ):
        assert alice.post(path, json=body).status_code == 201


@pytest.fixture
def report(ship, alice, client):
    def post(body, *, token_type="execution"):
        metadata = {"execution_id": 7, "action_ref": "ship.sail", "permission_set_refs": []}
        token = auth_tokens.issue(
            identity_id=alice.id, login="execution:7", token_type=token_type, life_s=60, metadata=metadata
        )
        return client.post("/api/v1/events", json=body, headers={"Authorization": f"Bearer {token}"})

    return post


def test_a_running_action_reports_an_event(report, alice):
    answer = report({"trigger_ref": "ship.horn", "payload": {"x": 1}, "config": {"a": 1}})

    assert answer.status_code == 201
    event = answer.json["data"]
    assert event.keys() >= EVENT
    assert (event["payload"], event["config"], event["has_payload"], event["rule"]) == ({"x": 1}, {"a": 1}, True, None)
    [row] = alice.get("/events").json["items"]
    assert row == event
    [enforcement] = alice.get("/enforcements").json["items"]
    assert enforcement.keys() >= ENFORCEMENT
    assert (enforcement["event"], enforcement["status"], enforcement["condition"]) == (event["id"], "processed", "all")
    assert alice.get(f"/enforcements/{enforcement['id']}").json["data"] == enforcement


def test_a_sensor_may_and_people_may_not(report, alice, bob, mallory, client):
    body = {"trigger_ref": "ship.horn"}

    assert report(body, token_type="sensor").status_code == 201
    assert report(body, token_type="access").status_code == 403
    for person in (alice, bob, mallory):
        assert person.post("/events", json=body).status_code == 403
    assert client.post("/api/v1/events", json=body).status_code == 401


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        ({"trigger_ref": "no.such"}, 404),
        ({"trigger_ref": "ship.horn", "config": []}, 422),
        ({"trigger_ref": "ship.horn", "trigger_instance_id": "rule_999"}, 404),
    ],
)
def test_what_is_reported_is_checked(report, body, status):
    assert report(body).status_code == status


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("trigger_ref=ship.horn", 2),
        ("trigger_ref=ship.*", 2),
        ("trigger_ref=other.*", 0),
        ("rule_ref=ship.r", 1),
        ("rule=1", 1),
        ("trigger=1", 2),
        ("trigger=99", 0),
        ("source=1", 0),
        ("source=execution:7", 2),
        ("source=core.timer_sensor", 0),
    ],
)
def test_events_are_filtered(report, alice, query, found):
    report({"trigger_ref": "ship.horn"})
    report({"trigger_ref": "ship.horn", "trigger_instance_id": "rule_1"})

    listed = alice.get(f"/events?{query}&include_total=true").json

    assert listed["pagination"]["total_items"] == len(listed["items"]) == found


@pytest.mark.parametrize(
    ("query", "found"),
    [("rule=1", 1), ("rule_ref=ship.r", 1), ("event=1", 1), ("event=9", 0), ("status=processed", 1), ("status=created", 0), ("trigger_ref=ship.horn", 1)],
)
def test_enforcements_are_filtered(report, alice, query, found):
    report({"trigger_ref": "ship.horn"})

    assert len(alice.get(f"/enforcements?{query}").json["items"]) == found


def test_totals_come_only_when_asked_for_and_pages_know_of_more(report, alice):
    for _ in range(3):
        report({"trigger_ref": "ship.horn"})

    for path in ("/events", "/enforcements"):
        page = alice.get(f"{path}?limit=2").json["pagination"]
        assert ("total_items" in page, page["has_next"]) == (False, True)
        assert alice.get(f"{path}?limit=2&page=2").json["pagination"]["has_next"] is False


def test_who_may_not_read_is_refused(report, alice, bob, mallory):
    report({"trigger_ref": "ship.horn"})

    for path in ("/events", "/events/1", "/enforcements", "/enforcements/1"):
        for person in (bob, mallory):
            assert person.get(path).status_code == 403
    assert alice.get("/events/99").status_code == 404
    assert alice.get("/enforcements/99").status_code == 404
    assert alice.get("/enforcements?status=odd").status_code == 400
