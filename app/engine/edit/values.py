"""Writes JSON values as YAML in the style of a file."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from app.engine.edit import scalars
from app.engine.edit.nodes import Node
from app.engine.edit.style import Style

_WIDEST_FLOW = 100  # columns; what is longer is written as lines


@dataclass(frozen=True, slots=True)
class Written:
    """`inline` stands behind the colon or dash, `below` are the lines after it, with their indentation."""

    inline: str
    below: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a value goes.

    Attributes:
        column: of its key or dash.
        key: the key it stands below; `k[]` for an item of the list below `k`.
        flow: inside of brackets.
        current: what stands there now; its style is kept where it fits.
        block_column: of the lines of the block that stands there now.
        keeps_ends: that block says so of the line ends at its end (`|+`).
        beside: what stands below the other keys of its mapping; how these are written is followed first.
    """

    column: int
    key: str | None = None
    flow: bool = False
    current: Node | None = None
    block_column: int | None = None
    keeps_ends: bool = False
    beside: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True)
class Writer:
    """`careful` writes no blocks of text and quotes whatever is not plain: what always reads back."""

    style: Style
    careful: bool = False

    def value(self, value: Any, spot: Spot) -> Written:
        """A value behind a colon or dash."""
        if not isinstance(value, dict | list):
            return self._scalar(value, spot)
        kind = "mapping" if isinstance(value, dict) else "list"
        if not value or spot.flow or self._goes_in_brackets(value, kind, spot):
            return Written(self.flow(value))
        step = self.style.step if kind == "mapping" else self.style.list_step
        column = spot.block_column if spot.block_column is not None else spot.column + step
        return Written("", tuple(self.rows(value, column, spot.key)))

    def rows(self, value: Any, column: int, key: str | None) -> list[str]:
        """A list or mapping that is not empty, as lines."""
        if isinstance(value, list):
            return [row for item in value for row in self.item(item, column, key)]
        rows: list[str] = []
        for name, inner in value.items():
            written = self.value(inner, Spot(column, name))
            rows += [_line(column, f"{self.key(name)}:", written.inline), *written.below]
        return rows

    def item(self, item: Any, column: int, key: str | None) -> list[str]:
        """One item of a list as lines, the dash in `column`; `key`: of the list."""
        spot = Spot(column, f"{key}[]")
        kind = "mapping" if isinstance(item, dict) else "list"
        if item and isinstance(item, dict | list) and not self._goes_in_brackets(item, kind, spot):
            inner = column + len(self.style.dash)
            first, *rest = self.rows(item, inner, spot.key)
            return [" " * column + self.style.dash + first[inner:], *rest]
        written = self.value(item, spot)
        gap = self.style.dash[1:] + written.inline if written.inline else ""
        return [" " * column + "-" + gap, *written.below]

    def flow(self, value: Any, key: str | None = None) -> str:
        """A value in brackets, on one line."""
        if isinstance(value, dict):
            inner = ", ".join(f"{self.key(k, flow=True)}: {self.flow(v, k)}" for k, v in value.items())
            return "{" + inner + "}"
        if isinstance(value, list):
            return "[" + ", ".join(self.flow(v, f"{key}[]") for v in value) + "]"
        return self._scalar(value, Spot(0, key, flow=True)).inline or "null"

    def key(self, name: str, *, flow: bool = False) -> str:
        plain = name == "" or (scalars.fits_plain(name, flow=flow) and len(name) < 100)
        if self.style.quotes_keys or not plain or name == "":
            return scalars.quoted(name, '"')
        return name

    def renamed_key(self, name: str, current: Node, *, flow: bool) -> str:
        """A key in place of another: in its quotes, unless only the other one needed them."""
        were_needed = not (self.style.quotes_keys or scalars.fits_plain(current.value, flow=flow))
        if self.careful or not current.style or were_needed:
            return self.key(name, flow=flow)
        return scalars.quoted(name, scalars.quote_for(name, current.style))

    def _goes_in_brackets(self, value: Any, kind: str, spot: Spot) -> bool:
        current = spot.current
        parts = list(value.values()) if isinstance(value, dict) else value
        is_leaf = not any(isinstance(part, dict | list) for part in parts)
        if current is not None and current.kind == kind and (current.entries or is_leaf):
            return current.flow
        flows = [
            node.flow
            for node in spot.beside
            if node.kind == kind and node.entries and node.is_leaf == is_leaf
        ]
        is_flow = (
            2 * sum(flows) > len(flows)
            if 2 * sum(flows) != len(flows)
            else self.style.is_flow(spot.key, kind, is_leaf=is_leaf)
        )
        if not is_flow:
            return False
        if any(isinstance(part, str) and "\n" in part for part in parts) and not self.style.is_all_flow:
            return False
        return spot.column + len(spot.key or "") + len(self.flow(value)) <= _WIDEST_FLOW

    def _scalar(self, value: Any, spot: Spot) -> Written:
        if value is None:
            return Written(self.style.null(but=spot.current))
        if not isinstance(value, str):
            return Written(scalars.plain_word(value))
        if self._goes_in_block(value, spot):
            column = spot.column + self.style.step if spot.block_column is None else spot.block_column
            rows = (" " * column + row if row else "" for row in scalars.block_rows(value))
            return Written(scalars.block_header(value, keeps_ends=spot.keeps_ends), tuple(rows))
        return Written(self._on_one_line(value, spot))

    def _goes_in_block(self, text: str, spot: Spot) -> bool:
        """Whether the text is written as lines: one of several lines, or one in place of another written so (`|-`)."""
        if self.careful or spot.flow:
            return False
        current = spot.current
        if "\n" not in text and current is not None and current.style == "|" and "\n" not in current.value:
            return scalars.fits_block(text + "\n")
        return scalars.fits_block(text)

    def _on_one_line(self, text: str, spot: Spot) -> str:
        current = spot.current if spot.current is not None and spot.current.kind == "scalar" else None
        is_plain = scalars.fits_plain(text, flow=spot.flow)
        if self.careful:
            return text if is_plain else scalars.quoted(text, '"')
        usual = self.style.quote(but=current)
        if current is not None and current.style in ("'", '"'):
            if is_plain and self._quotes_were_needed(current, usual, spot):
                return text
            chosen = current.style != scalars.quote_for(current.value, usual)  # else the file's, as far as its text let it
            return scalars.quoted(text, scalars.quote_for(text, current.style if chosen else usual))
        keeps_plain = (
            current is not None and not current.style and scalars.fits_plain(current.value, flow=False)
        )
        if is_plain and (keeps_plain or not self.style.quotes_plain_texts(spot.key, but=current)):
            return text
        return scalars.quoted(text, scalars.quote_for(text, usual))

    def _quotes_were_needed(self, current: Node, usual: str, spot: Spot) -> bool:
        """Whether this text would have been plain in this file if it could."""
        return (
            not scalars.fits_plain(current.value, flow=spot.flow)
            and current.style == scalars.quote_for(current.value, usual)
            and not self.style.quotes_plain_texts(spot.key, but=current)
        )

    def carefully(self) -> Writer:
        return replace(self, careful=True)


def _line(column: int, key: str, inline: str) -> str:
    return " " * column + (f"{key} {inline}" if inline else key)
