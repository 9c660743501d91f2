"""What a person should know about an import: each note says what it was, where it stood, and what to do."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from app.engine.spec.places import Path, path_text
from app.engine.spec.problems import Severity
from app.engine.spec.source import Document


class Untranslatable(Exception):
    """An expression that has no counterpart here.

    Attributes:
        message: what it is, for people.
        hint: what to do instead.
        offset: where in the expression, in characters from 0; None: all of it.
    """

    def __init__(self, message: str, *, hint: str, offset: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.offset = offset


@dataclass(frozen=True, slots=True)
class Note:
    """One thing that is different, or could not be carried over.

    Attributes:
        severity: `error`: the workflow can't do what it did until somebody acts; `warning`: look at it;
            `info`: it is carried over, in another form.
        was: the source as it was written, shortened.
        advice: what to do.
        path, line, column: place in the text that was imported (or in its metadata); None without a place.
        source: `workflow` or `metadata`.
    """

    severity: Severity
    message: str
    advice: str = ""
    was: str = ""
    path: str = ""
    line: int | None = None
    column: int | None = None
    source: str = "workflow"

    @property
    def text(self) -> str:
        """Message and advice in one line."""
        return f"{self.message} {self.advice}".strip()


@dataclass(slots=True)
class Notes:
    """Collects notes about one document. The same note about one place is taken once: tasks may be copied."""

    document: Document
    source: str = "workflow"
    found: list[Note] = field(default_factory=list)

    def error(
        self, path: Path, message: str, advice: str, *, was: Any = "", offset: int | None = None
    ) -> Note:
        return self._add("error", path, message, advice, was, offset)

    def warning(
        self, path: Path, message: str, advice: str, *, was: Any = "", offset: int | None = None
    ) -> Note:
        return self._add("warning", path, message, advice, was, offset)

    def info(
        self, path: Path, message: str, advice: str = "", *, was: Any = "", offset: int | None = None
    ) -> Note:
        return self._add("info", path, message, advice, was, offset)

    def _add(
        self, severity: Severity, path: Path, message: str, advice: str, was: Any, offset: int | None
    ) -> Note:
        mark = self.document.inner_place(path, offset) if offset is not None else None
        mark = mark or self.document.place(path)
        line, column = (mark.line, mark.column) if mark else (None, None)
        note = Note(severity, message, advice, _short(was), path_text(path), line, column, self.source)
        if note not in self.found:
            self.found.append(note)
        return note


def _short(was: Any) -> str:
    text = was if isinstance(was, str) else repr(was)
    return text if len(text) <= 200 else text[:197] + "..."
