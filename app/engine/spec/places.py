"""Places in a document: paths, their text form, and positions counted as browsers count them."""

from __future__ import annotations

import re
from typing import NamedTuple

Path = tuple[str | int, ...]

_SIMPLE_KEY = re.compile(r"[^\s.\[\]'\"]+\Z")


class Mark(NamedTuple):
    """A range of the text: lines and columns from 1, the end excluded, columns in UTF-16 code units."""

    line: int
    column: int
    end_line: int
    end_column: int


def path_text(path: Path) -> str:
    """`("tasks", 2, "input", "a b")` as `tasks[2].input['a b']`."""
    parts: list[str] = []
    for step in path:
        if isinstance(step, int):
            parts.append(f"[{step}]")
        elif _SIMPLE_KEY.match(step):
            parts.append(f".{step}" if parts else step)
        else:
            parts.append("['" + step.replace("\\", "\\\\").replace("'", "\\'") + "']")
    return "".join(parts)


_STEP = re.compile(r"\[(\d+)\]|\['((?:\\.|[^'\\])*)'\]|\.?([^\s.\[\]'\"]+)")


def path_of(text: str) -> Path:
    """The inverse of `path_text`."""
    steps: list[str | int] = []
    for index, quoted, simple in _STEP.findall(text):
        if index:
            steps.append(int(index))
        else:
            steps.append(simple or re.sub(r"\\(.)", r"\1", quoted))
    return tuple(steps)


def utf16_length(text: str) -> int:
    """Length in UTF-16 code units: characters outside the basic plane count twice."""
    return len(text) + sum(1 for char in text if char > "\uffff")
