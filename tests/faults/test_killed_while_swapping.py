"""A process killed while it replaces a pack's files leaves a store that the next start puts right."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from app.services import pack_store, packs
from tests.services.pack_builders import archive_of, editor, write_pack


@pytest.fixture
def dead_pid() -> int:
    """The id of a process that has ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


@pytest.fixture
def stored(sqlite: object) -> str:
    """The hash the database has for the pack `demo`, whose files are in place."""
    return packs.upload(archive=archive_of(), by=editor()).pack.content_hash or ""


def version_in_place() -> str:
    return (pack_store.directory_of("demo") / "pack.yaml").read_text()


def names() -> set[str]:
    return {path.name for path in pack_store.root().iterdir()}


def old_directory(pid: int) -> Path:
    return pack_store.root() / f".old-demo-{pid}-1"


def test_killed_between_the_two_renames_the_old_files_come_back(stored: str, dead_pid: int) -> None:
    pack_store.directory_of("demo").rename(old_directory(dead_pid))

    packs.load_shipped()

    assert "1.0.0" in version_in_place()
    assert names() == {"demo"}


def test_killed_before_the_commit_the_files_that_the_rows_describe_come_back(stored: str, dead_pid: int) -> None:
    pack_store.directory_of("demo").rename(old_directory(dead_pid))
    write_pack(pack_store.directory_of("demo"), **{"pack.yaml": "ref: demo\nversion: 2.0.0\n"})

    packs.load_shipped()

    assert pack_store.content_hash(pack_store.directory_of("demo")) == stored
    assert names() == {"demo"}


def test_killed_after_the_commit_the_new_files_stay(stored: str, dead_pid: int) -> None:
    write_pack(old_directory(dead_pid), **{"pack.yaml": "ref: demo\nversion: 0.9.0\n"})

    packs.load_shipped()

    assert pack_store.content_hash(pack_store.directory_of("demo")) == stored
    assert names() == {"demo"}
