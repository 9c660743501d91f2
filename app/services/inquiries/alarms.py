"""Reminding and escalating: alarms set when a question is asked, rung by any worker while it is open.

An alarm is a row. Whoever deletes it rings it, in the transaction that holds the question; closing the question
deletes what is left. So an alarm after an answer changes nothing, and none rings twice.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from app.engine.inquiries.policy import Assignees, Policy
from app.engine.statuses import InquiryStatus
from app.persistence import session
from app.persistence.repositories import inquiries, inquiry_alarms
from app.persistence.session import Transaction
from app.services.inquiries.closing import is_over
from app.services.inquiries.history import with_history
from app.services.inquiries.rows import Row
from app.services.notices.writing import tell
from app.services.orchestration.faults import surviving

REMIND, ESCALATE = "remind", "escalate"


def set_alarms(tx: Transaction, inquiry_id: int, policy: Policy, *, asked_at: datetime) -> None:
    """Set what the author wants of a question that has just been asked."""
    alarms = [(REMIND, n, asked_at + timedelta(seconds=s)) for n, s in enumerate(policy.remind)]
    if policy.escalate:
        alarms.append((ESCALATE, 0, asked_at + timedelta(seconds=policy.escalate["after"])))
    inquiry_alarms.add(tx, inquiry_id, alarms)


def ring_due(now: datetime, *, limit: int = 100) -> int:
    """Ring what is due, each question in its own transaction; how many rang. Safe in several processes at once.

    A question that can't be rung does not keep the others from it; its error is raised at the end.
    """
    with session.reading() as tx:
        due = inquiry_alarms.due(tx, now=now, limit=limit)
    rung, failures = 0, list[Exception]()
    for inquiry_id in due:
        try:
            rung += _ring(inquiry_id, now=now)
        except Exception as error:
            failures.append(error)
    if failures:
        raise failures[0]
    return rung


@surviving
def _ring(inquiry_id: int, *, now: datetime) -> bool:
    with session.transaction() as tx:
        row = inquiries.lock(tx, inquiry_id)
        alarms = inquiry_alarms.take(tx, inquiry_id, now=now)
        if row is None or row["status"] != InquiryStatus.PENDING or is_over(row, now) or not alarms:
            return False
        if any(alarm["kind"] == ESCALATE for alarm in alarms):
            row = _escalate(tx, row, now=now)
        reminders = [alarm["number"] for alarm in alarms if alarm["kind"] == REMIND]
        if reminders:  # those missed while no worker ran are one
            _remind(tx, row, max(reminders) + 1, now=now)
        inquiries.touch_run(tx, row["workflow_execution"])
    return True


def _escalate(tx: Transaction, row: Row, *, now: datetime) -> Row:
    """Ask more people, and end a claim that nobody made use of; those asked before stay asked."""
    asked, policy = Assignees.from_doc(row["assignees"]), Policy.from_doc(row["policy"])
    added = Assignees.from_doc((policy.escalate or {}).get("to"))
    # who may be answered by anybody is not narrowed down to the few that are added
    assignees = asked if asked.anybody else asked.joined(added)
    entry = {"what": "escalated", "to": added.to_doc(), "claimed_by": row["claimed_by"]}
    values = {
        "assignees": assignees.to_doc(),
        "assigned_to": assignees.single,
        "claimed_by": None,
        "record": with_history(row, entry, by=None, now=now),
    }
    inquiries.set_assignees(tx, row["id"], assignees.to_doc())
    changed = inquiries.change_pending(tx, row["id"], values, now=now) or row
    tell(tx, changed, "escalated", now=now, only=added)
    return changed


def _remind(tx: Transaction, row: Row, number: int, *, now: datetime) -> Row:
    record = with_history(row, {"what": "reminded", "number": number}, by=None, now=now)
    changed = inquiries.change_pending(tx, row["id"], {"record": record}, now=now) or row
    tell(tx, changed, "reminded", now=now, number=number)
    return changed
