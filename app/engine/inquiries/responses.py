"""Whether a response fits what was asked. Keys nobody asked for are always allowed (api.md 10.1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.engine import schemas
from app.engine.errors import InvalidValue
from app.engine.inquiries.asking import Ask


def check_response(response: Any, schema: Mapping[str, Any] | None) -> list[dict[str, str]]:
    """Every mismatch as {path, message}; empty when it fits or nothing particular was asked."""
    return schemas.check(response, schema, noun="Field", extra_allowed=True)


def check_ask(ask: Ask) -> None:
    """Refuse a question whose schema is none, or whose own answers (default, buttons) do not fit it.

    Raises:
        InvalidValue: details hold every mistake as {path, message}.
    """
    problems = schemas.problems(ask.response_schema)
    found = [{"path": "response_schema", "message": p["message"]} for p in problems]
    if not found and ask.default_response is not None:
        found = _misfits("default_response", ask.default_response, ask.response_schema)
    for i, button in enumerate(ask.buttons if not problems else ()):
        found += _misfits(f"buttons[{i}].response", button["response"], ask.response_schema)
    if found:
        raise InvalidValue(f"The inquiry can't be asked: {found[0]['path']}: {found[0]['message']}", details=found)


def _misfits(path: str, value: Any, schema: Mapping[str, Any] | None) -> list[dict[str, str]]:
    return [{"path": path, "message": m["message"]} for m in check_response(value, schema)]
