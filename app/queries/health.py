"""Whether the parts behind the web process answer."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from app.persistence import session
from app.persistence.repositories import workers


def parts(*, alive_since: datetime) -> dict[str, Any]:
    """{"workers": number with a heartbeat after that moment}; raises StorageError when the database is away."""
    with session.reading() as tx:
        return {"workers": workers.alive_since(tx, alive_since)}
