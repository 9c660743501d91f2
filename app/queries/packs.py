"""Read models of packs: the objects Pack and PackSummary of the REST contract (api.md 4)."""

from __future__ import annotations

from typing import Any

from app.engine.access import Caller, Target
from app.engine.errors import NotFound
from app.engine.schemas import mask_secrets
from app.engine.times import iso
from app.engine.visibility import pack_scope
from app.persistence import session
from app.persistence.models import Pack
from app.persistence.repositories import packs


def list_packs(
    *, by: Caller, search: str | None = None, tag: str | None = None, offset: int = 0, limit: int = 50
) -> tuple[list[dict[str, Any]], int]:
    """PackSummary of the packs the caller may read, standard ones first, then newest; with the total."""
    with session.reading() as tx:
        rows, total = packs.listed(tx, scope=pack_scope(by), search=search, tag=tag, offset=offset, limit=limit)
        return [pack_summary(row) for row in rows], total


def get_pack(*, ref: str, by: Caller) -> dict[str, Any]:
    """The Pack; NotFound when unknown or not visible to the caller."""
    with session.reading() as tx:
        return pack_json(visible_pack(tx, ref, by))


def visible_pack(tx: Any, ref: str, by: Caller) -> Pack:
    """The row, or NotFound: an invisible pack is as unknown as one that does not exist."""
    pack = packs.by_ref(tx, ref)
    if pack is None or not is_visible(pack, by):
        raise NotFound(f"There is no pack '{ref}'.")
    return pack


def is_visible(pack: Pack, by: Caller) -> bool:
    target = Target(
        id=pack.id, ref=pack.ref, pack_ref=pack.ref, owner=pack.installed_by, standard=pack.is_standard
    )
    return by.allows("packs", "read", target)


def pack_json(pack: Pack) -> dict[str, Any]:
    """Pack. Secret values of its configuration read `***`."""
    return {
        "id": pack.id,
        "ref": pack.ref,
        "label": pack.label,
        "description": pack.description,
        "version": pack.version,
        "conf_schema": pack.conf_schema or {},
        "config": mask_secrets(pack.config or {}, pack.conf_schema or {}),
        "meta": pack.meta or {},
        "tags": pack.tags or [],
        "runtime_deps": pack.runtime_deps or [],
        "dependencies": pack.dependencies or [],
        "is_standard": pack.is_standard,
        "installed_by": pack.installed_by,
        "source_type": pack.source_type,
        "source_url": pack.source_url,
        "storage_path": pack.storage_path,
        "created": iso(pack.created),
        "updated": iso(pack.updated),
    }


def pack_summary(pack: Pack) -> dict[str, Any]:
    whole = pack_json(pack)
    keys = ("id", "ref", "label", "description", "version", "tags", "is_standard", "created", "updated")
    return {key: whole[key] for key in keys}
