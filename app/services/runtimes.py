"""Use cases of runtimes. Those of the shipped packs come from their files."""

from __future__ import annotations

from typing import Any

from app.engine.access import Caller
from app.engine.errors import Conflict, NotFound
from app.persistence import session
from app.persistence.models import Runtime
from app.persistence.repositories import runtimes
from app.persistence.repositories.adding import add_new
from app.persistence.session import Transaction
from app.services import ports
from app.services.fields import Field, check_unchanged, read_fields
from app.services.pack_rights import existing_pack, require

FIELDS = (
    Field("ref", "text", required=True, lengths=(1, 255), pattern=r"[A-Za-z0-9][A-Za-z0-9_.-]*"),
    Field("name", "text", required=True, lengths=(1, 255)),
    Field("pack_ref", "text", nullable=True, lengths=(1, 255)),
    Field("aliases", "list"),
    Field("description", "text", nullable=True),
    Field("distributions", "map"),
    Field("installation", "map", nullable=True),
    Field("execution_config", "map"),
)


def create(*, body: Any, by: Caller) -> Runtime:
    """A new runtime. Invalid, Forbidden, Conflict (ref taken), NotFound (pack)."""
    values = read_fields(body, FIELDS)
    pack_ref = values.get("pack_ref")
    require(by, "runtimes", "create", pack_ref=pack_ref or "", ref=values["ref"])
    with session.transaction() as tx:
        if runtimes.by_ref(tx, values["ref"]):
            raise Conflict(f"There is already a runtime '{values['ref']}'.")
        pack_id = existing_pack(tx, pack_ref).id if pack_ref else None
        row = Runtime(**values, pack=pack_id, created=ports.now(), updated=ports.now())
        add_new(tx, row, what=f"a runtime '{row.ref}'")
    return row


def update(*, ref: str, body: Any, by: Caller, if_match: str | None = None) -> Runtime:
    """Change the keys that are sent. Invalid, Forbidden, NotFound, Conflict (changed since)."""
    values = read_fields(body, [f for f in FIELDS if f.name not in ("ref", "pack_ref")], partial=True)
    with session.transaction() as tx:
        row = _existing(tx, ref)
        require(by, "runtimes", "update", pack_ref=row.pack_ref or "", ref=ref)
        check_unchanged(if_match, row)
        for key, value in values.items():
            setattr(row, key, value)
        row.updated = ports.now()
    return row


def delete(*, ref: str, by: Caller) -> None:
    """Remove a runtime; actions keep its ref and fail with a reason when they are run."""
    with session.transaction() as tx:
        row = _existing(tx, ref)
        require(by, "runtimes", "delete", pack_ref=row.pack_ref or "", ref=ref)
        runtimes.remove(tx, [row.id])


def _existing(tx: Transaction, ref: str) -> Runtime:
    row = runtimes.locked_by_ref(tx, ref)
    if row is None:
        raise NotFound(f"There is no runtime '{ref}'.")
    return row
