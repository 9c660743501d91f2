"""Claiming: one of several people takes a question for themselves, until they answer it or give it back."""

from __future__ import annotations

from app.engine.access import Caller
from app.engine.errors import Forbidden
from app.engine.inquiries.answering import claim_refusal
from app.persistence import session
from app.persistence.repositories import inquiries
from app.services import ports
from app.services.inquiries.history import with_history
from app.services.inquiries.rows import locked, question, require_pending, require_steering


def claim(*, inquiry_id: int, by: Caller) -> None:
    """Take the question; a second claim by the same person changes nothing.

    Raises:
        NotFound, Conflict (not pending), Forbidden (not asked, or claimed by somebody else).
    """
    now = ports.now()
    with session.transaction() as tx:
        row = locked(tx, inquiry_id)
        require_pending(row)
        if why := claim_refusal(question(row), identity_id=by.identity_id, roles=by.roles):
            raise Forbidden(why)
        if row["claimed_by"] != by.identity_id:
            record = with_history(row, {"what": "claimed"}, by=by, now=now)
            inquiries.change_pending(tx, inquiry_id, {"claimed_by": by.identity_id, "record": record}, now=now)
            inquiries.touch_run(tx, row["workflow_execution"])


def release(*, inquiry_id: int, by: Caller) -> None:
    """Give the question back to everybody who is asked; for the one who claimed it, or with inquiries:update."""
    now = ports.now()
    with session.transaction() as tx:
        row = locked(tx, inquiry_id)
        require_pending(row)
        if row["claimed_by"] is None:
            return
        if row["claimed_by"] != by.identity_id:
            require_steering(tx, row, by, "update")
        record = with_history(row, {"what": "released"}, by=by, now=now)
        inquiries.change_pending(tx, inquiry_id, {"claimed_by": None, "record": record}, now=now)
        inquiries.touch_run(tx, row["workflow_execution"])
