"""`attune backup` of a running server, and `attune restore` to another place."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Attune, Server


def test_a_working_server_is_backed_up_and_put_back_elsewhere(offline: Attune, server: Server, pack: str, tmp_path: Path) -> None:
    file, other = tmp_path / "attune.backup", tmp_path / "other"

    made = offline("backup", str(file), env={"ATTUNE_HOME": str(server.home), "DATABASE_URL": ""})
    found = offline("restore", str(file), env={"ATTUNE_HOME": str(other), "DATABASE_URL": ""})
    checked = offline("doctor", "-o", "json", env={"ATTUNE_HOME": str(other), "DATABASE_URL": ""})

    assert made.code == 0, made.err
    assert "Only you may read it" in made.out
    assert found.code == 0, found.err
    assert (other / "packs" / pack / "actions" / "shout.sh").is_file()
    assert (other / "encryption-key").read_text() == (server.home / "encryption-key").read_text()
    assert {part["name"]: part["state"] for part in checked.json["machine"]}["database"] == "ok"


def test_a_server_that_works_is_not_overwritten(offline: Attune, server: Server, tmp_path: Path) -> None:
    file, env = tmp_path / "attune.backup", {"ATTUNE_HOME": str(server.home), "DATABASE_URL": ""}
    offline("backup", str(file), env=env)

    said = offline("restore", "--force", str(file), env=env)

    assert said.code == 2
    assert "Stop it first" in said.err
