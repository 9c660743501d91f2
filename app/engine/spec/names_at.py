"""The names that exist at one place of a workflow, each with where it comes from: what the editor offers.

What is offered here the validator (`check_references`) accepts; both ask `KnownNames`.
Source: language.md 7, 11 "Results and names".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from app.engine import schemas
from app.engine.expressions import expression_names
from app.engine.graph.certain import surely_ran
from app.engine.spec.catalog import Catalog
from app.engine.spec.known_names import INQUIRY_NAMES, SYSTEM_NAMES, KnownNames
from app.engine.spec.model import TaskSpec
from app.engine.spec.template_sites import Moment

NameKind = Literal["item", "helper", "variable", "parameter", "task", "inquiry", "system", "config", "key"]
ASK = "core.ask"
TASK_ATTRIBUTES = frozenset({"status", "result", "error", "duration_ms", "attempts"})  # they win over fields of the result
_MOST_FIELDS = 12
_ABOUT = {entry.name: entry.doc for entry in expression_names() if entry.kind in ("name", "helper")}


@dataclass(frozen=True, slots=True)
class NameAt:
    """One name.

    Attributes:
        text: as an expression writes it: `parameters.env`, `vars.slots`, `task.build.version`, `item`.
        about: its type or where it comes from, in a few words.
        certain: false when it may have no value there: only some paths publish it, or lead through the task.
    """

    text: str
    kind: NameKind
    about: str = ""
    certain: bool = True


def names_at(
    names: KnownNames,
    task: TaskSpec | None,
    moment: Moment,
    *,
    catalog: Catalog | None = None,
    variables_above: frozenset[str] | None = None,
) -> tuple[NameAt, ...]:
    """What may be looked up at a moment of a task (None: in `vars` or `output_map`), the nearest first.

    Args:
        catalog: gives the fields of results, where an action declares its output.
        variables_above: names declared before, inside `vars`.
    """
    return tuple(
        name
        for names_of_kind in (
            _items(names, task, moment),
            _helpers(names, task, moment, catalog),
            _variables(names, task, moment, variables_above),
            _parameters(names),
            () if moment == "vars" else _tasks(names, task, moment, catalog),
            _surroundings(),
        )
        for name in names_of_kind
    )


def _items(names: KnownNames, task: TaskSpec | None, moment: Moment) -> Iterator[NameAt]:
    if moment in ("run", "attempt"):
        yield from (NameAt(name, "item", _ABOUT[name]) for name in names.item_names(task))


def _helpers(names: KnownNames, task: TaskSpec | None, moment: Moment, catalog: Catalog | None) -> Iterator[NameAt]:
    if task is None or moment not in ("attempt", "end"):
        return
    for helper in ("succeeded", "failed", "timed_out", "skipped", "result", "error"):
        yield NameAt(f"{helper}()", "helper", _ABOUT[helper])
    for field, about in () if task.with_items is not None else _result_fields(task, catalog):
        yield NameAt(f"result(){field}", "helper", about)
    for field in ("type", "message"):
        yield NameAt(f"error().{field}", "helper", "of the failure")


def _variables(
    names: KnownNames, task: TaskSpec | None, moment: Moment, above: frozenset[str] | None
) -> Iterator[NameAt]:
    ended = moment in ("attempt", "end")
    for name in names.variables:
        if above is not None and name not in above:
            continue
        certain = name in names.declared if task is None else names.is_sure(name, task, at_end=ended)
        publishers = names.published.get(name, [])
        about = f"published by {_some(publishers)}" if publishers else "declared in vars"
        yield NameAt(f"vars{_step(name)}", "variable", about, certain)


def _parameters(names: KnownNames) -> Iterator[NameAt]:
    for field in schemas.fields(names.shape.spec.parameters):
        given = field.required or field.default is not None
        word = field.type or "any"
        yield NameAt(f"parameters{_step(field.name)}", "parameter", f"{word}, an input", given)


def _tasks(
    names: KnownNames, task: TaskSpec | None, moment: Moment, catalog: Catalog | None
) -> Iterator[NameAt]:
    sure = frozenset() if task is None else surely_ran(names.shape, task.name)
    for other in _ended_before(names, task, moment):
        certain = other.name in sure or other is task
        root = f"task{_step(other.name)}"
        about = f"what {other.action or 'its children'} gave" if other.type != "parallel" else "{child: result}"
        yield NameAt(f"{root}.result", "task", about, certain)
        for field, words in _result_fields(other, catalog):
            hidden = field.removeprefix(".") in TASK_ATTRIBUTES and other.with_items is None
            yield NameAt(f"{root}.result{field}" if hidden else f"{root}{field}", "task", words, certain)
        yield NameAt(f"{root}.status", "task", "succeeded, failed, timed_out, skipped or cancelled", certain)
        if other.action == ASK and other.with_items is None:
            for key in INQUIRY_NAMES:
                yield NameAt(f"inquiry{_step(other.name)}.{key}", "inquiry", f"of the question {other.name} asked", certain)


def _ended_before(names: KnownNames, task: TaskSpec | None, moment: Moment) -> list[TaskSpec]:
    """Tasks that can have ended by then, the latest in the file first; at its end the task itself too."""
    if task is None:
        return list(names.tasks.values())
    shape = names.shape
    found = [other for other in names.tasks.values() if shape.may_precede(other.name, task.name)]
    if moment in ("attempt", "end") and task not in found:
        found.append(task)
    if moment == "end":
        found += [child for child in task.children if child not in found]
    return sorted(found, key=lambda other: shape.order[other.name], reverse=True)


def _result_fields(task: TaskSpec, catalog: Catalog | None) -> Iterator[tuple[str, str]]:
    """(`.field`, words) of what a task's result is known to hold."""
    if task.with_items is not None:
        yield from ((f".{key}", "of the items") for key in ("results", "failed_items", "total_count", "failed_count"))
        return
    if task.type == "parallel":
        yield from ((_step(child.name), f"result of {child.name}") for child in task.children)
        return
    info = catalog.action(task.action) if catalog is not None and task.action else None
    declared = schemas.fields(info.out_schema) if info is not None and info.out_schema else []
    for field in declared[:_MOST_FIELDS]:
        yield _step(field.name), field.type or "any"


def _surroundings() -> Iterator[NameAt]:
    for name, below in SYSTEM_NAMES.items():
        for text in [f"{name}.{part}" for part in below] or [name]:
            yield NameAt(f"system.{text}", "system", "about this run")
    yield NameAt("config", "config", _ABOUT["pack"])
    yield NameAt("kv.get('key', default=none)", "key", "from the datastore")


def _step(name: str) -> str:
    """`.name`, or `['a b']` where the name is no identifier."""
    return f".{name}" if name.isidentifier() else "[" + repr(name) + "]"


def _some(tasks: list[str]) -> str:
    return ", ".join(tasks[:2]) + (f" and {len(tasks) - 2} more" if len(tasks) > 2 else "")


def as_json(by_moment: Mapping[Moment, tuple[NameAt, ...]]) -> list[dict[str, Any]]:
    """`[{text, kind, about, certain, at: [moment, ...]}]`, each name once."""
    found: dict[NameAt, list[Moment]] = {}
    for moment, names in by_moment.items():
        for name in names:
            found.setdefault(name, []).append(moment)
    return [
        {"text": n.text, "kind": n.kind, "about": n.about, "certain": n.certain, "at": at} for n, at in found.items()
    ]
