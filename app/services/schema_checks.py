"""Refuse a schema that is none: of parameters, results or configuration."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.engine import schemas
from app.services.fields import refuse


def check_schemas(values: Mapping[str, Any], *keys: str) -> None:
    """Invalid with every problem of the schemas under these keys; absent and null ones are fine."""
    refuse([found for key in keys if values.get(key) for found in _problems(key, values[key])])


def _problems(key: str, schema: Any) -> list[dict[str, Any]]:
    found = schemas.problems(schema)
    return [{"path": f"{key}.{p['path']}" if p["path"] else key, "message": p["message"]} for p in found]
