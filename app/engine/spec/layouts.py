"""The linked layout as one text and back: the action file and the graph file, without losing a comment.

Only whole top-level entries move, with the comments above them. Each way is checked by parsing: when the result does
not say the same, the answer is None. Source: language.md 1.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.engine.spec.document import load
from app.engine.spec.model import WorkflowSpec
from app.engine.spec.parse import parse_workflow
from app.engine.spec.problems import errors_of

# What the action file says, by the names it may have; the first is the one workflows use.
_SYNONYMS = {
    "ref": ("ref",),
    "label": ("label",),
    "description": ("description",),
    "parameters": ("parameters", "param_schema"),
    "output": ("output", "output_schema", "out_schema"),
    "tags": ("tags",),
}
_HEAD = {name: key for key, names in _SYNONYMS.items() for name in names}
_BETWEEN = re.compile(r"\s*(#.*)?\Z")


@dataclass(frozen=True, slots=True)
class _Entry:
    """One top-level entry with what stands above it; `key` is the usual name, `text` ends with a line end."""

    key: str
    text: str


def joined_text(action_text: str, graph_text: str, *, ref: str) -> str | None:
    """One text that says what the two files say; None when they can't be joined line by line."""
    action, graph = _entries(action_text), _entries(graph_text)
    if action is None or graph is None:
        return None
    head = [entry for entry in action if entry.key in _SYNONYMS]
    said = {entry.key for entry in head}
    own_ref = "" if "ref" in said else f"ref: {ref}\n"
    rest = [entry for entry in graph if entry.key not in {*said, "ref"}]
    text = own_ref + "".join(entry.text for entry in [*head, *rest])
    spec = _spec(text, ref=ref)
    same = spec is not None and spec == _spec(graph_text, action_text=action_text, ref=ref)
    return text if same else None


def split_text(text: str, action_text: str, *, ref: str) -> tuple[str, str] | None:
    """A whole text as (action file, graph file); the action file keeps its other entries, such as workflow_file."""
    entries, action = _entries(text), _entries(action_text)
    if entries is None or action is None:
        return None
    head = [entry.text for entry in entries if entry.key in _SYNONYMS]
    others = [entry.text for entry in action if entry.key not in _SYNONYMS]
    new_action = "".join([*head, *others])
    graph = "".join(entry.text for entry in entries if entry.key not in _SYNONYMS)
    spec = _spec(text, ref=ref)
    same = spec is not None and spec == _spec(graph, action_text=new_action, ref=ref)
    return (new_action, graph) if same else None


def _spec(text: str, *, ref: str, action_text: str | None = None) -> WorkflowSpec | None:
    action = None if action_text is None else load(action_text)
    parsed = parse_workflow(load(text), ref=ref, action_document=action)
    return None if errors_of(parsed.problems) else parsed.spec


def _entries(text: str) -> list[_Entry] | None:
    """The top-level entries in order; None unless the text is a plain block mapping without anchors."""
    document = load(text)
    marks = [mark for path, mark in document.key_marks.items() if len(path) == 1]
    if not isinstance(document.value, dict) or errors_of(document.problems) or len(marks) != len(document.value):
        return None
    if any(mark.column != 1 for mark in marks) or len({mark.line for mark in marks}) != len(marks):
        return None
    lines = text.splitlines(keepends=True)
    starts = [_with_comments_above(lines, mark.line - 1) for mark in marks]
    ends = [*starts[1:], len(lines)]
    keys = list(document.value)
    return [_entry(key, lines[start:end]) for key, start, end in zip(keys, starts, ends, strict=True)]


def _entry(key: str, lines: list[str]) -> _Entry:
    text = "".join(line for line in lines if line.rstrip() != "---")
    return _Entry(_HEAD.get(key, key), text if text.endswith("\n") else text + "\n")


def _with_comments_above(lines: list[str], line: int) -> int:
    while line > 0 and (lines[line - 1].rstrip() == "---" or _BETWEEN.match(lines[line - 1].rstrip("\r\n"))):
        line -= 1
    return line
