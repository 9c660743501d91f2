"""Values and conditions of a definition, compiled once and rendered against a scope as often as needed.

Source: language.md 8. Data is never evaluated: what a scope holds is opaque, also when it contains `{{ }}`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from app.engine.errors import ExpressionFailed
from app.engine.expressions.habits import looks_like_yaql
from app.engine.expressions.lexing import has_marks
from app.engine.expressions.limits import DEFAULT_LIMITS, Limits
from app.engine.expressions.references import Reference
from app.engine.expressions.scope import Scope
from app.engine.expressions.units import Unit, unit_of
from app.engine.expressions.values import type_name

_YAQL = "`<% %>` is not evaluated here; write {{ ... }}"


@dataclass(frozen=True, slots=True, eq=False)
class Compiled:
    """A value of a definition: any JSON in which texts may be templates.

    Attributes:
        raw: as the author wrote it.
        references: every name its texts use.
        is_literal: it holds no template: its value is `raw`.
        hints: findings that are no errors, e.g. a text that looks like another engine's expression.
    """

    raw: Any
    references: frozenset[Reference]
    is_literal: bool
    hints: tuple[str, ...]
    _shape: Any  # raw, with units in place of texts that are templates

    def render(self, scope: Scope) -> Any:
        """The value, plain JSON. Raises ExpressionFailed that names place, reason and way out."""
        return self.raw if self.is_literal else _rendered(self._shape, scope, scope.expression_place)


@dataclass(frozen=True, slots=True, eq=False)
class Condition:
    """`when`, `retry.when`, `retry.on_error`: one expression whose value must be a boolean."""

    text: str
    references: frozenset[Reference]
    _unit: Unit

    def holds(self, scope: Scope) -> bool:
        """Whether it holds. Raises ExpressionFailed, also when the value is no boolean."""
        value = self._unit.evaluate(scope, scope.expression_place)
        if value is True or value is False:
            return value
        raise _not_boolean(self.text, value, scope.expression_place)


def compile_value(raw: Any, *, limits: Limits = DEFAULT_LIMITS, place: str = "") -> Compiled:
    """Read every text of a value once: it is literal, a single expression, or a template.

    Args:
        raw: JSON as the author wrote it; keys of mappings are never templates.
        place: where it stands, for messages; the path inside the value is added.

    Raises:
        ExpressionFailed: the first text that can't be compiled.
    """
    shape = _shaped(raw, limits, place, 0)
    units = list(_units(shape))
    references = frozenset(r for unit in units for r in unit.references)
    return Compiled(raw, references, not units, tuple(_hints(raw)), shape)


def compile_condition(text: str, *, limits: Limits = DEFAULT_LIMITS, place: str = "") -> Condition:
    """Read a condition: one expression, bare or in `{{ }}`. Raises ExpressionFailed."""
    if isinstance(text, bool):  # `when: true` in YAML
        text = "true" if text else "false"
    if not isinstance(text, str):
        raise ExpressionFailed(
            f"{place or 'A condition'}: it must be a text with an expression, not {type(text).__name__}",
            expression=str(text)[:100], kind="type",
        )  # fmt: skip
    unit = unit_of(text, "condition", limits, place)
    return Condition(text, unit.references, unit)


def _shaped(raw: Any, limits: Limits, place: str, depth: int) -> Any:
    if isinstance(raw, str):
        if not has_marks(raw):
            return raw
        unit = unit_of(raw, "value", limits, place)
        return raw if unit.kind == "literal" else unit
    if not isinstance(raw, Mapping | list | tuple):
        return raw
    if depth > limits.depth:
        raise ExpressionFailed(f"{place}: nested deeper than {limits.depth}", expression="", kind="limit")
    if isinstance(raw, Mapping):
        return {key: _shaped(value, limits, _inside(place, key), depth + 1) for key, value in raw.items()}
    return [_shaped(value, limits, f"{place}[{i}]", depth + 1) for i, value in enumerate(raw)]


def _rendered(shape: Any, scope: Scope, place: str) -> Any:
    if isinstance(shape, Unit):
        return shape.evaluate(scope, place)
    if isinstance(shape, dict):
        return {key: _rendered(value, scope, _inside(place, key)) for key, value in shape.items()}
    if isinstance(shape, list):
        return [_rendered(value, scope, f"{place}[{i}]") for i, value in enumerate(shape)]
    return shape


def _units(shape: Any) -> Iterable[Unit]:
    if isinstance(shape, Unit):
        yield shape
    elif isinstance(shape, dict | list):
        for child in shape.values() if isinstance(shape, dict) else shape:
            yield from _units(child)


def _hints(raw: Any) -> Iterable[str]:
    if isinstance(raw, str):
        if looks_like_yaql(raw):
            yield _YAQL
    elif isinstance(raw, Mapping | list | tuple):
        for child in raw.values() if isinstance(raw, Mapping) else raw:
            yield from _hints(child)


def _inside(place: str, key: Any) -> str:
    return f"{place}.{key}" if place else str(key)


def _not_boolean(text: str, value: Any, place: str) -> ExpressionFailed:
    hint = "compare it, e.g. `x == 'yes'`, `x is not none`, `length(x) > 0`, or write bool(x)"
    lead = f"{place}: " if place else ""
    message = f"{lead}a condition must give a boolean, true or false; this gave a value of type {type_name(value)}; {hint}"
    return ExpressionFailed(f"{message}. Expression: {text[:160]}", expression=text, kind="type", hint=hint)
