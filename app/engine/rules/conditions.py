"""Whether an event matters to a rule (api.md 13 `conditions`): nothing, one expression, or a list that must all hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from app.engine.errors import ExpressionFailed
from app.engine.expressions import Limits, Scope, compile_condition

OPERATORS = ("equals", "not_equals", "contains")
LIMITS = Limits(seconds=0.5)  # of one expression: they are read while the event's transaction is open

Problem = dict[str, str]


def condition_problems(conditions: Any) -> list[Problem]:
    """What is wrong with `conditions` as written: [{path, message}]."""
    if conditions in (None, {}, []):
        return []
    if isinstance(conditions, Mapping):
        return _expression_problems(conditions)
    if isinstance(conditions, list):
        return [found for index, entry in enumerate(conditions) for found in _entry_problems(index, entry)]
    return [_problem("conditions", "takes {expression: text} or a list of {field, operator, value}")]


def matches(conditions: Any, scope: Scope) -> bool:
    """Whether the event that `scope` shows fulfils them. An expression that fails, and one that gives no boolean,
    does not.

    Args:
        scope: `event_scope(...)`.
    """
    if conditions in (None, {}, []):
        return True
    if isinstance(conditions, Mapping):
        return _holds(conditions.get("expression"), scope)
    if not isinstance(conditions, list):
        return False
    event = scope.local["event"]
    return all(isinstance(entry, Mapping) and _entry_holds(entry, event) for entry in conditions)


def _holds(expression: Any, scope: Scope) -> bool:
    # In a condition a missing field is an error, so that `event.payload.x != 1` does not match what has no x.
    strict = replace(scope, missing_is_null=False)
    try:
        return compile_condition(expression, limits=LIMITS).holds(strict)
    except ExpressionFailed:
        return False


def _entry_holds(entry: Mapping[str, Any], event: Mapping[str, Any]) -> bool:
    found, wanted = _value_at(event, str(entry.get("field", ""))), entry.get("value")
    operator = entry.get("operator", "equals")
    if operator == "contains":
        return _contains(found, wanted)
    same = _same(found, wanted)
    return same if operator == "equals" else operator == "not_equals" and not same


def _value_at(event: Mapping[str, Any], field: str) -> Any:
    """`event.payload.a.b`, `payload.a.b` or just `a.b` of the payload; None when it leads nowhere."""
    path = field.split(".")
    if path[:1] == ["event"]:
        return _walk(event, path[1:])
    if path[:1] == ["payload"]:
        return _walk(event.get("payload"), path[1:])
    return _walk(event.get("payload"), path)


def _walk(value: Any, path: list[str]) -> Any:
    for key in path:
        if isinstance(value, Mapping):
            value = value.get(key)
        elif isinstance(value, list) and key.isdecimal() and len(key) < 10 and int(key) < len(value):
            value = value[int(key)]
        else:
            return None
    return value


def _contains(found: Any, wanted: Any) -> bool:
    if isinstance(found, str):
        return isinstance(wanted, str) and wanted in found
    if isinstance(found, Mapping):
        return isinstance(wanted, str) and wanted in found
    return isinstance(found, list) and any(_same(one, wanted) for one in found)


def _same(one: Any, other: Any) -> bool:
    """JSON equality: true is not 1."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    return bool(one == other)


def _expression_problems(conditions: Mapping[str, Any]) -> list[Problem]:
    expression = conditions.get("expression")
    if not isinstance(expression, str):
        return [_problem("conditions.expression", "takes a text such as {{ event.payload.x > 1 }}")]
    try:
        compile_condition(expression, limits=LIMITS, place="conditions.expression")
    except ExpressionFailed as error:
        return [{"path": "conditions.expression", "message": error.message}]
    return []


def _entry_problems(index: int, entry: Any) -> list[Problem]:
    place = f"conditions[{index}]"
    if not isinstance(entry, Mapping) or not isinstance(entry.get("field"), str) or "value" not in entry:
        return [_problem(place, "has 'field' (a text), 'operator' and 'value'")]
    if entry.get("operator", "equals") not in OPERATORS:
        return [_problem(f"{place}.operator", f"is one of {', '.join(OPERATORS)}")]
    return []


def _problem(path: str, message: str) -> Problem:
    return {"path": path, "message": f"{path} {message}"}
