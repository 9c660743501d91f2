"""Text changes for an item that goes elsewhere in its list, as it is written; back again it leaves the bytes there were."""

from __future__ import annotations

from app.engine.edit import blocks
from app.engine.edit.blocks import Block
from app.engine.edit.changes import Change, applied
from app.engine.edit.endings import closed, ends_open
from app.engine.edit.entries import add_in_brackets, container_at, drop_from_brackets
from app.engine.edit.nodes import Entry, Node
from app.engine.edit.view import View
from app.engine.spec.places import Path


def move(view: View, path: Path, index: int, to: int) -> list[Change]:
    """The item at `index` goes to `to`, counted without it."""
    parent = container_at(view, path)
    if parent.flow:
        return _in_brackets(view, parent, index, to)
    among = range(max(min(index, to) - 1, 0), max(index, to) + 1)
    if any(ends_open(view, parent.entries[number]) for number in among):
        return _with_gaps_in_place(view, parent, index, to)
    return _with_its_gap(view, parent, index, to)


def _with_its_gap(view: View, parent: Node, index: int, to: int) -> list[Change]:
    """It takes along the empty lines that part it from the one before it.

    Before the first item there are none: who goes there leaves them behind, who leaves takes those of the second.
    """
    lines, text = view.lines, view.text
    block = blocks.stretch_of(view, parent, index)
    parted = block if index > 0 else blocks.stretch_of(view, parent, 1)
    gap = text[lines.ends[parted.first - parted.above - 1] : lines.starts[parted.first]]
    if to == 0:
        at = lines.starts[blocks.stretch_of(view, parent, 0).first]
        added = Change(at, at, _written(view, block) + gap)
    else:
        at = lines.ends[blocks.last_line(view, parent.entries[to - 1 if to <= index else to])]
        added = Change(at, at, gap + _written(view, block))
    return sorted([blocks.gone(view, block, is_first=index == 0), added])


def _with_gaps_in_place(view: View, parent: Node, index: int, to: int) -> list[Change]:
    """Behind a text that would take empty lines for its own there are none; all others stay, in their order."""
    first, last = min(index, to), max(index, to)
    numbers = list(range(max(first - 1, 0), last + 1))
    opens = {number for number in numbers if ends_open(view, parent.entries[number])}
    gaps = [_behind(view, parent, number) for number in numbers]
    waiting = [text for number, (_, text) in zip(numbers, gaps, strict=True) if number not in opens]
    numbers.insert(numbers.index(index) + to - index, numbers.pop(numbers.index(index)))
    parts: list[str] = []
    for number in numbers:
        parts.append(_written(view, blocks.stretch_of(view, parent, number)) if number >= first else "")
        parts.append(view.style.line_end if number in opens else waiting.pop(0) or view.style.line_end)
    start = gaps[0][0] if first else view.lines.starts[blocks.stretch_of(view, parent, 0).first]
    return [Change(start, gaps[-1][0] + len(gaps[-1][1]), "".join(parts))]


def _behind(view: View, parent: Node, index: int) -> tuple[int, str]:
    """Where an item ends, and what stands from there to the next line that is not empty."""
    lines = view.lines
    last = blocks.last_line(view, parent.entries[index])
    following = last + blocks.blanks_below(view, last) + 1
    end = lines.starts[following] if following < len(lines.starts) else len(view.text)
    return lines.ends[last], view.text[lines.ends[last] : end]


def _written(view: View, block: Block) -> str:
    start, end = view.lines.starts[block.first], view.lines.ends[block.last]
    at_end = closed(view) if end == len(view.text) else []
    return applied(view.text[start:end], [Change(c.start - start, c.end - start, c.insert) for c in at_end])


def _in_brackets(view: View, parent: Node, index: int, to: int) -> list[Change]:
    entry = parent.entries[index]
    rest = _list_of(parent, [e for e in parent.entries if e is not entry])
    gone = drop_from_brackets(parent, index)
    return sorted([*gone, add_in_brackets(rest, to, view.text[entry.start : entry.end])])


def _list_of(parent: Node, entries: list[Entry]) -> Node:
    return Node(
        parent.kind,
        parent.start,
        parent.end,
        parent.body,
        flow=parent.flow,
        anchor=parent.anchor,
        entries=entries,
    )
