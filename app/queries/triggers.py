"""Read models of triggers (api.md 12). The HMAC secret of a webhook is stored sealed and reads `***`."""

from __future__ import annotations

from typing import Any

from app.engine.access import Caller, Target
from app.engine.errors import NotFound
from app.engine.times import iso
from app.engine.visibility import trigger_scope
from app.persistence import session
from app.persistence.models import Trigger
from app.persistence.repositories import packs, triggers
from app.persistence.session import Transaction

WEBHOOKS = "/api/v1/webhooks/"
_PLAIN = (
    "id", "ref", "pack", "pack_ref", "label", "description", "enabled", "webhook_enabled", "is_adhoc", "sensor", "sensor_ref",
)  # fmt: skip


def list_triggers(
    *, by: Caller, offset: int = 0, limit: int = 50, **filters: Any
) -> tuple[list[dict[str, Any]], int]:
    """Triggers by ref, without schemas and keys, with the total. `filters`: as `triggers.listed`."""
    with session.reading() as tx:
        rows, total = triggers.listed(tx, scope=trigger_scope(by), offset=offset, limit=limit, **filters)
        return [trigger_row(row) for row in rows], total


def get_trigger(*, ref: str, by: Caller) -> dict[str, Any]:
    """The Trigger; NotFound when unknown or not readable. Whoever knows the key of a webhook may call it, so only
    those see it who could give it a new one."""
    with session.reading() as tx:
        row = readable_trigger(tx, ref, by)
        shown = trigger_json(row)
        if not by.allows("triggers", "update", target_of(tx, row)):
            shown |= {"webhook_key": None, "webhook_url": None}
        return shown


def readable_trigger(tx: Transaction, ref: str, by: Caller) -> Trigger:
    """The row, or NotFound: what one may not see does not exist."""
    row = triggers.by_ref(tx, ref)
    if row is None or not by.allows("triggers", "read", target_of(tx, row)):
        raise NotFound(f"There is no trigger '{ref}'.")
    return row


def target_of(tx: Transaction, row: Trigger) -> Target:
    """What access rules look at."""
    pack = packs.by_ref(tx, row.pack_ref) if row.pack_ref else None
    return Target(id=row.id, ref=row.ref, pack_ref=row.pack_ref, standard=pack is not None and pack.is_standard)


def trigger_json(row: Trigger) -> dict[str, Any]:
    """Trigger, whole."""
    return {
        **trigger_row(row),
        "param_schema": row.param_schema,
        "out_schema": row.out_schema,
        "webhook_key": row.webhook_key,
        "webhook_url": f"{WEBHOOKS}{row.webhook_key}" if row.webhook_key else None,
        "webhook_config": row.webhook_config,
    }


def trigger_row(row: Trigger) -> dict[str, Any]:
    """Trigger as lists show it."""
    return {**{key: getattr(row, key) for key in _PLAIN}, "created": iso(row.created), "updated": iso(row.updated)}
