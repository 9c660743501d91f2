"""From a step to the changes of the text, and from many steps to one list of changes.

Steps that don't disturb one another are written against the same view; else the text is read again in between, which
costs as much as all the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from app.engine.edit import blocks, entries, items, moving
from app.engine.edit.changes import Change, applied, composed, overlap, touch
from app.engine.edit.endings import closed
from app.engine.edit.nodes import Node
from app.engine.edit.renaming import Names, spans_in
from app.engine.edit.respelling import respelling
from app.engine.edit.steps import (
    Copy,
    Drop,
    Graft,
    Insert,
    Move,
    Put,
    Rename,
    RenameKey,
    Reorder,
    Step,
    Unwrap,
    Wrap,
)
from app.engine.edit.values import Writer
from app.engine.edit.view import View
from app.engine.spec.places import Path


class Script:
    """Writes steps one after another; `changes` lead from the first text to the last.

    Args:
        patient: read the text again also where changes only meet: which comes first might not be the order of steps.
        careful: write no blocks of text, and quote what is not plain.
    """

    def __init__(self, view: View, *, patient: bool = False, careful: bool = False) -> None:
        self.changes: list[Change] = []
        self._length = len(view.text)
        self._view = view
        self._patient = patient
        self._careful = careful
        self._waiting: list[Change] = []
        self._disturbed: list[Path] = []

    def write(self, step: Step) -> None:
        """Raises EditRefused when the step can't be made in this text."""
        if self._is_disturbed(step):
            self._read_again()
        changes = self._changes_of(step)
        if overlap(changes, self._waiting) or (self._patient and touch(changes, self._waiting)):
            self._read_again()
            changes = self._changes_of(step)
        self._waiting = sorted([*self._waiting, *changes], key=lambda change: (change.start, change.end))
        self._disturbed.append(_disturbed_by(step))

    def finish(self) -> list[Change]:
        """All changes of the first text, sorted."""
        self.changes = composed(self._length, self.changes, self._waiting)
        self._waiting = []
        return self.changes

    def _changes_of(self, step: Step) -> list[Change]:
        return changes_of(step, self._view, Writer(self._view.style, careful=self._careful))

    def _is_disturbed(self, step: Step) -> bool:
        path, content = _disturbed_by(step), _content_of(step)
        return any(
            path[: len(other)] == other or (content is not None and other[: len(content)] == content)
            for other in self._disturbed
        )

    def _read_again(self) -> None:
        view, waiting = self._view, self._waiting
        self.finish()
        self._view = view.after(waiting)
        self._disturbed = []


def changes_of(step: Step, view: View, writer: Writer) -> list[Change]:
    """The changes of one step, sorted."""
    changes = _WRITERS[type(step)](step, view, writer)
    return [*closed(view), *changes] if any(c.start == c.end == len(view.text) for c in changes) else changes


def _content_of(step: Step) -> Path | None:
    """Below which path everything must be as it was for the step to be written; None where nothing must."""
    if isinstance(step, Insert | Graft):
        return None
    return step.path if isinstance(step, Drop) else _disturbed_by(step)


def _disturbed_by(step: Step) -> Path:
    """What a step may put out of place for the steps after it: an entry, or a whole list."""
    if isinstance(step, Rename):
        return ()
    if isinstance(step, Drop):
        return step.path[:-1] if isinstance(step.path[-1], int) else step.path
    return step.path


def _put(step: Put, view: View, writer: Writer) -> list[Change]:
    return entries.put(view, writer, step.path, step.value)


def _drop(step: Drop, view: View, writer: Writer) -> list[Change]:
    if isinstance(step.path[-1], int):
        return items.drop(view, writer, step.path)
    return entries.drop(view, writer, step.path)


def _insert(step: Insert, view: View, writer: Writer) -> list[Change]:
    return items.insert(view, writer, step.path, step.index, step.value)


def _move(step: Move, view: View, writer: Writer) -> list[Change]:
    return moving.move(view, step.path, step.index, step.to)


def _reorder(step: Reorder, view: View, writer: Writer) -> list[Change]:
    return moving.reorder(view, writer, step.path, step.order)


def _wrap(step: Wrap, view: View, writer: Writer) -> list[Change]:
    return entries.wrap(view, writer, step.path, step.value)


def _unwrap(step: Unwrap, view: View, writer: Writer) -> list[Change]:
    return entries.unwrap(view, step.path, step.index)


def _rename_key(step: RenameKey, view: View, writer: Writer) -> list[Change]:
    return entries.rename_key(view, writer, step.path, step.to)


def _rename(step: Rename, view: View, writer: Writer) -> list[Change]:
    nodes = view.root.walk() if view.root is not None else ()
    return _renamings(nodes, step.names, view, writer)


def _renamings(nodes: Iterable[tuple[Path, Node]], names: Names, view: View, writer: Writer) -> list[Change]:
    changes: list[Change] = []
    for path, node in nodes:
        spans = spans_in(node.value, path, dict(names)) if node.kind == "scalar" else []
        if spans:
            changes += _renaming(view, writer, path, node, spans)
    return changes


def _renaming(view: View, writer: Writer, path: Path, node: Node, spans: Any) -> list[Change]:
    if len(spans) == 1 and spans[0].start == 0 and spans[0].end == len(node.value):
        return _whole_scalar(view, writer, path, node, spans[0].insert)
    placed = None if writer.careful else respelling(view.readable, node, spans)
    if placed is not None:
        return placed
    text = node.value
    for span in reversed(spans):
        text = text[: span.start] + span.insert + text[span.end :]
    return _whole_scalar(view, writer, path, node, text)


def _whole_scalar(view: View, writer: Writer, path: Path, node: Node, text: str) -> list[Change]:
    parent = view.node(path[:-1])
    entry = parent.entry(path[-1]) if parent is not None else None
    if parent is None or entry is None or entry.node is not node:
        return []
    return entries.replace_value(view, writer, parent, entry, path, text)


def _copy(step: Copy, view: View, writer: Writer) -> list[Change]:
    parent = entries.container_at(view, step.path)
    entry = parent.entries[step.index]
    place = (*step.path, step.index)
    nodes = list(entry.node.walk(place))
    changes = _renamings(nodes, step.names, view, writer) + _without_anchors(view.text, nodes)
    if parent.flow or not blocks.stands_alone(view, entry):
        text = _copied_text(view.text, entry.start, entry.end, changes)
        return _copy_in_line(view, parent, step.index, text)
    block = blocks.block_of(view, parent, step.index)
    start, end = view.lines.starts[block.first], view.lines.ends[block.last]
    rows = _copied_text(view.text, start, end, changes).split(view.style.line_end)
    return items.copy(view, step.path, step.index, rows)


def _copy_in_line(view: View, parent: Node, index: int, text: str) -> list[Change]:
    if parent.flow:
        return [entries.add_in_brackets(parent, index + 1, text)]
    column = blocks.column_of(view, parent)
    return [items.insert_rows(view, parent, index + 1, [" " * column + text], gap=0)]


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


def _graft(step: Graft, view: View, writer: Writer) -> list[Change]:
    parent = entries.container_at(view, step.path)
    source: View = step.source
    origin = source.node(step.origin)
    key = next((s for s in reversed(step.path) if isinstance(s, str)), "")
    if not parent.entries:
        return entries.put(view, writer, step.path, list(step.values))
    if parent.flow:
        written = ", ".join(writer.flow(value, f"{key}[]") for value in step.values)
        return [entries.add_in_brackets(parent, step.index, written)]
    column = blocks.column_of(view, parent)
    gap = items.usual_gap(view, parent, step.index)
    rows: list[str] = []
    for index, value in enumerate(step.values):
        entry = origin.entries[index] if origin is not None and not writer.careful else None
        rows += [""] * gap if rows else []
        if origin is None or entry is None or not entry.has_sign or not blocks.stands_alone(source, entry):
            rows += writer.item(value, column, key)
        else:
            shift = column - source.lines.column(entry.start)
            rows += [_shifted(row, shift) for row in blocks.rows_of(source, blocks.block_of(source, origin, index))]
    return [items.insert_rows(view, parent, step.index, rows, gap=gap)]


def _shifted(row: str, columns: int) -> str:
    if columns >= 0:
        return " " * columns + row if row.strip() else row
    lead = len(row) - len(row.lstrip(" "))
    return row[min(lead, -columns) :]


_WRITERS: dict[type, Callable[[Any, View, Writer], list[Change]]] = {
    Put: _put, Drop: _drop, Insert: _insert, Move: _move, Reorder: _reorder, Wrap: _wrap, Unwrap: _unwrap,
    RenameKey: _rename_key, Rename: _rename, Copy: _copy, Graft: _graft,
}  # fmt: skip
