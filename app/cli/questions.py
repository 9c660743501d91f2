"""A question in the terminal: what it asks, and the very command that answers it."""

from __future__ import annotations

import shlex
from typing import Any

from app.cli.words import ago
from app.engine import schemas
from app.engine.inquiries.prompts import plain_text


def lines(inquiry: dict[str, Any]) -> list[str]:
    """The question and, below it, how to answer."""
    due = f" (due {ago(inquiry['timeout_at'])})" if inquiry["timeout_at"] else ""
    asked = f"? Question {inquiry['id']}: {' '.join(plain_text(inquiry['prompt']).split())}{due}"
    return [asked, *(f"    {command}" for command in commands(inquiry))]


def commands(inquiry: dict[str, Any]) -> list[str]:
    """Commands that answer, ready to be copied; for a form the values are to be filled in."""
    base = f"attune inquiries answer {inquiry['id']}"
    if inquiry["buttons"]:
        return [f"{base} --button {shlex.quote(str(button['label']))}" for button in inquiry["buttons"]]
    fields = schema_fields(inquiry)
    if not fields:
        return [f"{base} --json '…'"] if inquiry["response_schema"] else [f"{base} --json '\"your answer\"'"]
    if yes_or_no(inquiry):
        return [f"{base} --approve", f"{base} --reject"]
    return [f"{base} {' '.join(f'{name}={_sample(field)}' for name, field in fields.items())}"]


def yes_or_no(inquiry: dict[str, Any]) -> str | None:
    """Name of the boolean that a form with one field asks for, else None."""
    fields = schema_fields(inquiry)
    if len(fields) != 1:
        return None
    [(name, field)] = fields.items()
    return name if field.get("type") == "boolean" else None


def schema_fields(inquiry: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Fields of the answer by name, in the order of the form."""
    normal = schemas.normalise(inquiry["response_schema"]) if inquiry["response_schema"] else {}
    found = normal.get("properties", {})
    return {name: field if isinstance(field, dict) else {} for name, field in found.items()}


def _sample(field: dict[str, Any]) -> str:
    if field.get("enum"):
        return shlex.quote("|".join(str(choice) for choice in field["enum"]))
    if "default" in field and isinstance(field["default"], int | float | str):
        return shlex.quote(str(field["default"]).lower() if isinstance(field["default"], bool) else str(field["default"]))
    return {"boolean": "true", "integer": "1", "number": "1"}.get(str(field.get("type")), "…")
