"""An event and all it sets off: one transaction from the trigger to the executions of its rules.

Source: api.md 13. An event is there with everything it caused, or it is not there; the unique keys (rule, event) of
enforcements and (enforcement) of executions say the same to the database.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.engine.access import Caller
from app.engine.conductor.reports import TaskError
from app.engine.errors import BadRequest, ExpressionFailed, Forbidden, NotFound
from app.engine.expressions import Scope, mask
from app.engine.rules.conditions import matches
from app.engine.rules.parameters import event_scope, render
from app.engine.rules.schedules import is_timer
from app.persistence import session
from app.persistence.models import Rule, Sensor, Trigger
from app.persistence.repositories import enforcements, packs, rules, sensors, trigger_events, triggers
from app.persistence.session import Transaction
from app.services import executions, ports, sealing
from app.services.executions import RuleStart

REPORTERS = ("execution", "sensor")
_OF_A_RULE = re.compile(r"rule_([0-9]{1,18})")


@dataclass(frozen=True, slots=True)
class Happening:
    """A trigger that fires.

    Attributes:
        payload: any JSON; None: it has none.
        sensor: who noticed it, when that is one of the sensors here.
        source_ref: who noticed it, in words.
        rule: the only rule it is meant for; None: every rule on the trigger.
    """

    trigger: Trigger
    payload: Any = None
    config: dict[str, Any] | None = None
    sensor: Sensor | None = None
    source_ref: str | None = None
    rule: Rule | None = None


def report(*, body: dict[str, Any], by: Caller) -> int:
    """POST /events: what a sensor or a running action noticed; the id of the event.

    Raises: Forbidden (people can't), NotFound (trigger or rule), BadRequest (a timer's tick that names no rule).
    """
    if by.token_type not in REPORTERS:
        raise Forbidden("Events are reported by sensors and running actions, with their own tokens.")
    named = _OF_A_RULE.fullmatch(body.get("trigger_instance_id") or "")
    with session.transaction() as tx:
        trigger = triggers.held_by_ref(tx, body["trigger_ref"])
        if trigger is None:
            raise NotFound(f"There is no trigger '{body['trigger_ref']}'.")
        rule = rules.held_by_id(tx, int(named[1])) if named else None
        if named and rule is None:
            raise NotFound(f"There is no rule {named[1]}.")
        if rule is None and is_timer(trigger.ref):
            raise BadRequest("A tick belongs to one rule: name it as trigger_instance_id 'rule_<id>'.")
        sensor, source_ref = _reporter(tx, by)
        happening = Happening(trigger, body.get("payload"), body.get("config"), sensor, source_ref, rule)
        return record(tx, happening, now=ports.now())


def _reporter(tx: Transaction, by: Caller) -> tuple[Sensor | None, str]:
    """Who noticed it: a running action by its execution; a sensor's identity bears the sensor's ref."""
    if by.execution_id is not None:
        return None, f"execution:{by.execution_id}"
    return sensors.by_ref(tx, by.login), by.login


def record(tx: Transaction, happening: Happening, *, now: datetime) -> int:
    """Keep the event and start what its rules want; the id of the event. A disabled trigger fires no rule."""
    event = _row(happening, now)
    event["id"] = trigger_events.add(tx, event)
    if happening.trigger.enabled:
        enforcing = _Enforcing(tx, event, now)
        for rule in _listening(tx, happening):
            enforcing.take_up(rule)
    return int(event["id"])


def _row(happening: Happening, now: datetime) -> dict[str, Any]:
    rule, sensor, trigger = happening.rule, happening.sensor, happening.trigger
    return {
        "trigger": trigger.id,
        "trigger_ref": trigger.ref,
        "config": happening.config,
        "payload": happening.payload,
        "source": sensor.id if sensor else None,
        "source_ref": happening.source_ref,
        "rule": rule.id if rule else None,
        "rule_ref": rule.ref if rule else None,
        "created": now,
    }


def _listening(tx: Transaction, happening: Happening) -> Sequence[Rule]:
    trigger_ref, only = happening.trigger.ref, happening.rule
    if only is None:
        return rules.listening(tx, trigger_ref)
    return [only] if only.enabled and only.trigger_ref == trigger_ref else []


class _Enforcing:
    """One event and the rules that take it up; what several of them need is looked up once."""

    def __init__(self, tx: Transaction, event: dict[str, Any], now: datetime) -> None:
        self._tx, self._event, self._now = tx, event, now
        self._configs: dict[int, tuple[dict[str, Any], frozenset[str]]] = {}
        self._actions: dict[str, Any] = {}

    def take_up(self, rule: Rule) -> None:
        config, secrets = self._config(rule.pack)
        system = {"rule": {"id": rule.id, "ref": rule.ref}, "trigger": {"ref": self._event["trigger_ref"]}}
        scope = event_scope(self._event, config=config, system=system, now=self._now)
        if not matches(rule.conditions, scope):
            return
        parameters, error = _parameters(rule, scope)
        row = _enforcement(rule, self._event, mask(parameters, secrets) if secrets else parameters, self._now)
        origin = {"enforcement": enforcements.add(self._tx, row), "rule_ref": rule.ref, "trigger_ref": rule.trigger_ref}
        sets = rule.permission_set_refs
        wanted = RuleStart(rule.action_ref, parameters, rule.owner_identity, sets, origin, secrets, error)
        executions.start_by_rule(self._tx, wanted, known=self._actions, now=self._now)

    def _config(self, pack_id: int) -> tuple[dict[str, Any], frozenset[str]]:
        """The configuration of a pack, and the secret texts in it."""
        if pack_id not in self._configs:
            pack = packs.of_id(self._tx, pack_id)
            config = pack.config or {}
            self._configs[pack_id] = config, sealing.seal(config, schema=pack.conf_schema or {}).secrets
        return self._configs[pack_id]


def _parameters(rule: Rule, scope: Scope) -> tuple[dict[str, Any], TaskError | None]:
    try:
        return render(rule.action_params or {}, scope), None
    except ExpressionFailed as error:
        return {}, TaskError("invalid_input", f"The rule '{rule.ref}' could not make its parameters: {error.message}")


def _enforcement(rule: Rule, event: dict[str, Any], shown: Any, now: datetime) -> dict[str, Any]:
    return {
        "rule": rule.id,
        "rule_ref": rule.ref,
        "trigger_ref": event["trigger_ref"],
        "event": event["id"],
        "status": "processed",
        "condition": "all",
        "conditions": rule.conditions if rule.conditions is not None else {},
        "config": shown,
        "payload": event["payload"],
        "created": now,
        "resolved_at": now,
    }
