"""`attune cleanup` on the database of a running server."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from tests.cli.conftest import Attune, Server


@pytest.fixture
def cleanup(offline: Attune, server: Server) -> Attune:
    return lambda *arguments: offline("cleanup", *arguments, env={"ATTUNE_HOME": str(server.home), "DATABASE_URL": ""})


@pytest.fixture
def old_run(attune: Attune, server: Server) -> int:
    """A run that ended long ago, by the clock of the database, and one that did not."""
    first, _ = (attune("run", "core.echo", "message=hi", "--wait", "-o", "json").json["id"] for _ in range(2))
    with closing(sqlite3.connect(server.home / "attune.db", timeout=30)) as database, database:
        database.execute("update execution set completed_at = '2020-01-01 00:00:00.000000' where id = ?", (first,))
    return int(first)


def test_it_shows_what_is_old_and_removes_it_once_that_was_confirmed(cleanup: Attune, attune: Attune, old_run: int) -> None:
    shown = cleanup("--runs", "1000", "--dry-run")
    assert "2020-01-01T00:00:00Z" in shown.out
    assert attune("executions", "show", str(old_run)).code == 0
    assert cleanup("--runs", "1000").code == 1  # nobody said yes

    said = cleanup("--runs", "1000", "--yes")

    assert (said.code, said.out.splitlines()[-1]) == (0, "Removed 1 run, 1 execution.")
    assert attune("executions", "show", str(old_run)).code == 2


def test_without_a_number_of_days_it_says_where_to_set_one(cleanup: Attune) -> None:
    said = cleanup("--dry-run")

    assert said.code == 2
    assert "ATTUNE_KEEP_RUNS_DAYS" in said.err
