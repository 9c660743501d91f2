"""Whole lines of an item or entry: where its block begins and ends, with the comments that belong to it.

To an item belong the comment lines right above its dash, in the dash's column, and those indented deeper behind it.
Where it moves, all comments between it and the item before it go along: somebody who reads on takes them for its own.
"""

from __future__ import annotations

from dataclasses import dataclass

from app.engine.edit.changes import Change
from app.engine.edit.nodes import Entry, Node
from app.engine.edit.view import View


@dataclass(frozen=True, slots=True)
class Block:
    """Lines `first` to `last` (included, from 0) of one item, and the number of empty lines right above and below it."""

    first: int
    last: int
    above: int
    below: int


def column_of(view: View, node: Node) -> int:
    """The column of the entries of a block that has some."""
    return view.lines.column(node.entries[0].start)


def stands_alone(view: View, entry: Entry) -> bool:
    """Whether an entry begins its line."""
    return view.lines.leads(entry.start)


def block_of(view: View, parent: Node, index: int) -> Block:
    """The block of an item that begins its line."""
    entry = parent.entries[index]
    bound = view.lines.number(parent.entries[index - 1].end) if index else -1
    first, last = _first_line(view, entry), last_line(view, entry)
    return Block(first, last, _blanks_above(view, first, bound), blanks_below(view, last))


def stretch_of(view: View, parent: Node, index: int) -> Block:
    """The block of an item that moves: from the first comment behind the item before it.

    A comment before the first item that is indented deeper than its dash stays: behind another item it would be that one's.
    """
    entry = parent.entries[index]
    column = view.lines.column(entry.start)
    bound = last_line(view, parent.entries[index - 1]) if index else -1
    number = first = view.lines.number(entry.start)
    while number - 1 > bound:
        number -= 1
        comment = view.lines.comment_column(number)
        if comment is not None and comment <= column:
            first = number
        elif comment is None and not view.lines.is_blank(number):
            break
    last = last_line(view, entry)
    return Block(first, last, _blanks_above(view, first, bound), blanks_below(view, last))


def gone(view: View, block: Block, *, is_first: bool) -> Change:
    """The lines of an item go, with those that part it from the one before it, or behind the first one."""
    lines = view.lines
    if not is_first:
        return Change(lines.ends[block.first - block.above - 1], lines.ends[block.last], "")
    following = block.last + block.below + 1
    end = lines.starts[following] if following < len(lines.starts) else lines.ends[block.last]
    return Change(lines.starts[block.first], end, "")


def last_line(view: View, entry: Entry) -> int:
    """The last line of an entry, with the comments behind it that are indented deeper than it is."""
    lines = view.lines
    column = lines.column(entry.start)
    last = number = lines.number(entry.end)
    while number + 1 < len(lines.starts):
        number += 1
        comment = lines.comment_column(number)
        if comment is not None and comment > column:
            last = number
        elif not lines.is_blank(number):
            break
    return last


def blanks_below(view: View, number: int) -> int:
    """How many empty lines follow line `number`; behind the final line end is no line."""
    count = 0
    while number + 1 + count < len(view.lines.starts) and view.lines.is_blank(number + 1 + count):
        count += 1
    return max(0, count - 1) if number + 1 + count == len(view.lines.starts) else count


def rows_of(view: View, block: Block) -> list[str]:
    """The lines of a block, without line ends."""
    return [view.text[view.lines.starts[n] : view.lines.ends[n]] for n in range(block.first, block.last + 1)]


def _first_line(view: View, entry: Entry) -> int:
    lines = view.lines
    number = lines.number(entry.start)
    column = lines.column(entry.start)
    while number > 0 and lines.comment_column(number - 1) == column:
        number -= 1
    return number


def _blanks_above(view: View, number: int, bound: int) -> int:
    """How many empty lines stand right above line `number`, behind line `bound`."""
    count = 0
    while number - 1 - count > bound and view.lines.is_blank(number - 1 - count):
        count += 1
    return count
