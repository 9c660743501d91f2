"""libyaml's complaints in words an author can use."""

from __future__ import annotations

import re
from typing import Any

import yaml

from app.engine.spec.places import utf16_length
from app.engine.spec.problems import Problem
from app.engine.spec.source import split_lines

_TEMPLATE_UNQUOTED = re.compile(r"(^|[:\-,\[{]\s+)\{\{")
_HINTS = (
    ("mapping values are not allowed", "Put quotes around text that contains ': '."),
    ("could not find expected ':'", "A key needs ': ' behind it; or put quotes around the text."),
    ("found unexpected end of stream", "A quote or bracket is not closed."),
    (
        "did not find expected '-' indicator",
        "Check the indentation: entries of one list start in the same column.",
    ),
    ("did not find expected key", "Check the indentation: keys of one mapping start in the same column."),
    ("did not find expected ',' or", "A bracket or brace is not closed, or a comma is missing."),
    (
        "found unknown escape character",
        "In double quotes write '\\\\' for a backslash, or use single quotes.",
    ),
)


def syntax_problem(error: yaml.YAMLError, text: str) -> Problem:
    """A parser, scanner or reader error as a problem with line and column."""
    lines = split_lines(text)
    if isinstance(error, yaml.reader.ReaderError):
        return _unreadable_character(error, text)
    mark = _mark_of(error, text)
    line = min(mark.line, len(lines) - 1) if mark else 0
    column = utf16_length(lines[line][: mark.column]) + 1 if mark else 1
    message = f"Not valid YAML: {_what(error)}. {_hint(error, lines, line)}".rstrip()
    return Problem("error", message, "", "syntax", None, line + 1, column, line + 1, column + 1)


def _mark_of(error: Any, text: str) -> Any:
    """Where the trouble shows; when that is the end of the text, where it began."""
    problem, context = getattr(error, "problem_mark", None), getattr(error, "context_mark", None)
    at_end = problem is not None and not text[problem.index :].strip()
    return context if context is not None and (problem is None or at_end) else problem


def _what(error: Any) -> str:
    what = getattr(error, "problem", None) or "it can't be read"
    context = getattr(error, "context", None)
    return f"{what} {context}" if context else str(what)


def _hint(error: Any, lines: list[str], line: int) -> str:
    around = lines[max(0, line - 1) : line + 1]
    if any(_TEMPLATE_UNQUOTED.search(text) for text in around):
        return 'Put quotes around a template: "{{ ... }}".'
    what = _what(error)
    if "cannot start any token" in what:
        if any("\t" in text[: len(text) - len(text.lstrip())] for text in around):
            return "Indent with spaces, not with tabs."
        return "Put quotes around text that begins with this character."
    return next((hint for part, hint in _HINTS if part in what), "")


def _unreadable_character(error: Any, text: str) -> Problem:
    before = text[: error.position]
    line = before.count("\n") + 1
    column = utf16_length(before[before.rfind("\n") + 1 :]) + 1
    message = (
        "A control character can't be part of the text; remove it, or write it as an escape in double quotes."
    )
    return Problem("error", message, "", "not_text", None, line, column, line, column + 1)
