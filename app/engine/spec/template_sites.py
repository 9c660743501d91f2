"""Every place of a workflow where a template or condition may stand, with what it may look up there.

Source: language.md 2, 3, 7.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from app.engine.spec.model import PublishEntry, TaskSpec, WorkflowSpec
from app.engine.spec.places import Path, path_of
from app.engine.spec.source import Document

Moment = Literal["vars", "start", "run", "attempt", "end", "output"]


@dataclass(frozen=True, slots=True)
class Site:
    """One value.

    Attributes:
        moment: when it is evaluated: before anything runs (vars), before a task starts (start), for each run of
            it, i.e. each item (run), after each attempt (attempt), at its end (end), at the end of all (output).
        edit_path: the place as edit operations name it (tasks by name).
        variables_above: names declared before, for `vars`.
    """

    path: Path
    value: Any
    is_condition: bool
    moment: Moment
    task: TaskSpec | None = None
    edit_path: Path = ()
    variables_above: frozenset[str] | None = None

    @property
    def has_templates(self) -> bool:
        """Whether anything in the value would be evaluated."""
        return self.is_condition or any("{{" in text or "{%" in text for _, _, text in self.below())

    def below(self) -> Iterator[tuple[Path, Path, str]]:
        """`(path, edit_path, text)` of every text in the value."""
        yield from _texts(self.value, self.path, self.edit_path)


def sites_of(spec: WorkflowSpec, document: Document | None) -> Iterator[Site]:
    """All sites, in the order of the normal form."""
    yield from _var_sites(spec, document)
    for task in spec.all_tasks():
        yield from sites_of_task(task, document)
    for name, value in spec.output_map or ():
        path = _entry_path(("output_map",), name, document)
        yield Site(path, value, False, "output", None, path)


def _var_sites(spec: WorkflowSpec, document: Document | None) -> Iterator[Site]:
    above: set[str] = set()
    for name, value in spec.vars:
        path = _entry_path(("vars",), name, document)
        yield Site(path, value, False, "vars", None, path, frozenset(above))
        above.add(name)


def sites_of_task(task: TaskSpec, document: Document | None = None) -> Iterator[Site]:
    """The sites of one task, without those of its children."""
    base = path_of(task.path)

    def site(value: Any, moment: Moment, *keys: str | int, is_condition: bool = False) -> Site:
        return Site((*base, *keys), value, is_condition, moment, task, ("tasks", task.name, *keys))

    if task.when is not None:
        yield site(task.when, "start", "when", is_condition=True)
    if task.with_items is not None:
        yield site(task.with_items, "start", "with_items")
    if task.wait_for is not None:
        yield site(task.wait_for, "run", "wait_for", "inquiry")
    for name, value in task.input.items():
        yield site(value, "run", "input", name)
    for key in ("when", "on_error"):
        text = getattr(task.retry, key) if task.retry else None
        if text is not None:
            yield site(text, "attempt", "retry", key, is_condition=True)
    yield from _publish_sites(task, task.publish, base, document)
    for transition in task.transitions:
        place = path_of(transition.path)
        if transition.when is not None:
            yield site(transition.when, "end", *place[len(base) :], "when", is_condition=True)
        yield from _publish_sites(task, transition.publish, place, document)


def _publish_sites(
    task: TaskSpec, entries: tuple[PublishEntry, ...], place: Path, document: Document | None
) -> Iterator[Site]:
    base = path_of(task.path)
    for entry in entries:
        if not entry.bare:
            path = _entry_path((*place, "publish"), entry.name, document)
            yield Site(path, entry.value, False, "end", task, ("tasks", task.name, *path[len(base) :]))


def _entry_path(base: Path, name: str, document: Document | None) -> Path:
    """Where `name` stands in a mapping, or in a list of mappings."""
    listed = document.value_at(base) if document is not None else None
    if isinstance(listed, list):
        for index, entry in enumerate(listed):
            if isinstance(entry, dict) and name in entry:
                return (*base, index, name)
    return (*base, name)


def _texts(value: Any, path: Path, edit_path: Path) -> Iterator[tuple[Path, Path, str]]:
    if isinstance(value, str):
        yield path, edit_path, value
    elif isinstance(value, dict):
        for key, part in value.items():
            yield from _texts(part, (*path, key), (*edit_path, key))
    elif isinstance(value, list):
        for index, part in enumerate(value):
            yield from _texts(part, (*path, index), (*edit_path, index))
