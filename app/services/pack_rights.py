"""What a caller may do with a pack and its components; every use case of this room asks here."""

from __future__ import annotations

from collections.abc import Iterable

from app.engine.access import Caller, Grant, Target
from app.engine.errors import Forbidden, NotFound
from app.persistence.models import Pack
from app.persistence.repositories import packs
from app.persistence.session import Transaction
from app.services import access


def require(by: Caller, resource: str, action: str, *, pack_ref: str, ref: str) -> None:
    """Forbidden unless a grant of the caller covers this object, which may be new."""
    access.require(by, resource, action, Target(ref=ref, pack_ref=pack_ref))


def require_pack(by: Caller, action: str, pack: Pack) -> None:
    """Forbidden unless the caller may do this with this pack; somebody else's takes a grant that names it."""
    access.require(by, "packs", action, _target(pack))


def require_grants(by: Caller, set_ref: str, grants: tuple[Grant, ...], roles: Iterable[str]) -> None:
    """Forbidden when a permission set would hand out what its author does not hold, or to whom it pleases."""
    if by.may_all("permissions", "manage"):
        return
    if tuple(roles) or not by.covers(grants):
        raise Forbidden(f"The permission set '{set_ref}' grants more than you hold, or names roles: it takes permissions:manage.")


def require_sets(by: Caller, refs: Iterable[str]) -> None:
    """Forbidden when an action would run with permission sets that its author does not hold."""
    if by.may_all("permissions", "manage"):
        return
    missing = sorted(set(refs) - set(by.permission_set_refs))
    if missing:
        raise Forbidden(f"You can't grant permission sets you do not hold: {', '.join(missing)}.")


def seen_pack(tx: Transaction, ref: str, by: Caller, *, lock: bool = False) -> Pack:
    """The pack's row, locked for who will change it; NotFound when unknown or not visible to the caller."""
    if lock:
        packs.locked_by_ref(tx, ref)
    pack = existing_pack(tx, ref)
    access.require_visible(by, "packs", _target(pack), what=f"pack '{ref}'")
    return pack


def existing_pack(tx: Transaction, ref: str) -> Pack:
    """The pack's row, seen or not: components may be added to any pack the grants cover."""
    pack = packs.by_ref(tx, ref)
    if pack is None:
        raise NotFound(f"There is no pack '{ref}'.")
    return pack


def _target(pack: Pack) -> Target:
    owner, standard = pack.installed_by, pack.is_standard
    return Target(id=pack.id, ref=pack.ref, pack_ref=pack.ref, owner=owner, standard=standard)
