"""POST /auth/login, /auth/register, GET /auth/me."""

from __future__ import annotations

from tests.api.conftest import PASSWORD


def test_the_right_password_gives_a_token_pair(client):
    answer = client.post("/auth/login", json={"login": "alice", "password": PASSWORD})

    data = answer.json["data"]
    assert answer.status_code == 200
    assert (data["token_type"], data["expires_in"], data["user"]["login"]) == ("Bearer", 3600, "alice")
    me = client.get("/auth/me", headers={"Authorization": f"Bearer {data['access_token']}"})
    assert me.json["data"]["login"] == "alice"


def test_wrong_password_and_unknown_login_read_the_same(client):
    wrong = client.post("/auth/login", json={"login": "alice", "password": "guess"})
    unknown = client.post("/auth/login", json={"login": "nobody", "password": "guess"})

    assert wrong.status_code == unknown.status_code == 401
    assert wrong.json == unknown.json
    assert wrong.json["code"] == "UNAUTHORIZED"


def test_a_new_identity_has_no_rights(client):
    answer = client.post("/auth/register", json={"login": "dave", "password": "long enough"})

    headers = {"Authorization": f"Bearer {answer.json['data']['access_token']}"}
    assert answer.status_code == 200
    assert client.get("/auth/me", headers=headers).json["data"]["effective_permissions"] == []
