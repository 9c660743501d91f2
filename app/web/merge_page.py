"""What the page about a conflict shows: both sides piece by piece, and what the chosen pieces make together. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from app.engine.changes.lines import lines_of

AROUND = 3  # unchanged lines shown beside a change
Side = Literal["yours", "theirs", "both"]
_WORDS = {
    "yours": "Only you changed this",
    "theirs": "Only they changed this",
    "both": "Both made the same change",
    "conflict": "Both changed this: choose",
}


@dataclass(frozen=True, slots=True)
class Piece:
    """One stretch of the texts.

    Attributes:
        field: name of its choice in the form.
        words: what happened here; empty for unchanged lines, which have `before`, `after` and `hidden` between them.
        taken: the side that is chosen already; None when somebody has to choose.
    """

    field: str
    kind: str
    words: str = ""
    yours: str = ""
    theirs: str = ""
    taken: Side | None = None
    before: str = ""
    after: str = ""
    hidden: int = 0


def pieces(regions: Sequence[Mapping[str, Any]]) -> list[Piece]:
    """The regions of a merge (app.services.edit_conflicts.merged) as the page shows them."""
    last = len(regions) - 1
    return [_piece(at, region, is_first=at == 0, is_last=at == last) for at, region in enumerate(regions)]


def put_together(regions: Sequence[Mapping[str, Any]], chosen: Mapping[str, str]) -> str | None:
    """The text of the chosen sides, by field; what has no choice keeps the side taken. None when one is missing."""
    sides = [chosen.get(piece.field) or piece.taken for piece in pieces(regions)]
    if any(side not in ("yours", "theirs", "both") for side in sides):
        return None
    return "".join(_said(region, side) for region, side in zip(regions, sides, strict=True))


def _piece(at: int, region: Mapping[str, Any], *, is_first: bool, is_last: bool) -> Piece:
    field, kind = f"r{at}", region["kind"]
    if kind == "unchanged":
        return _unchanged(field, region["base"], is_first=is_first, is_last=is_last)
    taken: dict[str, Side] = {"yours": "yours", "theirs": "theirs", "both": "yours"}
    return Piece(field, kind, _WORDS[kind], region["yours"], region["theirs"], taken.get(kind))


def _unchanged(field: str, text: str, *, is_first: bool, is_last: bool) -> Piece:
    """The end of what stands before a change, and the beginning of what stands after one."""
    lines = lines_of(text)
    after = 0 if is_first else AROUND
    before = 0 if is_last else AROUND
    if len(lines) <= after + before + 1:
        return Piece(field, "unchanged", before=text, taken="yours", yours=text)
    hidden = len(lines) - after - before
    head, tail = "".join(lines[:after]), "".join(lines[len(lines) - before :])
    return Piece(field, "unchanged", before=head, after=tail, hidden=hidden, taken="yours", yours=text)


def _said(region: Mapping[str, Any], side: str | None) -> str:
    if side == "both" and region["kind"] == "conflict":
        theirs: str = region["theirs"]
        gap = "" if not theirs or theirs.endswith("\n") else "\n"
        return f"{theirs}{gap}{region['yours']}"
    text: str = region["theirs" if side == "theirs" else "yours"]
    return text
