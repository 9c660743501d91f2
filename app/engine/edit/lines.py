"""The lines of a text: where each begins and ends, and what kind of line it is."""

from __future__ import annotations

import re
from bisect import bisect_right

# as YAML counts lines, and as libyaml does
_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
_BLANKS = re.compile(
    r"(?:[ \t\r\n\x85\u2028\u2029]+|(?:(?<=[\s\ufeff])|^)#[^\r\n\x85\u2028\u2029]*)*", re.MULTILINE
)


class Lines:
    """Line numbers count from 0. `ends` are before the line end, so a line is `text[starts[n]:ends[n]]`."""

    def __init__(self, text: str, unreadable: frozenset[int] = frozenset()) -> None:
        self.text = text
        self.unreadable = unreadable
        breaks = [match.span() for match in _BREAK.finditer(text)]
        self.starts = [0, *(end for _, end in breaks)]
        self.ends = [*(start for start, _ in breaks), len(text)]

    def number(self, offset: int) -> int:
        """The line in which an offset stands."""
        return bisect_right(self.starts, offset) - 1

    def start(self, offset: int) -> int:
        """Where the line of an offset begins."""
        return self.starts[self.number(offset)]

    def end(self, offset: int) -> int:
        """Where the line of an offset ends, before its line end."""
        return self.ends[self.number(offset)]

    def column(self, offset: int) -> int:
        """From 0, in characters."""
        return offset - self.start(offset)

    def line(self, number: int) -> str:
        return self.text[self.starts[number] : self.ends[number]]

    def is_blank(self, number: int) -> bool:
        return number not in self.unreadable and not self.line(number).strip(" \t")

    def comment_column(self, number: int) -> int | None:
        """The column of `#` in a line that holds only a comment."""
        line = self.line(number)
        bare = line.lstrip(" ")
        return len(line) - len(bare) if bare.startswith("#") and number not in self.unreadable else None

    def leads(self, offset: int) -> bool:
        """Whether nothing but indentation stands before an offset in its line."""
        return not self.text[self.start(offset) : offset].strip(" ")

    def is_last(self, offset: int) -> bool:
        """Whether the line of an offset ends with the text, without a line end."""
        return self.ends[self.number(offset)] == len(self.text)


def after_blanks(text: str, offset: int) -> int:
    """The first place from `offset` that is no white space, line end or comment."""
    match = _BLANKS.match(text, offset)
    return match.end() if match else offset
