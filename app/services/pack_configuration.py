"""The configuration of a pack against its schema: defaults, checks, and secrets that come back masked."""

from __future__ import annotations

from typing import Any

from app.engine import schemas
from app.services.fields import refuse

MASK = "***"


def checked_config(config: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """The configuration with defaults filled in and values cast; Invalid with every mismatch."""
    filled = schemas.coerce(schemas.fill_defaults(config, schema), schema)
    found = schemas.check(filled, schema) if schema else []
    # A pack may be loaded before it is configured, so what is merely missing is found when it is used.
    wrong = [p for p in found if not _is_missing(p, filled, schema)]
    refuse([{"path": f"config.{p['path']}", "message": p["message"]} for p in wrong])
    return dict(filled)


def changed_config(new: dict[str, Any], *, stored: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """A configuration sent by a client that saw secrets as `***`: those are kept as they are stored."""
    return {
        key: stored[key] if value == MASK and key in stored and _is_secret(key, schema) else value
        for key, value in new.items()
    }


def _is_secret(key: str, schema: dict[str, Any]) -> bool:
    return any(tuple(path)[:1] == (key,) for path in schemas.secret_paths(schema))


def _is_missing(problem: Any, config: dict[str, Any], schema: dict[str, Any]) -> bool:
    name = str(problem["path"])
    return name in schemas.required_names(schema) and name not in config
