"""Jinja2's lexer with exact places: every token's line number also knows its offset in the text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from jinja2.lexer import Lexer, newline_re


class Place(int):
    """A line number that carries the offset of its token; the syntax tree keeps it as `lineno`."""

    offset: int

    @classmethod
    def at(cls, line: int, offset: int) -> Place:
        place = cls(line)
        place.offset = offset
        return place


def column_of(line: Any) -> int | None:
    """1-based place in the whole text of something with a `lineno` from this lexer."""
    return line.offset + 1 if isinstance(line, Place) else None


class PlacingLexer(Lexer):
    """Jinja2's own lexer; only the line numbers are richer."""

    def tokeniter(
        self, source: str, name: str | None, filename: str | None = None, state: str | None = None
    ) -> Iterator[tuple[int, str, str]]:
        source = "\n".join(newline_re.split(source)[::2])  # as the lexer itself reads it
        offset = 0
        for line, token, value in super().tokeniter(source, name, filename, state):
            found = source.find(value, offset) if value else -1
            start = found if found >= 0 else offset
            offset = start + len(value) if found >= 0 else offset
            yield Place.at(line, start), token, value


def has_marks(source: str) -> bool:
    """Whether the text holds anything that could begin a template."""
    return "{{" in source or "{%" in source or "{#" in source
