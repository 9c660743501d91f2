"""Permission sets, roles and assignments over HTTP (api.md 14)."""

from __future__ import annotations

import pytest

from tests.api.test_identities import give


def set_id(alice, ref):
    return next(row["id"] for row in alice.get("/permissions/sets").json if row["ref"] == ref)


def test_the_sets_are_a_bare_array(alice):
    sets = alice.get("/permissions/sets").json

    assert [row["ref"] for row in sets] == ["core.admin", "core.editor", "core.executor", "core.viewer"]
    assert set(sets[0]) == {"id", "ref", "pack_ref", "label", "description", "grants", "roles"}
    assert alice.get("/permissions/sets?pack_ref=nowhere").json == []


def test_an_assignment_takes_effect_on_the_next_request(alice, mallory):
    assert mallory.get("/runtimes").status_code == 403

    made = alice.post(
        "/permissions/assignments", json={"identity_login": "mallory", "permission_set_ref": "core.viewer"}
    )
    assert made.status_code == 201
    assert set(made.json["data"]) == {"id", "identity_id", "permission_set_id", "permission_set_ref", "created"}
    assert mallory.get("/runtimes").status_code == 200
    assert alice.get(f"/identities/{mallory.id}/permissions").json == [made.json["data"]]

    assert alice.delete(f"/permissions/assignments/{made.json['data']['id']}").json["success"] is True
    assert mallory.get("/runtimes").status_code == 403


def test_a_role_carries_a_set_to_everybody_who_has_it(alice, mallory):
    alice.post(f"/identities/{mallory.id}/roles", json={"role": "ops"})
    made = alice.post(f"/permissions/sets/{set_id(alice, 'core.viewer')}/roles", json={"role": "ops"})

    assert (made.status_code, made.json["data"]["permission_set_ref"]) == (201, "core.viewer")
    assert mallory.get("/runtimes").status_code == 200
    alice.delete(f"/permissions/sets/roles/{made.json['data']['id']}")
    assert mallory.get("/runtimes").status_code == 403


def test_changed_grants_take_effect_on_the_next_request(alice, carol):
    grants = [{"resource": "runtimes", "action": "read"}, {"resource": "keys", "actions": ["read", "read"]}]

    answer = alice.put(f"/permissions/sets/{set_id(alice, 'core.executor')}", json={"grants": grants, "label": "E"})

    assert answer.json["data"]["grants"] == [
        {"resource": "runtimes", "actions": ["read"]},
        {"resource": "keys", "actions": ["read"]},
    ]
    assert carol.get("/runtimes").status_code == 200
    assert carol.get("/workers").status_code == 403


@pytest.mark.parametrize(
    "grants",
    [[{"resource": "packs"}], [{"resource": "planets", "actions": ["read"]}], [{"resource": "packs", "actions": ["fly"]}], {}],
)
def test_a_grant_names_a_known_resource_and_known_actions(alice, grants):
    assert alice.put(f"/permissions/sets/{set_id(alice, 'core.viewer')}", json={"grants": grants}).status_code == 422


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"permission_set_ref": "core.viewer"}, 422),
        ({"identity_id": 99, "permission_set_ref": "core.viewer"}, 404),
        ({"identity_login": "nobody", "permission_set_ref": "core.viewer"}, 404),
        ({"identity_login": "bob", "permission_set_ref": "core.nothing"}, 404),
        ({"identity_login": "bob", "permission_set_ref": "core.editor"}, 409),
    ],
)
def test_what_cannot_be_assigned_is_refused(alice, body, status):
    assert alice.post("/permissions/assignments", json=body).status_code == status


def test_nobody_hands_out_more_than_they_hold(alice, bob, mallory):
    give(bob, {"resource": "permissions", "actions": ["read", "manage", "update"]}, {"resource": "identities", "actions": ["update"]})
    alice.post(f"/permissions/sets/{set_id(alice, 'core.admin')}/roles", json={"role": "root"})

    assign = {"identity_id": bob.id, "permission_set_ref": "core.admin"}
    assert bob.post("/permissions/assignments", json=assign).status_code == 403
    assert bob.post(f"/identities/{bob.id}/roles", json={"role": "root"}).status_code == 403
    assert bob.post(f"/permissions/sets/{set_id(alice, 'core.admin')}/roles", json={"role": "x"}).status_code == 403
    grown = {"grants": [{"resource": "audit_log", "actions": ["read"]}]}
    assert bob.put(f"/permissions/sets/{set_id(alice, 'core.editor')}", json=grown).status_code == 403
    less = {"identity_id": mallory.id, "permission_set_ref": "core.editor"}
    assert bob.post("/permissions/assignments", json=less).status_code == 201


def test_the_last_administrator_keeps_the_rights(alice):
    held = alice.get(f"/identities/{alice.id}/permissions").json[0]

    assert alice.delete(f"/permissions/assignments/{held['id']}").status_code == 409
    assert alice.put(f"/permissions/sets/{set_id(alice, 'core.admin')}", json={"grants": []}).status_code == 409
    assert alice.get("/identities").status_code == 200


def test_unknown_ids_are_404_and_the_unpermitted_get_403(alice, mallory):
    for method, path, body in (
        ("PUT", "/permissions/sets/99", {}), ("POST", "/permissions/sets/99/roles", {"role": "x"}),
        ("DELETE", "/permissions/sets/roles/99", None), ("DELETE", "/permissions/assignments/99", None),
    ):  # fmt: skip
        assert alice.call(method, path, json=body).status_code == 404
        assert mallory.call(method, path, json=body).status_code == 403
    assert mallory.get("/permissions/sets").status_code == 403
