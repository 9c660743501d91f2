"""Putting several files and directories in place together, or none of them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Place:
    """`new` is to be at `final`; None: nothing is to be there. Both on one file system."""

    final: Path
    new: Path | None


@contextmanager
def swapped(places: Sequence[Place]) -> Iterator[None]:
    """Everything in its place for the time of the block, and for good when it ends well; else all as before."""
    mark = f".replaced-{os.getpid()}"
    done: list[tuple[Place, Path | None]] = []
    try:
        for place in places:
            old = place.final.with_name(place.final.name + mark) if place.final.exists() else None
            if old is not None:
                place.final.rename(old)
            done.append((place, old))
            if place.new is not None:
                place.new.rename(place.final)
        yield
    except BaseException:
        for place, old in reversed(done):
            if place.new is not None and not place.new.exists() and place.final.exists():
                place.final.rename(place.new)
            if old is not None:
                old.rename(place.final)
        raise
    for _, old in done:
        if old is not None:
            _remove(old)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
