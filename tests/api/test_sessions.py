"""Tokens in use: refresh, logout, profile, change of password, foreign and special tokens (api.md 2)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import jwt
import pytest

from app.boot import prepare_settings
from app.services import auth, packs, ports
from app.services.first_administrator import ensure_first_administrator
from app.settings import Settings
from tests.api.conftest import PASSWORD


@pytest.fixture
def pair(client):
    return client.post("/auth/login", json={"login": "alice", "password": PASSWORD}).json["data"]


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


def signed(secret=None, **claims):
    now = int(ports.now().timestamp())
    whole = {"sub": "1", "login": "x", "iat": now, "exp": now + 60, "token_type": "access", **claims}
    return jwt.encode({k: v for k, v in whole.items() if v is not None}, secret or ports.settings().jwt_secret, "HS256")


def test_a_refresh_gives_two_new_tokens_and_uses_the_old_one_up(client, pair):
    first = client.post("/auth/refresh", json={"refresh_token": pair["refresh_token"]})
    again = client.post("/auth/refresh", json={"refresh_token": pair["refresh_token"]})

    assert first.status_code == 200
    assert first.json["data"]["refresh_token"] != pair["refresh_token"]
    assert again.status_code == 401


def test_a_stolen_refresh_token_used_twice_ends_the_session(client, pair):
    fresh = client.post("/auth/refresh", json={"refresh_token": pair["refresh_token"]}).json["data"]
    client.post("/auth/refresh", json={"refresh_token": pair["refresh_token"]})

    assert client.post("/auth/refresh", json={"refresh_token": fresh["refresh_token"]}).status_code == 401


def test_a_refresh_token_is_good_for_nothing_else(client, pair):
    assert client.get("/auth/me", headers=bearer(pair["refresh_token"])).status_code == 401
    assert client.post("/auth/refresh", json={"refresh_token": pair["access_token"]}).status_code == 401
    assert client.post("/auth/refresh", json={"refresh_token": "x"}).status_code == 401
    assert client.post("/auth/refresh", json={}).status_code == 422


def test_logout_ends_this_session_and_no_other(client, pair):
    other = client.post("/auth/login", json={"login": "alice", "password": PASSWORD}).json["data"]

    assert client.post("/auth/logout", headers=bearer(pair["access_token"])).json["success"] is True
    assert client.post("/auth/refresh", json={"refresh_token": pair["refresh_token"]}).status_code == 401
    assert client.post("/auth/refresh", json={"refresh_token": other["refresh_token"]}).status_code == 200


def test_a_browser_that_opens_logout_is_sent_to_the_sign_in_page(client):
    answer = client.get("/auth/logout")

    assert (answer.status_code, answer.headers["Location"]) == (307, "/login")


def test_the_profile_tells_rights_through_sets_and_roles(alice, bob, mallory):
    viewer = next(s for s in alice.get("/permissions/sets").json if s["ref"] == "core.viewer")
    alice.post(f"/permissions/sets/{viewer['id']}/roles", json={"role": "watchers"})
    alice.post(f"/identities/{mallory.id}/roles", json={"role": "watchers"})

    me = mallory.get("/auth/me").json["data"]

    assert me["assigned_permission_set_refs"] == ["core.viewer"]
    assert {"resource": "packs", "actions": ["read"]} in me["effective_permissions"]
    assert (me["auth_provider"], me["is_local"], me["can_change_password"]) == ("local", True, True)


@pytest.mark.parametrize(
    ("sent", "shown"),
    [("Al", "Al"), (None, None), ({"op": "set", "value": "B"}, "B"), ({"op": "clear"}, None)],
)
def test_the_display_name_takes_plain_values_and_patch_objects(alice, sent, shown):
    answer = alice.put("/auth/me", json={"display_name": sent})

    assert (answer.status_code, answer.json["data"]["display_name"]) == (200, shown)


def test_a_profile_update_without_keys_changes_nothing(alice):
    assert alice.put("/auth/me", json={}).json["data"]["display_name"] == "Alice"
    assert alice.put("/auth/me", json={"display_name": 7}).status_code == 422


def test_a_new_password_replaces_the_old_and_ends_the_other_sessions(client, pair):
    other = client.post("/auth/login", json={"login": "alice", "password": PASSWORD}).json["data"]
    body = {"current_password": PASSWORD, "new_password": "another long one"}

    answer = client.post("/auth/change-password", json=body, headers=bearer(pair["access_token"]))

    assert answer.json["data"]["success"] is True
    assert client.post("/auth/login", json={"login": "alice", "password": PASSWORD}).status_code == 401
    assert client.post("/auth/login", json={"login": "alice", "password": "another long one"}).status_code == 200
    assert client.post("/auth/refresh", json={"refresh_token": other["refresh_token"]}).status_code == 401
    assert client.post("/auth/refresh", json={"refresh_token": pair["refresh_token"]}).status_code == 200


def test_a_wrong_current_password_is_401_and_a_short_new_one_422(alice):
    wrong = {"current_password": "guess", "new_password": "another long one"}

    assert alice.post("/auth/change-password", json=wrong).status_code == 401
    assert alice.post("/auth/change-password", json={**wrong, "new_password": "short"}).status_code == 422


def test_a_browser_session_ends_with_a_change_of_password(alice):
    mark = auth.session_mark(alice.id)
    assert auth.caller_of_session(identity_id=alice.id, mark=mark).login == "alice"

    alice.post("/auth/change-password", json={"current_password": PASSWORD, "new_password": "another long one"})

    with pytest.raises(Exception, match="ended"):
        auth.caller_of_session(identity_id=alice.id, mark=mark)


def test_a_token_signed_elsewhere_with_our_secret_is_accepted(client, alice):
    token = signed(sub=str(alice.id), token_type=None, iat=None)

    assert client.get("/auth/me", headers=bearer(token)).json["data"]["login"] == "alice"


def test_a_refresh_token_signed_elsewhere_is_good_once(client, alice):
    token = signed(sub=str(alice.id), token_type="refresh")

    statuses = [client.post("/auth/refresh", json={"refresh_token": token}).status_code for _ in range(2)]

    assert statuses == [200, 401]


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": 1}, {"exp": None}, {"exp": "soon"}, {"exp": 10**400}, {"sub": None}, {"sub": "0"}, {"sub": "-1"},
        {"sub": "abc"}, {"sub": "9" * 30}, {"sub": "999"}, {"sub": "１"}, {"secret": "x" * 40}, {"iat": 1},
    ],
    ids=str,
)  # fmt: skip
def test_tokens_that_are_not_good_are_401(client, alice, claims):
    claims = {"sub": str(alice.id), **claims}

    assert client.get("/auth/me", headers=bearer(signed(**claims))).status_code == 401


def test_unsigned_tokens_are_refused(client, alice):
    token = jwt.encode({"sub": str(alice.id), "exp": 10**11}, "", algorithm="none")

    assert client.get("/auth/me", headers=bearer(token)).status_code == 401


def test_a_frozen_identity_is_locked_out_at_once(alice, bob):
    assert bob.get("/auth/me").status_code == 200

    alice.post(f"/identities/{bob.id}/freeze")
    assert bob.get("/auth/me").status_code == 401
    alice.post(f"/identities/{bob.id}/unfreeze")
    assert bob.get("/auth/me").status_code == 200


def test_an_execution_token_has_only_the_sets_it_names_and_cannot_change_its_identity(client, alice):
    token = auth.execution_token(7, "core.echo", ["core.viewer"], alice.id, 60)
    me = client.get("/auth/me", headers=bearer(token)).json["data"]

    assert me["assigned_permission_set_refs"] == ["core.viewer"]
    assert client.get("/api/v1/identities", headers=bearer(token)).status_code == 403
    assert client.put("/auth/me", json={"display_name": "x"}, headers=bearer(token)).status_code == 403
    own_tokens = f"/api/v1/identities/{alice.id}/integration-tokens"
    assert client.post(own_tokens, json={"label": "x"}, headers=bearer(token)).status_code == 403
    claims = jwt.decode(token, options={"verify_signature": False})
    assert (claims["login"], claims["scope"], claims["metadata"]["action_ref"]) == ("execution:7", "execution", "core.echo")


def test_an_access_token_expires_after_an_hour(client, pair):
    later = ports.now() + timedelta(seconds=3601)
    ports.use(replace(ports.current(), clock=lambda: later))

    answer = client.get("/auth/me", headers=bearer(pair["access_token"]))

    assert answer.status_code == 401
    assert "expired" in answer.json["error"]


@pytest.fixture
def core(sqlite):
    """An empty database with the core pack."""
    packs.load_shipped()


def test_the_first_start_makes_an_administrator_once(core, tmp_path):
    settings = prepare_settings(Settings(profile="development", home=str(tmp_path)))

    created = ensure_first_administrator(settings)
    again = ensure_first_administrator(settings)

    assert (created.login, created.password) == ("test@attune.local", "TestPass123!")
    assert again is None
    caller = auth.check_password("test@attune.local", "TestPass123!")
    assert caller.may_all("permissions", "manage")


def test_the_first_administrator_takes_given_values(core):
    created = ensure_first_administrator(Settings(admin_login="root@example.org", admin_password="given password"))

    assert (created.login, created.password) == ("root@example.org", "given password")
