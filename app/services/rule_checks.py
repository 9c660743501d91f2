"""What a rule names must be there and get what it asks for; the same for rules of packs and of the API."""

from __future__ import annotations

from typing import Any

from app.engine import schemas
from app.engine.access import Target
from app.engine.errors import AppError, BadRequest, NotFound
from app.engine.rules.parameters import parameter_problems
from app.engine.rules.schedules import is_timer, schedule_of
from app.persistence.models import Action, Trigger
from app.persistence.repositories import actions, triggers
from app.persistence.session import Transaction


def trigger_for(tx: Transaction, trigger_ref: str, params: dict[str, Any]) -> Trigger:
    """The trigger of a rule. NotFound; BadRequest when its parameters are missing, wrong or make no schedule."""
    row = triggers.by_ref(tx, trigger_ref)
    if row is None:
        raise NotFound(f"There is no trigger '{trigger_ref}'.")
    fitted, found = schemas.fitting_of(row.param_schema).fit(params)
    if found:
        details = [{"path": f"trigger_params.{p['path']}", "message": p["message"]} for p in found]
        raise BadRequest(f"trigger_params: {'; '.join(p['message'] for p in found)}.", details=details)
    if is_timer(trigger_ref):
        try:
            schedule_of(trigger_ref, fitted)
        except AppError as error:
            raise BadRequest(error.message, details=error.details) from error
    return row


def action_for(tx: Transaction, action_ref: str, params: dict[str, Any]) -> Action:
    """The action of a rule. NotFound; BadRequest when literal parameters do not fit it."""
    row = actions.by_ref(tx, action_ref)
    if row is None:
        raise NotFound(f"There is no action '{action_ref}'.")
    found = parameter_problems(params, row.param_schema)
    if found:
        raise BadRequest(f"action_params: {found[0]['message']}.", details=found)
    return row


def action_target(action_ref: str) -> Target:
    """What the grants on actions are asked about."""
    return Target(ref=action_ref, pack_ref=action_ref.partition(".")[0])
