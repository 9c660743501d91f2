"""Write files of a pack: whole or not at all, inside of the pack only, taken back when the save around them fails."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.engine.errors import BadRequest


class FileNotWritten(BadRequest):
    """A file of a pack can't be written: the directory is read-only, full, not on this machine, or a link leads away."""


class FileWrites:
    """Files written so far in a block, with what was there before."""

    def __init__(self) -> None:
        self._before: dict[Path, bytes | None] = {}

    def write(self, path: Path, text: str) -> None:
        """Replace a file as a whole; a reader sees the old text or the new one. FileNotWritten when it can't be."""
        try:
            self._before.setdefault(path, path.read_bytes() if path.exists() else None)
            _replace(path, text.encode())
        except OSError as error:
            raise FileNotWritten(f"The pack's file '{path.name}' can't be written: {error.strerror}.") from error

    def take_back(self) -> None:
        for path, content in self._before.items():
            if content is None:
                path.unlink(missing_ok=True)
            elif path.read_bytes() != content:
                _replace(path, content)
        self._before.clear()


@contextmanager
def written() -> Iterator[FileWrites]:
    """Files written within the block are as before when it raises; put it around the transaction."""
    writes = FileWrites()
    try:
        yield writes
    except BaseException:
        writes.take_back()
        raise


def place_in(directory: Path, name: str) -> Path:
    """The path of a file of the pack, its folder made. FileNotWritten when a link or `..` is in the way."""
    path = directory / name
    if Path(name).is_absolute() or ".." in Path(name).parts:
        raise FileNotWritten(f"'{name}' leads out of the pack.")
    for step in [path, *path.parents]:
        if step == directory:
            break
        if step.is_symlink():
            raise FileNotWritten(f"'{step.relative_to(directory)}' is a symbolic link; files are not written through links.")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FileNotWritten(f"The pack's folder '{path.parent.name}' can't be made: {error.strerror}.") from error
    return path


def remove(path: Path) -> None:
    """Remove a file of the pack; one that is gone already is fine. FileNotWritten when it can't be."""
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise FileNotWritten(f"The pack's file '{path.name}' can't be removed: {error.strerror}.") from error


def _replace(path: Path, content: bytes) -> None:
    """On the disk before it takes the name: a power cut leaves the old file or the new one, never half of it."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.new")
    beside.unlink(missing_ok=True)
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666), "wb") as file:
            if path.exists():
                os.fchmod(file.fileno(), stat.S_IMODE(path.stat().st_mode))
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
