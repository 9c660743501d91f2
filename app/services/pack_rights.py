"""What a caller may do with a pack and its components; every use case of this room asks here."""

from __future__ import annotations

from collections.abc import Iterable

from app.engine.access import Caller
from app.engine.errors import Forbidden, NotFound
from app.engine.visibility import allows, pack_scope
from app.persistence.models import Pack
from app.persistence.repositories import packs
from app.persistence.session import Transaction


def require(by: Caller, resource: str, action: str, *, pack_ref: str, ref: str, owner: int | None = None) -> None:
    """Forbidden unless a grant of the caller covers this object."""
    if not allows(by, resource, action, pack_ref=pack_ref, ref=ref, owner=owner):
        raise Forbidden(f"You may not {action} {resource} here: the permission {resource}:{action} is missing for '{ref}'.")


def require_sets(by: Caller, refs: Iterable[str]) -> None:
    """Forbidden when an action would run with permission sets that its author does not hold."""
    if by.may("permissions", "manage"):
        return
    missing = sorted(set(refs) - set(by.permission_set_refs))
    if missing:
        raise Forbidden(f"You can't grant permission sets you do not hold: {', '.join(missing)}.")


def seen_pack(tx: Transaction, ref: str, by: Caller) -> Pack:
    """The pack's row; NotFound when unknown or not visible to the caller."""
    pack = packs.by_ref(tx, ref)
    if pack is None or not _sees(by, pack):
        raise NotFound(f"There is no pack '{ref}'.")
    return pack


def existing_pack(tx: Transaction, ref: str) -> Pack:
    """The pack's row, seen or not: components may be added to any pack the grants cover."""
    pack = packs.by_ref(tx, ref)
    if pack is None:
        raise NotFound(f"There is no pack '{ref}'.")
    return pack


def _sees(by: Caller, pack: Pack) -> bool:
    return pack_scope(by).sees(
        ref=pack.ref, pack_id=pack.id, is_standard=pack.is_standard, installed_by=pack.installed_by
    )
