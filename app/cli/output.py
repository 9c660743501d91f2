"""What commands print: tables for people, plain columns for pipes, JSON and YAML for programs."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import yaml
from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.table import Table
from rich.text import Text

from app.cli.words import LOOKS, harmless, look, one_line, shown

Format = Literal["table", "json", "yaml"]
FORMATS = ("table", "json", "yaml")
GAP, NARROWEST = 2, 12  # cells between columns; what a column keeps when the terminal is narrow
# DEL and C1 characters are legal in JSON text and steer terminals all the same
_RAW_CONTROL = re.compile("[\x7f-\x9f]")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: `value` is a key of the row, or a function of it."""

    title: str
    value: str | Callable[[dict[str, Any]], Any]
    right: bool = False
    wide: bool = False  # gives way first when the terminal is narrow

    def cell(self, row: dict[str, Any]) -> str:
        found = self.value(row) if callable(self.value) else row.get(self.value)
        return one_line(found)


@dataclass(frozen=True, slots=True)
class Status(Column):
    """A column of statuses."""

    def cell(self, row: dict[str, Any]) -> str:
        return shown(Column.cell(self, row))


class Output:
    """Where a command writes. Results go to standard output, words about them to standard error when it is piped."""

    def __init__(self, format: Format = "table") -> None:
        self.format = format
        self.console = Console(highlight=False, markup=False, emoji=False, soft_wrap=False)
        self.errors = Console(stderr=True, highlight=False, markup=False, emoji=False, soft_wrap=True)

    @property
    def for_people(self) -> bool:
        return self.format == "table"

    @property
    def in_terminal(self) -> bool:
        return self.for_people and self.console.is_terminal

    def rows(self, rows: Sequence[dict[str, Any]], columns: Sequence[Column], *, empty: str) -> None:
        """A list; `empty` is said instead of an empty table."""
        if not self.for_people:
            self.document(list(rows))
        elif not rows:
            self.note(empty)
        elif self.console.is_terminal:
            self.console.print(_table(rows, columns, width=self.console.width))
        else:
            for line in _aligned([[c.title for c in columns], *([c.cell(row) for c in columns] for row in rows)]):
                self.line(line)

    def facts(self, data: dict[str, Any], facts: Sequence[Column], *, more: Callable[[], None] | None = None) -> None:
        """One object: a line for each fact that is there. `more` prints what follows, for people only."""
        if not self.for_people:
            self.document(data)
            return
        found = [(fact, fact.cell(data)) for fact in facts]
        width = max(len(fact.title) for fact in facts)
        for fact, value in found:
            if value:
                self.line(fact.title.ljust(width + 2), value, style=_style(fact, data))
        if more:
            more()

    def document(self, data: Any) -> None:
        """Data as JSON or YAML."""
        if self.format == "yaml":
            text = yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=100)
        else:
            text = json.dumps(data, indent=2, ensure_ascii=False) + "\n"
            text = _RAW_CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
        self.raw(text)

    def heading(self, text: str) -> None:
        self.console.print(Text(f"\n{text}", style="bold"))

    def line(self, head: str, text: str = "", *, style: str = "") -> None:
        """One line of the result; never cut, long ones wrap in the terminal."""
        self.console.print(Text(harmless(head)) + Text(harmless(text), style=style), soft_wrap=True)

    def say(self, text: str) -> None:
        """A word to the person; beside the result, where a program reads the result."""
        console = self.console if self.for_people else self.errors
        console.print(Text(harmless(text)), soft_wrap=True)

    def note(self, text: str) -> None:
        """A remark: not part of any result."""
        console = self.console if self.in_terminal else self.errors
        console.print(Text(harmless(text), style="dim"), soft_wrap=True)

    def raw(self, text: str) -> None:
        sys.stdout.write(text)
        sys.stdout.flush()


def _style(column: Column, row: dict[str, Any]) -> str:
    return look(Column.cell(column, row))[2] if isinstance(column, Status) else ""


def _table(rows: Sequence[dict[str, Any]], columns: Sequence[Column], *, width: int) -> Table:
    cells = [[column.cell(row) for column in columns] for row in rows]
    widths = fitting_widths([[c.title for c in columns], *cells], [c.wide for c in columns], width=width)
    table = Table(box=None, pad_edge=False, padding=(0, GAP, 0, 0), header_style="bold")
    for column, room in zip(columns, widths, strict=True):
        justify: Literal["left", "right"] = "right" if column.right else "left"
        table.add_column(column.title, justify=justify, width=room, no_wrap=True, overflow="ellipsis")
    for row, texts in zip(rows, cells, strict=True):
        table.add_row(*(Text(text, style=_style(c, row)) for c, text in zip(columns, texts, strict=True)))
    return table


def fitting_widths(cells: Sequence[Sequence[str]], wide: Sequence[bool], *, width: int) -> list[int]:
    """Width of each column: what it needs, where the wide ones give way when the terminal is too narrow."""
    needed = [max(cell_len(row[i]) for row in cells) for i in range(len(wide))]
    surplus = sum(needed) + GAP * (len(needed) - 1) - width
    for i in sorted(range(len(needed)), key=lambda i: (not wide[i], -needed[i])):
        if surplus <= 0:
            break
        given = min(surplus, max(0, needed[i] - NARROWEST))
        needed[i], surplus = needed[i] - given, surplus - given
    return needed


def _aligned(table: list[list[str]]) -> list[str]:
    widths = [max(cell_len(row[i]) for row in table) for i in range(len(table[0]))]
    return ["  ".join(set_cell_size(cell, room) for cell, room in zip(row, widths, strict=True)).rstrip() for row in table]


def coloured_status(status: str) -> Text:
    """Sign and word of a status for a console."""
    return Text(shown(status), style=look(status)[2] if status in LOOKS else "")
