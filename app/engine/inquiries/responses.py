"""Whether a response fits what was asked. Keys nobody asked for are always allowed (api.md 10.1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.engine import schemas


def check_response(response: Any, schema: Mapping[str, Any] | None) -> list[dict[str, str]]:
    """Every mismatch as {path, message}; empty when it fits or nothing particular was asked."""
    return schemas.check(response, schema, noun="Field", extra_allowed=True)
