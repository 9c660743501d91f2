"""Triggers over REST: made, listed, switched, deleted, and the keys of their webhooks."""

from __future__ import annotations

import pytest

KEYS = {
    "id", "ref", "pack", "pack_ref", "label", "description", "enabled", "param_schema", "out_schema", "webhook_enabled",
    "webhook_key", "webhook_url", "webhook_config", "is_adhoc", "sensor", "sensor_ref", "created", "updated",
}  # fmt: skip


@pytest.fixture
def trigger(alice):
    assert alice.post("/packs", json={"ref": "ship", "label": "Ship", "version": "1"}).status_code == 201
    answer = alice.post("/triggers", json={"ref": "ship.horn", "label": "Horn", "pack_ref": "ship"})
    assert answer.status_code == 201
    return answer.json["data"]


def test_a_new_trigger_has_every_key_of_the_contract(trigger, alice):
    assert trigger.keys() >= KEYS
    assert (trigger["enabled"], trigger["is_adhoc"], trigger["webhook_enabled"], trigger["webhook_key"]) == (True, True, False, None)
    assert alice.get("/triggers/ship.horn").json["data"] == trigger


def test_a_trigger_needs_no_pack(alice):
    answer = alice.post("/triggers", json={"ref": "lone", "label": "Lone"})

    assert answer.status_code == 201
    assert (answer.json["data"]["pack"], answer.json["data"]["pack_ref"]) == (None, None)


def test_list_rows_leave_out_schemas_and_keys(trigger, alice):
    alice.post("/triggers/ship.horn/webhooks/enable")

    [row] = alice.get("/triggers").json["items"]

    assert row["ref"] == "ship.horn"
    assert not {"param_schema", "out_schema", "webhook_key", "webhook_url", "webhook_config"} & row.keys()


@pytest.mark.parametrize(
    ("query", "refs"),
    [
        ("?pack_ref=ship", ["ship.bell", "ship.horn"]),
        ("?pack_ref=other", []),
        ("?enabled=false", ["ship.bell"]),
        ("?search=HOR", ["ship.horn"]),
        ("?webhook_enabled=true", []),
    ],
)
def test_lists_are_filtered(trigger, alice, query, refs):
    alice.post("/triggers", json={"ref": "ship.bell", "label": "Bell", "pack_ref": "ship", "enabled": False})

    assert [row["ref"] for row in alice.get(f"/triggers{query}").json["items"]] == refs
    assert [row["ref"] for row in alice.get("/triggers/enabled").json["items"]] == ["ship.horn"]


def test_a_taken_ref_is_409_and_an_unknown_pack_404(trigger, alice):
    taken = {"ref": "ship.horn", "label": "Again", "pack_ref": "nowhere"}

    assert alice.post("/triggers", json=taken).status_code == 409
    assert alice.post("/triggers", json={**taken, "ref": "nowhere.x"}).status_code == 404


def test_who_may_not_is_refused(trigger, carol, mallory):
    body = {"ref": "ship.x", "label": "X", "pack_ref": "ship"}

    for person in (carol, mallory):
        assert person.post("/triggers", json=body).status_code == 403
        assert person.post("/triggers/ship.horn/webhooks/enable").status_code == 403
        assert person.delete("/triggers/ship.horn").status_code == 403
    assert mallory.get("/triggers/ship.horn").status_code == 404
    assert mallory.get("/triggers").json["items"] == []


def test_a_trigger_is_changed_key_by_key(trigger, alice):
    answer = alice.put("/triggers/ship.horn", json={"label": "Foghorn", "out_schema": {"x": {"type": "integer"}}})
    cleared = alice.put("/triggers/ship.horn", json={"out_schema": {"op": "clear"}})

    assert (answer.json["data"]["label"], answer.json["data"]["out_schema"]) == ("Foghorn", {"x": {"type": "integer"}})
    assert cleared.json["data"]["out_schema"] is None
    assert alice.put("/triggers/ship.horn", json={"label": "x"}, headers={"If-Match": '"2000-01-01T00:00:00Z"'}).status_code == 409
    assert alice.put("/triggers/ship.horn", json={"param_schema": {"x": {"type": "colour"}}}).status_code == 422


def test_a_trigger_is_switched_off_and_on(trigger, alice):
    assert alice.post("/triggers/ship.horn/disable").json["data"]["enabled"] is False
    assert alice.post("/triggers/ship.horn/enable").json["data"]["enabled"] is True
    assert alice.post("/triggers/no.such/enable").status_code == 404


def test_a_deleted_trigger_is_gone(trigger, alice):
    assert alice.delete("/triggers/ship.horn").json["success"] is True
    assert alice.get("/triggers/ship.horn").status_code == 404


def test_a_webhook_gets_a_key_keeps_it_and_loses_it(trigger, alice):
    first = alice.post("/triggers/ship.horn/webhooks/enable").json["data"]
    again = alice.post("/triggers/ship.horn/webhooks/enable").json["data"]
    other = alice.post("/triggers/ship.horn/webhooks/regenerate").json["data"]
    off = alice.post("/triggers/ship.horn/webhooks/disable").json["data"]

    assert first["webhook_enabled"] is True
    assert first["webhook_key"].startswith("wh_") and len(first["webhook_key"]) >= 35
    assert first["webhook_url"] == f"/api/v1/webhooks/{first['webhook_key']}"
    assert again["webhook_key"] == first["webhook_key"]
    assert other["webhook_key"] != first["webhook_key"]
    assert (off["webhook_enabled"], off["webhook_key"], off["webhook_url"]) == (False, None, None)
    assert alice.post("/triggers/ship.horn/webhooks/regenerate").status_code == 400


@pytest.mark.parametrize("word", ["enable", "disable", "regenerate"])
def test_the_switches_of_a_webhook_need_a_token(trigger, client, word):
    assert client.post(f"/api/v1/triggers/ship.horn/webhooks/{word}").status_code == 401


def test_the_key_is_shown_only_to_who_could_change_it(trigger, alice, carol):
    alice.post("/triggers/ship.horn/webhooks/enable")

    assert carol.get("/triggers/ship.horn").json["data"]["webhook_key"] is None
    assert carol.get("/triggers/ship.horn").json["data"]["webhook_enabled"] is True


def test_the_secret_of_a_webhook_is_masked_and_survives_being_sent_back(trigger, alice):
    config = {"hmac": {"enabled": True, "secret": "s3cret", "algorithm": "sha256"}}
    alice.put("/triggers/ship.horn", json={"webhook_config": config})
    shown = alice.get("/triggers/ship.horn").json["data"]["webhook_config"]

    changed = alice.put("/triggers/ship.horn", json={"webhook_config": {**shown, "payload_size_limit_kb": 5}})

    assert shown["hmac"] == {"enabled": True, "secret": "***", "algorithm": "sha256"}
    assert "s3cret" not in changed.text
    assert changed.json["data"]["webhook_config"]["payload_size_limit_kb"] == 5


@pytest.mark.parametrize(
    "config",
    [
        {"hmac": {"enabled": True}},
        {"hmac": {"enabled": True, "secret": "x", "algorithm": "md5"}},
        {"rate_limit": {"enabled": True, "requests": 0, "window_seconds": 1}},
        {"ip_whitelist": {"enabled": True, "ips": ["somewhere"]}},
        {"payload_size_limit_kb": "5"},
        {"hmac": [1]},
    ],
)
def test_settings_that_would_not_protect_are_422(trigger, alice, config):
    assert alice.put("/triggers/ship.horn", json={"webhook_config": config}).status_code == 422
