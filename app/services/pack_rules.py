"""What a pack's files say about events: sensors, triggers, queues and rules, written to rows.

Part of the transaction that loads a pack; ad-hoc rows are left alone. Source: api.md 4, 12, 13.
"""

from __future__ import annotations

from typing import Any

from app.engine.access import Caller
from app.engine.errors import AppError, BadRequest
from app.engine.manifests import QueueManifest, RuleManifest, SensorManifest, TriggerManifest
from app.persistence.models import Pack, Rule, Sensor, Trigger, WorkQueue
from app.persistence.repositories import actions, queues, rules, runtimes, sensors, triggers
from app.persistence.session import Transaction
from app.services import access, ports, rule_checks, rule_timers, webhook_keys
from app.services.pack_files import PackFiles
from app.services.pack_rights import require_sets
from app.services.pack_rows import columns_of, switch, unsaid, write

Warnings = list[dict[str, Any]]


def check_rights(files: PackFiles, by: Caller) -> None:
    """Rules of a pack run what whoever loads it may run, with rights they hold. Forbidden otherwise."""
    for queue in files.queues:
        require_sets(by, queue.permission_set_refs or ())
    for rule in files.rules:
        require_sets(by, rule.permission_set_refs or ())
        if not rule.action_ref.startswith(f"{files.ref}."):
            access.require(by, "actions", "execute", rule_checks.action_target(rule.action_ref))


def register_triggers(tx: Transaction, pack: Pack, files: PackFiles) -> None:
    """Sensors and triggers, before the rules that name them. BadRequest: an unknown runtime."""
    known_sensors, known = sensors.of_pack(tx, pack.id), triggers.of_pack(tx, pack.id)
    watched_by: dict[str, Sensor] = {}
    for sensor in files.sensors:
        row = _sensor(tx, pack, sensor, known_sensors.get(sensor.ref))
        watched_by |= dict.fromkeys(sensor.trigger_types, row)
    for trigger in files.triggers:
        _trigger(tx, pack, trigger, watched_by.get(trigger.ref))
    triggers.remove(tx, unsaid(known, files.triggers))
    sensors.remove(tx, unsaid(known_sensors, files.sensors))


def register_rules(tx: Transaction, pack: Pack, files: PackFiles, *, by: Caller) -> Warnings:
    """Queues and rules, after the actions they run; what is wrong without keeping the pack from being loaded.

    Raises: BadRequest (a rule names a trigger or an action that is not there, or lacks a trigger parameter).
    """
    known_queues, known = queues.of_pack(tx, pack.id), rules.of_pack(tx, pack.id)
    workflow_refs = {file.ref for file in files.workflows}
    warnings = [found for queue in files.queues for found in _queue(tx, pack, queue, known_queues.get(queue.ref))]
    for rule in files.rules:
        warnings += _rule(tx, pack, rule, by=by, workflow_refs=workflow_refs)
    rules.remove(tx, unsaid(known, files.rules))
    queues.remove(tx, unsaid(known_queues, files.queues))
    return warnings


def _sensor(tx: Transaction, pack: Pack, manifest: SensorManifest, known: Sensor | None) -> Sensor:
    row = known or Sensor(ref=manifest.ref, created=ports.now())
    values = columns_of(manifest, "runtime")
    found = runtimes.by_word(tx, manifest.runtime) if manifest.runtime else None
    if manifest.runtime and found is None:
        raise BadRequest(f"The sensor '{manifest.ref}' names the runtime '{manifest.runtime}', which there is not.")
    values |= {"runtime": found and found.id, "runtime_ref": found and found.ref}
    write(tx, row, values, pack, what=f"a sensor '{manifest.ref}'")
    return row


def _trigger(tx: Transaction, pack: Pack, manifest: TriggerManifest, sensor: Sensor | None) -> None:
    row = triggers.by_ref(tx, manifest.ref) or Trigger(ref=manifest.ref, created=ports.now())
    values = columns_of(manifest, "enabled", "webhook_enabled", "webhook_config", "tags")
    values |= {"is_adhoc": False, "sensor": sensor and sensor.id, "sensor_ref": sensor and sensor.ref}
    switch(row, "enabled", manifest.enabled)
    switch(row, "webhook_enabled", manifest.webhook_enabled)
    if manifest.webhook_config is not None:
        webhook_keys.configure(row, manifest.webhook_config)
    webhook_keys.give_key(row)
    write(tx, row, values, pack, what=f"a trigger '{manifest.ref}'")
    triggers.found_by_rules(tx, row)


def _queue(tx: Transaction, pack: Pack, manifest: QueueManifest, known: WorkQueue | None) -> Warnings:
    row = known or WorkQueue(ref=manifest.ref, created=ports.now())
    action = actions.by_ref(tx, manifest.dispatch_action_ref) if manifest.dispatch_action_ref else None
    values = {**columns_of(manifest), "is_adhoc": False, "dispatch_action": action.id if action else None}
    write(tx, row, values, pack, what=f"a queue '{manifest.ref}'")
    if action is not None:
        return []
    return [_warning("queues", manifest.ref, f"The queue '{manifest.ref}' names no action that is there.")]


def _rule(
    tx: Transaction, pack: Pack, manifest: RuleManifest, *, by: Caller, workflow_refs: set[str]
) -> Warnings:
    row = rules.by_ref(tx, manifest.ref) or Rule(ref=manifest.ref, created=ports.now())
    values = {**columns_of(manifest, "enabled"), "is_adhoc": False, "owner_identity": by.identity_id or None}
    before = rule_timers.timing_of(row)
    try:
        trigger = rule_checks.trigger_for(tx, manifest.trigger_ref, manifest.trigger_params)
        values |= {"trigger": trigger.id, **_action_of(tx, manifest, workflow_refs)}
    except AppError as error:
        raise BadRequest(f"The rule '{manifest.ref}' can't be loaded: {error.message}", details=error.details) from error
    switch(row, "enabled", manifest.enabled)
    write(tx, row, values, pack, what=f"a rule '{manifest.ref}'")
    rule_timers.settle(tx, row, before=before)
    if row.action is not None:
        return []
    return [_warning("rules", manifest.ref, f"The rule '{manifest.ref}' runs '{row.action_ref}', which was left out.")]


def _action_of(tx: Transaction, manifest: RuleManifest, workflow_refs: set[str]) -> dict[str, Any]:
    # A workflow with errors is left out with a warning and must not keep the pack, or this rule, from being loaded.
    if manifest.action_ref in workflow_refs and actions.by_ref(tx, manifest.action_ref) is None:
        return {"action": None}
    return {"action": rule_checks.action_for(tx, manifest.action_ref, manifest.action_params).id}


def _warning(folder: str, ref: str, message: str) -> dict[str, Any]:
    return {"file": f"{folder}/{ref.partition('.')[2]}.yaml", "path": "action_ref", "message": message}
