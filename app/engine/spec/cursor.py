"""What stands at a place of the text: the path of the key or value under the cursor."""

from __future__ import annotations

from app.engine.spec.places import Mark, Path
from app.engine.spec.source import Document


def path_at(document: Document, line: int, column: int = 1) -> Path:
    """Path of the innermost key or value around a place (from 1, columns in UTF-16 units); `()` where there is none.

    Behind a key, and in the indentation before it, that line's first key counts: people look at lines.
    """
    inside = [path for path, mark in _marks(document) if _holds(mark, line, column)]
    on_line = [path for path, mark in document.key_marks.items() if mark.line == line]
    innermost = max(inside, key=len, default=())
    nearest = min(on_line, key=lambda path: (len(path), _distance(document.key_marks[path], column)), default=())
    return innermost if len(innermost) >= len(nearest) else nearest


def task_path(path: Path) -> Path:
    """The part of a path that leads to the innermost task; `()` outside of tasks."""
    end = 0
    while len(path) > end + 1 and path[end] == "tasks":
        end += 2
    return path[:end]


def _marks(document: Document) -> list[tuple[Path, Mark]]:
    return [*document.marks.items(), *document.key_marks.items()]


def _holds(mark: Mark, line: int, column: int) -> bool:
    return (mark.line, mark.column) <= (line, column) <= (mark.end_line, mark.end_column)


def _distance(mark: Mark, column: int) -> int:
    return abs(mark.column - column)
