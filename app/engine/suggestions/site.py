"""What is being written at a place of a workflow text, told from its lines alone.

Somebody is in the middle of typing, so that the text around the cursor is hardly ever valid YAML: indentation says
enough. Offsets count characters of the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

from app.engine.spec.places import Path

Kind = Literal["key", "value", "name", "filter", "nothing"]
CONDITIONS = frozenset({"when", "on_error"})

_KEY_LINE = re.compile(r"(?P<dashes>\s*(?:- +)*)(?P<quote>[\"']?)(?P<key>[\w.-]+)(?P=quote)\s*:(?=\s|$)\s*(?P<value>.*)$")
_BARE_LINE = re.compile(r"(?P<dashes>\s*(?:- +)*-?)\s*(?P<word>[^\s#]*)$")
_BLOCK = re.compile(r":\s*[|>][+-]?\d?[+-]?\s*(#.*)?$")
_EXPRESSION_WORD = re.compile(r"[\w.()\[\]'\"-]*$")
_VALUE_WORD = re.compile(r"[^\s\[\]{},\"']*$")


@dataclass(frozen=True, slots=True)
class Site:
    """A place in a text.

    Attributes:
        kind: a key, a plain value, a name or a filter in an expression, or nothing that could be offered.
        path: of the mapping that the key is in, or of the value; entries of lists are 0.
        word: what has been typed of it, from `start` up to the place.
        end: where the word ends.
        siblings: keys of the same mapping with the plain values on their lines.
        task: the innermost task's keys around, as `siblings`.
        line: index of the line.
        column: where the key stands in it.
        quoted: the place is within quotes or a block of text.
    """

    kind: Kind
    path: Path
    word: str
    start: int
    end: int
    line: int
    column: int = 0
    siblings: dict[str, str] = field(default_factory=dict)
    task: dict[str, str] = field(default_factory=dict)
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class _Line:
    index: int
    column: int  # of the key
    dash: int | None  # column of the last "- " before it
    key: str | None
    value: str


def site_at(text: str, offset: int) -> Site:
    """The site at an offset in characters."""
    lines = text.split("\n")
    index = text.count("\n", 0, offset)
    line = lines[index].rstrip("\r")
    before = line[: offset - (text.rfind("\n", 0, offset) + 1)]
    read = [_read(number, row.rstrip("\r")) for number, row in enumerate(lines)]
    return _Sites(read, lines, index, offset).site(before, line)


class _Sites:
    def __init__(self, read: list[_Line | None], lines: list[str], index: int, offset: int) -> None:
        self._read, self._lines, self._index, self._offset = read, lines, index, offset

    def site(self, before: str, line: str) -> Site:
        block = self._block_around()
        if block is not None:
            return self._expression(before, line, block) or self._site("nothing", (), "", line, before)
        if before.lstrip().startswith("#"):
            return self._site("nothing", (), "", line, before)
        match = _KEY_LINE.match(before)
        if match is None:
            return self._bare(before, line)
        here = _Line(self._index, len(match["dashes"]), _dash(match["dashes"]), match["key"], match["value"])
        return self._expression(before, line, here) or self._value(match, before, line, here)

    def _expression(self, before: str, line: str, here: _Line) -> Site | None:
        """Inside of `{{ }}`, or in a condition, which needs none."""
        opened = before.rfind("{{")
        inside = opened > before.rfind("}}") and opened >= 0
        condition = here.key in CONDITIONS and here.index == self._index
        if not inside and not condition:
            return None
        code = before[opened + 2 :] if inside else here.value
        word = _EXPRESSION_WORD.search(code)
        typed = word[0].lstrip("\"'") if word else ""
        rest = code[: len(code) - len(typed)].rstrip()
        kind: Kind = "filter" if rest.endswith("|") else "name"
        return self._site(kind, (*self._path(here), here.key or 0), typed, line, before, here, quoted=inside)

    def _value(self, match: re.Match[str], before: str, line: str, here: _Line) -> Site:
        typed = _VALUE_WORD.search(match["value"])
        word = typed[0] if typed else ""
        quoted = match["value"][:1] in ("'", '"')
        return self._site("value", (*self._path(here), here.key or 0), word, line, before, here, quoted=quoted)

    def _bare(self, before: str, line: str) -> Site:
        """A key that begins, or an entry of a list."""
        match = _BARE_LINE.match(before)
        if match is None:
            return self._site("nothing", (), "", line, before)
        dashes = match["dashes"]
        here = _Line(self._index, len(dashes) if not dashes.rstrip().endswith("-") else len(dashes) + 1, _dash(dashes), None, "")
        path = self._path(here)
        return self._site("key", path, match["word"], line, before, here)

    def _site(
        self, kind: Kind, path: Path, word: str, line: str, before: str, here: _Line | None = None, *, quoted: bool = False
    ) -> Site:
        after = re.match(r"[\w.-]*", line[len(before) :])
        end = self._offset + (len(after[0]) if after and kind != "value" else 0)
        around = dict(self._siblings(here)) if here is not None else {}
        task = self._task(here) if here is not None else {}
        column = here.column if here is not None else 0
        return Site(kind, path, word, self._offset - len(word), end, self._index, column, around, task, quoted)

    def _above(self, here: _Line) -> Iterator[_Line]:
        """The keys that this line is below of, innermost first, then one for each list that it is an entry of."""
        column, dash = here.column, here.dash
        for line in reversed(self._read[: here.index]):
            if line is None:
                continue
            if dash is None and line.column == column and line.dash is not None:
                dash = line.dash  # the first key of the entry that this key is in
                continue
            inner = line.column < column if dash is None else _leads_to(line, dash)
            if inner and line.key is not None:
                yield line if dash is None else _Line(line.index, line.column, line.dash, line.key, "-")
                column, dash = line.column, line.dash

    def _path(self, here: _Line) -> Path:
        path: list[str | int] = []
        for line in self._above(here):
            path += [0, line.key or ""] if line.value == "-" else [line.key or ""]
        return tuple(reversed(path))

    def _siblings(self, here: _Line) -> Iterator[tuple[str, str]]:
        """The other keys of the mapping that a line is in."""
        for step in (-1, 1):
            if step == -1 and here.dash is not None:
                continue  # it begins its mapping
            for line in self._read[here.index + step :: step]:
                if line is None or line.column > here.column:
                    continue
                if line.column < here.column or (step == 1 and line.dash is not None):
                    break
                yield line.key or "", line.value
                if line.dash is not None:
                    break

    def _task(self, here: _Line) -> dict[str, str]:
        """Keys of the innermost task around."""
        chain = [here, *self._above(here)]
        for line, parent in pairwise(chain):
            if parent.key == "tasks" and parent.value == "-":
                own = {line.key: line.value} if line.key else {}
                start = self._read[line.index] or line
                return {**own, **dict(self._siblings(start))}
        return {}

    def _block_around(self) -> _Line | None:
        """The key whose block of text the line stands in."""
        own = self._lines[self._index]
        indent = len(own) - len(own.lstrip())
        for line in reversed(self._read[: self._index]):
            if line is not None and (line.column < indent or not own.strip()):
                return line if _BLOCK.search(self._lines[line.index]) else None
        return None


def _read(index: int, line: str) -> _Line | None:
    match = _KEY_LINE.match(line)
    if match is None:
        bare = re.match(r"(\s*(?:- +)*)-\s*$", line)
        return None if bare is None else _Line(index, len(bare[1]) + 2, len(bare[1]), None, "")
    value = re.sub(r"\s+#.*$", "", match["value"]).strip().strip("\"'")
    return _Line(index, len(match["dashes"]), _dash(match["dashes"]), match["key"], value)


def _dash(dashes: str) -> int | None:
    return dashes.rfind("-") if "-" in dashes else None


def _leads_to(line: _Line, dash: int) -> bool:
    """Whether a key holds the list whose dashes stand in this column; some people don't indent them."""
    return line.column < dash or (line.column == dash and line.dash is None and not line.value)
