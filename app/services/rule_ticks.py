"""Ticks: the time of a rule on a timer trigger has come (api.md 13 "Timers").

A tick and the next due time are one transaction. Several workers may find the same timer: one takes it, the others
find it moved on. What fell due while nobody worked is one tick, at once; then the timer goes on on its grid.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import structlog

from app.engine.errors import EngineError
from app.engine.rules.schedules import Schedule
from app.engine.times import iso
from app.persistence.models import Rule
from app.persistence.repositories import rule_timers, rules, sensors, triggers
from app.persistence.repositories.rows import Row
from app.persistence.session import Transaction, transaction
from app.services import ports
from app.services.rule_timers import schedule_for
from app.services.trigger_events import Happening, record

SENSOR = "core.timer_sensor"
log = structlog.get_logger(__name__)


def tick(rule_id: int) -> None:
    """Fire a rule's timer if it is still due; does nothing when somebody else has it."""
    now = ports.now()
    with transaction() as tx:
        rule = rules.held_by_id(tx, rule_id)  # before the timer, as whoever deletes the rule does
        timer = rule_timers.take(tx, rule_id, now=now) if rule is not None else None
        if rule is None or timer is None:
            return
        schedule = _schedule(tx, rule)
        trigger = triggers.held_by_ref(tx, rule.trigger_ref)
        fires = schedule is not None and rule.enabled and trigger is not None and trigger.enabled
        fired = timer["fired"] + (1 if fires else 0)
        _move_on(tx, schedule, timer, fired, now)
        if schedule is not None and trigger is not None and fires:
            payload = _payload(schedule, timer, fired, now)
            sensor = sensors.by_ref(tx, SENSOR)
            record(tx, Happening(trigger, payload, sensor=sensor, source_ref=SENSOR, rule=rule), now=now)


def _schedule(tx: Transaction, rule: Rule) -> Schedule | None:
    try:
        return schedule_for(tx, rule)
    except EngineError as error:
        log.warning("timer_ended", rule=rule.ref, error=error.message)
        return None


def _move_on(tx: Transaction, schedule: Schedule | None, timer: Row, fired: int, now: datetime) -> None:
    due_at = schedule.following(timer["due_at"], now) if schedule is not None else None
    if due_at is None:
        rule_timers.end(tx, timer["rule"])
    else:
        rule_timers.advance(tx, timer["rule"], due_at=due_at, fired=fired)


def _payload(schedule: Schedule, timer: Row, fired: int, now: datetime) -> dict[str, Any]:
    return {
        "type": schedule.kind,
        "fired_at": iso(now),
        "scheduled_at": iso(timer["due_at"]),
        "execution_count": fired,
    }
