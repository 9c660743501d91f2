"""How many questions wait for the person who looks: in the navigation and in the page's title."""

from __future__ import annotations

from flask import g

from app.engine.access import Caller
from app.queries import inquiries


def waiting_for(by: Caller) -> int:
    """Open questions that name this person, one of their roles, or nobody."""
    if "inbox_count" not in g:
        g.inbox_count = inquiries.count_for_me(by=by)
    return int(g.inbox_count)
