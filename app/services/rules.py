"""Use cases of rules: made, changed, switched, deleted; with every change their schedule. Source: api.md 13."""

from __future__ import annotations

from typing import Any

from app.engine.access import Caller, Target
from app.engine.errors import Conflict, NotFound
from app.engine.rules.conditions import condition_problems
from app.engine.rules.parameters import template_problems
from app.persistence import session
from app.persistence.models import Rule
from app.persistence.repositories import rules
from app.persistence.repositories.adding import add_new
from app.persistence.session import Transaction
from app.services import access, ports, rule_checks, rule_timers
from app.services.actions import check_ref_in_pack
from app.services.fields import check_unchanged, refuse
from app.services.pack_rights import existing_pack, require_sets

_DEEDS = {"action_ref", "action_params", "permission_set_refs", "trigger_ref", "trigger_params", "conditions"}


def create(*, body: dict[str, Any], by: Caller) -> Rule:
    """A new ad-hoc rule; its executions belong to the caller.

    Raises:
        Invalid: conditions or templates that can't be read. Conflict: ref taken. NotFound: pack, action or trigger.
        BadRequest: trigger parameters that are missing or make no schedule, literal parameters that do not fit.
        Forbidden: also without the right to execute the action, or to hand out the permission sets.
    """
    _check(body, by)
    ref, pack_ref = body["ref"], body["pack_ref"]
    access.require(by, "rules", "create", Target(ref=ref, pack_ref=pack_ref, owner=by.identity_id))
    with session.transaction() as tx:
        if rules.by_ref(tx, ref) is not None:
            raise Conflict(f"There is already a rule '{ref}'.")
        pack = existing_pack(tx, pack_ref)
        check_ref_in_pack(ref, pack_ref)
        row = Rule(pack=pack.id, is_adhoc=True, owner_identity=by.identity_id or None, enabled=True, created=ports.now())
        _write(tx, row, body, by)
        add_new(tx, row, what=f"a rule '{ref}'")
        rule_timers.settle(tx, row, before=None)
    return row


def update(*, ref: str, changes: dict[str, Any], by: Caller, if_match: str | None = None) -> Rule:
    """Change the keys that are sent; as `create`, and Conflict when it changed since `if_match`.

    Whoever changes what a rule does becomes its owner: nobody's rights are used for what somebody else wrote.
    """
    _check(changes, by)
    with session.transaction() as tx:
        row = _found(tx, ref, by, "update")
        check_unchanged(if_match, row)
        before = rule_timers.timing_of(row)
        _write(tx, row, changes, by)
        if _DEEDS & changes.keys():
            row.owner_identity = by.identity_id or None
        rule_timers.settle(tx, row, before=before)
    return row


def delete(*, ref: str, by: Caller) -> None:
    """Remove a rule; what it did stays."""
    with session.transaction() as tx:
        row = _found(tx, ref, by, "delete")
        rules.remove(tx, [row.id])


def set_enabled(*, ref: str, enabled: bool, by: Caller) -> Rule:
    """Switch a rule on or off. A timer that is switched on again begins anew."""
    with session.transaction() as tx:
        row = _found(tx, ref, by, "update")
        before = rule_timers.timing_of(row)
        row.enabled, row.updated = enabled, ports.now()
        rule_timers.settle(tx, row, before=before)
    return row


def _check(body: dict[str, Any], by: Caller) -> None:
    found = condition_problems(body.get("conditions")) + template_problems(body.get("action_params") or {})
    refuse([dict(problem) for problem in found])
    require_sets(by, body.get("permission_set_refs") or ())


def _found(tx: Transaction, ref: str, by: Caller, action: str) -> Rule:
    row = rules.locked_by_ref(tx, ref)
    if row is None:
        raise NotFound(f"There is no rule '{ref}'.")
    access.require(by, "rules", action, Target(id=row.id, ref=row.ref, pack_ref=row.pack_ref, owner=row.owner_identity))
    return row


def _write(tx: Transaction, row: Rule, values: dict[str, Any], by: Caller) -> None:
    # No flush half way: a look-up would otherwise write a row that has not all it needs.
    with tx.session.no_autoflush:
        for key, value in values.items():
            setattr(row, key, {} if key == "conditions" and value is None else value)
        if {"trigger_ref", "trigger_params"} & values.keys():
            row.trigger = rule_checks.trigger_for(tx, row.trigger_ref, row.trigger_params or {}).id
        if {"action_ref", "action_params", "permission_set_refs"} & values.keys():
            # Its executions run for the owner: whoever changes what they do must be allowed to do it.
            access.require(by, "actions", "execute", rule_checks.action_target(row.action_ref))
            row.action = rule_checks.action_for(tx, row.action_ref, row.action_params or {}).id
    row.updated = ports.now()
