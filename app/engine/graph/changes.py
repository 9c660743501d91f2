"""What changed in a picture since somebody last saw it: one short mark for each node and edge.

A live page gives the marks back, which are in a fixed order; parts whose mark is still the same are sent as empty elements
that keep the old ones. Of a graph that is being edited the parts come and go, so there they go by their ids.
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from app.engine.graph.drawing import Point

Shown = Mapping[str, tuple[int, Point]]  # id -> what it looks like, and where it is
P = TypeVar("P", bound="Part")


class Part(Protocol):
    """A node or an edge of a picture."""

    @property
    def id(self) -> str: ...
    @property
    def place(self) -> Point: ...
    def still(self) -> Any: ...
    def again(self: P, *, at_its_place: bool) -> P: ...


LENGTH = 4  # characters of a mark: 24 bits, so that a change is missed once in 16 million


def mark_of(part: Any) -> str:
    """The mark of anything whose `repr` says all that is shown of it."""
    return base64.urlsafe_b64encode(zlib.crc32(repr(part).encode()).to_bytes(4, "big")[1:]).decode()


def marks_of(parts: Sequence[Any]) -> str:
    return "".join(mark_of(part) for part in parts)


def again(parts: Sequence[P], shows: Shown, seen: Shown) -> list[P]:
    """The parts of a picture that `shows` them, each with whether somebody has seen it already, at its place or at another."""
    return [_again(part, shows[part.id], seen.get(part.id)) for part in parts]


def _again(part: P, now: tuple[int, Point], before: tuple[int, Point] | None) -> P:
    if before is None or before[0] != now[0]:
        return part
    return part.again(at_its_place=before[1] == now[1])


def shown(parts: Iterable[Part]) -> Shown:
    """What to keep of a picture for `again`. Good in this process only."""
    return {part.id: (hash(part.still()), part.place) for part in parts}


def unchanged(marks: str, seen: str) -> list[bool]:
    """For each mark whether it is where it was; all False when `seen` is of another picture."""
    if len(marks) != len(seen):
        return [False] * (len(marks) // LENGTH)
    return [marks[at : at + LENGTH] == seen[at : at + LENGTH] for at in range(0, len(marks), LENGTH)]
