"""Delivering notices: at least once, by any worker, with pauses that grow; none is in a transaction while it is sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import structlog

from app.engine.inquiries.notices import CALLS, seconds_to_next
from app.engine.inquiries.policy import Assignees
from app.engine.statuses import InquiryStatus
from app.persistence import session
from app.persistence.repositories import inquiries, inquiry_people, notices
from app.persistence.session import Transaction
from app.services import ports
from app.services.inquiries.linking import link_for
from app.services.inquiries.rows import Row
from app.services.notices import mail, webhook
from app.services.notices.failures import NotDelivered
from app.services.notices.writing import called
from app.services.orchestration.faults import surviving

log = structlog.get_logger(__name__)
LEASE_S = 120.0  # an attempt that has not ended by then was lost with its process
KEPT = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Parcel:
    """What is to be sent: the message of the notice's channel."""

    notice: Row
    content: mail.Letter | webhook.Call


def is_wanted() -> bool:
    """Whether this server tells anybody anything."""
    settings = ports.settings()
    return bool(settings.smtp_url or settings.notify_url)


def deliver_due(*, limit: int = 20) -> int:
    """Try every notice whose time has come; how many arrived."""
    if not is_wanted():
        return 0
    with session.reading() as tx:
        due = notices.due(tx, now=ports.now(), limit=limit)
    return sum(_deliver(notice_id, inquiry_id) for notice_id, inquiry_id in due)


def _deliver(notice_id: int, inquiry_id: int) -> bool:
    parcel = _take(notice_id, inquiry_id)
    if parcel is None:
        return False
    try:
        _send(parcel)
    except NotDelivered as error:
        _failed(parcel.notice, error)
        return False
    _settle(parcel.notice, {"status": "sent", "sent_at": ports.now(), "error": None})
    return True


def _send(parcel: Parcel) -> None:
    if isinstance(parcel.content, mail.Letter):
        mail.send(parcel.content, ports.settings())
    else:
        webhook.send(parcel.content, ports.settings())


@surviving
def _take(notice_id: int, inquiry_id: int) -> Parcel | None:
    """Begin an attempt; None when somebody else has it, or when there is nothing to tell any more."""
    now = ports.now()
    with session.transaction() as tx:
        row = inquiries.lock(tx, inquiry_id)  # before the notice, as whoever deletes the question does
        notice = notices.take(tx, notice_id, now=now, until=now + timedelta(seconds=LEASE_S))
        if row is None or notice is None:
            return None
        content = _content(tx, row, notice)
        if content is None:
            notices.settle(tx, notice_id, attempt=notice["attempts"], values={"status": "dropped", "error": None})
            return None
    return Parcel(notice, content)


def _content(tx: Transaction, row: Row, notice: Row) -> mail.Letter | webhook.Call | None:
    if notice["channel"] == "webhook":
        return webhook.call_of(row, notice, people=inquiry_people.logins_of(tx, row["assignees"]["identities"]))
    person = notice["identity"]
    address = notices.mail_addresses(tx, [person]).get(person)
    calls = notice["happening"] in CALLS
    if address is None or (calls and (row["status"] != InquiryStatus.PENDING or person not in _may_answer(tx, row, person))):
        return None
    link = link_for(tx, row, person, now=ports.now()) if calls else None
    return mail.letter_of(row, notice, to=address, link=link, settings=ports.settings())


def _may_answer(tx: Transaction, row: Row, person: int) -> set[int]:
    return called(tx, row, only=Assignees((person,)))


def _failed(notice: Row, error: NotDelivered) -> None:
    pause_s = None if error.for_good else seconds_to_next(notice["attempts"])
    log.warning("notice_not_delivered", key=notice["key"], attempt=notice["attempts"], error=error.message, again_in_s=pause_s)
    if pause_s is None:
        _settle(notice, {"status": "failed", "error": error.message})
    else:
        _settle(notice, {"due_at": ports.now() + timedelta(seconds=pause_s), "error": error.message})


@surviving
def _settle(notice: Row, values: dict[str, object]) -> None:
    with session.transaction() as tx:
        notices.settle(tx, notice["id"], attempt=notice["attempts"], values=values)


def forget_old() -> None:
    """Drop what was told long ago."""
    with session.transaction() as tx:
        notices.forget(tx, before=ports.now() - KEPT)
