"""Copies of a whole database as one file, and putting one back.

SQLite: its online backup, a consistent file while others write. PostgreSQL: `pg_dump` of our tables, put back by `pg_restore`
and `psql` in one transaction.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy.engine import URL, make_url

import app.persistence.models  # noqa: F401 - registers the tables
from app.engine.errors import NotConfigured, StorageError
from app.persistence.db import Base

# Paths below the old home become paths below the new one; packs that ship are looked for anew at the next start.
_MOVE = (
    "UPDATE pack SET storage_path = {new} || substr(storage_path, length({old}) + 1) WHERE substr(storage_path, 1, length({old})) = {old};",
    "UPDATE pack SET content_hash = NULL WHERE source_type = 'shipped' AND (storage_path IS NULL OR substr(storage_path, 1, length({new})) <> {new});",
)


def tables() -> list[str]:
    """Names of every table of this version, with the one that holds the schema's number."""
    return [*sorted(Base.metadata.tables), "alembic_version"]


def dump_sqlite(file: Path, into: Path) -> None:
    """Copy a SQLite database that may be in use; raises StorageError when it can't be read."""
    try:
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=30)) as source, closing(sqlite3.connect(into)) as copy:
            source.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")  # one file, without a log beside it
    except sqlite3.Error as error:
        raise StorageError(f"{file} could not be copied: {error}.", retryable=False) from error


def ready_sqlite(file: Path, *, old_home: str, new_home: str) -> None:
    """Make a copy ready for another home directory; raises StorageError when the copy is damaged."""
    try:
        with closing(sqlite3.connect(file)) as copy, copy:
            (said,) = copy.execute("PRAGMA quick_check").fetchone()
            if said != "ok":
                raise StorageError(f"The database in the backup is damaged: {said}.", retryable=False)
            for statement in _MOVE:
                copy.execute(statement.format(old=":old", new=":new"), {"old": f"{old_home}/", "new": f"{new_home}/"})
    except sqlite3.Error as error:
        raise StorageError(f"The database in the backup can't be read: {error}.", retryable=False) from error


def dump_postgres(url: str, into: Path) -> None:
    """Copy our tables of a PostgreSQL database; NotConfigured without `pg_dump`, StorageError with what it said."""
    chosen = [f"--table={name}" for name in tables()]
    _run("pg_dump", ["--format=custom", "--no-owner", "--no-privileges", f"--file={into}", *chosen, f"--dbname={_address(url)}"], url)


def load_postgres(url: str, copy: Path, *, old_home: str, new_home: str) -> None:
    """Put a copy in the place of what the database has of our tables: all of it, or on any error nothing."""
    with _scripts(copy) as (drop, data, move):
        _run("pg_restore", ["--no-owner", "--no-privileges", f"--file={data}", str(copy)], url)
        drop.write_text("SET client_min_messages = warning;\nDROP TABLE IF EXISTS " + ", ".join(f'"{name}"' for name in tables()) + " CASCADE;\n")
        move.write_text("RESET search_path;\n" + "\n".join(s.format(old=":'old'", new=":'new'") for s in _MOVE) + "\n")
        values = [f"--set=old={old_home}/", f"--set=new={new_home}/", "--set=ON_ERROR_STOP=1"]
        files = [f"--file={file}" for file in (drop, data, move)]
        _run("psql", ["--no-psqlrc", "--quiet", "--single-transaction", *values, *files, f"--dbname={_address(url)}"], url)


@contextmanager
def _scripts(copy: Path) -> Iterator[tuple[Path, Path, Path]]:
    """Three files beside the copy, for its time only."""
    files = (copy.with_name("drop.sql"), copy.with_name("data.sql"), copy.with_name("move.sql"))
    try:
        yield files
    finally:
        for file in files:
            file.unlink(missing_ok=True)


def _run(program: str, arguments: Sequence[str], url: str) -> None:
    found = shutil.which(program)
    if found is None:
        raise NotConfigured(f"{program} is not installed. It comes with PostgreSQL's client programs (Debian: postgresql-client).")
    password = make_url(url).password
    environ = {**os.environ, **({"PGPASSWORD": str(password)} if password else {})}
    done = subprocess.run([found, *arguments], env=environ, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)  # noqa: S603 - found by which
    if done.returncode:
        said = next((line for line in done.stderr.splitlines() if "error" in line.lower() or "fatal" in line.lower()), done.stderr.strip())
        raise StorageError(f"{program} failed: {said}", retryable=False)


def _address(url: str) -> str:
    """The address as PostgreSQL's programs take it; never with the password, since others see arguments."""
    made: URL = make_url(url)
    return made.set(drivername="postgresql", password=None).render_as_string(hide_password=False)
