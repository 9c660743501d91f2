"""Evidence of a question, as its author chose it and as it was frozen: pieces the page can show. Pure."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from app.web import wording


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece. kind: markdown, value, log, diff (`lines` of (mark, text)), link (an http address), address."""

    title: str
    kind: str
    text: str
    icon: str
    note: str = ""
    lines: tuple[tuple[str, str], ...] = ()


def pieces(evidence: Sequence[Mapping[str, Any]]) -> list[Piece]:
    return [_piece(piece) for piece in evidence]


def _piece(piece: Mapping[str, Any]) -> Piece:
    title = str(piece.get("title") or "Evidence")
    if "diff" in piece:
        return _diff(title, piece["diff"])
    if "url" in piece:
        return _link(title, str(piece["url"]))
    if "log_of" in piece:
        text = str(piece.get("text") or "")
        return Piece(title, "log", text or "Nothing was written.", "i-terminal-2", wording.count(len(text.splitlines()), "line"))
    if "value" in piece:
        return Piece(title, "value", _shown(piece["value"]), "i-list")
    return Piece(title, "markdown", str(piece.get("text") or ""), "i-file-text")


def _link(title: str, address: str) -> Piece:
    """Only web addresses become links: `javascript:` and its kin are shown as text."""
    is_web = address.lower().startswith(("https://", "http://"))
    return Piece(title, "link" if is_web else "address", address, "i-external-link")


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else yaml.safe_dump(value, allow_unicode=True, sort_keys=False, width=100)


def _diff(title: str, given: Any) -> Piece:
    sides = given if isinstance(given, Mapping) else {"after": given}
    before, after = (_shown(sides.get(side) or "").splitlines() for side in ("before", "after"))
    lines = [line for line in difflib.ndiff(before, after) if not line.startswith("?")]
    marked = tuple((line[0].strip(), line[2:]) for line in lines)
    changed = sum(1 for mark, _ in marked if mark)
    return Piece(title, "diff", "", "i-file-diff", wording.count(changed, "changed line"), marked)
