"""Text changes for an item that goes elsewhere in its list, as it is written; back again it leaves the bytes there were."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from app.engine.edit import blocks, brackets
from app.engine.edit.blocks import Block
from app.engine.edit.changes import Change, applied
from app.engine.edit.endings import closed, ends_open
from app.engine.edit.entries import put
from app.engine.edit.nodes import Node
from app.engine.edit.steps import value_at
from app.engine.edit.values import Writer
from app.engine.edit.view import View
from app.engine.spec.places import Path


def move(view: View, path: Path, index: int, to: int) -> list[Change]:
    """The item at `index` goes to `to`, counted without it."""
    parent = view.container(path)
    order = list(range(len(parent.entries)))
    order.insert(to, order.pop(index))
    if parent.flow:
        return brackets.exchange(view, parent, order)
    among = range(max(min(index, to) - 1, 0), max(index, to) + 1)
    if any(ends_open(view, parent.entries[number]) for number in among):
        return _with_gaps_in_place(view, parent, order)
    return _with_its_gap(view, parent, index, to)


def reorder(view: View, writer: Writer, path: Path, order: Sequence[int]) -> list[Change]:
    """Items stand in another order, the empty lines between them where they were."""
    parent = view.container(path)
    if parent.flow:
        return brackets.exchange(view, parent, order)
    if not all(blocks.stands_alone(view, entry) for entry in parent.entries):
        values = value_at(view.data, path)
        return put(view, writer, path, [values[number] for number in order])
    return _with_gaps_in_place(view, parent, order)


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


def _with_gaps_in_place(view: View, parent: Node, order: Sequence[int]) -> list[Change]:
    """All gaps stay, in their order; but behind a text that would take empty lines for its own there are none."""
    moved = [place for place, number in enumerate(order) if number != place]
    places = range(max(moved[0] - 1, 0), moved[-1] + 1)
    opens = {number for number in places if ends_open(view, parent.entries[number])}
    gaps = [_gap_behind(view, parent, number) for number in places]
    closed_gaps = iter([gap for number, gap in zip(places, gaps, strict=True) if number not in opens])
    changes: list[Change] = []
    for place, gap in zip(places, gaps, strict=True):
        if order[place] != place:
            here, there = (blocks.stretch_of(view, parent, number) for number in (place, order[place]))
            start, end = view.lines.starts[here.first], view.lines.ends[here.last]
            changes.append(Change(start, end, _written(view, there)))
        new = view.style.line_end if order[place] in opens else next(closed_gaps).insert
        changes.append(replace(gap, insert=new or (view.style.line_end if gap.insert else "")))
    return changes


def _gap_behind(view: View, parent: Node, index: int) -> Change:
    """What stands from the end of an item to the next line that is not empty, as a change that changes nothing."""
    lines = view.lines
    last = blocks.last_line(view, parent.entries[index])
    following = last + blocks.blanks_below(view, last) + 1
    start, end = lines.ends[last], lines.starts[following] if following < len(lines.starts) else len(view.text)
    return Change(start, end, view.text[start:end])


def _written(view: View, block: Block) -> str:
    start, end = view.lines.starts[block.first], view.lines.ends[block.last]
    at_end = closed(view) if end == len(view.text) else []
    return applied(view.text[start:end], [Change(c.start - start, c.end - start, c.insert) for c in at_end])
