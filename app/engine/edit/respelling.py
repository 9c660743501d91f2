"""Changes inside of one scalar: finds where its characters are written, through quotes, escapes, folds and blocks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from app.engine.edit.changes import Change
from app.engine.edit.nodes import Node
from app.engine.edit.renaming import Span

_HEADER = re.compile(r"[|>][^\r\n\x85\u2028\u2029]*")
_WHITE = frozenset(" \t\r\n\x85\u2028\u2029")
_CODE_LENGTHS = {"x": 2, "u": 4, "U": 8}
_ESCAPED = {"0": "\0", "a": "\a", "b": "\b", "e": "\x1b", "f": "\f", "v": "\v", "_": "\xa0", "N": "\x85", "L": "\u2028", "P": "\u2029", "n": "\n", "t": "\t", "r": "\r"}  # fmt: skip


def respelling(text: str, node: Node, spans: Sequence[Span]) -> list[Change] | None:
    """The changes of the text that replace spans of a scalar's value; None when they can't be placed.

    Spans begin and end at characters that are not white space.
    """
    places = _places(text, node)
    if places is None:
        return None
    changes: list[Change] = []
    for span in spans:
        first, last = places.get(span.start), places.get(span.end - 1)
        if first is None or last is None:
            return None
        changes.append(Change(first[0], last[1], _written(span.insert, node.style)))
    return changes


def _places(text: str, node: Node) -> dict[int, tuple[int, int]] | None:
    """Index in the value -> range in the text, for every character that is not white space."""
    written = _characters(text[node.body : node.end], node.style)
    places: dict[int, tuple[int, int]] = {}
    for index, char in enumerate(node.value):
        if char in _WHITE:
            continue
        start, end, found = next(written, (0, 0, ""))
        if found != char:
            return None
        places[index] = (node.body + start, node.body + end)
    return places


def _characters(raw: str, style: str) -> Iterator[tuple[int, int, str]]:
    """(start, end, character) of all that is not white space, as it is written."""
    at, end = 0, len(raw)
    if style in ("'", '"'):
        at, end = 1, end - 1
    elif style in ("|", ">"):
        header = _HEADER.match(raw)
        at = header.end() if header else 0
    while at < end:
        length, char = _character(raw, at, style)
        if char and char not in _WHITE:
            yield at, at + length, char
        at += length


def _character(raw: str, at: int, style: str) -> tuple[int, str]:
    if style == "'" and raw.startswith("''", at):
        return 2, "'"
    if style != '"' or raw[at] != "\\":
        return 1, raw[at]
    sign = raw[at + 1 : at + 2]
    digits = _CODE_LENGTHS.get(sign, 0)
    if digits:
        return 2 + digits, chr(int(raw[at + 2 : at + 2 + digits], 16))
    if sign in ("\r", "\n"):
        return 2, ""
    return 2, _ESCAPED.get(sign, sign)


def _written(insert: str, style: str) -> str:
    if style == "'":
        return insert.replace("'", "''")
    if style == '"':
        return insert.replace("\\", "\\\\").replace('"', '\\"')
    return insert
