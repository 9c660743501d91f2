"""Collects problems while a document is read, each with its place in the text."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any

from app.engine.spec.places import Mark, Path, path_of, path_text
from app.engine.spec.problems import Problem, Severity
from app.engine.spec.source import Document


class Findings:
    """A list of problems about one document. Paths may be tuples, or texts such as `tasks[1].action`."""

    def __init__(self, document: Document | None, *, prefix: str = "") -> None:
        self.document = document
        self.problems: list[Problem] = []
        self._prefix = prefix

    def error(self, path: Path | str, code: str, message: str, **more: Any) -> None:
        """An error. `more`: task, fix, key (point at the key), at (an exact mark)."""
        self._add("error", path, code, message, **more)

    def warning(self, path: Path | str, code: str, message: str, **more: Any) -> None:
        self._add("warning", path, code, message, **more)

    def _add(
        self,
        severity: Severity,
        path: Path | str,
        code: str,
        message: str,
        *,
        task: str | None = None,
        fix: dict[str, Any] | None = None,
        key: bool = False,
        at: Mark | None = None,
    ) -> None:
        steps = path_of(path) if isinstance(path, str) else path
        mark = at or (self.document.place(steps, key=key) if self.document else None)
        line, column, end_line, end_column = mark or (None, None, None, None)
        self.problems.append(
            Problem(
                severity,
                self._prefix + message,
                path_text(steps),
                code,
                task,
                line,
                column,
                end_line,
                end_column,
                fix,
            )
        )


def set_field_fix(label: str, path: Iterable[str | int], value: Any) -> dict[str, Any]:
    """A fix that writes a value (api.md 7.1 `set_field`; tasks by name)."""
    return {"label": label, "operation": {"op": "set_field", "path": list(path), "value": value}}


def rename_key_fix(path: Iterable[str | int], meant: str) -> dict[str, Any]:
    """A fix that gives a key another name (`rename_key`, an addition to api.md 7.1; tasks by name)."""
    operation = {"op": "rename_key", "path": list(path), "to": meant}
    return {"label": f"Write '{meant}'", "operation": operation}


def near(name: str, known: Iterable[str]) -> str | None:
    """The known name an author most likely meant, or None."""
    found = get_close_matches(name.lower(), list(known), n=1, cutoff=0.7)
    return found[0] if found else None


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """` Did you mean 'x'?` with the space before it, or nothing."""
    found = near(name, known)
    return f" Did you mean '{found}'?" if found else ""


def what_came(value: Any) -> str:
    """A value as errors show it: its type, and the value when it is short."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f"text '{value if len(value) <= 40 else value[:37] + '...'}'"
    if isinstance(value, int | float):
        return f"the number {value}"
    return "a list" if isinstance(value, list) else "a mapping"
