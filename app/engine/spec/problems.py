"""One finding about a document: what is wrong, where, and the way out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Severity = Literal["error", "warning", "info"]


@dataclass(frozen=True, slots=True)
class Problem:
    """A finding of the loader or the validator.

    Attributes:
        path: place in the document, dotted with list indexes: `tasks[2].next[0].when`; "" is the document.
        line, column, end_line, end_column: from 1, columns in UTF-16 code units; None without a text.
        task: name of the task it belongs to, when there is one.
        fix: `{label, operation}`, operation as in api.md 7.1; None when there is no mechanical fix.
        code: stable machine word, e.g. `unknown_key`, `unknown_task`, `unbounded_cycle`.
    """

    severity: Severity
    message: str
    path: str
    code: str = ""
    task: str | None = None
    line: int | None = None
    column: int | None = None
    end_line: int | None = None
    end_column: int | None = None
    fix: dict[str, Any] | None = None


def errors_of(problems: list[Problem]) -> list[Problem]:
    """The findings that make the definition unusable."""
    return [p for p in problems if p.severity == "error"]
