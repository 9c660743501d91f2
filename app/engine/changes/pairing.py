"""Which task of the one version is which of the other: by name, and, for those left over, by what they do."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from app.engine.changes.values import canonical
from app.engine.spec.model import PublishEntry, TaskSpec, TransitionSpec, WorkflowSpec

ALIKE = 0.6  # how alike two tasks of one action are that count as one renamed task

# What a task says beside its name, its action, its inputs and its place in the graph.
_BODY = (
    "when", "with_items", "batch_size", "batch_mode", "concurrency", "delay_s", "retry", "timeout_s", "join",
    "max_visits", "publish", "wait_for",
)  # fmt: skip
_NOTHING = TaskSpec(name="")


@dataclass(frozen=True, slots=True)
class Pairing:
    """`renames`: old name -> new name; `pairs`, `added`, `removed` in document order, `removed` by their old names."""

    pairs: tuple[tuple[TaskSpec, TaskSpec], ...]
    added: tuple[TaskSpec, ...]
    removed: tuple[TaskSpec, ...]
    renames: Mapping[str, str]


def pair_tasks(old: WorkflowSpec, new: WorkflowSpec) -> Pairing:
    """Pair the tasks; the old one of each pair already has the new names, also in its expressions."""
    before, after = {t.name: t for t in old.all_tasks()}, {t.name: t for t in new.all_tasks()}
    lost = [task for name, task in before.items() if name not in after]
    found = [task for name, task in after.items() if name not in before]
    renames = _renames(_known(old, before.keys() - after.keys()), _known(new, after.keys() - before.keys()))
    followed = {task.name: task for task in with_names(old, renames).all_tasks()}
    pairs = [(followed[name], task) for name, task in after.items() if name in followed]
    return Pairing(
        pairs=tuple(pairs),
        added=tuple(task for task in found if task.name not in renames.values()),
        removed=tuple(task for task in lost if task.name not in renames),
        renames=renames,
    )


def with_names(spec: WorkflowSpec, renames: Mapping[str, str]) -> WorkflowSpec:
    """The workflow as renaming its tasks leaves it: names, targets and what expressions refer to."""
    if not renames:
        return spec
    follow = _follower(renames)
    return replace(
        spec,
        tasks=tuple(_task(task, renames, follow) for task in spec.tasks),
        vars=tuple((name, follow(value)) for name, value in spec.vars),
        output_map=None if spec.output_map is None else tuple((name, follow(value)) for name, value in spec.output_map),
    )


def _renames(lost: list[_Known], found: list[_Known]) -> dict[str, str]:
    """The likeliest pairs first; each task is in one at most."""
    likely = sorted(_candidates(lost, found), key=lambda c: (-c[0], c[1]))
    renames: dict[str, str] = {}
    for _, _, old, new in likely:
        if old not in renames and new not in renames.values():
            renames[old] = new
    return renames


def _candidates(lost: list[_Known], found: list[_Known]) -> Iterator[tuple[float, int, str, str]]:
    for at, old in enumerate(lost):
        for place, new in enumerate(found):
            alike = _likeness(old, new)
            if alike >= ALIKE:
                yield alike, abs(at - place), old.name, new.name


@dataclass(frozen=True, slots=True)
class _Known:
    """A task as it is recognised: by what it says of its own accord, and by its neighbours."""

    name: str
    kind: tuple[str, str | None]
    said: Mapping[str, str]
    neighbours: frozenset[tuple[str, str]]


def _known(spec: WorkflowSpec, names: Collection[str]) -> list[_Known]:
    tasks = spec.all_tasks()
    into: dict[str, set[str]] = {task.name: set() for task in tasks}
    for task in tasks:
        for target in _targets(task):
            into.setdefault(target, set()).add(task.name)
    return [
        _Known(task.name, (task.type, task.action), _said(task), _neighbours(task, into[task.name]))
        for task in tasks
        if task.name in names
    ]


def _targets(task: TaskSpec) -> set[str]:
    return {target for transition in task.transitions for target in transition.targets}


def _neighbours(task: TaskSpec, before: Collection[str]) -> frozenset[tuple[str, str]]:
    """What leads to it and where it leads; being first or last is a place too."""
    return frozenset({("from", name) for name in before or ("",)} | {("to", name) for name in _targets(task) or ("",)})


def _said(task: TaskSpec) -> dict[str, str]:
    inputs = {f"input {key}": canonical(value) for key, value in task.input.items()}
    return inputs | {key: str(getattr(task, key)) for key in _BODY if getattr(task, key) != getattr(_NOTHING, key)}


def _likeness(old: _Known, new: _Known) -> float:
    """0 to 1: of what either says and of its place, what is the same; another value of the same key counts half."""
    if old.kind != new.kind:
        return 0.0
    keys = old.said.keys() | new.said.keys()
    equal = sum(old.said.get(key) == new.said.get(key) for key in keys)
    half = sum(key in old.said and key in new.said for key in keys) - equal
    place = bool(old.neighbours & new.neighbours)
    return (1 + equal + half / 2 + place) / (2 + len(keys))


def _task(task: TaskSpec, renames: Mapping[str, str], follow: Callable[[Any], Any]) -> TaskSpec:
    return replace(
        task,
        name=renames.get(task.name, task.name),
        container=renames.get(task.container or "", task.container),
        input=follow(task.input),
        when=follow(task.when),
        with_items=follow(task.with_items),
        wait_for=follow(task.wait_for),
        retry=task.retry and replace(task.retry, on_error=follow(task.retry.on_error), when=follow(task.retry.when)),
        publish=_publish(task.publish, follow),
        transitions=tuple(_transition(t, renames, follow) for t in task.transitions),
        children=tuple(_task(child, renames, follow) for child in task.children),
    )


def _transition(t: TransitionSpec, renames: Mapping[str, str], follow: Callable[[Any], Any]) -> TransitionSpec:
    targets = tuple(renames.get(target, target) for target in t.targets)
    return replace(t, when=follow(t.when), publish=_publish(t.publish, follow), targets=targets)


def _publish(entries: tuple[PublishEntry, ...], follow: Callable[[Any], Any]) -> tuple[PublishEntry, ...]:
    return tuple(replace(entry, value=follow(entry.value)) for entry in entries)


def _follower(renames: Mapping[str, str]) -> Callable[[Any], Any]:
    """Writes the new names where texts refer to tasks: `task.x`, `tasks['x']`, `inquiry.x`."""
    names = "|".join(re.escape(name) for name in sorted(renames, key=len, reverse=True))
    reference = re.compile(rf"""\b((?:tasks?|inquiry)\s*(?:\.\s*|\[\s*["']))({names})(?!\w)""")

    def follow(value: Any) -> Any:
        if isinstance(value, str):
            return reference.sub(lambda found: found[1] + renames[found[2]], value)
        if isinstance(value, Mapping):
            return {key: follow(item) for key, item in value.items()}
        return [follow(item) for item in value] if isinstance(value, list) else value

    return follow
