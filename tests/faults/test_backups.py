"""A server goes into one file and comes back from it, on each database: all of it, or nothing changes."""

from __future__ import annotations

import io
import json
import os
import shutil
import stat
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic import command
from cryptography.fernet import Fernet
from sqlalchemy import make_url

from app.boot import connect
from app.engine.errors import AppError, BadRequest, Conflict, NotConfigured, StorageError
from app.persistence import copies, migrations, session
from app.persistence.models import Identity, Pack, WorkerRow
from app.services import backups, doctor, inquiries, ports
from app.settings import Settings
from tests.services.builders import add
from tests.workers.conftest import System

ASKS = """
tasks:
  - {name: ask, action: core.ask, input: {prompt: "Go on?"}, on_success: done}
  - {name: done, action: core.echo, input: {message: "went on"}}
"""


one_kind = pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # what does not ask the database


@dataclass
class Home:
    """A server with a waiting question, a pack of its own and a secret."""

    system: System
    settings: Settings
    execution_id: int
    inquiry_id: int

    @property
    def path(self) -> Path:
        return self.settings.home_path

    def back_up(self, file: Path) -> Path:
        backups.write_backup(self.settings, file)
        return file


@pytest.fixture
def home(system: System, tmp_path: Path) -> Home:
    command.stamp(migrations.config_for(session.current()), "head")  # the tables of tests are made without
    settings = replace(ports.settings(), encryption_key="")
    settings.home_path.mkdir(exist_ok=True)
    (settings.home_path / "encryption-key").write_text(Fernet.generate_key().decode())
    _use(settings)
    directory = settings.home_path / "packs" / "t"
    directory.mkdir(parents=True)
    (directory / "act.sh").write_text("echo hello\n")
    (directory / "act.sh").chmod(0o755)
    (directory / "also.sh").symlink_to("act.sh")
    with session.transaction() as tx:
        tx.session.query(Pack).filter_by(ref="t").one().storage_path = str(directory)
    execution_id = system.start(system.workflow("asks", ASKS))
    system.deliver_all()
    return Home(system, settings, execution_id, system.inquiry(execution_id).id)


def _use(settings: Settings) -> None:
    """As a process that starts with these settings."""
    key = (settings.home_path / "encryption-key").read_text()
    connect(replace(settings, encryption_key=key), dispatcher=ports.Collected())


@pytest.fixture
def elsewhere(home: Home, tmp_path: Path) -> Iterator[Settings]:
    """Another, empty database of the same kind, and a home directory that is not there."""
    database, place = session.current(), str(tmp_path / "other" / "home")
    if database.is_sqlite:
        (tmp_path / "other").mkdir()
        yield replace(home.settings, home=place, database_url="")
        session.current().engine.dispose()
        return
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("DROP DATABASE IF EXISTS elsewhere WITH (FORCE)")
        connection.exec_driver_sql("CREATE DATABASE elsewhere")
    url = make_url(home.settings.database_url).set(database="elsewhere").render_as_string(hide_password=False)
    yield replace(home.settings, home=place, database_url=url)
    session.current().engine.dispose()


def _restore(settings: Settings, file: Path, *, force: bool = False) -> None:
    backups.restore_backup(settings, file, force=force, may_live=lambda name: True)


def test_a_question_that_waited_is_answered_after_the_restore_elsewhere(home: Home, elsewhere: Settings, tmp_path: Path) -> None:
    file = home.back_up(tmp_path / "backup")
    shutil.rmtree(home.path)

    _restore(elsewhere, file)
    _use(elsewhere)
    inquiries.respond(inquiry_id=home.inquiry_id, response="yes", by=home.system.alice)
    home.system.deliver_all()

    assert home.system.execution(home.execution_id).status == "completed"
    assert [f for check in doctor.CHECKS for f in doctor.examine(check)] == []
    with session.reading() as tx:
        stored = Path(tx.session.query(Pack).filter_by(ref="t").one().storage_path)
    assert stored == elsewhere.home_path / "packs" / "t"
    assert os.access(stored / "act.sh", os.X_OK)
    assert (stored / "also.sh").read_text() == "echo hello\n"
    restored = [elsewhere.home_path / "encryption-key", *elsewhere.home_path.glob("attune.db")]
    assert {stat.S_IMODE(path.stat().st_mode) for path in restored} == {0o600}


def test_what_is_there_is_replaced_only_when_it_is_said(home: Home, tmp_path: Path) -> None:
    file = home.back_up(tmp_path / "backup")
    add(Identity, login="later")
    (home.path / "packs" / "later").mkdir()
    session.current().engine.dispose()

    with pytest.raises(Conflict, match="--force"):
        _restore(home.settings, file)
    assert _later()

    session.current().engine.dispose()
    _restore(home.settings, file, force=True)
    _use(home.settings)

    assert not _later()
    assert sorted(path.name for path in (home.path / "packs").iterdir()) == ["t"]
    assert home.system.pending(home.execution_id).id == home.inquiry_id


def _later() -> bool:
    """Whether there is who came after the backup."""
    with session.reading() as tx:
        return tx.session.query(Identity).filter_by(login="later").count() == 1


def test_a_restore_that_fails_at_the_end_leaves_everything_as_it_was(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = home.back_up(tmp_path / "backup")
    (home.path / "packs" / "later").mkdir()
    add(Identity, login="later")
    _break_the_end(home, monkeypatch)
    before = sorted(str(path) for path in home.path.rglob("*"))

    with pytest.raises((StorageError, OSError)):
        _restore(home.settings, file, force=True)

    assert sorted(str(path) for path in home.path.rglob("*")) == before
    assert _later()


def _break_the_end(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite: the last rename; PostgreSQL: the last statement."""
    if session.current().is_sqlite:
        session.current().engine.dispose()
        rename = Path.rename

        def failing(self: Path, target: Path) -> Path:
            if self.name == "packs" and ".restore-" in str(self):
                raise OSError("no space")
            return rename(self, target)

        monkeypatch.setattr(Path, "rename", failing)
    else:
        monkeypatch.setattr(copies, "_MOVE", (*copies._MOVE, "SELECT 1/0;"))


@one_kind
def test_a_damaged_backup_changes_nothing(home: Home, tmp_path: Path) -> None:
    file = home.back_up(tmp_path / "backup")
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 0xFF
    file.write_bytes(data)
    (home.path / "marker").touch()

    with pytest.raises(BadRequest, match="damaged"):
        _restore(home.settings, file, force=True)

    assert (home.path / "marker").exists()
    assert home.system.pending(home.execution_id).id == home.inquiry_id


@one_kind
def test_a_file_that_was_put_into_a_backup_is_refused(home: Home, tmp_path: Path) -> None:
    file = home.back_up(tmp_path / "backup")

    def add_one(tar: tarfile.TarFile) -> None:
        tar.addfile(tarfile.TarInfo("home/packs/t/evil.sh"))

    with pytest.raises(BadRequest, match="does not name"):
        _restore(home.settings, _rewritten(file, add=add_one), force=True)


@one_kind
def test_a_backup_of_a_newer_schema_is_refused(home: Home, tmp_path: Path) -> None:
    file = _rewritten(home.back_up(tmp_path / "backup"), schema="9999", version="9.0")

    with pytest.raises(BadRequest, match=r"9999.*Attune 9\.0"):
        _restore(home.settings, file, force=True)


def _rewritten(file: Path, *, add: object = None, **changes: str) -> Path:
    """The same backup with other words in its manifest."""
    made = file.with_name("rewritten")
    with tarfile.open(file) as old, tarfile.open(made, "w:gz") as new:
        for member in old:
            data = old.extractfile(member).read() if member.isreg() else b""
            if member.name == "manifest.json":
                data = json.dumps(json.loads(data) | changes).encode()
                member.size = len(data)
            new.addfile(member, io.BytesIO(data))
        if callable(add):
            add(new)
    return made


@one_kind
def test_another_key_is_noticed_before_anything_is_replaced(home: Home, tmp_path: Path) -> None:
    file = home.back_up(tmp_path / "backup")

    with pytest.raises(Conflict, match="another key"):
        _restore(replace(home.settings, encryption_key=Fernet.generate_key().decode()), file, force=True)


@one_kind
def test_nothing_is_put_below_a_server_that_works(home: Home, tmp_path: Path) -> None:
    file = home.back_up(tmp_path / "backup")
    add(WorkerRow, name="here:1:1", started_at=datetime.now(UTC), heartbeat_at=datetime.now(UTC))

    with pytest.raises(Conflict, match="here:1:1"):
        _restore(home.settings, file, force=True)


@one_kind
def test_only_its_owner_may_read_a_backup_and_none_is_overwritten(home: Home, tmp_path: Path) -> None:
    file = home.back_up(tmp_path / "backup")

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with pytest.raises(BadRequest, match="exists"):
        home.back_up(file)
    assert [path.name for path in tmp_path.glob(".attune-*")] == []


@pytest.mark.parametrize("database", ["postgres"], indirect=True)
def test_without_the_programs_of_postgresql_it_says_what_to_install(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(NotConfigured, match="postgresql-client"):
        home.back_up(tmp_path / "backup")


def test_what_is_no_backup_is_told_so(tmp_path: Path) -> None:
    (tmp_path / "letter").write_text("Dear all")

    with pytest.raises(AppError, match="no backup of Attune"):
        _restore(Settings(home=str(tmp_path / "home")), tmp_path / "letter")
