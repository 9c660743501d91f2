"""Actions over HTTP (api.md 6)."""

from __future__ import annotations

import pytest

from app.persistence import session
from app.persistence.models import Runtime
from tests.services.builders import make_execution

NEW = {"ref": "ship.sail", "pack_ref": "ship", "label": "Sail", "entrypoint": "echo hi", "runtime_ref": "core.shell"}


@pytest.fixture
def pack(app, alice):
    with session.transaction() as tx:
        tx.session.add(Runtime(ref="core.shell", name="Shell", aliases=["bash"]))
    alice.post("/packs", json={"ref": "ship", "label": "Ship", "version": "1"})


def test_an_action_is_made_shown_changed_and_deleted(pack, alice):
    made = alice.post("/actions", json={**NEW, "param_schema": {"knots": {"type": "integer"}}})
    data = made.json["data"]

    assert made.status_code == 201
    assert (data["is_adhoc"], data["output_format"], data["workflow_def"], data["out_schema"]) == (True, "text", None, None)
    assert data["required_worker_runtimes"] == {}
    assert alice.get("/actions/ship.sail").json["data"] == data
    changed = alice.put("/actions/ship.sail", json={"label": "Go", "timeout_seconds": 2.5}).json["data"]
    assert (changed["label"], changed["timeout_seconds"], changed["entrypoint"]) == ("Go", 2.5, "echo hi")
    assert alice.delete("/actions/ship.sail").json["success"] is True
    assert alice.get("/actions/ship.sail").status_code == 404


def test_lists_leave_the_schemas_out_and_filter(pack, alice):
    alice.post("/actions", json=NEW)
    alice.post("/actions", json={**NEW, "ref": "ship.anchor", "label": "Anchor"})

    rows = alice.get("/actions?pack_ref=ship").json["items"]

    assert [row["ref"] for row in rows] == ["ship.anchor", "ship.sail"]
    assert all("param_schema" not in row and "out_schema" not in row for row in rows)
    assert [row["ref"] for row in alice.get("/actions?search=ANCH").json["items"]] == ["ship.anchor"]
    assert alice.get("/actions?is_workflow=true").json["items"] == []
    assert [hit["ref"] for hit in alice.get("/actions/search?q=sail&packs=ship,other").json["data"]] == ["ship.sail"]


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"entrypoint": ""}, 422),
        ({"entrypoint": "x" * 65537}, 422),
        ({"label": None}, 422),
        ({"output_format": "xml"}, 422),
        ({"param_schema": []}, 422),
        ({"pack_ref": "gone", "ref": "gone.x"}, 404),
        ({"runtime_ref": "core.cobol"}, 404),
    ],
)
def test_what_cannot_be_an_action_is_refused(pack, alice, change, status):
    assert alice.post("/actions", json={**NEW, **change}).status_code == status


def test_a_taken_ref_is_409(pack, alice):
    alice.post("/actions", json=NEW)

    assert alice.post("/actions", json=NEW).status_code == 409


def test_rights_are_asked_for_each_verb(pack, alice, bob, carol, mallory):
    alice.post("/actions", json=NEW)

    assert [bob.post("/actions", json={**NEW, "ref": "ship.b"}).status_code, bob.delete("/actions/ship.sail").status_code] == [201, 403]
    assert carol.get("/actions/ship.sail").status_code == 200
    assert carol.post("/actions", json={**NEW, "ref": "ship.c"}).status_code == 403
    assert mallory.get("/actions/ship.sail").status_code == 404
    assert mallory.get("/actions").json["items"] == []
    assert mallory.put("/actions/ship.sail", json={}).status_code == 403


def test_nobody_gives_an_action_permission_sets_they_do_not_hold(pack, bob):
    greedy = {**NEW, "default_execution_permission_set_refs": ["core.admin"]}

    assert bob.post("/actions", json=greedy).status_code == 403


def test_an_older_if_match_is_refused(pack, alice):
    seen = alice.post("/actions", json=NEW).json["data"]["updated"]
    alice.put("/actions/ship.sail", json={"label": "A"})

    assert alice.put("/actions/ship.sail", json={"label": "B"}, headers={"If-Match": f'"{seen}"'}).status_code == 409


def test_unknown_actions_are_404(alice):
    assert alice.get("/actions/no.such").status_code == 404
    assert alice.put("/actions/no.such", json={}).status_code == 404
    assert alice.delete("/actions/no.such").status_code == 404


def test_an_unknown_pack_is_404_whatever_the_ref_begins_with(pack, alice):
    body = {"ref": "demo.x", "pack_ref": "nowhere", "label": "X", "entrypoint": "true"}

    assert alice.post("/actions", json=body).status_code == 404
    assert alice.post("/actions", json={**body, "ref": "other.x", "pack_ref": "ship"}).status_code == 422


def test_the_other_lists_of_a_pack_are_there_when_it_has_none(pack, alice):
    for kind in ("triggers", "rules", "sensors", "queues"):
        assert alice.get(f"/packs/ship/{kind}").json["pagination"]["total_items"] == 0
        assert alice.get(f"/packs/nowhere/{kind}").status_code == 404


def test_queue_stats_count_what_waits_runs_and_has_ended(pack, alice):
    action = alice.post("/actions", json=NEW).json["data"]["id"]
    for status in ("scheduled", "requested", "running", "completed", "failed"):
        make_execution(action=action, action_ref="ship.sail", status=status)

    stats = alice.get("/actions/ship.sail/queue-stats").json["data"]

    assert (stats["queue_length"], stats["active_count"], stats["total_completed"], stats["total_enqueued"]) == (2, 1, 2, 5)
    assert stats["oldest_enqueued_at"] == "2026-01-27T10:00:00.123456Z"
    assert alice.get("/actions/ship.none/queue-stats").status_code == 404
