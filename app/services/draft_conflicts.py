"""What stands between a person's draft and saving it: somebody else's revision, or a file that changed on the disk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.engine.access import Caller
from app.engine.errors import EditConflict, NotFound
from app.engine.times import iso
from app.persistence import session
from app.persistence.repositories import drafts, workflows
from app.services.edit_conflicts import check_seen
from app.services.pack_rights import existing_pack, require
from app.services.workflow_files import check_files


@dataclass(frozen=True, slots=True)
class DraftConflict:
    """The caller's draft and what it would overwrite.

    Attributes:
        message: who was faster, for a person.
        details: as those of EditConflict; `yours` is the draft.
        updated: when the draft was kept, which tells this one from a later one.
    """

    message: str
    details: dict[str, Any]
    updated: str


def find(*, ref: str, by: Caller) -> DraftConflict | None:
    """None when nothing stands in the way, or there is no draft. NotFound (the workflow), Forbidden."""
    with session.reading() as tx:
        row = workflows.by_ref(tx, ref)
        if row is None:
            raise NotFound(f"There is no workflow '{ref}'.")
        require(by, "actions", "update", pack_ref=row.pack_ref, ref=ref)
        draft = drafts.find(tx, ref, identity_id=by.identity_id)
        if draft is None:
            return None
        try:
            check_seen(tx, row, seen=str(draft.base or 0), text=draft.text)
            check_files(tx, existing_pack(tx, row.pack_ref), row, seen=None, yours=draft.text)
        except EditConflict as error:
            return DraftConflict(error.message, error.details, iso(draft.updated) or "")
        return None


def discard_seen(*, ref: str, updated: str, by: Caller) -> bool:
    """Throw the caller's draft away if it is the one that was seen; whether it was."""
    with session.transaction() as tx:
        draft = drafts.find(tx, ref, identity_id=by.identity_id)
        is_seen = draft is not None and iso(draft.updated) == updated
        return is_seen and drafts.discard(tx, ref, identity_id=by.identity_id)
