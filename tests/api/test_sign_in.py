"""POST /auth/login, /auth/register, /auth/token-login, /auth/ldap/login, GET /auth/settings (api.md 2)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from app.services import login_attempts, ports
from tests.api.conftest import PASSWORD

RIGHT = {"login": "alice", "password": PASSWORD}


@pytest.fixture(autouse=True)
def no_earlier_failures(monkeypatch):
    monkeypatch.setattr(login_attempts.failed_logins, "_failures", type(login_attempts.failed_logins._failures)())


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


def test_the_right_password_gives_a_token_pair(client):
    answer = client.post("/auth/login", json=RIGHT)

    data = answer.json["data"]
    assert answer.status_code == 200
    assert (data["token_type"], data["expires_in"], data["user"]["login"]) == ("Bearer", 3600, "alice")
    assert client.get("/auth/me", headers=bearer(data["access_token"])).json["data"]["login"] == "alice"


def test_wrong_password_and_unknown_login_read_the_same(client):
    wrong = client.post("/auth/login", json={"login": "alice", "password": "guess"})
    unknown = client.post("/auth/login", json={"login": "nobody", "password": "guess"})

    assert wrong.status_code == unknown.status_code == 401
    assert wrong.json == unknown.json
    assert wrong.json["code"] == "UNAUTHORIZED"


@pytest.mark.parametrize("body", [{}, {"login": "alice"}, {"login": "", "password": "x"}, {"login": 1, "password": "x"}])
def test_a_login_without_its_parts_is_422(client, body):
    assert client.post("/auth/login", json=body).status_code == 422


def test_a_frozen_identity_is_told_so_only_with_the_right_password(client, alice, bob):
    alice.post(f"/identities/{bob.id}/freeze")

    assert client.post("/auth/login", json={"login": "bob", "password": PASSWORD}).status_code == 403
    assert client.post("/auth/login", json={"login": "bob", "password": "guess"}).status_code == 401


def test_many_failures_throttle_the_login_name_alone(client):
    answers = [client.post("/auth/login", json={"login": "alice", "password": "guess"}) for _ in range(11)]

    assert [answer.status_code for answer in answers] == [401] * 10 + [429]
    assert answers[-1].json["code"] == "TOO_MANY_REQUESTS"
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 61
    assert client.post("/auth/login", json=RIGHT).status_code == 429
    assert client.post("/auth/login", json={"login": "bob", "password": PASSWORD}).status_code == 200


def test_the_throttle_ends_after_a_minute(client):
    for _ in range(11):
        client.post("/auth/login", json={"login": "alice", "password": "guess"})
    later = ports.now() + timedelta(seconds=61)
    ports.use(replace(ports.current(), clock=lambda: later))

    assert client.post("/auth/login", json=RIGHT).status_code == 200


def test_a_new_identity_has_no_rights(client):
    answer = client.post("/auth/register", json={"login": "dave", "password": "long enough"})

    headers = bearer(answer.json["data"]["access_token"])
    assert answer.status_code == 200
    assert client.get("/auth/me", headers=headers).json["data"]["effective_permissions"] == []
    assert client.get("/api/v1/identities", headers=headers).status_code == 403


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"login": "alice", "password": "long enough"}, 409),
        ({"login": "al", "password": "long enough"}, 422),
        ({"login": "dave", "password": "short"}, 422),
        ({"login": "dave", "password": "x" * 129}, 422),
        ({"login": "d" * 256, "password": "long enough"}, 422),
        ({"login": "dave", "password": "long enough", "display_name": 5}, 422),
    ],
)
def test_what_cannot_be_registered_is_refused(client, body, status):
    assert client.post("/auth/register", json=body).status_code == status


def test_registering_is_403_when_it_is_switched_off(client):
    ports.use(replace(ports.current(), settings=replace(ports.settings(), self_registration=False)))

    assert client.post("/auth/register", json={"login": "dave", "password": "long enough"}).status_code == 403
    assert client.get("/auth/settings").json["data"]["self_registration_enabled"] is False


def test_the_settings_are_public_and_complete(client):
    data = client.get("/auth/settings").json["data"]

    assert data["authentication_enabled"] is data["local_password_enabled"] is True
    assert data["oidc_enabled"] is data["ldap_enabled"] is False
    assert data["oidc_provider_name"] is data["ldap_provider_icon_url"] is None
    assert len(data) == 14


def test_directory_login_is_501_after_its_body_was_checked(client):
    assert client.post("/auth/ldap/login", json={"login": "x"}).status_code == 422
    assert client.post("/auth/ldap/login", json={"login": "x", "password": ""}).status_code == 422
    answer = client.post("/auth/ldap/login", json={"login": "x", "password": "y"})
    assert (answer.status_code, answer.json["code"]) == (501, "NOT_IMPLEMENTED")


def test_an_integration_token_signs_in_until_it_is_revoked(client, alice):
    made = alice.post(f"/identities/{alice.id}/integration-tokens", json={"label": "ci"}).json["data"]
    token, token_id = made["token"], made["integration_token"]["id"]

    assert client.post("/auth/token-login", json={"token": token}).status_code == 200
    alice.post(f"/identities/{alice.id}/integration-tokens/{token_id}/revoke")
    assert client.post("/auth/token-login", json={"token": token}).status_code == 401
    assert client.post("/auth/token-login", json={"token": "unknown"}).status_code == 401
    assert client.post("/auth/token-login", json={}).status_code == 422


def test_an_expired_integration_token_does_not_sign_in(client, alice):
    body = {"label": "ci", "expires_at": "2020-01-01T00:00:00"}
    made = alice.post(f"/identities/{alice.id}/integration-tokens", json=body).json["data"]

    assert made["integration_token"]["active"] is False
    assert client.post("/auth/token-login", json={"token": made["token"]}).status_code == 401
