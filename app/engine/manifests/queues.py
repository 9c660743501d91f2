"""`queues/*.yaml`: work queues (api.md 4, 16)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.engine.manifests.component import (
    first_of,
    full_ref,
    open_file,
    read_label,
    read_ref,
    read_schema,
    read_texts,
)
from app.engine.spec.fields import Fields
from app.engine.spec.problems import Problem

_LARGEST_PRIORITY = 1_000_000


@dataclass(frozen=True, slots=True)
class QueueManifest:
    """One work queue; `dispatch_action_ref` without a dot has got its pack."""

    ref: str
    label: str
    description: str | None
    enabled: bool
    accepting_new_items: bool
    dispatch_action_ref: str | None
    default_priority: int
    allow_pending_update: bool
    update_strategy: str
    batch_mode: str
    item_schema: dict[str, Any]
    action_params: dict[str, Any]
    permission_set_refs: tuple[str, ...] | None
    config: dict[str, Any]


def parse_queue(
    text: str | bytes, *, pack_ref: str, name: str | None = None
) -> tuple[QueueManifest | None, list[Problem]]:
    """A queue file."""
    fields, problems = open_file(text, "A queue")
    if fields is None:
        return None, problems
    ref = read_ref(fields, pack_ref, name)
    permission_sets = read_texts(fields, "permission_set_refs")
    manifest = QueueManifest(
        ref=ref,
        label=read_label(fields, ref),
        description=fields.text("description"),
        enabled=fields.boolean("enabled", True),
        accepting_new_items=fields.boolean("accepting_new_items", True),
        dispatch_action_ref=_read_action(fields, pack_ref),
        default_priority=fields.whole("default_priority", least=-_LARGEST_PRIORITY, most=_LARGEST_PRIORITY) or 0,
        allow_pending_update=fields.boolean("allow_pending_update", False),
        update_strategy=fields.choice("update_strategy", ("immutable", "replace", "merge_patch"), "immutable"),
        batch_mode=fields.choice("batch_mode", ("single", "batch"), "single"),
        item_schema=read_schema(fields, "item_schema") or {},
        action_params=fields.mapping("action_params") or {},
        permission_set_refs=permission_sets if fields.has("permission_set_refs") else None,
        config=fields.mapping("config") or {},
    )
    return manifest, problems


def _read_action(fields: Fields, pack_ref: str) -> str | None:
    ref = fields.text(first_of(fields, "dispatch_action_ref", "dispatch_action", "action_ref"), max_length=255)
    return full_ref(ref, pack_ref) if ref else None
