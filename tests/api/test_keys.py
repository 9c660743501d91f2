"""The datastore over HTTP (api.md 11)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from app.persistence import session
from app.persistence.models import Key, Pack
from app.services import keys, ports


def new(**changes):
    return {"ref": "db.password", "name": "db_password", "value": {"a": [1, None]}, "owner_type": "system", **changes}


@pytest.fixture
def pack(app):
    with session.transaction() as tx:
        tx.session.add(Pack(ref="ship", label="Ship", version="1"))


def test_a_value_comes_back_with_its_json_type(alice):
    created = alice.post("/keys", json=new())

    assert created.status_code == 201
    assert created.json["data"]["value"] == {"a": [1, None]}
    assert alice.get("/keys/db.password").json["data"] == created.json["data"]


def test_lists_leave_values_out_and_show_the_newest_first(alice):
    alice.post("/keys", json=new(ref="one"))
    alice.post("/keys", json=new(ref="two"))

    rows = alice.get("/keys").json["items"]

    assert [row["ref"] for row in rows] == ["two", "one"]
    assert all("value" not in row for row in rows)


def test_an_encrypted_value_is_sealed_at_rest_and_clear_only_with_the_right_to_decrypt(alice, bob, carol):
    alice.post("/keys", json=new(value="hunter2hunter2", encrypted=True))

    with session.reading() as tx:
        row = tx.session.query(Key).one()
    assert row.value is None
    assert b"hunter2" not in row.sealed
    assert bob.get("/keys/db.password").json["data"]["value"] == "hunter2hunter2"
    assert carol.get("/keys/db.password").json["data"]["value"] is None


def test_a_key_can_be_changed_and_deleted(alice):
    alice.post("/keys", json=new())

    changed = alice.put("/keys/db.password", json={"name": "other", "value": None, "ref": "ignored"})
    assert (changed.status_code, changed.json["data"]["name"], changed.json["data"]["value"]) == (200, "other", None)
    assert alice.delete("/keys/db.password").json["success"] is True
    assert alice.get("/keys/db.password").status_code == 404


def test_encrypting_later_keeps_the_value(alice):
    alice.post("/keys", json=new())

    alice.put("/keys/db.password", json={"encrypted": True})

    assert alice.get("/keys/db.password").json["data"]["value"] == {"a": [1, None]}


def test_an_older_if_match_is_refused(alice):
    seen = alice.post("/keys", json=new()).json["data"]["updated"]

    first = alice.put("/keys/db.password", json={"value": 1}, headers={"If-Match": f'"{seen}"'})
    second = alice.put("/keys/db.password", json={"value": 2}, headers={"If-Match": f'"{seen}"'})

    assert (first.status_code, second.status_code) == (200, 409)


def test_keys_of_an_identity_are_its_own_affair_administrators_included(alice, bob):
    created = alice.post("/keys", json=new(ref="mine", owner_type="identity", owner_identity=bob.id))

    assert created.status_code == 201
    assert bob.get("/keys/mine").status_code == 200
    assert alice.get("/keys/mine").status_code == 404
    assert alice.delete("/keys/mine").status_code == 404
    assert alice.put("/keys/mine", json={"value": 1}).status_code == 404
    assert [row["ref"] for row in alice.get("/keys").json["items"]] == []
    assert [row["ref"] for row in bob.get("/keys").json["items"]] == ["mine"]


def test_filters_by_owner(alice, pack):
    alice.post("/keys", json=new(ref="s"))
    alice.post("/keys", json=new(ref="p", owner_type="pack", owner_pack_ref="ship"))

    of_packs = alice.get("/keys?owner_type=pack").json["items"]

    assert [(row["ref"], row["owner"], row["owner_pack_ref"]) for row in of_packs] == [("p", "ship", "ship")]
    assert [row["ref"] for row in alice.get("/keys?owner=ship").json["items"]] == ["p"]


def test_an_expired_key_is_unknown_and_its_ref_free(alice):
    alice.post("/keys", json=new(ttl_seconds=60))
    now = ports.now()
    ports.use(replace(ports.current(), clock=lambda: now + timedelta(seconds=61)))

    assert alice.get("/keys/db.password").status_code == 404
    assert alice.get("/keys").json["items"] == []
    assert alice.post("/keys", json=new()).status_code == 201


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (new(ttl_seconds=0), 422),
        (new(owner_type="robot"), 422),
        (new(owner_type="pack"), 422),
        (new(owner_type="pack", owner_pack_ref="gone"), 404),
        (new(owner_type="action", owner_action=77), 404),
        (new(owner_type="identity", owner_identity=999), 404),
        ({"ref": "x", "name": "x", "owner_type": "system"}, 422),
        (new(ref="r" * 256), 422),
    ],
)
def test_what_cannot_be_a_key_is_refused(alice, body, status):
    assert alice.post("/keys", json=body).status_code == status


def test_rights_are_asked_for_each_verb(alice, bob, carol, mallory):
    alice.post("/keys", json=new())

    assert bob.post("/keys", json=new(ref="b")).status_code == 403
    assert carol.put("/keys/db.password", json={"value": 1}).status_code == 403
    assert bob.delete("/keys/db.password").status_code == 403
    for method, path in (("GET", "/keys"), ("GET", "/keys/db.password"), ("DELETE", "/keys/db.password")):
        assert mallory.call(method, path).status_code == 403


def test_templates_reach_keys_of_the_system_their_pack_and_who_they_run_for(alice, bob, pack):
    alice.post("/keys", json=new(ref="sys", value=1))
    alice.post("/keys", json=new(ref="ship.key", value=2, owner_type="pack", owner_pack_ref="ship"))
    alice.post("/keys", json=new(ref="alices", value=3, owner_type="identity"))
    store = keys.key_store("ship", "ship.sail", identity_id=alice.id)
    elsewhere = keys.key_store("other", "other.x", identity_id=bob.id)

    assert [store.get(ref) for ref in ("sys", "ship.key", "alices")] == [1, 2, 3]
    assert elsewhere.get("sys") == 1
    for ref in ("ship.key", "alices", "unknown", "a\0b"):
        with pytest.raises(KeyError):
            elsewhere.get(ref)


def test_an_encrypted_key_is_read_only_as_a_secret_and_with_the_right(alice):
    alice.post("/keys", json=new(value="s3cret", encrypted=True))

    with pytest.raises(KeyError):
        keys.key_store(may_decrypt=True).get("db.password")
    with pytest.raises(PermissionError):
        keys.key_store().get_secret("db.password")
    assert keys.key_store(may_decrypt=True).get_secret("db.password") == "s3cret"


def test_the_right_to_decrypt_is_that_of_who_the_run_is_for(alice, bob, carol):
    alice.post("/keys", json=new(value="s3cret", encrypted=True))

    assert keys.key_store(identity_id=bob.id).get_secret("db.password") == "s3cret"
    with pytest.raises(PermissionError):
        keys.key_store(identity_id=carol.id).get_secret("db.password")
    alice.post(f"/identities/{bob.id}/freeze")
    with pytest.raises(PermissionError):
        keys.key_store(identity_id=bob.id).get_secret("db.password")


def test_an_action_gets_the_keys_of_its_pack_by_name(alice, pack):
    alice.post("/keys", json=new(value="s3cret", encrypted=True, owner_type="pack", owner_pack_ref="ship"))
    alice.post("/keys", json=new(ref="other", name="plain", value=5, owner_type="pack", owner_pack_ref="ship"))

    found = keys.keys_of_action(pack_ref="ship", action_ref="ship.sail")

    assert found.values == {"db_password": "s3cret", "plain": 5}
    assert found.secrets == ("s3cret",)
