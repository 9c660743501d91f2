"""A schema made ready once and used often: what starting an action does to its parameters."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from app.engine.schemas.checking import check
from app.engine.schemas.normal import Schema, normalise
from app.engine.schemas.secrets import secret_paths
from app.engine.schemas.values import coerce, fill_defaults


class Fitting:
    """Defaults, casting and checking by one schema. Safe to share between threads.

    Attributes:
        has_secrets: whether any value must be masked.
    """

    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        self.normal = normalise(schema)
        self.has_secrets = bool(secret_paths(schema))

    def fit(self, values: dict[str, Any]) -> tuple[dict[str, Any], list[dict[str, str]]]:
        """The values with defaults and casts, and every mismatch as `{path, message}`."""
        if not self.normal:
            return values, []
        fitted = coerce(fill_defaults(values, self.normal), self.normal)
        return fitted, check(fitted, self.normal)


def fitting_of(schema: Schema | None) -> Fitting:
    """The fitting of a schema, kept by its content."""
    return _fitting(json.dumps(schema or {}))


@lru_cache(maxsize=1024)
def _fitting(text: str) -> Fitting:
    return Fitting(json.loads(text))
