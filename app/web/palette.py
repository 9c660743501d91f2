"""What can be put into a workflow: installed actions by pack, pieces of flow and ready patterns.

Each entry knows what putting it in means: an action is an `add_task`, a piece is a `paste` of its YAML (api.md 7.1).
The pieces are small workflows in `patterns/`, so that they can be checked like any other.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from textwrap import dedent
from typing import Any

from app.engine.access import Caller
from app.engine.graph.icons import icon_of
from app.engine.spec.document import load
from app.queries import actions, packs

PATTERNS = Path(__file__).parent / "patterns"
ORDER = (
    "parallel", "ask", "each_item", "decision", "retry", "approve_then_deploy", "fan_out_and_join", "try_else_roll_back",
)  # fmt: skip
_GROUPS = {"flow": "Flow", "pattern": "Patterns"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing to put in.

    Attributes:
        key: an action's ref, or `flow:<piece>`; what a drag carries.
        operation: `add_task` without a place, or `paste`.
        onto: keys that it gives to a selected task instead, or None.
        words: what a search looks at.
    """

    key: str
    label: str
    hint: str
    icon: str
    operation: Mapping[str, Any]
    onto: Mapping[str, Any] | None = None

    @property
    def operation_json(self) -> str:
        return json.dumps(self.operation, ensure_ascii=False)

    @property
    def onto_json(self) -> str:
        return json.dumps(self.onto, ensure_ascii=False)

    @property
    def words(self) -> str:
        return f"{self.key} {self.label} {self.hint}".lower()


@dataclass(frozen=True, slots=True)
class Group:
    """Entries under one heading. `pack`: its ref, None for pieces and patterns."""

    title: str
    entries: tuple[Entry, ...]
    pack: str | None = None


def palette(*, by: Caller, own_pack: str | None = None, own_ref: str | None = None) -> list[Group]:
    """Pieces, patterns, then the packs with the caller's actions: the workflow's own pack first, `core` next.

    Args:
        own_ref: the workflow that is edited, which is not offered to itself.
    """
    labels = {pack["ref"]: pack["label"] for pack in packs.list_packs(by=by, limit=1000)[0]}
    found: dict[str, list[Entry]] = {}
    for row in actions.search_actions(by=by, limit=2000):
        if row["ref"] != own_ref:
            found.setdefault(row["pack_ref"], []).append(_of_action(row))
    order = sorted(found, key=lambda ref: (ref != own_pack, ref != "core", labels.get(ref, ref).lower()))
    return [*pieces(), *(Group(labels.get(ref, ref), tuple(found[ref]), ref) for ref in order)]


@lru_cache(maxsize=1)
def pieces() -> tuple[Group, ...]:
    """The pieces of flow and the patterns, in the order people meet them."""
    read = [(load(text).value["x-group"], _of_piece(name, text)) for name, text in piece_texts()]
    return tuple(
        Group(title, tuple(entry for group, entry in read if group == key)) for key, title in _GROUPS.items()
    )


def piece_texts() -> Iterable[tuple[str, str]]:
    """(name, YAML) of every piece; each is a workflow by itself."""
    return [(name, (PATTERNS / f"{name}.yaml").read_text("utf-8")) for name in ORDER]


def _of_piece(name: str, text: str) -> Entry:
    value = load(text).value
    tasks = dedent(text.partition("\ntasks:\n")[2])
    return Entry(
        key=f"flow:{name}",
        label=value["label"],
        hint=value["description"],
        icon=value["x-icon"],
        operation={"op": "paste", "tasks": tasks},
        onto=value.get("x-onto"),
    )


def _of_action(row: Mapping[str, Any]) -> Entry:
    ref, name = row["ref"], row["ref"].partition(".")[2]
    return Entry(
        key=ref,
        label=name,
        hint=row["description"] or row["label"],
        icon=icon_of(ref, runtime=row["runtime_ref"], is_workflow=row["is_workflow"]),
        operation={"op": "add_task", "action": ref},
    )
