"""Questions to people as use cases: ask, answer, claim, hand over, cancel, expire. One transaction each.

The rules are in app.engine.inquiries; here they meet the rows. Every closing tells the run in its own transaction.
"""

from app.services.inquiries.alarms import ring_due
from app.services.inquiries.answering import respond
from app.services.inquiries.changing import cancel, delete, update
from app.services.inquiries.claiming import claim, release
from app.services.inquiries.closing import TellRun, cancel_of_execution, cancel_of_run, expire_due
from app.services.inquiries.linking import Link, OpenLink, make_link, open_link, respond_by_link, revoke_link
from app.services.inquiries.opening import create, open_inquiry

__all__ = [
    "Link",
    "OpenLink",
    "TellRun",
    "cancel",
    "cancel_of_execution",
    "cancel_of_run",
    "claim",
    "create",
    "delete",
    "expire_due",
    "make_link",
    "open_inquiry",
    "open_link",
    "release",
    "respond",
    "respond_by_link",
    "revoke_link",
    "ring_due",
    "update",
]
