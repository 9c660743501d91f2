"""Runtimes over HTTP (api.md 5)."""

from __future__ import annotations

NEW = {"ref": "my.ruby", "name": "Ruby", "execution_config": {"interpreter": {"binary": "ruby"}}}


def test_a_runtime_is_made_shown_changed_and_deleted(alice):
    made = alice.post("/runtimes", json=NEW)

    assert made.status_code == 201
    assert made.json["data"]["execution_config"]["interpreter"]["binary"] == "ruby"
    assert alice.get("/runtimes/my.ruby").json["data"] == made.json["data"]
    assert [row["ref"] for row in alice.get("/runtimes").json["items"]] == ["my.ruby"]
    assert alice.put("/runtimes/my.ruby", json={"name": "R", "installation": {"x": 1}}).json["data"]["name"] == "R"
    assert alice.put("/runtimes/my.ruby", json={"installation": None}).json["data"]["installation"] is None
    assert alice.delete("/runtimes/my.ruby").json["success"] is True
    assert alice.get("/runtimes/my.ruby").status_code == 404


def test_what_cannot_be_a_runtime_is_refused(alice):
    alice.post("/runtimes", json=NEW)

    assert alice.post("/runtimes", json=NEW).status_code == 409
    assert alice.post("/runtimes", json={"ref": "x"}).status_code == 422
    assert alice.post("/runtimes", json={**NEW, "ref": "a b"}).status_code == 422
    assert alice.post("/runtimes", json={**NEW, "ref": "x", "pack_ref": "gone"}).status_code == 404


def test_rights_are_asked_for(carol, mallory):
    assert carol.get("/runtimes").status_code == 200
    assert carol.post("/runtimes", json=NEW).status_code == 403
    assert mallory.get("/runtimes").status_code == 403
    assert mallory.delete("/runtimes/x").status_code == 403
