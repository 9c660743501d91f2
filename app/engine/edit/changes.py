"""Changes of a text: ranges that are replaced. Composing, shortening and applying them; offsets as browsers count them.

Inside of the engine offsets count characters; `in_utf16` is the way out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.engine.spec.places import utf16_length


@dataclass(frozen=True, slots=True, order=True)
class Change:
    """`text[start:end]` becomes `insert`."""

    start: int
    end: int
    insert: str

    def as_json(self) -> dict[str, int | str]:
        """{from, to, insert} (api.md 7.1)."""
        return {"from": self.start, "to": self.end, "insert": self.insert}


@dataclass(slots=True)
class _Piece:
    """A stretch of the new text: kept from `start` of the old one, or new."""

    length: int
    start: int | None
    new: str = ""

    def split(self, length: int) -> tuple[_Piece, _Piece]:
        if self.start is None:
            return _new(self.new[:length]), _new(self.new[length:])
        return _Piece(length, self.start), _Piece(self.length - length, self.start + length)


def applied(text: str, changes: Iterable[Change]) -> str:
    """The text after sorted changes that do not overlap."""
    parts: list[str] = []
    at = 0
    for change in changes:
        parts += [text[at : change.start], change.insert]
        at = change.end
    return "".join([*parts, text[at:]])


def composed(length: int, first: Sequence[Change], second: Sequence[Change]) -> list[Change]:
    """One list of changes for two in a row; `second` counts in the text that `first` makes of one of `length`."""
    waiting = list(reversed(_pieces(length, first)))
    result: list[_Piece] = []
    at = 0
    for change in second:
        _take(waiting, change.start - at, result)
        _take(waiting, change.end - change.start, [])
        result.append(_new(change.insert))
        at = change.end
    return _changes([*result, *reversed(waiting)], length)


def overlap(changes: Iterable[Change], others: Iterable[Change]) -> bool:
    """Whether a range of one list has more than an end in common with one of the other."""
    return any(one.start < other.end and other.start < one.end for one in changes for other in others)


def touch(changes: Iterable[Change], others: Iterable[Change]) -> bool:
    """Whether a range of one list overlaps one of the other, or begins or ends where it does."""
    return any(one.start <= other.end and other.start <= one.end for one in changes for other in others)


def shortened(text: str, changes: Iterable[Change]) -> list[Change]:
    """The same changes without what both texts have in common at their ends."""
    found = [_short(text, change) for change in changes]
    return [change for change in found if change.start < change.end or change.insert]


def in_utf16(text: str, changes: Sequence[Change], *, offset: int = 0) -> list[Change]:
    """The changes with offsets in UTF-16 code units, `offset` units further on."""
    if max(text, default="") <= "\uffff":
        return [Change(c.start + offset, c.end + offset, c.insert) for c in changes]
    found: list[Change] = []
    at = units = 0
    for change in changes:
        start = units + utf16_length(text[at : change.start])
        units = start + utf16_length(text[change.start : change.end])
        at = change.end
        found.append(Change(start + offset, units + offset, change.insert))
    return found


def _new(text: str) -> _Piece:
    return _Piece(len(text), None, text)


def _pieces(length: int, changes: Sequence[Change]) -> list[_Piece]:
    pieces: list[_Piece] = []
    at = 0
    for change in changes:
        pieces += [_Piece(change.start - at, at), _new(change.insert)]
        at = change.end
    return [*pieces, _Piece(length - at, at)]


def _take(waiting: list[_Piece], length: int, into: list[_Piece]) -> None:
    while length > 0:
        piece = waiting.pop()
        if piece.length > length:
            piece, rest = piece.split(length)
            waiting.append(rest)
        length -= piece.length
        into.append(piece)


def _changes(pieces: Iterable[_Piece], length: int) -> list[Change]:
    found: list[Change] = []
    at, new = 0, ""
    for piece in pieces:
        if not piece.length:
            continue
        if piece.start is None:
            new += piece.new
            continue
        if piece.start > at or new:
            found.append(Change(at, piece.start, new))
        at, new = piece.start + piece.length, ""
    return [*found, Change(at, length, new)] if at < length or new else found


def _short(text: str, change: Change) -> Change:
    old, new = text[change.start : change.end], change.insert
    most = min(len(old), len(new))
    head = next((i for i in range(most) if old[i] != new[i]), most)
    tail = next((i for i in range(most - head) if old[-1 - i] != new[-1 - i]), most - head)
    return Change(change.start + head, change.end - tail, new[head : len(new) - tail])
