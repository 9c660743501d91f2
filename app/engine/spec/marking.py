"""Parser marks (from 0, in characters) as marks of ours (from 1, in UTF-16 code units)."""

from __future__ import annotations

from typing import Any

from app.engine.spec.places import Mark, utf16_length
from app.engine.spec.source import split_lines


class Marker:
    """Makes the marks of one text."""

    def __init__(self, text: str) -> None:
        self._lines = split_lines(text)
        self._wide = max(text, default="") > "\uffff"  # only then columns differ from UTF-16 code units

    def mark(self, event: Any) -> Mark:
        """The range of an event; a block scalar ends behind its last line of text, not at whatever follows it."""
        start, end = event.start_mark, event.end_mark
        line, column = end.line, end.column
        while column == 0 and line > start.line:
            line -= 1
            column = len(self._lines[line].rstrip()) if line < len(self._lines) else 0
        return Mark(
            start.line + 1, self._column(start.line, start.column), line + 1, self._column(line, column)
        )

    def end(self, event: Any) -> tuple[int, int]:
        """Line and column where an event ends, as a mark counts them."""
        return event.end_mark.line + 1, self._column(event.end_mark.line, event.end_mark.column)

    def _column(self, line: int, column: int) -> int:
        if not self._wide or line >= len(self._lines):
            return column + 1
        return utf16_length(self._lines[line][:column]) + 1
