"""What changed between two versions of a workflow, in words: "task deploy now runs after scan".

There are words exactly when the two mean different things, or are written differently in a way that is kept: the last
sentence says so where no other does.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields, is_dataclass
from typing import Any

from app.engine.changes.edge_words import edge_words, entry_phrase
from app.engine.changes.pairing import Pairing, pair_tasks, with_names
from app.engine.changes.task_words import task_words
from app.engine.changes.values import canonical, change_words, value_words
from app.engine.spec.document import load
from app.engine.spec.model import TaskSpec, WorkflowSpec
from app.engine.spec.parse import parse_workflow

SIMPLE = {"ref": "ref", "label": "label", "description": "description", "version": "version", "timeout_s": "timeout"}
# Fields with JSON of the author's; everything else is of the language, where 60 and 60.0 are the same.
_RAW = frozenset({"input", "with_items", "value", "parameters", "output", "vars", "output_map"})
_OTHERWISE = "it is written differently, and means the same"


def changes_in_words(old: WorkflowSpec, new: WorkflowSpec) -> list[str]:
    """A sentence for each change: tasks first, then what runs after what, then each task, then the workflow itself."""
    if meaning(old) == meaning(new):
        return []
    pairing = pair_tasks(old, new)
    before = with_names(old, pairing.renames)
    told = [*_tasks(pairing, new), *edge_words(pairing)]
    for left, right in pairing.pairs:
        told += task_words(left, right)
    told += [*_order(before, new), *_workflow(before, new)]
    return told or [_OTHERWISE]


def text_changes(old: str, new: str, *, ref: str) -> list[str] | None:
    """As changes_in_words, of two texts; None when one of them can't be read as a workflow."""
    before, after = (parse_workflow(load(text), ref=ref).spec for text in (old, new))
    return None if before is None or after is None else changes_in_words(before, after)


def meaning(part: Any, name: str = "") -> Any:
    """A specification, or a part of it, as values that are equal exactly when two of them say the same."""
    if name in _RAW:
        return canonical(part)
    if is_dataclass(part):
        return tuple((f.name, meaning(getattr(part, f.name), f.name)) for f in fields(part) if f.name != "path")
    if isinstance(part, tuple):
        return tuple(meaning(item) for item in part)
    return str(part) if isinstance(part, bool) else part


def _tasks(pairing: Pairing, new: WorkflowSpec) -> Iterator[str]:
    for old_name, new_name in pairing.renames.items():
        yield f"task {old_name} is now called {new_name}"
    for task in pairing.removed:
        yield f"task {task.name} removed"
    for task in pairing.added:
        yield f"task {task.name} added{_what(task)}{entry_phrase(task, new.all_tasks())}"


def _what(task: TaskSpec) -> str:
    where = f" in {task.container}" if task.container else ""
    return f"{where}: {task.action}" if task.action else where


def _order(old: WorkflowSpec, new: WorkflowSpec) -> Iterator[str]:
    before, after = [t.name for t in old.tasks], [t.name for t in new.tasks]
    kept = [name for name in before if name in after]
    if kept != [name for name in after if name in before]:
        yield "the tasks are in another order in the file"


def _workflow(old: WorkflowSpec, new: WorkflowSpec) -> Iterator[str]:
    for name, word in SIMPLE.items():
        before, after = getattr(old, name), getattr(new, name)
        if before != after:
            yield change_words(word, before or None, after or None)
    if old.tags != new.tags:
        yield change_words("tags", list(old.tags) or None, list(new.tags) or None)
    yield from _schema("parameter", old.parameters, new.parameters)
    yield from _pairs("variable", old.vars, new.vars)
    yield from _schema("output", old.output, new.output)
    yield from _pairs("result", old.output_map, new.output_map)
    if old.cancellation_policy != new.cancellation_policy:
        yield f"cancellation_policy {old.cancellation_policy} → {new.cancellation_policy}"
    if old.fail_fast != new.fail_fast:
        yield "the first failure now ends the workflow" if new.fail_fast else "a failure no longer ends the other branches"


def _schema(what: str, old: dict[str, Any] | None, new: dict[str, Any] | None) -> Iterator[str]:
    before, after = old or {}, new or {}
    if _is_json_schema(before) and _is_json_schema(after):
        yield from value_words(what, before["properties"], after["properties"])
        before, after = ({key: v for key, v in schema.items() if key != "properties"} for schema in (before, after))
        what = f"{what}s" if what == "parameter" else what
    yield from value_words(what, before, after)


def _is_json_schema(schema: dict[str, Any]) -> bool:
    return schema.get("type") == "object" and isinstance(schema.get("properties"), dict)


def _pairs(
    what: str, old: Sequence[tuple[str, Any]] | None, new: Sequence[tuple[str, Any]] | None
) -> Iterator[str]:
    before, after = dict(old or ()), dict(new or ())
    yield from value_words(what, before, after)
    if [name for name in before if name in after] != [name for name in after if name in before]:
        yield f"the {what}s are in another order"
