"""The caller's own drafts: texts that were never saved, or that differ from what is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.engine.access import Caller
from app.persistence import session
from app.persistence.repositories import drafts


@dataclass(frozen=True, slots=True)
class OwnDraft:
    """A text that only its owner sees; `label` None: the workflow has never been saved."""

    ref: str
    label: str | None
    updated: datetime

    @property
    def is_new(self) -> bool:
        return self.label is None

    @property
    def pack_ref(self) -> str:
        return self.ref.partition(".")[0]

    @property
    def name(self) -> str:
        return self.ref.partition(".")[2]


def list_drafts(*, by: Caller, limit: int = 20) -> list[OwnDraft]:
    """The caller's drafts, newest first."""
    with session.reading() as tx:
        return [OwnDraft(*row) for row in drafts.of_person(tx, identity_id=by.identity_id, limit=limit)]
