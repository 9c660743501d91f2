"""What answers look like: envelopes, paging figures, times, JSON text.

A view returns what one of `one`, `page`, `done`, `bare` makes; routes.py turns it into a response.
Source: api.md 1.1, 1.2, 1.3.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from flask import Response

from app.api.paging import Paging
from app.engine.times import iso


@dataclass(frozen=True, slots=True)
class Reply:
    """A JSON answer; `status` None means the one its route declares."""

    body: Any
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


def one(data: Any, *, message: str | None = None, status: int | None = None) -> Reply:
    """`{"data": ..., "message"?: ...}`."""
    return Reply({"data": data} if message is None else {"data": data, "message": message}, status)


def page(
    items: Sequence[Any], paging: Paging, *, total: int | None = None, has_next: bool | None = None
) -> Reply:
    """`{"items": [...], "pagination": {...}}`.

    Args:
        total: number of all matching rows; None where the contract sends totals only on request.
        has_next: needed only without `total` (read one row more than `paging.size`).
    """
    known = total is not None
    more = paging.offset + len(items) < total if total is not None else bool(has_next)
    figures = {
        "page": paging.page,
        "page_size": paging.size,
        **({"total_items": total, "total_pages": math.ceil((total or 0) / paging.size)} if known else {}),
        "has_previous": paging.offset > 0,
        "has_next": more,
    }
    return Reply({"items": list(items), "pagination": figures})


def done(message: str) -> Reply:
    """`{"success": true, "message": ...}`, for deletes and the like."""
    return Reply({"success": True, "message": message})


def bare(value: Any, *, status: int | None = None) -> Reply:
    """The value itself, for the few calls whose contract has no envelope."""
    return Reply(value, status)


def json_response(document: Any, status: int = 200, *, headers: Mapping[str, str] | None = None) -> Response:
    response = Response(json_text(document), status=status, mimetype="application/json")
    response.headers.update(headers or {})
    return response


def json_text(document: Any) -> bytes:
    """UTF-8 JSON that any client can read: no NaN, no lone surrogates, whatever an action has printed."""
    try:
        text = json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_encode)
    except ValueError:
        text = json.dumps(_finite(document), ensure_ascii=False, separators=(",", ":"), default=_encode)
    return text.encode("utf-8", "replace")


def _encode(value: Any) -> Any:
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, set | frozenset | tuple):
        return sorted(value) if isinstance(value, set | frozenset) else list(value)
    raise TypeError(f"{type(value).__name__} cannot be sent as JSON")


def _finite(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    return [_finite(item) for item in value] if isinstance(value, list | tuple) else value
