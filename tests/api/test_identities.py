"""Identities, roles and integration tokens over HTTP (api.md 14)."""

from __future__ import annotations

import pytest

from app.persistence import session
from app.persistence.models import PermissionAssignment, PermissionSet
from tests.api.conftest import PASSWORD


def give(person, *grants):
    """A permission set of these grants, assigned to the person."""
    with session.transaction() as tx:
        held = PermissionSet(ref=f"custom.{person.login}", grants=list(grants))
        tx.session.add(held)
        tx.session.flush()
        tx.session.add(PermissionAssignment(identity_id=person.id, permission_set_id=held.id))


def test_an_identity_is_made_shown_changed_and_deleted(alice):
    made = alice.post("/identities", json={"login": "dave", "password": "long enough", "attributes": {"team": "x"}})
    path = f"/identities/{made.json['data']['id']}"

    assert made.status_code == 201
    assert made.json["data"]["attributes"] == {"team": "x"}
    assert made.json["data"]["roles"] == made.json["data"]["direct_permissions"] == []
    changed = alice.put(path, json={"display_name": "Dave", "login": "ignored"}).json["data"]
    assert (changed["display_name"], changed["login"], changed["attributes"]) == ("Dave", "dave", {"team": "x"})
    assert alice.delete(path).json["success"] is True
    assert alice.get(path).status_code == 404


def test_the_list_is_by_login_with_role_names(alice, bob):
    alice.post(f"/identities/{bob.id}/roles", json={"role": "oncall"})

    rows = alice.get("/identities").json["items"]

    assert [row["login"] for row in rows] == ["alice", "bob", "carol", "mallory"]
    assert rows[1]["roles"] == ["oncall"]
    assert set(rows[0]) >= {"id", "login", "display_name", "frozen", "attributes", "roles"}
    assert all("password" not in key for row in rows for key in row)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"login": "bob"}, 409),
        ({"login": "ab"}, 422),
        ({}, 422),
        ({"login": "dave", "password": "short"}, 422),
        ({"login": "dave", "attributes": []}, 422),
    ],
)
def test_what_cannot_be_an_identity_is_refused(alice, body, status):
    assert alice.post("/identities", json=body).status_code == status


def test_without_the_right_nothing_is_told(bob, mallory, alice):
    for person in (bob, mallory):
        assert person.get("/identities").status_code == 403
        assert person.get(f"/identities/{alice.id}").status_code == 403
        assert person.post("/identities", json={"login": "dave"}).status_code == 403
        assert person.post(f"/identities/{alice.id}/freeze").status_code == 403
        assert person.get(f"/identities/{alice.id}/permissions").status_code == 403


def test_unknown_identities_are_404(alice):
    for method, path in (
        ("GET", "/identities/99"), ("DELETE", "/identities/99"), ("POST", "/identities/99/freeze"),
        ("POST", "/identities/99/unfreeze"), ("GET", "/identities/99/permissions"),
        ("DELETE", "/identities/roles/99"), ("GET", "/identities/99/integration-tokens"),
        ("DELETE", f"/identities/{alice.id}/integration-tokens/99"),
        ("POST", f"/identities/{alice.id}/integration-tokens/99/revoke"),
    ):  # fmt: skip
        assert alice.call(method, path).status_code == 404, path
    assert alice.put("/identities/99", json={}).status_code == 404
    assert alice.post("/identities/99/roles", json={"role": "x"}).status_code == 404


def test_a_role_is_attached_once_and_can_be_taken_away(alice, bob):
    made = alice.post(f"/identities/{bob.id}/roles", json={"role": "oncall"})
    again = alice.post(f"/identities/{bob.id}/roles", json={"role": "oncall"})

    assert (made.status_code, again.status_code) == (201, 409)
    assert (made.json["data"]["source"], made.json["data"]["managed"]) == ("local", False)
    assert alice.delete(f"/identities/roles/{made.json['data']['id']}").status_code == 200
    assert alice.get(f"/identities/{bob.id}").json["data"]["roles"] == []


def test_the_last_administrator_can_be_neither_frozen_nor_deleted(alice, bob):
    assert alice.post(f"/identities/{alice.id}/freeze").status_code == 409
    assert alice.delete(f"/identities/{alice.id}").status_code == 409

    alice.post("/permissions/assignments", json={"identity_id": bob.id, "permission_set_ref": "core.admin"})
    assert alice.delete(f"/identities/{alice.id}").status_code == 200


def test_nobody_resets_the_password_of_somebody_with_more_rights(alice, bob, mallory):
    give(bob, {"resource": "identities", "actions": ["read", "update"]})

    assert bob.put(f"/identities/{alice.id}", json={"password": "taken over"}).status_code == 403
    assert bob.put(f"/identities/{mallory.id}", json={"password": "helped out"}).status_code == 200
    assert mallory.client.post("/auth/login", json={"login": "mallory", "password": "helped out"}).status_code == 200
    assert alice.client.post("/auth/login", json={"login": "alice", "password": PASSWORD}).status_code == 200


def test_nobody_makes_a_token_of_somebody_with_more_rights(alice, bob, carol):
    give(bob, {"resource": "identities", "actions": ["update"]})

    assert bob.post(f"/identities/{alice.id}/integration-tokens", json={"label": "x"}).status_code == 403
    assert carol.post(f"/identities/{alice.id}/integration-tokens", json={"label": "x"}).status_code == 403


def test_one_makes_lists_and_ends_integration_tokens_of_ones_own_without_any_right(mallory):
    path = f"/identities/{mallory.id}/integration-tokens"
    made = mallory.post(path, json={"label": "ci", "description": "nightly"})
    whole = made.json["data"]

    assert made.status_code == 201
    assert whole["token"].startswith(whole["integration_token"]["token_prefix"])
    listed = mallory.get(path).json["items"]
    assert listed == [whole["integration_token"]]
    assert all(whole["token"] not in str(row) for row in listed)
    ended = mallory.post(f"{path}/{listed[0]['id']}/revoke", json={"reason": "leaked"}).json["data"]
    assert (ended["active"], ended["revoked_at"] is None) == (False, False)
    assert mallory.delete(f"{path}/{listed[0]['id']}").json["success"] is True
    assert mallory.get(path).json["items"] == []


def test_a_time_is_taken_in_any_iso_form_and_sent_in_one(alice):
    body = {"label": "ci", "expires_at": "2099-01-01T02:00:00.5+02:00"}

    made = alice.post(f"/identities/{alice.id}/integration-tokens", json=body)

    assert made.json["data"]["integration_token"]["expires_at"] == "2099-01-01T00:00:00.500000Z"
    for bad in ("soon", 5, "0001-01-01T00:00:00+14:00", "2099-13-01"):
        refused = alice.post(f"/identities/{alice.id}/integration-tokens", json={**body, "expires_at": bad})
        assert refused.status_code == 422
