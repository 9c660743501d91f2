"""Whole lines of an item or entry: where its block begins and ends, with the comments that belong to it.

To an item belong the comment lines right above its dash, in the dash's column, and those indented deeper behind it.
"""

from __future__ import annotations

from dataclasses import dataclass

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


def block_of(view: View, entry: Entry) -> Block:
    """The block of an item that begins its line."""
    first, last = _first_line(view, entry), last_line(view, entry)
    return Block(first, last, _blanks(view, first, -1), _blanks(view, last, 1))


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


def _blanks(view: View, number: int, direction: int) -> int:
    """How many empty lines follow line `number`, or stand above it."""
    count = 0
    number += direction
    while 0 <= number < len(view.lines.starts) and view.lines.is_blank(number):
        count, number = count + 1, number + direction
    if direction > 0 and number == len(view.lines.starts):
        return max(0, count - 1)  # behind the final line end is no line
    return count
