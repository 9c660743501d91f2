"""Putting a backup back: checked as a whole first, then everything at once or nothing."""

from __future__ import annotations

import hashlib
import shutil
import tarfile
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from app.engine.errors import BadRequest, Conflict, StorageError
from app.persistence import copies, migrations
from app.persistence.db import make_engine
from app.persistence.repositories import workers
from app.persistence.session import Database
from app.services.backups.manifest import NAME, Manifest, fingerprint, read_manifest
from app.services.backups.swapping import Place, swapped
from app.services.backups.writing import DATABASE, SECRETS, database_kind
from app.services.doctor.machine import sqlite_file
from app.settings import Settings

_DAMAGED = (tarfile.TarError, zlib.error, EOFError, OSError)


def restore_backup(settings: Settings, file: Path, *, force: bool, may_live: Callable[[str], bool]) -> Manifest:
    """Put the backup in the place of the environment's database, packs and secrets; what it was.

    Args:
        force: replace what is there.
        may_live: says of a worker's name whether its process may still live.

    Raises:
        BadRequest: no backup, damaged, of another kind of database, or of a newer version.
        Conflict: something is there already and `force` was not said, a server works there, or the key is another one.
        StorageError, NotConfigured: the database refused, or its programs are not installed. Nothing was changed.
    """
    with _opened(file) as archive:
        manifest = _manifest(archive, file)
        with _database(settings) as database:
            _check_fits(settings, manifest, database)
            _check_free(settings, database, force=force, may_live=may_live)
        settings.home_path.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryDirectory(prefix=".restore-", dir=settings.home_path) as folder:
            _unpack(archive, manifest, Path(folder))
            _check_key(settings, manifest, Path(folder))
            _put_in_place(settings, manifest, Path(folder))
    return manifest


@contextmanager
def _opened(file: Path) -> Iterator[tarfile.TarFile]:
    if not file.is_file():
        raise BadRequest(f"There is no file {file}.")
    try:
        archive = tarfile.open(file, "r:gz")  # noqa: SIM115 - closed below; errors of the block are not errors of the file
    except _DAMAGED as error:
        raise BadRequest(f"{file} is no backup of Attune, or it is damaged: {error}.") from error
    with archive:
        yield archive


def _manifest(archive: tarfile.TarFile, file: Path) -> Manifest:
    try:
        found = archive.extractfile(NAME)
        assert found is not None
        return read_manifest(found.read())
    except (KeyError, AssertionError, *_DAMAGED) as error:
        raise BadRequest(f"{file} is no backup of Attune, or it is damaged: it has no {NAME}.") from error


@contextmanager
def _database(settings: Settings) -> Iterator[Database | None]:
    """The database that is there; None: a SQLite file that is not."""
    file = sqlite_file(settings)
    if file is not None and not file.is_file():
        yield None
        return
    database = Database(make_engine(settings.database))
    try:
        yield database
    finally:
        database.engine.dispose()


def _check_fits(settings: Settings, manifest: Manifest, database: Database | None) -> None:
    here = database_kind(settings)
    if here != manifest.database:
        raise BadRequest(f"The backup is of a {manifest.database} database, and DATABASE_URL names a {here} one. A backup goes back into its own kind.")
    if not migrations.knows(manifest.schema):
        raise BadRequest(f"The backup has schema {manifest.schema}, which this version does not know. Restore it with Attune {manifest.version} or newer.")


def _check_free(settings: Settings, database: Database | None, *, force: bool, may_live: Callable[[str], bool]) -> None:
    filled = database is not None and not migrations.is_empty(database)
    if database is not None and filled:
        _check_stopped(settings, database, may_live)
    home = settings.home_path
    there = [str(home / name) for name in SECRETS if (home / name).exists()]
    if any((home / "packs").glob("*")):
        there.append(str(home / "packs"))
    if (filled or there) and not force:
        what = ", ".join((["a database with tables"] if filled else []) + there)
        raise Conflict(f"There is something already: {what}. --force replaces it; back it up first.")


def _check_stopped(settings: Settings, database: Database, may_live: Callable[[str], bool]) -> None:
    since = datetime.now(UTC) - timedelta(seconds=settings.reclaim_after_s)
    try:
        with database.reading() as tx:
            working = [row.name for row in workers.listed(tx) if row.heartbeat_at > since and may_live(row.name)]
    except StorageError:
        return  # tables of another time: nobody works on them with this version
    if working:
        raise Conflict(f"A server works on this database: {working[0]}. Stop it first (on other machines, wait {settings.reclaim_after_s:.0f} seconds afterwards).")


def _unpack(archive: tarfile.TarFile, manifest: Manifest, folder: Path) -> None:
    """Every file with the checksum it had, and no other file."""
    try:
        for member in archive:
            if member.name == NAME:
                continue
            if not (member.name == DATABASE or member.name.startswith("home/")):
                raise BadRequest(f"The backup holds {member.name}, which is no part of one.")
            if member.isreg() and member.name not in manifest.files:
                raise BadRequest(f"The backup holds {member.name}, which its manifest does not name.")
            archive.extract(member, folder, filter="data")
    except _DAMAGED as error:
        raise BadRequest(f"The backup is damaged: {error}.") from error
    for name, digest in manifest.files.items():
        if not (folder / name).is_file() or _digest(folder / name) != digest:
            raise BadRequest(f"The backup is damaged: {name} is not what was backed up.")


def _digest(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _check_key(settings: Settings, manifest: Manifest, folder: Path) -> None:
    kept = folder / "home" / "encryption-key"
    key = settings.encryption_key or (kept.read_text().strip() if kept.is_file() else "")
    if not key:
        raise Conflict("The backup was made with ATTUNE_ENCRYPTION_KEY in the environment and does not hold the key. Set it as it was.")
    if fingerprint(key) != manifest.key:
        raise Conflict("ATTUNE_ENCRYPTION_KEY is another key than the backup was made with: what it has sealed could not be read. Set the old one.")


def _put_in_place(settings: Settings, manifest: Manifest, folder: Path) -> None:
    home, new, copy = settings.home_path, folder / "home", folder / DATABASE
    places = [Place(home / name, _there(new / name)) for name in (*SECRETS, "packs")]
    file, moved = sqlite_file(settings), {"old_home": manifest.home, "new_home": str(home)}
    for name in SECRETS:
        if (new / name).exists():
            (new / name).chmod(0o600)
    if file is None:
        with swapped(places):
            copies.load_postgres(settings.database, copy, **moved)
        return
    copy.chmod(0o600)
    copies.ready_sqlite(copy, **moved)
    beside = file.with_name(f".{file.name}.restore")
    shutil.move(copy, beside)  # to the file system of the database
    try:
        with swapped([Place(file, beside), *(Place(Path(f"{file}{end}"), None) for end in ("-wal", "-shm")), *places]):
            pass
    finally:
        beside.unlink(missing_ok=True)


def _there(path: Path) -> Path | None:
    return path if path.exists() else None
