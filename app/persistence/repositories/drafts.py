"""Rows of drafts and of presence. Functions take an open Transaction and never commit."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from app.persistence.db import table_of
from app.persistence.models import Identity, WorkflowDefinition, WorkflowDraft, WorkflowPresence
from app.persistence.session import Transaction

D = table_of(WorkflowDraft)
P = table_of(WorkflowPresence)
_KEY = ("identity", "workflow_ref")


def find(tx: Transaction, ref: str, *, identity_id: int) -> WorkflowDraft | None:
    mine = select(WorkflowDraft).where(WorkflowDraft.workflow_ref == ref, WorkflowDraft.identity == identity_id)
    return tx.session.scalar(mine)


def of_person(tx: Transaction, *, identity_id: int, limit: int) -> list[Row[Any]]:
    """Rows (ref, label, updated) of the person's drafts, newest first; `label` None where there is no workflow yet."""
    statement = (
        select(D.c.workflow_ref, WorkflowDefinition.label, D.c.updated)
        .outerjoin(WorkflowDefinition, WorkflowDefinition.ref == D.c.workflow_ref)
        .where(D.c.identity == identity_id)
        .order_by(D.c.updated.desc(), D.c.workflow_ref)
        .limit(limit)
    )
    return list(tx.session.execute(statement))


def keep(tx: Transaction, ref: str, *, identity_id: int, text: str, base: int | None, now: datetime) -> None:
    """Write the person's draft of this workflow over the one before."""
    values = {"identity": identity_id, "workflow_ref": ref, "text": text, "base": base, "created": now, "updated": now}
    _put(tx, D, values, changed=("text", "base", "updated"))


def discard(tx: Transaction, ref: str, *, identity_id: int, text: str | None = None) -> bool:
    """Remove the person's draft, with `text` only when it says just this; whether there was one."""
    statement = delete(D).where(D.c.workflow_ref == ref, D.c.identity == identity_id)
    if text is not None:
        statement = statement.where(D.c.text == text)
    return tx.execute(statement).rowcount > 0


def note_presence(tx: Transaction, ref: str, *, identity_id: int, now: datetime) -> None:
    _put(tx, P, {"identity": identity_id, "workflow_ref": ref, "seen_at": now}, changed=("seen_at",))


def end_presence(tx: Transaction, ref: str, *, identity_id: int) -> None:
    tx.execute(delete(P).where(P.c.workflow_ref == ref, P.c.identity == identity_id))


def forget_presence(tx: Transaction, *, before: datetime) -> None:
    tx.execute(delete(P).where(P.c.seen_at < before))


def others(tx: Transaction, ref: str, *, but: int, since: datetime, limit: int) -> list[Row[Any]]:
    """Rows (login, display_name, updated, seen_at) of everybody else with a draft, or seen since; newest first.

    `updated` is that of the draft, `seen_at` None when not seen since.
    """
    draft_of = (D.c.identity == Identity.id) & (D.c.workflow_ref == ref)
    seen_of = (P.c.identity == Identity.id) & (P.c.workflow_ref == ref) & (P.c.seen_at >= since)
    statement = (
        select(Identity.login, Identity.display_name, D.c.updated, P.c.seen_at)
        .outerjoin(D, draft_of)
        .outerjoin(P, seen_of)
        .where(Identity.id != but, or_(D.c.id.is_not(None), P.c.id.is_not(None)))
        .order_by(P.c.seen_at.is_(None), D.c.updated.desc(), Identity.login)
        .limit(limit)
    )
    return list(tx.execute(statement))


def _put(tx: Transaction, table: Any, values: dict[str, Any], *, changed: tuple[str, ...]) -> None:
    insert = (sqlite if tx.sqlite else postgresql).insert(table).values(values)
    tx.execute(insert.on_conflict_do_update(index_elements=_KEY, set_={name: insert.excluded[name] for name in changed}))
