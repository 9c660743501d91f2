"""Read models of sensors (api.md 18)."""

from __future__ import annotations

from typing import Any

from app.engine.times import iso
from app.persistence import session
from app.persistence.models import Sensor
from app.persistence.repositories import sensors, triggers

_PLAIN = (
    "id", "ref", "pack", "pack_ref", "label", "description", "entrypoint", "runtime", "runtime_ref", "enabled",
    "param_schema", "config",
)  # fmt: skip


def list_sensors(*, pack_ref: str, offset: int = 0, limit: int = 50) -> tuple[list[dict[str, Any]], int]:
    """Sensors of a pack by ref, with the total."""
    with session.reading() as tx:
        rows, total = sensors.listed(tx, pack_ref=pack_ref, offset=offset, limit=limit)
        known = triggers.ids_by_ref(tx, [ref for row in rows for ref in row.trigger_types[:1]])
        return [sensor_json(row, known) for row in rows], total


def sensor_json(row: Sensor, trigger_ids: dict[str, int]) -> dict[str, Any]:
    """Sensor; `trigger` is the first of those it reports."""
    first = row.trigger_types[0] if row.trigger_types else None
    return {
        **{key: getattr(row, key) for key in _PLAIN},
        "trigger": trigger_ids.get(first or ""),
        "trigger_ref": first,
        "trigger_types": row.trigger_types or [],
        "worker_selector": row.worker_selector or {},
        "worker_tolerations": row.worker_tolerations or [],
        "worker_affinity": row.worker_affinity or {},
        "created": iso(row.created),
        "updated": iso(row.updated),
    }
