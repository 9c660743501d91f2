"""Three-way merge of texts, line by line: what two people made of the same base.

Source: Khanna, Kunal, Pierce, "A formal investigation of Diff3", 2007: what all three share holds the texts together;
between two such places a change of one side is taken, and changes of both are a conflict unless they are the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from app.engine.changes.lines import lines_of, shared_blocks

MARKS = ("<<<<<<< ", "=======", ">>>>>>> ")


@dataclass(frozen=True, slots=True)
class Region:
    """A stretch of the texts. `yours`: only you changed it; `theirs`: only they; `both`: both, the same way."""

    kind: Literal["unchanged", "yours", "theirs", "both", "conflict"]
    base: str
    yours: str
    theirs: str

    @property
    def merged(self) -> str | None:
        """The text to take; None for a conflict."""
        if self.kind == "conflict":
            return None
        return self.theirs if self.kind == "theirs" else self.yours


@dataclass(frozen=True, slots=True)
class Merge:
    """The regions of a merge, in order; each of the three texts is theirs put together."""

    regions: tuple[Region, ...]

    @property
    def conflicts(self) -> list[Region]:
        return [region for region in self.regions if region.kind == "conflict"]

    @property
    def text(self) -> str | None:
        """The merged text; None when somebody has to choose."""
        return None if self.conflicts else "".join(region.merged or "" for region in self.regions)

    def marked_text(self, *, yours: str = "yours", theirs: str = "theirs") -> str:
        """The merged text with both sides of each conflict between the marks that programmers know."""
        return "".join(_marked(r, yours, theirs) if r.merged is None else r.merged for r in self.regions)


def merge(*, base: str, yours: str, theirs: str) -> Merge:
    """Merge two texts that were made from `base`."""
    texts = (lines_of(base), lines_of(yours), lines_of(theirs))
    return Merge(tuple(_regions(*texts)))


def has_marks(text: str) -> bool:
    """Whether a conflict is still in the text: its first or last mark begins a line."""
    return any(line.startswith((MARKS[0], MARKS[2])) for line in text.split("\n"))


class _Sync(NamedTuple):
    """`size` lines that all three texts share."""

    base: int
    yours: int
    theirs: int
    size: int


def _regions(base: Sequence[str], yours: Sequence[str], theirs: Sequence[str]) -> Iterator[Region]:
    at = _Sync(0, 0, 0, 0)
    for sync in [*_syncs(base, yours, theirs), _Sync(len(base), len(yours), len(theirs), 0)]:
        parts = (base[at.base : sync.base], yours[at.yours : sync.yours], theirs[at.theirs : sync.theirs])
        if any(parts):
            yield _changed(*("".join(part) for part in parts))
        if sync.size:
            same = "".join(base[sync.base : sync.base + sync.size])
            yield Region("unchanged", same, same, same)
        at = _Sync(sync.base + sync.size, sync.yours + sync.size, sync.theirs + sync.size, 0)


def _changed(base: str, yours: str, theirs: str) -> Region:
    if yours == theirs:
        return Region("both", base, yours, theirs)
    if yours == base:
        return Region("theirs", base, yours, theirs)
    return Region("yours" if theirs == base else "conflict", base, yours, theirs)


def _syncs(base: Sequence[str], yours: Sequence[str], theirs: Sequence[str]) -> Iterator[_Sync]:
    """Where both sides kept the same lines of the base."""
    mine, other = shared_blocks(base, yours), shared_blocks(base, theirs)
    m = o = 0
    while m < len(mine) and o < len(other):
        start = max(mine[m].a, other[o].a)
        end = min(mine[m].a + mine[m].size, other[o].a + other[o].size)
        if start < end:
            yield _Sync(start, mine[m].b + start - mine[m].a, other[o].b + start - other[o].a, end - start)
        if mine[m].a + mine[m].size < other[o].a + other[o].size:
            m += 1
        else:
            o += 1


def _marked(region: Region, yours: str, theirs: str) -> str:
    return f"{MARKS[0]}{yours}\n{_ended(region.yours)}{MARKS[1]}\n{_ended(region.theirs)}{MARKS[2]}{theirs}\n"


def _ended(text: str) -> str:
    return text if not text or text.endswith("\n") else text + "\n"
