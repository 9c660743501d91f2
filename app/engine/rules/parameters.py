"""What a rule's action gets (api.md 13 `action_params`), and the names its templates may use."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.engine import schemas
from app.engine.errors import ExpressionFailed
from app.engine.expressions import Scope, compile_value
from app.engine.rules.conditions import LIMITS
from app.engine.times import iso


def event_scope(
    event: Mapping[str, Any], *, config: Mapping[str, Any], system: Mapping[str, Any], now: datetime
) -> Scope:
    """`event.payload.*, event.id, event.trigger, event.created, pack.config.*, system.*`; nothing else.

    Args:
        event: {id, trigger_ref, payload, created, source_ref}.
        config: of the rule's pack.
        system: further names below `system`; its time is added.
    """
    shown = {
        "id": event["id"],
        "trigger": event["trigger_ref"],
        "payload": event["payload"] if event["payload"] is not None else {},
        "created": iso(event["created"]),
        "source": event.get("source_ref"),
    }
    times = {"timestamp": now.timestamp()}
    return Scope(system={**times, **system}, config=config, local={"event": shown}, missing_is_null=True)


def render(action_params: Mapping[str, Any], scope: Scope) -> dict[str, Any]:
    """The parameters of the execution; types are kept, a missing field is null. Raises ExpressionFailed."""
    rendered = compile_value(dict(action_params), limits=LIMITS, place="action_params").render(scope)
    return dict(rendered)


def template_problems(action_params: Mapping[str, Any]) -> list[dict[str, str]]:
    """Templates that can't be read: [{path, message}], at most one."""
    try:
        compile_value(dict(action_params), limits=LIMITS, place="action_params")
    except ExpressionFailed as error:
        return [{"path": "action_params", "message": error.message}]
    return []


def parameter_problems(action_params: Mapping[str, Any], schema: dict[str, Any] | None) -> list[dict[str, str]]:
    """Literal values that do not fit, before any event is known. Raises ExpressionFailed.

    Args:
        schema: of the action's parameters. What is missing is left to the action's own check.
    """
    compiled = {name: compile_value(value, limits=LIMITS) for name, value in action_params.items()}
    literal = {name: value.raw for name, value in compiled.items() if value.is_literal and value.raw is not None}
    _, found = schemas.fitting_of(schema).fit(literal)
    return [
        {"path": f"action_params.{p['path']}", "message": p["message"]}
        for p in found
        if str(p["path"]).split(".")[0].split("[")[0] in literal
    ]
