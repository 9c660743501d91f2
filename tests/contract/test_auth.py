"""api.md section 2: signing in, tokens, the rights of a fresh identity; section 14: who may do what."""

from __future__ import annotations

import time
from typing import Any

import jwt
import pytest

from tests.contract import shapes
from tests.contract.client import Person, fresh
from tests.contract.conftest import PASSWORD, SECRET, register


def token(person: Person, **claims: Any) -> str:
    now = int(time.time())
    base = {"sub": str(person.id), "login": person.login, "iat": now, "exp": now + 600, "token_type": "access"}
    return jwt.encode({**base, **claims}, SECRET, algorithm="HS256")


def using(address: str, text: str) -> Person:
    person = Person(address)
    person.http.headers["Authorization"] = f"Bearer {text}"
    return person


def test_login_gives_tokens_and_says_no_in_one_way(nobody: Person, newcomer: Person) -> None:
    body = {"login": newcomer.login, "password": PASSWORD}
    tokens = nobody.data("POST", "/auth/login", json=body, shape=shapes.TOKENS)
    claims = jwt.decode(tokens["access_token"], SECRET, algorithms=["HS256"])
    assert claims["sub"] == str(newcomer.id)
    assert (claims["login"], claims["token_type"]) == (newcomer.login, "access")
    assert claims["exp"] - claims["iat"] == 3600
    refresh = jwt.decode(tokens["refresh_token"], SECRET, algorithms=["HS256"])
    assert (refresh["token_type"], refresh["exp"] - refresh["iat"]) == ("refresh", 7 * 86400)
    wrong = nobody.refused("POST", "/auth/login", 401, json={**body, "password": "no"})
    unknown = nobody.refused("POST", "/auth/login", 401, json={"login": "who", "password": "no"})
    assert wrong["error"] == unknown["error"]
    for bad in ({}, {"login": "", "password": "x"}, {"login": "x"}, {"login": "x", "password": ""}, {"login": 5, "password": "x"}):
        nobody.refused("POST", "/auth/login", 422, json=bad)


def test_register(nobody: Person) -> None:
    login = fresh("joiner")
    body = {"login": login, "password": PASSWORD, "display_name": "J"}
    tokens = nobody.data("POST", "/auth/register", json=body, shape=shapes.TOKENS)
    assert tokens["user"] == {"id": tokens["user"]["id"], "login": login, "display_name": "J"}
    nobody.refused("POST", "/auth/register", 409, json=body)
    for bad in ({"login": "ab", "password": PASSWORD}, {"login": login, "password": "short"}, {"login": login},
                {"login": "x" * 256, "password": PASSWORD}, {"login": login + "x", "password": "p" * 129}):
        nobody.refused("POST", "/auth/register", 422, json=bad)


def test_refresh_tokens_are_good_only_for_refreshing(address: str) -> None:
    person = register(address)
    old = person.tokens
    new = person.data("POST", "/auth/refresh", json={"refresh_token": old["refresh_token"]}, shape=shapes.TOKENS)
    assert new["access_token"] != "" and new["refresh_token"] != old["refresh_token"]
    person.refused("POST", "/auth/refresh", 401, json={"refresh_token": old["access_token"]})
    person.refused("POST", "/auth/refresh", 401, json={"refresh_token": "nonsense"})
    person.refused("POST", "/auth/refresh", 422, json={})
    using(address, new["refresh_token"]).refused("GET", "/auth/me", 401)


def test_logout_revokes_the_refresh_token(address: str) -> None:
    person = register(address)
    person.done("POST", "/auth/logout")
    person.refused("POST", "/auth/refresh", 401, json={"refresh_token": person.tokens["refresh_token"]})
    answer = person.http.get("/auth/logout")
    assert (answer.status_code, answer.headers["Location"]) == (307, "/login")


def test_me(newcomer: Person, admin: Person) -> None:
    me = newcomer.data("GET", "/auth/me", shape=shapes.ME)
    assert me["assigned_permission_set_refs"] == [] and me["effective_permissions"] == []
    changed = newcomer.data("PUT", "/auth/me", json={"display_name": "New"}, shape=shapes.ME)
    assert changed["display_name"] == "New"
    assert "core.admin" in admin.data("GET", "/auth/me", shape=shapes.ME)["assigned_permission_set_refs"]


def test_change_password(address: str) -> None:
    person = register(address)
    person.refused("POST", "/auth/change-password", 401, json={"current_password": "no", "new_password": "12345678"})
    person.refused("POST", "/auth/change-password", 422, json={"current_password": PASSWORD, "new_password": "1234567"})
    body = {"current_password": PASSWORD, "new_password": "another-One-1"}
    person.data("POST", "/auth/change-password", json=body, shape={"success": {True}, "message": str})
    Person(address, person.login).sign_in("another-One-1")


def test_settings_and_what_is_not_configured(nobody: Person) -> None:
    settings = nobody.data("GET", "/auth/settings", shape=shapes.AUTH_SETTINGS)
    assert settings["authentication_enabled"] and settings["local_password_enabled"]
    assert not settings["oidc_enabled"] and settings["oidc_provider_name"] is None
    nobody.refused("POST", "/auth/ldap/login", 422, json={})
    nobody.refused("POST", "/auth/ldap/login", 422, json={"login": "", "password": "x"})
    nobody.refused("POST", "/auth/ldap/login", 501, json={"login": "x", "password": "x"})


def test_any_rightly_signed_token_of_a_known_identity_is_accepted(address: str, newcomer: Person) -> None:
    for kind in ("access", "execution", "sensor", "worker"):
        assert using(address, token(newcomer, token_type=kind)).call("GET", "/packs").status_code == 200, kind
    using(address, token(newcomer, exp=int(time.time()) - 5)).refused("GET", "/packs", 401)
    using(address, token(newcomer, sub="999999")).refused("GET", "/packs", 401)
    using(address, token(newcomer, sub="x")).refused("GET", "/packs", 401)
    forged = jwt.encode({"sub": str(newcomer.id), "exp": int(time.time()) + 60}, "k" * 48, algorithm="HS256")
    using(address, forged).refused("GET", "/packs", 401)


def test_failed_logins_are_throttled_by_login_name_alone(nobody: Person, newcomer: Person) -> None:
    login = fresh("locked")
    for _ in range(10):
        nobody.refused("POST", "/auth/login", 401, json={"login": login, "password": "no"})
    answer = nobody.call("POST", "/auth/login", json={"login": login, "password": "no"})
    assert answer.status_code == 429 and int(answer.headers["Retry-After"]) > 0
    nobody.data("POST", "/auth/login", json={"login": newcomer.login, "password": PASSWORD})


def test_what_a_fresh_identity_may_do(newcomer: Person, admin: Person) -> None:
    newcomer.data("GET", "/packs/core", shape=shapes.PACK)
    assert {row["ref"] for row in newcomer.items("/packs")} >= {"core"}
    assert "core.echo" in {row["ref"] for row in newcomer.items("/actions", limit=1000)}
    newcomer.data("GET", "/actions/core.echo", shape=shapes.ACTION)
    flow = admin.workflow([{"name": "a", "action": "core.noop"}])
    newcomer.data("GET", f"/workflows/{flow}", shape=shapes.WORKFLOW)
    assert flow in {row["ref"] for row in newcomer.items("/workflows", limit=1000)}
    newcomer.items("/executions", totals=False)
    newcomer.items("/inquiries")
    execution = admin.run("core.noop")
    newcomer.refused("GET", f"/executions/{execution['id']}", 404)
    assert newcomer.items("/executions", totals=False) == []
    newcomer.refused("POST", "/executions/execute", 403, json={"action_ref": "core.echo"})
    newcomer.refused("GET", "/identities", 403)
    newcomer.refused("GET", "/keys", 403)
    newcomer.refused("GET", "/workers", 403)


PACK = {"ref": "x", "label": "x", "version": "1"}
ACTION = {"ref": "core.x", "pack_ref": "core", "label": "x", "entrypoint": "x"}
RULE = {"ref": "core.x", "pack_ref": "core", "label": "x", "action_ref": "core.noop", "trigger_ref": "core.alert"}
START = {"action_ref": "core.noop"}


def test_the_403s_the_contract_names(viewer: Person, executor: Person, editor: Person, newcomer: Person) -> None:
    viewer.refused("POST", "/packs", 403, json=PACK)
    viewer.refused("POST", "/actions", 403, json=ACTION)
    viewer.refused("POST", "/rules", 403, json=RULE)
    viewer.refused("POST", "/executions/execute", 403, json=START)
    executor.refused("POST", "/packs", 403, json=PACK)
    executor.refused("POST", "/actions", 403, json=ACTION)
    for person in (viewer, executor, editor, newcomer):
        person.refused("GET", "/identities", 403)


def test_the_shipped_sets_work_as_written(viewer: Person, executor: Person, editor: Person, admin: Person) -> None:
    ref = editor.action("true")
    assert executor.run(ref)["status"] == "completed"
    editor.data("POST", "/packs", status=201, json={**PACK, "ref": fresh("edited")})
    editor.refused("DELETE", f"/actions/{ref}", 403)
    viewer.items("/executions", totals=False)
    assert viewer.data("GET", f"/executions/{admin.run('core.noop')['id']}")["status"] == "completed"
    viewer.items("/workers")
    viewer.items("/keys")
    viewer.items("/runtimes")


def test_permission_sets_roles_and_assignments(admin: Person, address: str) -> None:
    sets = admin.json("GET", "/permissions/sets", params={"pack_ref": "core"})
    assert not shapes.differences(sets, [shapes.PERMISSION_SET])
    by_ref = {one["ref"]: one for one in sets}
    assert set(by_ref) >= {"core.admin", "core.editor", "core.executor", "core.viewer"}
    assert admin.json("GET", "/permissions/sets", params={"pack_ref": "nowhere"}) == []
    person, role = register(address), fresh("role")
    person.refused("POST", "/executions/execute", 403, json=START)
    attached = admin.data(
        "POST", f"/permissions/sets/{by_ref['core.executor']['id']}/roles", status=201, json={"role": role},
        shape=shapes.SET_ROLE,
    )  # fmt: skip
    given = admin.data("POST", f"/identities/{person.id}/roles", status=201, json={"role": role})
    person.data("POST", "/executions/execute", status=201, json=START)
    assert person.data("GET", "/auth/me")["assigned_permission_set_refs"] == ["core.executor"]
    admin.call("DELETE", f"/identities/roles/{given['id']}").raise_for_status()
    person.refused("POST", "/executions/execute", 403, json=START)
    admin.call("DELETE", f"/permissions/sets/roles/{attached['id']}").raise_for_status()
    body = {"identity_login": person.login, "permission_set_ref": "core.executor"}
    assignment = admin.data("POST", "/permissions/assignments", status=201, json=body, shape=shapes.ASSIGNMENT)
    rows = admin.json("GET", f"/identities/{person.id}/permissions")
    assert not shapes.differences(rows, [shapes.ASSIGNMENT]) and len(rows) == 1
    admin.call("DELETE", f"/permissions/assignments/{assignment['id']}").raise_for_status()
    assert admin.json("GET", f"/identities/{person.id}/permissions") == []
    admin.refused("POST", "/permissions/assignments", 404, json={**body, "permission_set_ref": "core.none"})
    admin.refused("POST", "/permissions/assignments", 404, json={**body, "identity_login": "no-such-login"})
    admin.refused("POST", "/permissions/assignments", 422, json={"permission_set_ref": "core.viewer"})


def test_identities(admin: Person, address: str) -> None:
    login = fresh("made")
    body = {"login": login, "password": PASSWORD, "attributes": {"team": "a"}}
    made = admin.data("POST", "/identities", status=201, json=body, shape=shapes.IDENTITY)
    admin.refused("POST", "/identities", 409, json=body)
    admin.refused("POST", "/identities", 422, json={"login": "ab"})
    admin.data("POST", f"/identities/{made['id']}/roles", status=201, json={"role": "ops"})
    shown = admin.data("GET", f"/identities/{made['id']}", shape=shapes.IDENTITY)
    assert shown["roles"][0]["role"] == "ops" and shown["attributes"] == {"team": "a"}
    changed = admin.data("PUT", f"/identities/{made['id']}", json={"display_name": "M"}, shape=shapes.IDENTITY)
    assert changed["display_name"] == "M" and changed["attributes"] == {"team": "a"}
    person = Person(address, login).sign_in(PASSWORD)
    admin.call("POST", f"/identities/{made['id']}/freeze").raise_for_status()
    person.refused("GET", "/auth/me", 401)
    Person(address).refused("POST", "/auth/login", 403, json={"login": login, "password": PASSWORD})
    admin.call("POST", f"/identities/{made['id']}/unfreeze").raise_for_status()
    person = Person(address, login).sign_in(PASSWORD)
    admin.done("DELETE", f"/identities/{made['id']}")
    admin.refused("GET", f"/identities/{made['id']}", 404)
    person.refused("GET", "/auth/me", 401)


def test_integration_tokens(admin: Person, newcomer: Person, nobody: Person) -> None:
    place = f"/identities/{newcomer.id}/integration-tokens"
    made = admin.data("POST", place, status=201, json={"label": "ci"})
    assert not shapes.differences(made, {"token": str, "integration_token": shapes.INTEGRATION_TOKEN})
    tokens = nobody.data("POST", "/auth/token-login", json={"token": made["token"]}, shape=shapes.TOKENS)
    assert tokens["user"]["id"] == newcomer.id
    listed = admin.json("GET", place)
    rows = listed.get("items", listed.get("data"))
    assert not shapes.differences(rows, [shapes.INTEGRATION_TOKEN])
    assert made["token"] not in str(listed)
    nobody.refused("POST", "/auth/token-login", 401, json={"token": "nonsense"})
    admin.call("POST", f"{place}/{made['integration_token']['id']}/revoke", json={"reason": "x"}).raise_for_status()
    nobody.refused("POST", "/auth/token-login", 401, json={"token": made["token"]})
    admin.call("DELETE", f"{place}/{made['integration_token']['id']}").raise_for_status()


@pytest.mark.parametrize("kind", ["access", "execution"])
def test_execution_tokens_have_only_the_sets_they_name(address: str, admin: Person, kind: str) -> None:
    running = admin.start("core.noop")["id"]
    metadata = {"execution_id": running, "action_ref": "core.noop", "permission_set_refs": ["core.viewer"]}
    bearer = using(address, token(admin, token_type=kind, scope="execution", metadata=metadata))
    expected = 403 if kind == "execution" else 201
    assert bearer.call("POST", "/executions/execute", json=START).status_code == expected
