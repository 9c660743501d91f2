"""The keys of an operation, each read as what it must be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.engine.edit.ways import KINDS
from app.engine.errors import EditRefused
from app.engine.spec.places import Path

_ABSENT = object()


class Arguments:
    """Raises EditRefused for what is missing or of the wrong type; a null counts as absent, but for `value`."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values
        self.name = str(values.get("op", ""))[:80]

    def text(self, key: str) -> str:
        found = self.optional_text(key)
        if found is None:
            raise EditRefused(f"{self._lead()}needs '{key}'.", key=key)
        return found

    def optional_text(self, key: str) -> str | None:
        value = self._values.get(key)
        if value is None or (isinstance(value, str) and value):
            return value
        raise EditRefused(f"{self._lead()}takes text in '{key}'.", key=key)

    def kind(self, default: str | None = None) -> str | None:
        """A kind of transition."""
        kind = self.optional_text("kind") or default
        if kind is not None and kind not in KINDS:
            raise EditRefused(
                f"'{kind[:80]}' is no kind of transition; it is one of {', '.join(KINDS)}.", key="kind"
            )
        return kind

    def index(self) -> int | None:
        value = self._values.get("index")
        if value is None or (isinstance(value, int) and not isinstance(value, bool) and value >= 0):
            return value
        raise EditRefused(f"{self._lead()}takes a whole number from 0 in 'index'.", key="index")

    def flag(self, key: str) -> bool:
        value = self._values.get(key)
        if value is None or isinstance(value, bool):
            return bool(value)
        raise EditRefused(f"{self._lead()}takes true or false in '{key}'.", key=key)

    def mapping(self, key: str) -> dict[str, Any]:
        value = self._values.get(key)
        if value is None or isinstance(value, dict):
            return value or {}
        raise EditRefused(f"{self._lead()}takes a mapping in '{key}'.", key=key)

    def path(self) -> Path:
        """A list of keys and indexes, not empty."""
        value = self._values.get("path")
        if not isinstance(value, list) or not value or not all(map(_is_step, value)):
            raise EditRefused(
                f'{self._lead()}needs \'path\': a list of keys, such as ["vars", "n"].', key="path"
            )
        return tuple(value)

    def value(self) -> Any:
        """Any JSON, null too."""
        value = self._values.get("value", _ABSENT)
        if value is _ABSENT:
            raise EditRefused(
                f"{self._lead()}needs 'value'; to take a field away use unset_field.", key="value"
            )
        return value

    def _lead(self) -> str:
        return f"The operation {self.name} " if self.name else "An operation "


def _is_step(step: Any) -> bool:
    return isinstance(step, str) or (isinstance(step, int) and not isinstance(step, bool) and step >= 0)
