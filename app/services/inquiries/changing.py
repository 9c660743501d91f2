"""Changing a question that is still open: hand over, another deadline, cancel, delete."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.engine.access import Caller
from app.engine.errors import Conflict, Forbidden, NotFound
from app.engine.inquiries.policy import Assignees
from app.engine.statuses import InquiryStatus
from app.engine.times import iso
from app.persistence import session
from app.persistence.repositories import inquiries, inquiry_people, inquiry_records
from app.persistence.session import Transaction
from app.services import ports
from app.services.inquiries.closing import TellRun, cancelled, tell_run
from app.services.inquiries.history import history_of, with_history
from app.services.inquiries.rows import Row, locked, may_steer, require_pending, require_steering
from app.services.notices.writing import tell as tell_people
from app.services.orchestration.faults import surviving

_CANCELLED_WORDS = ("cancelled", "canceled")


@surviving
def update(*, inquiry_id: int, changes: Mapping[str, Any], by: Caller, if_match: str | None = None, tell: TellRun = tell_run) -> None:
    """Apply `assigned_to` (identity id or None), `timeout_at` (aware or None) and `status: cancelled`.

    Raises:
        NotFound, Forbidden, Conflict (not pending, another status, a response, changed since `if_match`).

    Source: api.md 10.
    """
    now = ports.now()
    with session.transaction() as tx:
        row = locked(tx, inquiry_id)
        _require_change(tx, row, changes, by)
        _refuse_impossible(row, changes, if_match)
        if "assigned_to" in changes:
            row = _hand_over(tx, row, changes["assigned_to"], by=by, now=now)
        if "timeout_at" in changes:
            inquiries.change_pending(tx, inquiry_id, {"timeout_at": changes["timeout_at"]}, now=now)
        inquiries.touch_run(tx, row["workflow_execution"])
        if changes.get("status") in _CANCELLED_WORDS:
            tell(tx, cancelled(tx, locked(tx, inquiry_id), now=now, by=by))


def _require_change(tx: Transaction, row: Row, changes: Mapping[str, Any], by: Caller) -> None:
    """Who is asked by name or role may hand the question over, and nothing else."""
    if may_steer(tx, row["execution"], by, "update"):
        return
    asked = Assignees.from_doc(row["assignees"])
    if set(changes) - {"assigned_to"} or not asked.names(by.identity_id, by.roles):
        raise Forbidden(f"{by.login} is not permitted to change this inquiry: it takes inquiries:update.")


def _refuse_impossible(row: Row, changes: Mapping[str, Any], if_match: str | None) -> None:
    if if_match is not None and if_match != iso(row["updated"]):
        raise Conflict("The inquiry has changed since it was read; read it again.")
    if changes.get("status", row["status"]) not in (row["status"], *_CANCELLED_WORDS):
        raise Conflict("An inquiry's status can only be set to cancelled; use respond to answer it.")
    if "response" in changes and changes["response"] != row["response"]:
        raise Conflict("An answer is given by POST /inquiries/{id}/respond, not by changing the inquiry.")
    if row["status"] != InquiryStatus.PENDING:
        require_pending(row)


def _hand_over(tx: Transaction, row: Row, identity_id: int | None, *, by: Caller, now: datetime) -> Row:
    """Another person is asked instead (None: anybody); kept in the record. Old links are withdrawn."""
    if identity_id is not None and not inquiry_people.ids_of(tx, [identity_id]):
        raise NotFound(f"There is no identity {identity_id}.")
    assignees = Assignees((identity_id,) if identity_id is not None else ()).to_doc()
    entry = {"what": "handed_over", "from": row["assignees"], "to": assignees}
    values = {
        "assigned_to": identity_id,
        "assignees": assignees,
        "claimed_by": None,
        "record": with_history(row, entry, by=by, now=now),
    }
    inquiries.set_assignees(tx, row["id"], assignees)
    inquiry_records.revoke_links(tx, row["id"], now=now)
    changed = inquiries.change_pending(tx, row["id"], values, now=now) or row
    tell_people(tx, changed, "handed_over", now=now, by=by, number=len(history_of(changed)))
    return changed


@surviving
def cancel(*, inquiry_id: int, by: Caller, tell: TellRun = tell_run) -> None:
    """Withdraw a question; Conflict when it is not pending any more."""
    with session.transaction() as tx:
        row = locked(tx, inquiry_id)
        require_steering(tx, row, by, "cancel" if by.may("inquiries", "cancel") else "update")
        require_pending(row)
        tell(tx, cancelled(tx, row, now=ports.now(), by=by))


@surviving
def delete(*, inquiry_id: int, by: Caller, tell: TellRun = tell_run) -> None:
    """Remove a question; a pending one is cancelled first. The digest of its record stays in the chain."""
    with session.transaction() as tx:
        row = locked(tx, inquiry_id)
        require_steering(tx, row, by, "delete")
        if row["status"] == InquiryStatus.PENDING:
            tell(tx, cancelled(tx, row, now=ports.now(), by=by))
        inquiries.remove(tx, inquiry_id)
