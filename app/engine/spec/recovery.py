"""What still parses of a text with syntax errors: the broken tasks or keys are left out, everything keeps its line.

It lets the editor go on drawing while somebody types (api.md 7.1 `stale`).
"""

from __future__ import annotations

import re
from typing import Any

import yaml

from app.engine.spec.limits import SpecLimits
from app.engine.spec.reading import EVENTS, read_text
from app.engine.spec.source import Document, split_lines

_MAX_ROUNDS = 8
_TOP_LEVEL = re.compile(r"[^\s#\-.{\[]")
_ITEM = re.compile(r"( *)- ")
_TASKS = re.compile(r"tasks\s*:")
_OPENED = ("flow", "quoted scalar")  # contexts whose beginning is the culprit, not the place where it shows


def recover(document: Document, limits: SpecLimits) -> Document:
    """The document without its broken regions, with the syntax errors of all of them; itself when that gains nothing."""
    if not any(problem.code == "syntax" for problem in document.problems):
        return document
    whole = lines = split_lines(document.text or "")
    problems = list(document.problems)
    for _ in range(_MAX_ROUNDS):
        lines, again = _without_region(lines, limits)
        if again is None:
            return document
        if again.complete:
            left_out = frozenset(n for n, line in enumerate(whole) if line and not lines[n])
            found = Document(again.value, again.marks, again.key_marks, problems, False, document.text, left_out)
            return found if _count(found) >= _count(document) else document
        problems += [p for p in again.problems if p.code == "syntax" and p not in problems]
    return document


def _without_region(lines: list[str], limits: SpecLimits) -> tuple[list[str], Document | None]:
    """The lines without the region where the error shows, or the one before it when that is the one to blame."""
    first: tuple[list[str], Document | None] = (lines, None)
    for region in _suspects(lines, _culprit("\n".join(lines))):
        rest = lines[: region.start] + [""] * len(region) + lines[region.stop :]
        read = read_text("\n".join(rest), limits)
        if read.complete:
            return rest, read
        first = first if first[1] is not None else (rest, read)
    return first


def _count(document: Document) -> int:
    tasks = document.value.get("tasks") if isinstance(document.value, dict) else None
    return len(tasks) if isinstance(tasks, list) else 0


def _culprit(text: str) -> int | None:
    """The line, from 0, whose region to leave out."""
    try:
        for _ in yaml.parse(text, EVENTS):
            pass
    except yaml.MarkedYAMLError as error:
        opened = error.context_mark is not None and any(word in str(error.context) for word in _OPENED)
        mark: Any = error.context_mark if opened else error.problem_mark
        return None if mark is None else int(mark.line)
    except yaml.YAMLError:
        return None
    return None


def _suspects(lines: list[str], number: int | None) -> list[range]:
    """The task or top-level key around a line, then the one before it; never the line of `tasks` itself."""
    starts = _starts(lines)
    ends = dict(zip(starts, [*starts[1:], len(lines)], strict=False))  # a text may have no region at all
    before = [
        start for start in starts if number is not None and start <= number and not _TASKS.match(lines[start])
    ]
    return [range(start, ends[start]) for start in reversed(before[-2:])]


def _starts(lines: list[str]) -> list[int]:
    found: list[int] = []
    in_tasks, indent = False, None
    for number, line in enumerate(lines):
        item = _ITEM.match(line)
        if _TOP_LEVEL.match(line):
            found.append(number)
            in_tasks, indent = _TASKS.match(line) is not None, None
        elif in_tasks and item is not None:
            indent = len(item.group(1)) if indent is None else indent
            if len(item.group(1)) == indent:
                found.append(number)
    return found
