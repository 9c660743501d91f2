"""Text changes for items that are written already, here or in another text: a copy keeps its comments."""

from __future__ import annotations

from collections.abc import Iterable

from app.engine.edit import blocks, brackets
from app.engine.edit.changes import Change, applied
from app.engine.edit.entries import put
from app.engine.edit.items import insert_rows, usual_gap
from app.engine.edit.names import renamings
from app.engine.edit.nodes import Node
from app.engine.edit.steps import Copy, Graft
from app.engine.edit.values import Writer
from app.engine.edit.view import View
from app.engine.spec.places import Path


def copy(step: Copy, view: View, writer: Writer) -> list[Change]:
    parent = view.container(step.path)
    entry = parent.entries[step.index]
    place = (*step.path, step.index)
    nodes = list(entry.node.walk(place))
    changes = renamings(nodes, step.names, view, writer) + _without_anchors(view.text, nodes)
    if parent.flow or not blocks.stands_alone(view, entry):
        text = _copied_text(view.text, entry.start, entry.end, changes)
        return _copy_in_line(view, parent, step.index, text)
    block = blocks.block_of(view, parent, step.index)
    start, end = view.lines.starts[block.first], view.lines.ends[block.last]
    rows = _copied_text(view.text, start, end, changes).split(view.style.line_end)
    gap = usual_gap(view, parent, step.index + 1)
    return [insert_rows(view, parent, step.index + 1, rows, gap=gap)]


def _copy_in_line(view: View, parent: Node, index: int, text: str) -> list[Change]:
    if parent.flow:
        return [brackets.add(parent, index + 1, text)]
    column = blocks.column_of(view, parent)
    return [insert_rows(view, parent, index + 1, [" " * column + text], gap=0)]


def _copied_text(text: str, start: int, end: int, changes: list[Change]) -> str:
    inside = sorted(Change(c.start - start, c.end - start, c.insert) for c in changes)
    return applied(text[start:end], inside)


def _without_anchors(text: str, nodes: Iterable[tuple[Path, Node]]) -> list[Change]:
    """A copy has no anchors: there may be one of each name. The space on one side goes as well."""
    changes: list[Change] = []
    for _, node in nodes:
        if node.anchor and node.kind != "alias":
            start = text.index(f"&{node.anchor}", node.start)
            end = start + 1 + len(node.anchor)
            at_end = text[end : end + 1] in ("", "\r", "\n")
            changes.append(Change(start - at_end, end + (text[end : end + 1] == " "), ""))
    return changes


def graft(step: Graft, view: View, writer: Writer) -> list[Change]:
    parent = view.container(step.path)
    source: View = step.source
    origin = source.node(step.origin)
    key = next((s for s in reversed(step.path) if isinstance(s, str)), "")
    if not parent.entries:
        return put(view, writer, step.path, list(step.values))
    if parent.flow:
        written = ", ".join(writer.flow(value, f"{key}[]") for value in step.values)
        return [brackets.add(parent, step.index, written)]
    column = blocks.column_of(view, parent)
    gap = usual_gap(view, parent, step.index)
    rows: list[str] = []
    for index, value in enumerate(step.values):
        entry = origin.entries[index] if origin is not None and not writer.careful else None
        rows += [""] * gap if rows else []
        if origin is None or entry is None or not entry.has_sign or not blocks.stands_alone(source, entry):
            rows += writer.item(value, column, key)
        else:
            shift = column - source.lines.column(entry.start)
            rows += [_shifted(row, shift) for row in blocks.rows_of(source, blocks.block_of(source, origin, index))]
    return [insert_rows(view, parent, step.index, rows, gap=gap)]


def _shifted(row: str, columns: int) -> str:
    if columns >= 0:
        return " " * columns + row if row.strip() else row
    lead = len(row) - len(row.lstrip(" "))
    return row[min(lead, -columns) :]
