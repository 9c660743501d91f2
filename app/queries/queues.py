"""Read models of work queues (api.md 16)."""

from __future__ import annotations

from typing import Any

from app.engine.times import iso
from app.persistence import session
from app.persistence.models import WorkQueue
from app.persistence.repositories import queues

_PLAIN = (
    "id", "ref", "pack", "pack_ref", "is_adhoc", "label", "description", "enabled", "accepting_new_items",
    "dispatch_action", "dispatch_action_ref", "default_priority", "allow_pending_update", "update_strategy",
    "batch_mode", "permission_set_refs",
)  # fmt: skip


def list_queues(*, pack_ref: str, offset: int = 0, limit: int = 50) -> tuple[list[dict[str, Any]], int]:
    """Queues of a pack by ref, with the total."""
    with session.reading() as tx:
        rows, total = queues.listed(tx, pack_ref=pack_ref, offset=offset, limit=limit)
        return [queue_json(row) for row in rows], total


def queue_json(row: WorkQueue) -> dict[str, Any]:
    """Queue, whole."""
    maps = {key: getattr(row, key) or {} for key in ("item_schema", "action_params", "config")}
    plain = {key: getattr(row, key) for key in _PLAIN}
    return {**plain, **maps, "created": iso(row.created), "updated": iso(row.updated)}
