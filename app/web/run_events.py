"""The events of a run, newest first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import url_for

from app.engine.access import Caller
from app.queries import events
from app.web.pages import number

EVENTS_SHOWN = 100


def events_tab(execution: Mapping[str, Any], run: Any, by: Caller) -> dict[str, Any]:
    before = number("before")
    rows = events.latest_events(execution_id=execution["id"], by=by, before_seq=before, limit=EVENTS_SHOWN)
    here = {"execution_id": execution["id"], "tab": "events"}
    older = rows and rows[-1]["seq"] > 1
    return {
        "events": [{**row, "payload": _told(row["payload"])} for row in rows],
        "newer": url_for("runs.detail", **here) if before else None,
        "older": url_for("runs.detail", **here, before=rows[-1]["seq"]) if older else None,
    }


def _told(payload: Mapping[str, Any] | None) -> dict[str, Any]:
    """What an event says to people; the engine's own bookkeeping stays out."""
    return {key: value for key, value in (payload or {}).items() if key not in ("visit", "visits", "header") and value is not None}
