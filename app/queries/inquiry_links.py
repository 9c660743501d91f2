"""Read model of the signed links to a question; the links themselves are known to nobody any more."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from app.engine.access import Caller
from app.engine.errors import Forbidden
from app.engine.times import iso
from app.persistence import session
from app.persistence.repositories import inquiry_records
from app.queries.inquiries import get_inquiry


def list_links(*, inquiry_id: int, by: Caller, now: datetime) -> list[dict[str, Any]]:
    """Newest first: {id, identity, login, created, expires_at, used_at, revoked_at, active}. NotFound, Forbidden."""
    get_inquiry(inquiry_id=inquiry_id, by=by)
    if not by.may("inquiries", "update"):
        raise Forbidden("Seeing links takes the right inquiries:update.")
    with session.reading() as tx:
        found = inquiry_records.links_of(tx, inquiry_id)
    return [
        {
            "id": row["id"], "identity": row["identity"], "login": row["login"],
            **{key: iso(row[key]) for key in ("created", "expires_at", "used_at", "revoked_at")},
            "active": row["used_at"] is None and row["revoked_at"] is None and (row["expires_at"] is None or row["expires_at"] > now),
        }
        for row in found
    ]  # fmt: skip
