"""Unpack a pack's tar.gz into a directory, trusting nothing in it.

Sizes are counted while reading, before anything is believed that the archive says about itself. Links are made
last, so that no member is ever written through one. Source: api.md 4 "POST /packs/upload".
"""

from __future__ import annotations

import gzip
import io
import posixpath
import shutil
import tarfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from app.engine.errors import BadRequest

MAX_NAME = 1024  # bytes of one path
_BLOCK = 1024 * 1024  # no header of an honest pack is longer; file contents are read in smaller pieces


@dataclass(frozen=True, slots=True)
class ArchiveLimits:
    """Bytes of the archive, number of its members, bytes when unpacked."""

    archive: int
    files: int
    unpacked: int


def unpack(archive: BinaryIO, into: Path, *, limits: ArchiveLimits) -> Path:
    """Unpack a tar.gz into the empty directory `into`; returns the directory that holds `pack.yaml`.

    Raises:
        BadRequest: no tar.gz, damaged, too large, a member outside of the tree, no `pack.yaml`.
    """
    try:
        with gzip.GzipFile(fileobj=_Counted(archive, limits.archive, "ATTUNE_MAX_PACK_ARCHIVE")) as plain:
            counted = _Counted(plain, limits.unpacked + _BLOCK, "ATTUNE_MAX_PACK_UNPACKED")
            with tarfile.open(fileobj=counted, mode="r:", errorlevel=2) as tar:
                _extract(tar, into, limits)
    except (tarfile.TarError, gzip.BadGzipFile, EOFError, zlib.error, UnicodeError, ValueError) as error:
        raise BadRequest(f"The upload is not a readable tar.gz archive: {error}.") from error
    return pack_root(into)


def pack_root(directory: Path) -> Path:
    """The directory itself, or its single top directory, whichever has `pack.yaml`; BadRequest when none has."""
    if has_manifest(directory):
        return directory
    tops = [path for path in directory.iterdir() if not path.name.startswith(".")]
    if len(tops) == 1 and tops[0].is_dir() and has_manifest(tops[0]):
        return tops[0]
    raise BadRequest("There is no pack.yaml at the root of the pack, nor in a single top directory of it.")


def has_manifest(directory: Path) -> bool:
    return any((directory / name).is_file() for name in ("pack.yaml", "pack.yml"))


class _Counted(io.RawIOBase):
    """A source that refuses to give more than `limit` bytes, or a longer piece at once than a header needs."""

    def __init__(self, source: BinaryIO | gzip.GzipFile, limit: int, setting: str) -> None:
        self._source, self._limit, self._setting, self._at = source, limit, setting, 0

    def read(self, size: int | None = -1) -> bytes:
        if size is not None and size > _BLOCK:
            raise BadRequest("The archive has a header of more than 1 MiB; a pack needs none like that.")
        data = self._source.read(_BLOCK if size is None or size < 0 else size)
        self._advance(len(data))
        return data

    def seek(self, offset: int, whence: int = 0) -> int:
        if whence != 0 or offset < self._at:
            raise BadRequest("The archive can only be read forwards.")
        while self._at < offset:
            if not self.read(min(offset - self._at, _BLOCK)):
                break
        return self._at

    def tell(self) -> int:
        return self._at

    def seekable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True

    def _advance(self, count: int) -> None:
        self._at += count
        if self._at > self._limit:
            raise BadRequest(f"The pack is larger than {self._limit} bytes; {self._setting} raises the limit.")


def _extract(tar: tarfile.TarFile, into: Path, limits: ArchiveLimits) -> None:
    links: list[tuple[str, tarfile.TarInfo]] = []
    for count, member in enumerate(tar, start=1):
        if count > limits.files:
            raise BadRequest(f"The pack has more than {limits.files} files; ATTUNE_MAX_PACK_FILES raises the limit.")
        name = _safe_name(member.name)
        if member.issym() or member.islnk():
            links.append((name, member))
        elif name != ".":
            _write(tar, member, into / name)
    for name, member in links:
        _link(member, into, name)


def _safe_name(name: str) -> str:
    """The normal form of a member's path; BadRequest when it is absolute or leads out of the tree."""
    shown = name[:200]
    if len(name.encode("utf-8", "surrogateescape")) > MAX_NAME or "\\" in name or "\0" in name:
        raise BadRequest(f"The archive has a member with an impossible name: '{shown}'.")
    if name.startswith("/") or ".." in name.split("/"):
        raise BadRequest(f"The archive's member '{shown}' leads out of the pack (path traversal).")
    return posixpath.normpath(name)


def _write(tar: tarfile.TarFile, member: tarfile.TarInfo, path: Path) -> None:
    if member.isdir():
        path.mkdir(parents=True, exist_ok=True)
        return
    if not member.isreg() or member.issparse():
        raise BadRequest(f"The archive's member '{member.name}' is no file, directory or link.")
    content = tar.extractfile(member)
    if content is None:
        raise BadRequest(f"The archive's member '{member.name}' has no content.")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            shutil.copyfileobj(content, file, 64 * 1024)
    except (FileExistsError, IsADirectoryError, NotADirectoryError) as error:
        raise BadRequest(f"The archive has '{member.name}' both as a file and as a directory.") from error
    path.chmod(0o755 if member.mode & 0o111 else 0o644)


def _link(member: tarfile.TarInfo, into: Path, name: str) -> None:
    base = "" if member.islnk() else posixpath.dirname(name)
    target = _safe_target(member, base)
    path = into / name
    if path.exists() or path.is_symlink() or not path.parent.is_dir():
        raise BadRequest(f"The archive's link '{member.name}' has no place to be made.")
    if member.islnk():
        _copy_of(into / target, path, member)
        return
    path.symlink_to(posixpath.relpath(target, base or "."))
    if not path.resolve().is_relative_to(into.resolve()):
        raise BadRequest(f"The archive's link '{member.name}' leads out of the pack.")


def _safe_target(member: tarfile.TarInfo, base: str) -> str:
    target = posixpath.normpath(posixpath.join(base, member.linkname))
    if member.linkname.startswith("/") or target == ".." or target.startswith("../"):
        raise BadRequest(f"The archive's link '{member.name}' leads out of the pack.")
    return target


def _copy_of(source: Path, path: Path, member: tarfile.TarInfo) -> None:
    # A hard link becomes a copy of what the archive brought itself; anything else is refused.
    if source.is_symlink() or not source.is_file():
        raise BadRequest(f"The archive's hard link '{member.name}' names no file of the archive.")
    shutil.copy2(source, path)
