"""Writing a backup: one tar file, readable by its owner only, there as a whole or not at all."""

from __future__ import annotations

import hashlib
import io
import os
import tarfile
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from app import __version__
from app.engine.errors import BadRequest, StorageError
from app.persistence import copies, migrations
from app.persistence.db import make_engine
from app.persistence.session import Database
from app.services.backups.manifest import NAME, Kind, Manifest, fingerprint
from app.services.doctor.machine import sqlite_file
from app.settings import Settings

SECRETS = ("encryption-key", "jwt-secret", "admin-password")
DATABASE = "database/copy"
_MAKING = (".staging-", ".old-")  # what the pack store has not put in place yet


def write_backup(settings: Settings, file: Path, *, replace: bool = False) -> Manifest:
    """Copy database, packs and secrets into `file` while the server works; what was written.

    Raises:
        BadRequest: the file exists and is not to be replaced, or its directory is not there.
        NotConfigured: PostgreSQL's client programs are not installed.
        StorageError: the database can't be read, or files changed while they were.
    """
    if file.exists() and not replace:
        raise BadRequest(f"{file} exists. Choose another name; a backup is not overwritten.")
    if not file.parent.is_dir():
        raise BadRequest(f"The directory {file.parent} does not exist.")
    key = encryption_key(settings)
    with tempfile.TemporaryDirectory(prefix=".attune-backup-", dir=file.parent) as folder:
        copy, made = Path(folder, "database"), Path(folder, "backup")
        schema = _copy_database(settings, copy)
        with open(os.open(made, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as out:
            manifest = _write(out, settings, copy, schema=schema, key=key)
            out.flush()
            os.fsync(out.fileno())
        made.rename(file)
    return manifest


def encryption_key(settings: Settings) -> str:
    """The key of this server; BadRequest when there is none, since sealed values would be lost."""
    kept = settings.home_path / "encryption-key"
    if settings.encryption_key or kept.is_file():
        return settings.encryption_key or kept.read_text().strip()
    raise BadRequest(f"There is no encryption key: set ATTUNE_ENCRYPTION_KEY, or ATTUNE_HOME ({settings.home_path} has none).")


def database_kind(settings: Settings) -> Kind:
    return "sqlite" if sqlite_file(settings) else "postgresql"


def _copy_database(settings: Settings, copy: Path) -> str:
    """Makes the copy; the schema it has."""
    file = sqlite_file(settings)
    if file is None:
        schema = _schema_of(settings.database)
        copies.dump_postgres(settings.database, copy)
        return schema
    if not file.is_file():
        raise BadRequest(f"There is no database at {file}. Set DATABASE_URL or ATTUNE_HOME as for the server.")
    copies.dump_sqlite(file, copy)
    return _schema_of(f"sqlite:///{copy}")


def _schema_of(url: str) -> str:
    database = Database(make_engine(url))
    try:
        current, _ = migrations.revisions(database)
    finally:
        database.engine.dispose()
    if current is None:
        raise BadRequest("The database is empty: there is nothing to back up.")
    return current


@dataclass
class _Archive:
    """A tar file that remembers the checksums of what was added."""

    tar: tarfile.TarFile
    sums: dict[str, str] = field(default_factory=dict)

    def add(self, path: Path, name: str) -> None:
        info = self.tar.gettarinfo(path, name)
        info.uid = info.gid = 0
        info.uname = info.gname = ""
        if not info.isreg():
            self.tar.addfile(info)
            return
        with path.open("rb") as file:
            info.size = os.fstat(file.fileno()).st_size
            read = _Summed(file)
            self.tar.addfile(info, read)
        self.sums[name] = read.digest.hexdigest()


class _Summed(io.RawIOBase):
    """A file whose SHA-256 is known once it was read."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self.digest = file, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        self.digest.update(data)
        return data


def _write(out: Any, settings: Settings, copy: Path, *, schema: str, key: str) -> Manifest:
    home = settings.home_path
    try:
        with tarfile.open(fileobj=out, mode="w:gz", compresslevel=6, format=tarfile.PAX_FORMAT) as tar:
            archive = _Archive(tar)
            archive.add(copy, DATABASE)
            for name in _home_files(home):
                archive.add(home / name, f"home/{name}")
            manifest = Manifest(__version__, _now(), database_kind(settings), schema, str(home), fingerprint(key), archive.sums)
            said = tarfile.TarInfo(NAME)
            data = manifest.as_json()
            said.size, said.mode, said.mtime = len(data), 0o600, int(time.time())
            tar.addfile(said, io.BytesIO(data))
            return manifest
    except OSError as error:
        raise StorageError(f"The backup could not be written: {error}. Files may have changed meanwhile; try again.") from error


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _home_files(home: Path) -> Iterator[str]:
    """Secrets, and all of the pack store that is in place, relative to the home; environments are built anew."""
    for name in SECRETS:
        if (home / name).is_file():
            yield name
    for folder, folders, names in os.walk(home / "packs"):
        folders[:] = sorted(name for name in folders if name != "__pycache__" and not name.startswith(_MAKING))
        links = [name for name in folders if Path(folder, name).is_symlink()]
        for name in [*links, *sorted(names)]:
            yield str(Path(folder, name).relative_to(home))
