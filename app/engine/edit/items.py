"""Text changes for the items of a list: insert, take away. A block takes its comments along."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.engine.edit import blocks, brackets
from app.engine.edit.changes import Change
from app.engine.edit.endings import ends_open
from app.engine.edit.entries import lines_gone, put
from app.engine.edit.nodes import Node
from app.engine.edit.values import Writer
from app.engine.edit.view import View
from app.engine.spec.places import Path


def insert(view: View, writer: Writer, path: Path, index: int, value: Any) -> list[Change]:
    """A new item before the one at `index`, or at the end."""
    parent = view.container(path)
    key = _key(path)
    if parent.flow and (parent.entries or view.style.is_all_flow):
        return [brackets.add(parent, index, writer.flow(value, f"{key}[]"))]
    if not parent.entries:
        return put(view, writer, path, [value])
    rows = writer.item(value, blocks.column_of(view, parent), key)
    return [insert_rows(view, parent, index, rows, gap=usual_gap(view, parent, index))]


def insert_rows(view: View, parent: Node, index: int, rows: Sequence[str], *, gap: int) -> Change:
    """Whole lines as a new item of a block; `gap` empty lines part it from its neighbour."""
    line_end = view.style.line_end
    if index > 0:
        gap = 0 if ends_open(view, parent.entries[index - 1]) else gap
        end = view.lines.ends[blocks.last_line(view, parent.entries[index - 1])]
        return Change(end, end, line_end * (gap + 1) + line_end.join(rows))
    first = parent.entries[0]
    if not blocks.stands_alone(view, first):
        column = view.lines.column(first.start)
        return Change(
            first.start, first.start, line_end.join(rows).lstrip(" ") + line_end * (gap + 1) + " " * column
        )
    start = view.lines.starts[blocks.block_of(view, parent, 0).first]
    return Change(start, start, line_end.join(rows) + line_end * (gap + 1))


def usual_gap(view: View, parent: Node, index: int) -> int:
    """Empty lines between the items around `index`; where there is one item only, as between tasks elsewhere."""
    if len(parent.entries) < 2:
        return 1 if _is_list_of_long_items(view, parent) else 0
    later = min(max(index, 1), len(parent.entries) - 1)
    entry = parent.entries[later]
    return blocks.block_of(view, parent, later).above if blocks.stands_alone(view, entry) else 0


def drop(view: View, writer: Writer, path: Path) -> list[Change]:
    """An item goes with its comments and the empty lines above it; the last one leaves `[]`."""
    parent, index = view.container(path[:-1]), path[-1]
    assert isinstance(index, int)
    if parent.flow:
        return brackets.drop(parent, index)
    if len(parent.entries) == 1:
        return put(view, writer, path[:-1], [])
    entry = parent.entries[index]
    if not blocks.stands_alone(view, entry):
        return [Change(entry.start, parent.entries[index + 1].start, "")]
    block = blocks.block_of(view, parent, index)
    if index > 0 and ends_open(view, parent.entries[index - 1]):
        return [lines_gone(view, block.first, block.last + block.below)]
    return [blocks.gone(view, block, is_first=index == 0)]


def _is_list_of_long_items(view: View, parent: Node) -> bool:
    return parent is view.node(("tasks",)) and len(parent.entries[0].node.entries) > 1


def _key(path: Path) -> str:
    return next((step for step in reversed(path) if isinstance(step, str)), "")
