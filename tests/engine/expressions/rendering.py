"""Builders for these tests: render one text, or get its error."""

from __future__ import annotations

from typing import Any

import pytest

from app.engine.errors import ExpressionFailed
from app.engine.expressions import DEFAULT_LIMITS, Limits, Scope, compile_condition, compile_value


def render(raw: Any, *, limits: Limits = DEFAULT_LIMITS, scope: Scope | None = None, **names: Any) -> Any:
    return compile_value(raw, limits=limits).render(scope or Scope(**names))


def holds(text: str, **names: Any) -> bool:
    return compile_condition(text).holds(Scope(**names))


def failure(raw: Any, *, limits: Limits = DEFAULT_LIMITS, scope: Scope | None = None, **names: Any) -> ExpressionFailed:
    with pytest.raises(ExpressionFailed) as caught:
        render(raw, limits=limits, scope=scope, **names)
    return caught.value


def condition_failure(text: str, **names: Any) -> ExpressionFailed:
    with pytest.raises(ExpressionFailed) as caught:
        holds(text, **names)
    return caught.value


class MemoryKeys:
    """A key store over a dict; names in `secret` only through `get_secret`."""

    def __init__(self, values: dict[str, Any], secret: dict[str, Any] | None = None, may_decrypt: bool = True) -> None:
        self.values = values
        self.secrets = secret or {}
        self.may_decrypt = may_decrypt
        self.asked: list[str] = []

    def get(self, ref: str) -> Any:
        self.asked.append(ref)
        return self.values[ref]

    def get_secret(self, ref: str) -> Any:
        if not self.may_decrypt:
            raise PermissionError(ref)
        return self.secrets[ref]
