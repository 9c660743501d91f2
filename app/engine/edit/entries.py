"""Text changes for one value: replace it, add it to its mapping, take it away. Comments around it stay."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from app.engine.edit import blocks, brackets
from app.engine.edit.changes import Change
from app.engine.edit.endings import ends_open
from app.engine.edit.nodes import Entry, Node
from app.engine.edit.values import Spot, Writer, Written
from app.engine.edit.view import View
from app.engine.errors import EditRefused
from app.engine.spec.places import Path, path_text

_HEADER = re.compile(r"[|>][-+0-9]*")
_PROPERTIES = re.compile(r"(?:[&!]\S*[ \t]*)+")


def put(view: View, writer: Writer, path: Path, value: Any) -> list[Change]:
    """The value replaces the one at `path`, or is added at the end of its mapping."""
    if not path or view.root is None or view.data_is_missing:
        return _put_root(view, writer, path, value)
    parent = view.container(path[:-1])
    entry = parent.entry(path[-1])
    if entry is not None:
        return replace_value(view, writer, parent, entry, path, value)
    if parent.kind != "mapping" or not isinstance(path[-1], str):
        raise EditRefused(f"There is no place for '{path_text(path)}': it stands in no mapping.")
    return _add(view, writer, parent, path[-1], value)


def replace_value(
    view: View, writer: Writer, parent: Node, entry: Entry, path: Path, value: Any
) -> list[Change]:
    """The value of an entry is written anew, its style kept where that fits."""
    node = entry.node
    keeps_ends = node.style == "|" and view.readable.startswith("|+", node.body)
    column = view.lines.column(entry.start)
    spot = Spot(column, _key(path), parent.flow, node, _block_column(view, node), keeps_ends)
    written = writer.value(value, spot)
    if entry.key is None and written.below and not written.inline:  # it begins on the line of the dash
        rows = writer.item(value, spot.column, _list_key(path[:-1]))
        return [Change(entry.start, entry.end, _joined(view, rows).lstrip(" "))]
    if _needs_final_line_end(view, entry.end, written):
        written = writer.carefully().value(value, spot)
    return _inline(view, entry, written) + _below(view, entry, written)


def rename_key(view: View, writer: Writer, path: Path, to: str) -> list[Change]:
    """The key of an entry is written anew, in its own quotes."""
    parent = view.container(path[:-1])
    entry = parent.entry(path[-1])
    if entry is None or entry.key is None or entry.key.kind == "alias":
        raise EditRefused(
            f"The key of '{path_text(path)}' is not written here: an alias or '<<' brings it in. Change it there."
        )
    key = entry.key
    return [Change(key.body, key.end, writer.renamed_key(to, key, flow=parent.flow))]


def drop(view: View, writer: Writer, path: Path) -> list[Change]:
    """An entry of a mapping goes; the last one leaves `{}`."""
    parent = view.container(path[:-1])
    index = parent.index_of(path[-1])
    if index is None:
        raise EditRefused(
            f"'{path_text(path)}' is not written here: '<<' brings it in. Change it where it is written."
        )
    if parent.flow:
        return brackets.drop(parent, index)
    entry = parent.entries[index]
    if len(parent.entries) == 1:
        return _emptied(view, writer, path[:-1], parent) if len(path) > 1 else _without_root(view, parent)
    if not blocks.stands_alone(view, entry) and index + 1 < len(parent.entries):
        return [Change(entry.start, parent.entries[index + 1].start, "")]
    last = view.lines.number(entry.end)
    if index > 0 and ends_open(view, parent.entries[index - 1]):
        last += blocks.blanks_below(view, last)
    return [lines_gone(view, view.lines.number(entry.start), last)]


def lines_gone(view: View, first: int, last: int) -> Change:
    """Whole lines go, with one line end."""
    lines = view.lines
    if first > 0:
        return Change(lines.ends[first - 1], lines.ends[last], "")
    return Change(0, lines.starts[last + 1] if last + 1 < len(lines.starts) else lines.ends[last], "")


def _put_root(view: View, writer: Writer, path: Path, value: Any) -> list[Change]:
    for step in reversed(path):
        value = {step: value} if isinstance(step, str) else [value]
    if not isinstance(value, dict) or not value or view.data is not None:
        raise EditRefused("The whole document can't be replaced by an edit.")
    end = len(view.text)
    if view.root is not None and not view.root.is_empty_plain:  # `null` or `~`
        return [Change(view.root.start, view.root.end, _joined(view, writer.rows(value, 0, None)))]
    lead = "" if not view.text or view.text[-1] in "\r\n" else view.style.line_end
    return [Change(end, end, lead + _joined(view, writer.rows(value, 0, None)) + view.style.line_end)]


def _without_root(view: View, root: Node) -> list[Change]:
    return [Change(root.start, root.end, "{}")]


def _emptied(view: View, writer: Writer, path: Path, node: Node) -> list[Change]:
    """The only entry of a mapping goes; comments beside it stay."""
    owner = view.container(path[:-1]).entry(path[-1])
    if owner is None or owner.key is None or not blocks.stands_alone(view, node.entries[0]):
        return put(view, writer, path, {})
    gone = lines_gone(view, view.lines.number(node.entries[0].start), view.lines.number(node.end))
    return [*_inline(view, owner, Written("{}")), gone]


def _add(view: View, writer: Writer, parent: Node, key: str, value: Any) -> list[Change]:
    if parent.flow:
        return [brackets.add(parent, len(parent.entries), writer.flow({key: value})[1:-1])]
    beside = tuple(entry.node for entry in parent.entries)
    spot = Spot(blocks.column_of(view, parent), key, beside=beside)
    end = view.lines.end(parent.end)
    written = writer.value(value, spot)
    if view.lines.is_last(end) and any(row.endswith(("|", "|+")) for row in (written.inline, *written.below)):
        written = writer.carefully().value(value, spot)
    first = " " * spot.column + f"{writer.key(key)}: {written.inline}".rstrip(" ")
    return [Change(end, end, view.style.line_end + _joined(view, [first, *written.below]))]


def _inline(view: View, entry: Entry, written: Written) -> list[Change]:
    """What stands on the line of the colon or dash."""
    node, text = entry.node, view.readable
    start, end = _inline_range(text, entry)
    if start < end:
        if written.inline or entry.key is None:
            return [Change(start, end, written.inline)]
        return [Change(_before_spaces(text, start), end, "")]
    if not written.inline:
        return []
    if not entry.has_sign and entry.key is not None:
        return [Change(entry.key.end, entry.key.end, f": {written.inline}")]
    lead = "" if text[start - 1] in " \t" and node.is_empty_plain else " "
    return [Change(start, start, lead + written.inline)]


def _inline_range(text: str, entry: Entry) -> tuple[int, int]:
    node = entry.node
    if node.is_block:
        match = _PROPERTIES.match(text, node.start) if node.start < node.body else None
        at = node.start + len(match.group().rstrip()) if match else entry.sign
        return (
            (at, at)
            if "\n" in text[at : node.body] or "\r" in text[at : node.body]
            else (node.body, node.end)
        )
    if node.style in ("|", ">"):
        header = _HEADER.match(text, node.body)
        return node.body, header.end() if header else node.end
    return node.body if node.kind == "scalar" else node.start, node.end


def _below(view: View, entry: Entry, written: Written) -> list[Change]:
    """The lines below it: those of a block, or new ones."""
    start, end = _inline_range(view.readable, entry)
    first = view.lines.end(end)
    last = max(first, entry.node.end)
    if entry.node.is_block and start < end:
        first = last = view.lines.end(entry.node.end)
    new = "".join(view.style.line_end + row for row in written.below)
    return [Change(first, last, new)] if last > first or new else []


def _needs_final_line_end(view: View, end: int, written: Written) -> bool:
    return written.inline in ("|", "|+") and view.lines.is_last(end)


def _block_column(view: View, node: Node) -> int | None:
    """Where the lines of a block scalar or block begin now."""
    if node.is_block and node.entries:
        column = blocks.column_of(view, node)
        return column if blocks.stands_alone(view, node.entries[0]) else None
    if node.style not in ("|", ">"):
        return None
    first = next((row for row in view.readable[node.body : node.end].splitlines()[1:] if row.strip()), None)
    return None if first is None else len(first) - len(first.lstrip(" "))


def _before_spaces(text: str, offset: int) -> int:
    return offset - (len(text[:offset]) - len(text[:offset].rstrip(" \t"))) if offset else offset


def _joined(view: View, rows: Sequence[str]) -> str:
    return view.style.line_end.join(rows)


def _key(path: Path) -> str | None:
    return path[-1] if isinstance(path[-1], str) else _list_key(path[:-1]) + "[]"


def _list_key(path: Path) -> str:
    return next((step for step in reversed(path) if isinstance(step, str)), "")
