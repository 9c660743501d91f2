"""How a question ends: answered, expired or cancelled. The record is sealed and the run is told, all in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from app.engine.access import Caller
from app.engine.errors import Conflict
from app.engine.inquiries.records import seal
from app.engine.statuses import InquiryStatus
from app.engine.times import iso
from app.persistence import session
from app.persistence.repositories import inquiries, inquiry_alarms, inquiry_people, inquiry_records
from app.persistence.session import Transaction
from app.services.inquiries.history import history_of
from app.services.inquiries.rows import Row
from app.services.notices.writing import tell as tell_people
from app.services.orchestration.faults import surviving

_FROZEN = (
    "execution", "workflow_execution", "task_name", "prompt", "response_schema", "evidence", "buttons", "policy",
    "assignees", "status", "response", "responded_by", "answers", "default_response",
)  # fmt: skip


_ENDINGS = {InquiryStatus.RESPONDED: "decided", InquiryStatus.TIMEOUT: "expired", InquiryStatus.CANCELLED: "cancelled"}


class TellRun(Protocol):
    """Ends the execution that asked and wakes the run, in the transaction that closed the question."""

    def __call__(self, tx: Transaction, row: Row, /) -> None: ...


def tell_run(tx: Transaction, row: Row, /) -> None:
    """The default: orchestration, imported late because it opens inquiries itself.

    A result names the answers only where several people were asked for one (api.md 10.2).
    """
    from app.services import orchestration

    answers = row["answers"] if row["policy"].get("quorum") else []
    orchestration.inquiry_closed(tx, {**row, "answers": answers}, defaulted=row["record"]["defaulted"])


def close(
    tx: Transaction, row: Row, values: Mapping[str, Any], *, now: datetime, by: Caller | None, defaulted: bool = False
) -> Row:
    """Write the end of a pending, locked inquiry, seal its record, withdraw links and alarms; the row as it is then.

    Raises:
        Conflict: somebody was faster.
    """
    closed = inquiries.change_pending(tx, row["id"], values, now=now)
    if closed is None:
        raise Conflict("Somebody else has just closed this inquiry.")
    body = _record_body(tx, closed, now=now, by=by, defaulted=defaulted)
    record = seal(body, previous=inquiry_records.last_digest(tx))
    inquiry_records.append(tx, row["id"], record, now=now)
    inquiry_records.revoke_links(tx, row["id"], now=now)
    inquiry_alarms.clear(tx, row["id"])
    tell_people(tx, closed, _ENDINGS[closed["status"]], now=now, by=by)
    inquiries.touch_run(tx, row["workflow_execution"])
    return inquiries.set_record(tx, row["id"], record)


def _record_body(tx: Transaction, row: Row, *, now: datetime, by: Caller | None, defaulted: bool) -> dict[str, Any]:
    logins = inquiry_people.logins_of(tx, row["assignees"]["identities"])
    return {
        "inquiry": row["id"],
        **{key: row[key] for key in _FROZEN},
        "asked_at": iso(row["created"]),
        "timeout_at": iso(row["timeout_at"]),
        "closed_at": iso(now),
        "closed_by": {"identity": by.identity_id, "login": by.login} if by else None,
        "assigned_logins": [logins.get(i) for i in row["assignees"]["identities"]],
        "history": history_of(row),
        "defaulted": defaulted,
    }


def expire(tx: Transaction, row: Row, *, now: datetime, tell: TellRun) -> None:
    """Nobody answered in time: `timeout`, with the default response when the author gave one."""
    default = row["default_response"]
    values = {"status": InquiryStatus.TIMEOUT, "response": default, "claimed_by": None}
    tell(tx, close(tx, row, values, now=now, by=None, defaulted=default is not None))


def cancelled(tx: Transaction, row: Row, *, now: datetime, by: Caller | None) -> Row:
    return close(tx, row, {"status": InquiryStatus.CANCELLED, "claimed_by": None}, now=now, by=by)


def expire_due(now: datetime, *, limit: int = 100, tell: TellRun = tell_run) -> int:
    """Expire what is due, each in its own transaction; the number that expired. Safe in several processes at once.

    One that can't be expired (its run is damaged) does not keep the others from it; its error is raised at the end.
    """
    with session.reading() as tx:
        due = inquiries.due(tx, now=now, limit=limit)
    expired, failures = 0, list[Exception]()
    for inquiry_id in due:
        try:
            expired += _expire_one(inquiry_id, now=now, tell=tell)
        except Exception as error:
            failures.append(error)
    if failures:
        raise failures[0]
    return expired


@surviving
def _expire_one(inquiry_id: int, *, now: datetime, tell: TellRun) -> bool:
    with session.transaction("expiry") as tx:
        row = inquiries.lock(tx, inquiry_id)
        still_due = row is not None and row["status"] == InquiryStatus.PENDING and is_over(row, now)
        if row is not None and still_due:
            expire(tx, row, now=now, tell=tell)
        return still_due


def is_over(row: Row, now: datetime) -> bool:
    return row["timeout_at"] is not None and row["timeout_at"] <= now


def cancel_of_execution(tx: Transaction, *, execution_id: int, now: datetime) -> int:
    """Cancel what one execution still asks, without telling its run: the run itself wants it. How many there were.

    Other runs that wait for one of these questions are told.
    """
    return _cancel_all(tx, inquiries.pending_of_execution(tx, execution_id), now=now)


def cancel_of_run(tx: Transaction, *, workflow_execution_id: int, now: datetime) -> int:
    """Cancel everything that is still asked within a run, without telling it. How many there were."""
    return _cancel_all(tx, inquiries.pending_of_run(tx, workflow_execution_id), now=now)


def _cancel_all(tx: Transaction, inquiry_ids: list[int], *, now: datetime) -> int:
    rows = [row for i in inquiry_ids if (row := inquiries.lock(tx, i)) and row["status"] == InquiryStatus.PENDING]
    for row in rows:
        _wake_waiting(tx, cancelled(tx, row, now=now, by=None))
    return len(rows)


def _wake_waiting(tx: Transaction, row: Row) -> None:
    from app.services import orchestration  # imported late: it opens inquiries itself

    orchestration.wake_waiting(tx, row)
