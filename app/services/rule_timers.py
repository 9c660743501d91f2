"""When rules on core timer triggers fire next (api.md 13 "Timers"): kept in step with the rule, in its transaction."""

from __future__ import annotations

from typing import Any

from app.engine import schemas
from app.engine.rules.schedules import Schedule, is_timer, schedule_of
from app.persistence.models import Rule
from app.persistence.repositories import rule_timers, triggers
from app.persistence.session import Transaction
from app.services import ports

Timing = tuple[str, Any] | None


def timing_of(row: Rule) -> Timing:
    """What a rule's schedule depends on; None while it has none."""
    if not row.enabled or not is_timer(row.trigger_ref or ""):
        return None
    return row.trigger_ref, dict(row.trigger_params or {})


def settle(tx: Transaction, row: Rule, *, before: Timing) -> None:
    """Begin, keep or end the schedule of a rule that was just written; a change begins it anew from now."""
    after = timing_of(row)
    if after == before:
        return
    tx.flush()
    due_at = None if after is None else schedule_for(tx, row).first(ports.now())
    if due_at is None:
        rule_timers.end(tx, row.id)
    else:
        rule_timers.begin(tx, row.id, due_at)


def schedule_for(tx: Transaction, row: Rule) -> Schedule:
    """The schedule of a rule, with the defaults of its trigger. InvalidValue."""
    trigger = triggers.by_ref(tx, row.trigger_ref)
    fitted, _ = schemas.fitting_of(trigger.param_schema if trigger else None).fit(row.trigger_params or {})
    return schedule_of(row.trigger_ref, fitted)
