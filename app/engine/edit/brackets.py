"""Text changes for lists and mappings in brackets: an entry more, one less, others in their places."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.engine.edit.changes import Change
from app.engine.edit.nodes import Node
from app.engine.edit.scalars import fits_plain
from app.engine.edit.values import Writer
from app.engine.edit.view import View
from app.engine.errors import EditRefused
from app.engine.spec.places import Path, path_text


def add(parent: Node, index: int, written: str) -> Change:
    """An entry goes into `[...]` or `{...}` before the one at `index`, or at the end."""
    if not parent.entries:
        return Change(parent.body + 1, parent.end - 1, written)
    if index < len(parent.entries):
        start = parent.entries[index].start
        return Change(start, start, f"{written}, ")
    end = parent.entries[-1].end
    return Change(end, end, f", {written}")


def drop(parent: Node, index: int) -> list[Change]:
    """An entry of `[...]` or `{...}` goes, with one comma: as one that was put there goes without a trace."""
    entries = parent.entries
    if index + 1 < len(entries):
        return [Change(entries[index].start, entries[index + 1].start, "")]
    if index > 0:
        return [Change(entries[index - 1].end, entries[index].end, "")]
    return [Change(parent.body + 1, parent.end - 1, "")]


def exchange(view: View, parent: Node, order: Sequence[int]) -> list[Change]:
    """In brackets items stand in one another's place; commas and line ends stay."""
    return [
        Change(place.start, place.end, view.text[parent.entries[number].start : parent.entries[number].end])
        for number, place in zip(order, parent.entries, strict=True)
        if parent.entries[number] is not place
    ]


def wrap(view: View, writer: Writer, path: Path, value: Any) -> list[Change]:
    """`a` becomes `[a, value]`; how `a` is written stays."""
    node = view.node(path)
    if node is None or node.kind != "scalar" or node.style in ("|", ">") or _breaks_in_brackets(node):
        raise EditRefused(f"'{path_text(path)}' can't become a list here.")
    new = writer.flow(value, str(path[-1]))
    return [Change(node.start, node.start, "["), Change(node.end, node.end, f", {new}]")]


def unwrap(view: View, path: Path, index: int) -> list[Change]:
    """`[a, b]` becomes the item at `index`, as it is written."""
    node = view.container(path)
    kept = node.entries[index]
    return [Change(node.body, kept.start, ""), Change(kept.end, node.end, "")]


def _breaks_in_brackets(node: Node) -> bool:
    return not node.style and not fits_plain(node.value, flow=True)
