"""Where a task is named, and what stands there after it is renamed: names, targets and references in expressions.

Source: language.md 3, 4, 7; api.md 7.1 `rename_task`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.engine.errors import ExpressionFailed
from app.engine.expressions import Reference, compile_condition, compile_value
from app.engine.spec.places import Path
from app.engine.spec.transitions import CLASSIC_GUARDS

Names = tuple[tuple[str, str], ...]  # (old, new) of each task

_ROOTS = ("task", "tasks", "inquiry")
_ROOT = re.compile(r"(?<![\w.])(?:tasks?|inquiry)(?!\w)")
_ACCESS = re.compile(
    r"""\s*(?:\.\s*(?P<attribute>\w+)|\[\s*(?P<quote>['"])(?P<key>(?:\\.|(?!(?P=quote)).)*)(?P=quote)\s*\])""",
    re.DOTALL,
)
_BRANCH_TARGETS = ("next", "do", "default")
_CONDITIONS = ("when", "on_error")
_MARKS = ("{{", "{%")


@dataclass(frozen=True, slots=True)
class Span:
    """`text[start:end]` becomes `insert`."""

    start: int
    end: int
    insert: str


def renamed(data: Any, names: Names, path: Path = ()) -> Any:
    """A copy of the data in which the tasks have their new names; `path` is where `data` stands in the document."""
    if isinstance(data, str):
        return respelled(data, spans_in(data, path, dict(names)))
    if isinstance(data, dict):
        return {key: renamed(value, names, (*path, key)) for key, value in data.items()}
    if isinstance(data, list):
        return [renamed(value, names, (*path, index)) for index, value in enumerate(data)]
    return data


def respelled(text: str, spans: list[Span]) -> str:
    """The text with its spans replaced."""
    parts: list[str] = []
    at = 0
    for span in spans:
        parts += [text[at : span.start], span.insert]
        at = span.end
    return "".join([*parts, text[at:]])


def spans_in(text: str, path: Path, names: Mapping[str, str]) -> list[Span]:
    """What changes in one text of the document: all of it where it is a name or target, else its references."""
    if text in names and _names_a_task(path):
        return [Span(0, len(text), names[text])]
    if not any(name in text for name in names) and "\\" not in text:
        return []
    is_condition = bool(path) and path[-1] in _CONDITIONS and path[:1] == ("tasks",)
    if not is_condition and not any(mark in text for mark in _MARKS):
        return []
    found = {span.start: span for span in _reference_spans(text, names, is_condition)}
    return [found[start] for start in sorted(found)]


def is_name(text: str) -> bool:
    """Whether `task.<text>` can be written."""
    return text.isidentifier()


def _names_a_task(path: Path) -> bool:
    while len(path) > 3 and path[0] == path[2] == "tasks":  # a child of a container
        path = path[2:]
    below = path[2:] if path[:1] == ("tasks",) else ()
    if below == ("name",):
        return True
    if below and isinstance(below[-1], int):
        below = below[:-1]
    match below:
        case (str(key),):
            return key in CLASSIC_GUARDS
        case ("next", int(), "do"):
            return True
        case ("decision", int(), str(key)):
            return key in _BRANCH_TARGETS
    return False


def _reference_spans(text: str, names: Mapping[str, str], is_condition: bool) -> Iterator[Span]:
    for start in _roots(text, is_condition):
        root = _ROOT.match(text, start)
        access = _ACCESS.match(text, root.end()) if root else None
        if access is None:
            continue
        attribute, key = access.group("attribute"), access.group("key")
        old = attribute if attribute is not None else re.sub(r"\\(.)", r"\1", key)
        if old in names:
            yield Span(access.start(), access.end(), _access(access, old, names[old]))


def _roots(text: str, is_condition: bool) -> list[int]:
    """Where `task`, `tasks` or `inquiry` begins a reference; by its looks where the expression can't be read."""
    try:
        references = _references(text, is_condition)
    except ExpressionFailed:
        return [match.start() for match in _ROOT.finditer(text)]
    relevant = [r for r in references if r.namespace in ("task", "inquiry")]
    if any(r.column is None for r in relevant) or "\r" in text:
        return [match.start() for match in _ROOT.finditer(text)]
    return [r.column - 1 for r in relevant if r.column is not None]


def _references(text: str, is_condition: bool) -> frozenset[Reference]:
    return compile_condition(text).references if is_condition else compile_value(text).references


def _access(written: re.Match[str], old: str, new: str) -> str:
    """`.new` or `['new']`, as it was written where that can be."""
    lead = written.group()[: len(written.group()) - len(written.group().lstrip())]
    if written.group("attribute") is not None:
        if is_name(new):
            return f"{written.group()[: -len(old)]}{new}"
        return f"{lead}['{_escaped(new, chr(39))}']"
    if is_name(new) and not is_name(old):  # brackets were needed for the old name only
        return f"{lead}.{new}"
    quote = written.group("quote")
    return written.group().replace(
        f"{quote}{written.group('key')}{quote}", f"{quote}{_escaped(new, quote)}{quote}"
    )


def _escaped(text: str, quote: str) -> str:
    return text.replace("\\", "\\\\").replace(quote, "\\" + quote)
