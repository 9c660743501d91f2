"""The pack store: directories of uploaded packs under ATTUNE_HOME/packs/<ref>, swapped as a whole.

A new version is made ready beside the old one; `swapped` puts it in place for the time of a block and takes it back
when the block fails, so that files and rows change together or not at all.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from app.engine.errors import BadRequest
from app.services import ports
from app.services.pack_archives import ArchiveLimits

_OLD = re.compile(r"\.old-(?P<ref>.+)-(?P<pid>\d+)-\d+")
_STAGING_LIFE_S = 24 * 3600  # no upload is unpacked for longer

IGNORED = frozenset({".git", ".hg", ".svn", "__pycache__", ".mypy_cache", ".ruff_cache", ".venv", "node_modules"})


def limits() -> ArchiveLimits:
    settings = ports.settings()
    return ArchiveLimits(settings.max_pack_archive, settings.max_pack_files, settings.max_pack_unpacked)


def directory_of(ref: str) -> Path:
    """Where the pack's uploaded files are, or would be."""
    return root() / ref


@contextmanager
def staging() -> Iterator[Path]:
    """An empty directory on the file system of the store, removed at the end unless it was moved away."""
    path = Path(tempfile.mkdtemp(prefix=".staging-", dir=root()))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


@contextmanager
def swapped(ref: str, new: Path) -> Iterator[Path]:
    """Put `new` in the place of the pack's directory; when the block raises, everything is as before."""
    final, old = directory_of(ref), root() / f".old-{ref}-{os.getpid()}-{id(new)}"
    had_one = final.exists()
    if had_one:
        final.rename(old)
    try:
        new.rename(final)
        yield final
    except BaseException:
        if final.exists():
            final.rename(new)
        if had_one:
            old.rename(final)
        raise
    shutil.rmtree(old, ignore_errors=True)


def recover(stored_hash: Callable[[str], str | None]) -> None:
    """Finish what a process that was killed while swapping left behind; call it at start.

    Args:
        stored_hash: the content hash the database has for a pack. It decides which of the two directories counts.
    """
    for old in root().glob(".old-*"):
        named = _OLD.fullmatch(old.name)
        if named and not _is_alive(int(named["pid"])):
            _settle(old, directory_of(named["ref"]), stored_hash(named["ref"]))
    for left in root().glob(".staging-*"):
        if time.time() - left.stat().st_mtime > _STAGING_LIFE_S:
            shutil.rmtree(left, ignore_errors=True)


def discard(ref: str) -> None:
    """Remove the uploaded files of a pack, if there are any."""
    shutil.rmtree(directory_of(ref), ignore_errors=True)


def remove_files(paths: Iterable[Path]) -> None:
    """Remove single files of a pack; those that are gone already do not matter."""
    for path in paths:
        path.unlink(missing_ok=True)


def is_in_store(path: Path) -> bool:
    return path.resolve().is_relative_to(root().resolve())


def files_of(directory: Path) -> list[Path]:
    """Every file of a pack, sorted; BadRequest when a link leads out of it or it is over the limits."""
    inside, bounds = directory.resolve(), limits()
    found: list[Path] = []
    size = 0
    for folder, folders, names in os.walk(directory):
        folders[:] = sorted(name for name in folders if name not in IGNORED)
        for name in [*folders, *sorted(names)]:
            path = Path(folder, name)
            if path.is_symlink() and not path.resolve().is_relative_to(inside):
                raise BadRequest(f"The link '{path.relative_to(directory)}' leads out of the pack.")
        found += [path for name in sorted(names) if (path := Path(folder, name)).is_file()]
        size += sum(Path(folder, name).stat().st_size for name in names if Path(folder, name).is_file())
        if len(found) > bounds.files or size > bounds.unpacked:
            raise BadRequest(
                f"The pack has more than {bounds.files} files or {bounds.unpacked} bytes; "
                "ATTUNE_MAX_PACK_FILES and ATTUNE_MAX_PACK_UNPACKED raise the limits."
            )
    return found


def content_hash(directory: Path) -> str:
    """SHA-256 over the paths and contents of a pack's files."""
    digest = hashlib.sha256()
    for path in files_of(directory):
        digest.update(str(path.relative_to(directory)).encode("utf-8", "surrogateescape") + b"\0")
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()


def _settle(old: Path, final: Path, stored_hash: str | None) -> None:
    if final.is_dir() and content_hash(final) == stored_hash:
        shutil.rmtree(old, ignore_errors=True)
        return
    shutil.rmtree(final, ignore_errors=True)
    old.rename(final)


def _is_alive(pid: int) -> bool:
    if pid == os.getpid():
        return False  # at start we have swapped nothing: in a container the next process gets the same id
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def root() -> Path:
    """The directory of the store, made when it is missing."""
    path = ports.settings().home_path / "packs"
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path
