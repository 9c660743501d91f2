"""`attune login`: tokens are kept for their owner, refreshed, revoked."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import httpx

from tests.cli.conftest import PASSWORD, Attune, Server

NOBODY = {"ATTUNE_TOKEN": ""}


def credentials(tmp_path: Path) -> Path:
    return tmp_path / "config" / "attune" / "credentials.json"


def test_signing_in_keeps_tokens_that_only_the_owner_can_read(attune: Attune, server: Server, tmp_path: Path) -> None:
    said = attune("login", "--login", "admin", "--password-stdin", env=NOBODY, stdin=f"{PASSWORD}\n")

    assert said.code == 0
    assert stat.S_IMODE(credentials(tmp_path).stat().st_mode) == 0o600
    assert PASSWORD not in credentials(tmp_path).read_text()
    assert "admin" in attune("whoami", env=NOBODY).out


def test_a_wrong_password_is_refused(attune: Attune, tmp_path: Path) -> None:
    said = attune("login", "--login", "admin", "--password-stdin", env=NOBODY, stdin="wrong\n")

    assert said.code == 3
    assert not credentials(tmp_path).exists()


def test_an_expired_token_is_refreshed(attune: Attune, server: Server, tmp_path: Path) -> None:
    attune("login", "--login", "admin", "--password-stdin", env=NOBODY, stdin=f"{PASSWORD}\n")
    kept = json.loads(credentials(tmp_path).read_text())
    kept[server.url]["access_token"] = "expired"
    credentials(tmp_path).write_text(json.dumps(kept))

    said = attune("whoami", env=NOBODY)

    assert said.code == 0
    assert json.loads(credentials(tmp_path).read_text())[server.url]["access_token"] != "expired"


def test_nobody_is_told_to_sign_in(attune: Attune) -> None:
    said = attune("executions", "list", env=NOBODY)

    assert said.code == 3
    assert "attune login" in said.err


def test_signing_out_revokes_and_forgets(attune: Attune, server: Server, tmp_path: Path) -> None:
    attune("login", "--login", "admin", "--password-stdin", env=NOBODY, stdin=f"{PASSWORD}\n")
    refresh = json.loads(credentials(tmp_path).read_text())[server.url]["refresh_token"]

    said = attune("logout", env=NOBODY)

    assert "Signed out" in said.out
    assert json.loads(credentials(tmp_path).read_text()) == {}
    assert httpx.post(f"{server.url}/auth/refresh", json={"refresh_token": refresh}, timeout=30).status_code == 401


def test_a_broken_file_is_named(attune: Attune, tmp_path: Path) -> None:
    credentials(tmp_path).parent.mkdir(parents=True)
    credentials(tmp_path).write_text("{")

    said = attune("whoami", env=NOBODY)

    assert said.code == 2
    assert str(credentials(tmp_path)) in said.err


def test_who_lacks_the_right_ends_with_3(attune: Attune, server: Server) -> None:
    body = {"login": "mallory", "password": "mallory-mallory"}
    token = httpx.post(f"{server.url}/auth/register", json=body, timeout=30).json()["data"]["access_token"]

    said = attune("run", "core.fail", "message=x", env={"ATTUNE_TOKEN": token})

    assert said.code == 3
    assert "actions:execute" in said.err


def test_a_server_address_without_a_scheme_is_refused(offline: Attune) -> None:
    said = offline("whoami", env={"ATTUNE_URL": "localhost:8000"})

    assert said.code == 2
    assert "http://127.0.0.1:8000" in said.err
