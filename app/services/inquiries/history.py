"""What happened to a question while it was open, kept with it until the record seals it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.engine.access import Caller
from app.engine.times import iso
from app.services.inquiries.rows import Row


def history_of(row: Row) -> list[dict[str, Any]]:
    """Oldest first: {what, by: {identity, login} or None where the server did it, at, ...}."""
    return list((row["record"] or {}).get("history", []))


def with_history(row: Row, entry: Mapping[str, Any], *, by: Caller | None, now: datetime) -> dict[str, Any]:
    """The open inquiry's record with one more thing that happened to it."""
    who = {"identity": by.identity_id, "login": by.login} if by else None
    return {"history": [*history_of(row), {**entry, "by": who, "at": iso(now)}]}
