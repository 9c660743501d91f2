"""Times as the contract writes them."""

from __future__ import annotations

from datetime import UTC, datetime


def iso(value: datetime | None) -> str | None:
    """RFC 3339 in UTC with a `Z`: no fraction or exactly six digits (api.md 1.1). Null stays null."""
    if value is None:
        return None
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
