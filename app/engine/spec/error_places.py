"""Where in its workflow's text an error stands, as far as its message names the place ("task 'build', input.url"). Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.engine.spec.model import WorkflowSpec
from app.engine.spec.places import path_of
from app.engine.spec.source import Document

_PLACE = re.compile(r"task '([^']+)', ([A-Za-z_][\w.\[\]]*)")
LONGEST = 200


@dataclass(frozen=True, slots=True)
class ErrorLine:
    """A line of the text, from 1, and what stands there."""

    number: int
    text: str


def error_line(message: str, *, spec: WorkflowSpec, document: Document) -> ErrorLine | None:
    """The line the message points to; None when it names no place, or one that this text doesn't have."""
    named = _PLACE.search(message)
    task = next((task for task in spec.all_tasks() if task.name == named[1]), None) if named else None
    if named is None or task is None:
        return None
    mark = document.place((*path_of(task.path), *path_of(named[2])))
    lines = document.lines()
    if mark is None or mark.line > len(lines):
        return None
    return ErrorLine(mark.line, lines[mark.line - 1].strip()[:LONGEST])
