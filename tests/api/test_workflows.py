"""Workflows over HTTP (api.md 7)."""

from __future__ import annotations

import pytest

DEFINITION = {
    "tasks": [
        {"name": "first", "action": "core.echo", "next": [{"when": "{{ succeeded() }}", "do": ["last"]}]},
        {"name": "last", "action": "core.noop", "ui": {"x": 1}},
    ]
}
NEW = {"ref": "ship.voyage", "pack_ref": "ship", "label": "Voyage", "version": "1.0.0", "definition": DEFINITION}


@pytest.fixture(autouse=True)
def pack(app, alice):
    alice.post("/packs", json={"ref": "ship", "label": "Ship", "version": "1"})


def test_a_workflow_is_made_shown_changed_and_deleted_with_its_action(alice):
    made = alice.post("/workflows", json={**NEW, "tags": ["sea"]})
    data = made.json["data"]

    assert made.status_code == 201, made.text
    assert data["definition"] == DEFINITION
    assert alice.get("/workflows/ship.voyage").json["data"] == data
    companion = alice.get("/actions/ship.voyage").json["data"]
    assert (companion["workflow_def"], companion["entrypoint"], companion["runtime"]) == (data["id"], "workflow", None)
    changed = alice.put("/workflows/ship.voyage", json={"label": "Trip", "tags": []}).json["data"]
    assert (changed["label"], changed["tags"], changed["definition"]) == ("Trip", [], DEFINITION)
    assert alice.get("/actions/ship.voyage").json["data"]["label"] == "Trip"
    assert alice.delete("/actions/ship.voyage").status_code == 409
    assert alice.delete("/workflows/ship.voyage").json["success"] is True
    assert alice.get("/workflows/ship.voyage").status_code == 404
    assert alice.get("/actions/ship.voyage").status_code == 404


def test_lists_filter_by_pack_tag_and_text_and_are_by_label(alice):
    alice.post("/workflows", json={**NEW, "tags": ["sea"]})
    alice.post("/workflows", json={**NEW, "ref": "ship.anchor", "label": "Anchor", "tags": ["stop", "slow"]})

    def refs(query):
        return [row["ref"] for row in alice.get(f"/workflows{query}").json["items"]]

    assert refs("") == ["ship.anchor", "ship.voyage"]
    assert refs("?tags=sea,other") == ["ship.voyage"]
    assert refs("?search=voy") == ["ship.voyage"]
    assert refs("?pack_ref=none") == []
    assert [row["task_count"] for row in alice.get("/packs/ship/workflows").json["items"]] == [2, 2]


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"definition": {}}, 422),
        ({"definition": {"tasks": []}}, 422),
        ({"definition": {"tasks": [{"name": "a"}]}}, 422),
        ({"definition": {"tasks": [{"name": "a", "action": "x.y", "next": [{"do": ["nowhere"]}]}]}}, 422),
        ({"label": ""}, 422),
        ({"version": None}, 422),
        ({"ref": "gone.x", "pack_ref": "gone"}, 404),
    ],
)
def test_what_cannot_be_a_workflow_is_refused(alice, change, status):
    answer = alice.post("/workflows", json={**NEW, **change})

    assert answer.status_code == status
    assert status == 404 or all({"path", "message"} <= set(detail) for detail in answer.json["details"])


def test_a_missing_key_is_422_also_for_who_may_not_create(mallory):
    body = {key: value for key, value in NEW.items() if key != "label"}

    assert mallory.post("/workflows", json=body).status_code == 422
    assert mallory.post("/workflows", json=NEW).status_code == 403


def test_a_taken_ref_is_409(alice):
    assert [alice.post("/workflows", json=NEW).status_code for _ in range(2)] == [201, 409]


def test_the_pack_may_be_in_the_path(alice):
    body = {key: value for key, value in NEW.items() if key != "pack_ref"}

    assert alice.post("/packs/ship/workflows", json=body).json["data"]["ref"] == "ship.voyage"


def test_a_draft_keeps_what_is_wrong_as_warnings(alice):
    broken = {**NEW, "definition": {"tasks": [{"name": "a", "action": "x.y", "next": [{"do": ["nowhere"]}]}]}}

    answer = alice.post("/workflows?draft=true", json=broken)

    assert answer.status_code == 201
    assert any("nowhere" in warning["message"] for warning in answer.json["data"]["warnings"])


def test_validating_tells_places_and_writes_nothing(alice, mallory):
    text = "version: 1.0.0\ntasks:\n  - name: a\n    action: core.echo\n    next:\n      - do: [nowhere]\n"

    found = mallory.post("/workflows/validate", json={"yaml": text}).json["data"]
    fine = alice.post("/workflows/validate", json={"definition": DEFINITION}).json["data"]

    assert found["valid"] is False
    assert [(e["line"] is not None, e["severity"]) for e in found["errors"]] == [(True, "error")] * len(found["errors"])
    assert fine["valid"] is True
    assert all(w["line"] is None for w in fine["warnings"])
    assert alice.get("/workflows").json["items"] == []
    assert alice.post("/workflows/validate", json={}).status_code == 422


def test_a_stored_workflow_can_be_validated_and_drawn(alice):
    alice.post("/workflows", json=NEW)

    assert alice.post("/workflows/ship.voyage/validate").json["data"]["valid"] is True
    graph = alice.get("/workflows/ship.voyage/graph").json["data"]
    assert [node["name"] for node in graph["nodes"]] == ["first", "last"]
    assert [(edge["from"], edge["to"], edge["kind"]) for edge in graph["edges"]] == [("first", "last", "succeeded")]
    assert graph["entry_points"] == ["first"]


def test_an_older_if_match_is_refused(alice):
    seen = alice.post("/workflows", json=NEW).json["data"]["updated"]
    alice.put("/workflows/ship.voyage", json={"label": "A"})

    assert alice.put("/workflows/ship.voyage", json={"label": "B"}, headers={"If-Match": f'"{seen}"'}).status_code == 409


def test_unknown_workflows_are_404_and_the_unpermitted_get_403(alice, carol):
    for method, path in (
        ("GET", "/workflows/no.such"), ("PUT", "/workflows/no.such"), ("DELETE", "/workflows/no.such"),
        ("POST", "/workflows/no.such/validate"), ("GET", "/workflows/no.such/graph"),
    ):  # fmt: skip
        assert alice.call(method, path).status_code == 404, path
    alice.post("/workflows", json=NEW)
    assert carol.get("/workflows/ship.voyage").status_code == 200
    assert carol.put("/workflows/ship.voyage", json={}).status_code == 403
    assert carol.delete("/workflows/ship.voyage").status_code == 403


def test_executing_starts_a_run_once_per_idempotency_key(alice, carol, mallory):
    alice.post("/workflows", json=NEW)
    again = {"Idempotency-Key": "abc"}

    first = carol.post("/workflows/ship.voyage/execute", json={"parameters": {}}, headers=again)
    second = carol.post("/workflows/ship.voyage/execute", json={"parameters": {}}, headers=again)
    other = carol.post("/workflows/ship.voyage/execute", json={"parameters": {"n": 1}}, headers=again)

    assert (first.status_code, second.status_code, other.status_code) == (201, 200, 409)
    assert first.json["data"]["id"] == second.json["data"]["id"]
    assert first.json["data"]["action_ref"] == "ship.voyage"
    assert mallory.post("/workflows/ship.voyage/execute", json={}).status_code == 403
    assert alice.post("/workflows/no.such/execute").status_code == 404


def test_a_disabled_workflow_and_a_draft_do_not_start(alice):
    alice.post("/workflows", json=NEW)
    alice.put("/workflows/ship.voyage", json={"enabled": False})

    assert alice.post("/workflows/ship.voyage/execute").status_code == 409


def test_a_workflow_can_be_saved_to_the_files_of_its_pack(alice):
    body = {"name": "cruise", "label": "Cruise", "version": "1.0.0", "definition": DEFINITION}

    made = alice.post("/packs/ship/workflow-files", json=body)

    assert (made.status_code, made.json["data"]["ref"]) == (201, "ship.cruise")
    assert alice.post("/packs/ship/workflow-files", json=body).status_code == 409
    changed = alice.put("/workflows/ship.cruise/file", json={"label": "Long cruise"})
    assert (changed.status_code, changed.json["data"]["label"]) == (200, "Long cruise")
    assert alice.post("/packs/ship/workflows/validate").json["data"]["validated_count"] == 1
