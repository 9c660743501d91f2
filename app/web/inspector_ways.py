"""What follows after a task, in order, as the inspector shows and changes it: both styles look the same."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from app.engine.graph.edge_pictures import KIND_CLASSES
from app.engine.spec.model import RESERVED_TARGETS, TaskSpec, TransitionSpec
from app.engine.spec.places import Path, path_of
from app.engine.spec.source import Document
from app.web.inspector_fields import EditField, FieldMaker

KINDS = (
    ("succeeded", "after a success"),
    ("failed", "after a failure"),
    ("timed_out", "after a time-out"),
    ("always", "always"),
    ("custom", "own condition"),
)
_CLASSIC_WORDS = {"succeeded": "succeeded()", "failed": "failed()", "timed_out": "timed_out()", "always": "always"}


@dataclass(frozen=True, slots=True)
class Way:
    """One transition.

    Attributes:
        number: its place among the task's transitions, from 0; what `index` of operations means.
        entry: its place in `next` or `decision`, None for a classic key; only entries of `next` can be moved.
        path: where it stands, as operations take it.
        target_path: where its targets stand, and `targets` as they are written there.
        mark: class of the port's shape.
    """

    number: int
    entry: int | None
    style: str
    path: tuple[str | int, ...]
    target_path: tuple[str | int, ...]
    kind: str
    mark: str
    words: str
    targets: tuple[str, ...]
    when: EditField | None
    publish: tuple[EditField, ...]
    publish_path: tuple[str | int, ...]
    publish_size: int | None
    label: str
    was: str = ""

    @property
    def has_problems(self) -> bool:
        return any(field.problems for field in (*self.publish, *([self.when] if self.when else [])))

    @property
    def path_json(self) -> str:
        return json.dumps(self.path, ensure_ascii=False)

    @property
    def target_path_json(self) -> str:
        return json.dumps(self.target_path, ensure_ascii=False)

    @property
    def targets_json(self) -> str:
        return json.dumps(self.targets, ensure_ascii=False)

    @property
    def publish_path_json(self) -> str:
        return json.dumps(self.publish_path, ensure_ascii=False)


def ways_of(task: TaskSpec, document: Document, maker: FieldMaker) -> tuple[Way, ...]:
    """Every transition in the order it is looked at."""
    return tuple(_way(number, one, document, maker) for number, one in enumerate(task.transitions))


def next_entries(task: TaskSpec, document: Document) -> list[Any]:
    """`next` as it is written, for changing the order; empty in the classic style."""
    entries = document.value_at((*path_of(task.path), "next"))
    return entries if isinstance(entries, list) else []


def _way(number: int, transition: TransitionSpec, document: Document, maker: FieldMaker) -> Way:
    place = path_of(transition.path)
    below = place[len(maker.base) :]
    style = str(below[0])
    key = _target_key(place, document) if style in ("next", "decision") else None
    when = _when(transition, below, style, maker)
    publish = tuple(publish_fields(place, document, maker))
    raw = document.value_at((*place, "publish"))
    return Way(
        number=number,
        entry=below[1] if len(below) > 1 and isinstance(below[1], int) else None,
        style=style,
        path=(*maker.edit_base, *below),
        target_path=(*maker.edit_base, *below, *([key] if key else [])),
        kind=transition.kind,
        mark=KIND_CLASSES[transition.kind],
        words=_words(transition),
        targets=transition.targets,
        when=when,
        publish=publish,
        publish_path=(*maker.edit_base, *below, "publish"),
        publish_size=len(raw) if isinstance(raw, list) else None,
        label=transition.label or "",
        was="" if when is None or when.was is None else when.was.text,
    )


def publish_fields(place: Path, document: Document, maker: FieldMaker) -> Iterator[EditField]:
    """The entries of the `publish` below a place of the document, each with its own path."""
    raw = document.value_at((*place, "publish"))
    below = (*place[len(maker.base) :], "publish")
    if isinstance(raw, dict):
        for name, value in raw.items():
            yield maker.of((*below, name), value, kind="any", label=name, moment="end")
    for index, entry in enumerate(raw if isinstance(raw, list) else ()):
        for name, value in entry.items() if isinstance(entry, dict) else ():
            yield maker.of((*below, index, name), value, kind="any", label=name, moment="end")


def _when(
    transition: TransitionSpec, below: Path, style: str, maker: FieldMaker
) -> EditField | None:
    if style not in ("next", "decision") or (transition.when is None and transition.kind != "always"):
        return None
    return maker.of((*below, "when"), transition.when, kind="condition", label="when", moment="end")


def _target_key(place: Path, document: Document) -> str:
    """The key that holds the targets of an entry: `do`, or in a decision `next` or `default`."""
    entry = document.value_at(place)
    keys = entry if isinstance(entry, dict) else {}
    if place[-2] == "next":
        return "do"
    if isinstance(keys.get("default"), str | list):
        return "default"
    return "do" if "do" in keys and "next" not in keys else "next"


def _words(transition: TransitionSpec) -> str:
    if transition.group is not None and transition.when is None:
        return "otherwise"
    if transition.when is None:
        return _CLASSIC_WORDS.get(transition.kind, transition.kind)
    return transition.when.strip().removeprefix("{{").removesuffix("}}").strip()


def is_task(target: str) -> bool:
    return target not in RESERVED_TARGETS
