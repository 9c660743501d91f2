"""`attune doctor` on the database of a running server, and without one."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.cli.conftest import Attune, Server


@pytest.fixture
def doctor(offline: Attune, server: Server) -> Attune:
    return lambda *arguments: offline("doctor", *arguments, env={"ATTUNE_HOME": str(server.home), "DATABASE_URL": ""})


@pytest.fixture
def dead_timer(server: Server) -> Iterator[int]:
    """An alarm of a run that does not exist, put into the live database."""
    with closing(sqlite3.connect(server.home / "attune.db", timeout=30)) as database, database:
        row = database.execute(
            "insert into timer (workflow_execution, kind, task_name, visit, item, attempt, due_at) "
            "values (987654, 'retry', 'a', 1, -1, 1, '2099-01-01 00:00:00.000000') returning id"
        ).fetchone()
    yield row[0]
    with closing(sqlite3.connect(server.home / "attune.db", timeout=30)) as database, database:
        database.execute("delete from timer where id = ?", row)


def test_a_healthy_server_passes_every_check(doctor: Attune) -> None:
    said = doctor("--deep", "-o", "json")

    assert (said.code, said.json["findings"]) == (0, [])
    assert {part["name"]: part["state"] for part in said.json["machine"]}["workers"] == "ok"


def test_a_finding_names_its_row_and_what_mending_would_do(doctor: Attune, dead_timer: int) -> None:
    said = doctor()

    assert said.code == 1
    assert f"timer {dead_timer}: alarm 'retry' of run 987654, which is gone. `--mend --check dead_timers` would remove it." in said.out


def test_mending_repairs_it(doctor: Attune, dead_timer: int) -> None:
    untouched = doctor("--mend", "--check", "counters", "-o", "json")
    assert (untouched.json["checks"], untouched.json["mended"]) == (["counters"], [])

    said = doctor("--mend", "--check", "dead_timers")

    assert said.code == 0
    shown, done = said.out.index(f"timer {dead_timer}: alarm"), said.out.index("1 row mended")
    assert shown < done
    assert doctor("-o", "json").json["findings"] == []


def test_an_unknown_check_is_told_the_known_ones(doctor: Attune) -> None:
    said = doctor("--check", "everything")

    assert said.code == 2
    assert "dead_timers" in said.err


def test_without_a_database_it_says_where_it_looked_and_makes_none(offline: Attune, tmp_path: object) -> None:
    said = offline("doctor", env={"ATTUNE_HOME": f"{tmp_path}/none", "DATABASE_URL": ""})

    assert said.code == 2
    assert f"{tmp_path}/none/attune.db" in said.err


def test_a_database_that_is_away_is_found(offline: Attune, tmp_path: object) -> None:
    url = "postgresql://attune:s3cret@127.0.0.1:1/attune"

    said = offline("doctor", env={"ATTUNE_HOME": str(tmp_path), "DATABASE_URL": url})

    assert said.code == 1
    assert "postgresql://127.0.0.1:1/attune" in said.out
    assert "s3cret" not in said.out + said.err
