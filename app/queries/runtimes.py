"""Read models of runtimes: the object Runtime (api.md 5)."""

from __future__ import annotations

from typing import Any

from app.engine.access import Caller, Target
from app.engine.errors import NotFound
from app.engine.times import iso
from app.persistence import session
from app.persistence.models import Runtime
from app.persistence.repositories import runtimes


def list_runtimes(
    *, by: Caller, pack_ref: str | None = None, offset: int = 0, limit: int = 50
) -> tuple[list[dict[str, Any]], int]:
    """Runtime, by ref, with the total; those the caller may read. There are few."""
    with session.reading() as tx:
        rows = [row for row in runtimes.listed(tx, pack_ref=pack_ref) if _may_read(by, row)]
        return [runtime_json(row) for row in rows[offset : offset + limit]], len(rows)


def get_runtime(*, ref: str, by: Caller) -> dict[str, Any]:
    """The Runtime; NotFound when unknown, or not the caller's to read."""
    with session.reading() as tx:
        row = runtimes.by_ref(tx, ref)
        if row is None or not _may_read(by, row):
            raise NotFound(f"There is no runtime '{ref}'.")
        return runtime_json(row)


def _may_read(by: Caller, row: Runtime) -> bool:
    return by.allows("runtimes", "read", Target(id=row.id, ref=row.ref, pack_ref=row.pack_ref))


def runtime_json(row: Runtime) -> dict[str, Any]:
    return {
        "id": row.id,
        "ref": row.ref,
        "pack": row.pack,
        "pack_ref": row.pack_ref,
        "name": row.name,
        "aliases": row.aliases or [],
        "description": row.description,
        "distributions": row.distributions or {},
        "installation": row.installation,
        "execution_config": row.execution_config or {},
        "created": iso(row.created),
        "updated": iso(row.updated),
    }
