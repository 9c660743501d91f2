"""Writing down who is to be told, in the transaction in which it happened: none is lost, none is told of what was undone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.engine.access import Caller
from app.engine.inquiries.answering import electorate_roles, has_answered, refusal
from app.engine.inquiries.notices import CALLS, ENDINGS, key_of
from app.engine.inquiries.policy import Assignees
from app.engine.times import iso
from app.persistence.repositories import inquiry_people, notices
from app.persistence.session import Transaction
from app.services import ports
from app.services.inquiries.rows import Row, question


def tell(
    tx: Transaction, row: Row, happening: str, *, now: datetime, by: Caller | None = None, number: int = 0,
    only: Assignees | None = None,
) -> None:  # fmt: skip
    """Leave word about a question as it is after `happening` (app.engine.inquiries.notices.HAPPENINGS).

    Args:
        by: who did it, None: the server.
        number: tells happenings of one kind apart, as reminders.
        only: of those who may answer, tell these alone.
    """
    settings = ports.settings()
    detail = {"by": by.login if by else None, "at": iso(now), "number": number}
    rows = []
    if settings.notify_url:
        rows.append(_row(row, happening, number, "webhook", None, detail))
    if settings.smtp_url:
        people = _people(tx, row, happening, by=by, only=only)
        rows += [_row(row, happening, number, "mail", i, detail) for i in sorted(notices.mail_addresses(tx, people))]
    notices.add(tx, rows, now=now)


def _row(
    row: Row, happening: str, number: int, channel: str, identity: int | None, detail: Mapping[str, Any]
) -> dict[str, Any]:
    key = key_of(row["id"], happening, number, channel, identity)
    return {
        "key": key, "inquiry": row["id"], "happening": happening, "channel": channel, "identity": identity, "detail": detail,
    }  # fmt: skip


def _people(tx: Transaction, row: Row, happening: str, *, by: Caller | None, only: Assignees | None) -> set[int]:
    """To whom mail goes: a call to those who may answer by name or role, an ending to those who were called."""
    if happening in ENDINGS:
        return set(notices.mailed(tx, row["id"])) - ({by.identity_id} if by else set())
    return called(tx, row, only=only) if happening in CALLS else set()


def called(tx: Transaction, row: Row, *, only: Assignees | None = None) -> set[int]:
    """Who is asked by name or role and may still answer; nobody for a question that names nobody."""
    asked = question(row)
    among = only or asked.assignees
    roles = among.roles if only else electorate_roles(asked)
    people = inquiry_people.with_roles(tx, identities=among.identities, roles=roles)
    may = {i for i, held in people.items() if refusal(asked, identity_id=i, roles=held) is None}
    return {i for i in may if not has_answered(asked, i)}
