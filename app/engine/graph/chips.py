"""The words on the upper edge of a box: what it waits for, that it runs over items, how often it is tried."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from app.engine.graph.drawing import NodeLike

CLEAR = 8.0  # between the middle of an arrowhead and a chip
_CHARACTER, _PADDING = 6.2, 10.0
_GAP, _INSET = 3.0, 6.0


@dataclass(frozen=True, slots=True)
class Chip:
    """A word on the upper edge of a box; `x` is its left end, from the box."""

    text: str
    x: float
    w: float


@dataclass(frozen=True, slots=True)
class Widths:
    """What the chips of one box take of its upper edge: the join's, and the others', with their inset."""

    join: float = 0.0
    others: float = 0.0


def widths_of(node: NodeLike, sources: int) -> Widths:
    """Of a node that so many tasks lead to."""
    join, others = join_word(node.join, sources), other_words(node)
    return Widths(width_of(join) if join else 0.0, sum(width_of(word) + _GAP for word in others) + (_INSET if others else 0.0))


def other_words(node: NodeLike) -> tuple[str, ...]:
    """What the chips beside the join's say."""
    words = (
        "items" if node.with_items else "",
        f"retry {node.retry}" if node.retry else "",
        f"max {node.max_visits}" if node.max_visits > 1 else "",
    )
    return tuple(word for word in words if word)


def join_word(join: Any, sources: int) -> str:
    """What the chip of a join says; nothing where it says nothing: `any`, or 1 of 1."""
    return "" if join in (None, "any") or (join == 1 and sources < 2) else f"join {join}"


def width_of(word: str) -> float:
    """Width of a chip, in pixels."""
    return round(_CHARACTER * len(word) + _PADDING, 1)


def chips_of(join: str, others: Sequence[str], width: float, arrivals: Collection[float]) -> tuple[Chip, ...]:
    """The join in the middle and the others from the right, between the arrowheads while there is room.

    Args:
        width: of the box.
        arrivals: x of the arrowheads, from the left of the box.
    """
    taken = [(x - CLEAR, x + CLEAR) for x in arrivals]
    chips: list[Chip] = []
    for word in [word for word in (join, *reversed(others)) if word]:
        chip = _placed(word, width, taken, middle=word == join)
        chips.append(chip)
        taken.append((chip.x - _GAP, chip.x + chip.w + _GAP))
    return tuple(sorted(chips, key=lambda chip: chip.x))


def _placed(word: str, width: float, taken: Sequence[tuple[float, float]], *, middle: bool) -> Chip:
    own = width_of(word)
    home: float = (width - own) / 2 if middle else width - _INSET - own
    free = [x for x in _candidates(home, own, width, taken) if _is_free(x, own, width, taken)]
    place: float = min(free, key=lambda x: (abs(x - home), x), default=home)
    return Chip(word, round(place, 1), own)


def _candidates(home: float, own: float, width: float, taken: Sequence[tuple[float, float]]) -> Iterator[float]:
    yield from (home, _INSET, width - _INSET - own)
    for left, right in taken:
        yield from (left - own, right)


def _is_free(x: float, own: float, width: float, taken: Sequence[tuple[float, float]]) -> bool:
    inside = x >= 0 and x + own <= width
    return inside and all(x + own <= left + 0.05 or x >= right - 0.05 for left, right in taken)
