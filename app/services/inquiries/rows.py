"""From rows to what the rules take, and the errors every use case shares."""

from __future__ import annotations

from app.engine.access import Caller
from app.engine.errors import Conflict, Forbidden, NotFound
from app.engine.inquiries.answering import Question
from app.engine.inquiries.policy import Assignees, Policy
from app.engine.statuses import InquiryStatus
from app.persistence.repositories import inquiries, inquiry_people
from app.persistence.repositories.rows import Row
from app.persistence.session import Transaction


def locked(tx: Transaction, inquiry_id: int) -> Row:
    """The inquiry, locked after its run; NotFound when there is none."""
    row = inquiries.lock(tx, inquiry_id)
    if row is None:
        raise NotFound(f"There is no inquiry {inquiry_id}.")
    return row


def require_pending(row: Row) -> None:
    if row["status"] != InquiryStatus.PENDING:
        raise Conflict(f"The inquiry is already {row['status']}; nothing about it can change any more.")


def question(row: Row) -> Question:
    return Question(
        assignees=Assignees.from_doc(row["assignees"]),
        policy=Policy.from_doc(row["policy"]),
        claimed_by=row["claimed_by"],
        answers=row["answers"],
    )


def require_steering(tx: Transaction, row: Row, by: Caller, action: str) -> None:
    """Changing somebody's question takes the right on inquiries, or having started what asked it."""
    if not may_steer(tx, row["execution"], by, action):
        raise Forbidden(f"{by.login} is not permitted to {action} this inquiry: it takes inquiries:{action}.")


def may_steer(tx: Transaction, execution_id: int, by: Caller, action: str) -> bool:
    if by.may("inquiries", action):
        return True
    asking = inquiry_people.execution(tx, execution_id)
    return asking is not None and asking["executor"] == by.identity_id
