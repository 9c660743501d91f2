"""A loaded document: plain data with the places it came from. `document.load` makes it from text."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from app.engine.spec.places import Mark, Path, path_of, utf16_length
from app.engine.spec.problems import Problem


@dataclass(slots=True)
class Document:
    """One loaded document.

    Attributes:
        value: JSON data; what could be read when `complete` is false.
        marks: path of a value -> its range; values behind an alias have none of their own.
        key_marks: path of a value in a mapping -> range of its key.
        problems: what is wrong with the text itself (syntax, duplicates, limits).
        complete: false when the text could not be read to its end.
        text: the source; None for a document made from a JSON value.
        left_out: lines, from 0, that recovery left out because they can't be read.
    """

    value: Any
    marks: dict[Path, Mark] = field(default_factory=dict)
    key_marks: dict[Path, Mark] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    complete: bool = True
    text: str | None = None
    left_out: frozenset[int] = frozenset()
    _lines: list[str] | None = None

    @classmethod
    def from_value(cls, value: Any) -> Document:
        """A document around JSON data, e.g. the `definition` of a request: everything but places."""
        return cls(value)

    def place(self, path: Path | str, *, key: bool = False) -> Mark | None:
        """Where to point for a finding at `path`: its key, its value, or the nearest thing above it."""
        steps = path_of(path) if isinstance(path, str) else path
        for length in range(len(steps), -1, -1):
            found = self._exact_place(steps[:length], key=key and length == len(steps))
            if found is not None:
                return found
        return None

    def inner_place(self, path: Path, offset: int, length: int = 1) -> Mark | None:
        """Where character `offset` (from 0) of the text value at `path` stands; None when it can't be told."""
        mark = self.marks.get(path)
        value = self.value_at(path)
        if mark is None or self.text is None or not isinstance(value, str):
            return None
        return _inner_mark(self.lines(), mark, value, offset, length)

    def value_at(self, path: Path) -> Any:
        """The value at `path`, or None."""
        value = self.value
        for step in path:
            try:
                value = value[step]
            except (KeyError, IndexError, TypeError):
                return None
        return value

    def raw(self, path: Path) -> str | None:
        """The source of a scalar on one line, as written; None when there is none."""
        mark = self.marks.get(path)
        if mark is None or self.text is None or mark.line != mark.end_line:
            return None
        return _slice_utf16(self.lines()[mark.line - 1], mark.column - 1, mark.end_column - 1)

    def lines(self) -> list[str]:
        if self._lines is None:
            self._lines = split_lines(self.text or "")
        return self._lines

    def _exact_place(self, path: Path, *, key: bool) -> Mark | None:
        mark, key_mark = self.marks.get(path), self.key_marks.get(path)
        if key and key_mark is not None:
            return key_mark
        if mark is None:
            return key_mark
        if isinstance(self.value_at(path), dict | list):
            return key_mark or _first_line_of(mark, self.lines())
        return mark


def split_lines(text: str) -> list[str]:
    """Lines as YAML counts them: ended by LF, CR or CR LF, and by NEL, LS, PS as libyaml does."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    for mark in ("\x85", "\u2028", "\u2029"):
        text = text.replace(mark, "\n")
    return text.split("\n")


def _first_line_of(mark: Mark, lines: list[str]) -> Mark:
    if mark.line == mark.end_line:
        return mark
    end = utf16_length(lines[mark.line - 1].rstrip()) + 1 if mark.line <= len(lines) else mark.column
    return Mark(mark.line, mark.column, mark.line, max(end, mark.column))


def _inner_mark(lines: list[str], mark: Mark, value: str, offset: int, length: int) -> Mark | None:
    if mark.line == mark.end_line:
        return _inline_mark(lines[mark.line - 1], mark, value, offset, length)
    return _block_mark(lines, mark, value, offset, length)


def _inline_mark(line: str, mark: Mark, value: str, offset: int, length: int) -> Mark | None:
    raw = _slice_utf16(line, mark.column - 1, mark.end_column - 1)
    start = raw.find(value)
    if start < 0:  # escapes: the value is not written as it is
        return None
    begin = mark.column + utf16_length(raw[:start] + value[:offset])
    return Mark(mark.line, begin, mark.line, begin + utf16_length(value[offset : offset + length]))


def _block_mark(lines: list[str], mark: Mark, value: str, offset: int, length: int) -> Mark | None:
    before = value[:offset]
    row, within = before.count("\n"), offset - (before.rfind("\n") + 1)
    wanted = value.split("\n")[row]
    number = mark.line + row  # a literal block: its first line of text follows the indicator
    if number >= len(lines) or not lines[number].endswith(wanted):
        return None
    indent = lines[number][: len(lines[number]) - len(wanted)]
    begin = utf16_length(indent + wanted[:within]) + 1
    return Mark(number + 1, begin, number + 1, begin + max(1, utf16_length(wanted[within : within + length])))


def _slice_utf16(line: str, start: int, end: int) -> str:
    if utf16_length(line) == len(line):
        return line[start:end]
    return line.encode("utf-16-le")[2 * start : 2 * end].decode("utf-16-le", "replace")
