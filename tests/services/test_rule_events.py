"""From an event to the executions of its rules: one transaction, once, and only what listens."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from app.engine.access import SYSTEM, Caller, Grant
from app.engine.errors import Forbidden, NotFound
from app.persistence import session
from app.persistence.models import Enforcement, Execution, Pack, TriggerEvent
from app.persistence.repositories import enforcements, triggers
from app.persistence.session import Transaction
from app.queries import enforcements as enforcement_reads
from app.queries import rules as rule_reads
from app.queries import trigger_events as event_reads
from app.queries import triggers as trigger_reads
from app.queries.event_changes import EventChanges
from app.services import actions, ports, rules, trigger_events
from app.services import triggers as trigger_service
from app.services.trigger_events import Happening
from tests.services.builders import T0, add, make_caller, make_revision, set_time

PARAMETERS = {"n": {"type": "integer"}, "text": {"type": "string"}, "key": {"type": "string"}}


@pytest.fixture
def alice(database: object) -> Caller:
    """Somebody with every right, a pack with an action and a trigger."""
    set_time(T0)
    caller = make_caller("alice", admin=True)
    schema = {"token": {"type": "string", "secret": True}, "host": {"type": "string"}}
    add(Pack, ref="demo", label="Demo", version="1", conf_schema=schema, config={"token": "s3cret-text", "host": "h"})
    given = {"pack_ref": "demo", "label": "x"}
    actions.create(body={**given, "ref": "demo.say", "entrypoint": "true", "param_schema": PARAMETERS}, by=caller)
    trigger_service.create(body={**given, "ref": "demo.rang"}, by=caller)
    return caller


def make_rule(by: Caller, name: str = "r", **changes: Any) -> int:
    body = {"ref": f"demo.{name}", "pack_ref": "demo", "label": "R", "action_ref": "demo.say", "trigger_ref": "demo.rang"}
    return int(rules.create(body={**body, **changes}, by=by).id)


def fire(payload: Any = None, **more: Any) -> int:
    with session.transaction() as tx:
        return trigger_events.record(tx, Happening(_trigger(tx), payload, **more), now=ports.now())


def _trigger(tx: Transaction) -> Any:
    row = triggers.by_ref(tx, "demo.rang")
    assert row is not None
    return row


def rows(model: Any) -> list[Any]:
    with session.reading() as tx:
        return list(tx.session.query(model).order_by(model.id))


def test_a_matching_rule_makes_one_enforcement_and_one_execution(alice: Caller) -> None:
    rule_id = make_rule(alice, action_params={"n": "{{ event.payload.n }}", "text": "got {{ event.payload.n }}"})

    event_id = fire({"n": 5})

    [enforcement], [execution] = rows(Enforcement), rows(Execution)
    assert (enforcement.rule, enforcement.event, enforcement.status) == (rule_id, event_id, "processed")
    assert (enforcement.payload, enforcement.config) == ({"n": 5}, {"n": 5, "text": "got 5"})
    assert (execution.enforcement, execution.rule_ref, execution.trigger_ref) == (enforcement.id, "demo.r", "demo.rang")
    assert (execution.parameters, execution.status) == ({"n": 5, "text": "got 5"}, "scheduled")
    assert execution.executor == alice.identity_id
    assert [hint.kind for hint in ports.current().dispatcher.hints] == ["run"]  # type: ignore[attr-defined]


def test_every_rule_that_listens_starts_something_of_one_event(alice: Caller) -> None:
    for name in ("a", "b", "c"):
        make_rule(alice, name, enabled=name != "b")

    fire({})

    assert len(rows(TriggerEvent)) == 1
    assert [e.rule_ref for e in rows(Enforcement)] == ["demo.a", "demo.c"]
    assert len(rows(Execution)) == 2


def test_an_event_for_one_rule_fires_only_that_one(alice: Caller) -> None:
    make_rule(alice, "a")
    make_rule(alice, "b")
    reporter = Caller(alice.identity_id, "execution:9", token_type="execution", grants=alice.grants, execution_id=9)
    [wanted] = [row for row in _rules() if row.ref == "demo.b"]

    trigger_events.report(body={"trigger_ref": "demo.rang", "trigger_instance_id": f"rule_{wanted.id}"}, by=reporter)

    [event] = rows(TriggerEvent)
    assert (event.rule_ref, event.source_ref) == ("demo.b", "execution:9")
    assert [e.rule_ref for e in rows(Enforcement)] == ["demo.b"]


def _rules() -> list[Any]:
    from app.persistence.models import Rule

    return rows(Rule)


@pytest.mark.parametrize(
    ("conditions", "fires"),
    [
        ({}, True),
        ([], True),
        ({"expression": "{{ event.payload.n > 1 }}"}, True),
        ({"expression": "event.payload.n > 7"}, False),
        ({"expression": "{{ event.payload.missing > 1 }}"}, False),
        ({"expression": "{{ event.payload.n }}"}, False),
        ({"expression": "{{ event.trigger == 'demo.rang' }}"}, True),
        ([{"field": "event.payload.n", "operator": "equals", "value": 5}], True),
        ([{"field": "n", "operator": "not_equals", "value": 5}], False),
        ([{"field": "payload.tags", "operator": "contains", "value": "b"}, {"field": "n", "operator": "equals", "value": 5}], True),
        ([{"field": "payload.tags", "operator": "contains", "value": "z"}], False),
        ([{"field": "payload.yes", "operator": "equals", "value": 1}], False),
        ([{"field": "payload.deep.0.x", "operator": "equals", "value": "y"}], True),
        ([{"field": "payload.none.such", "operator": "contains", "value": "y"}], False),
    ],
)
def test_conditions_decide(alice: Caller, conditions: Any, fires: bool) -> None:
    make_rule(alice, conditions=conditions)

    fire({"n": 5, "tags": ["a", "b"], "yes": True, "deep": [{"x": "y"}]})

    assert len(rows(Execution)) == len(rows(Enforcement)) == (1 if fires else 0)


def test_a_missing_field_is_null_and_the_execution_is_there(alice: Caller) -> None:
    make_rule(alice, action_params={"n": "{{ event.payload.nowhere.deep }}", "text": "x"})

    fire(None)

    [execution] = rows(Execution)
    assert (execution.status, execution.parameters.get("n")) == ("scheduled", None)


def test_parameters_that_fail_fail_the_execution_with_the_reason(alice: Caller) -> None:
    make_rule(alice, action_params={"n": "{{ event.payload.n / 0 }}"})

    fire({"n": 1})

    [execution] = rows(Execution)
    assert execution.status == "failed"
    assert "demo.r" in execution.error
    assert execution.enforcement == rows(Enforcement)[0].id


def test_data_is_never_evaluated(alice: Caller) -> None:
    make_rule(alice, action_params={"text": "{{ event.payload.said }}"})

    fire({"said": "{{ 7 * 7 }}"})

    assert rows(Execution)[0].parameters["text"] == "{{ 7 * 7 }}"


def test_a_secret_of_the_packs_configuration_is_masked_where_it_is_stored(alice: Caller) -> None:
    make_rule(alice, action_params={"key": "{{ pack.config.token }}", "text": "{{ pack.config.host }}"})

    fire({})

    [execution], [enforcement] = rows(Execution), rows(Enforcement)
    assert execution.parameters == {"key": "***", "text": "h"}
    assert execution.sealed is not None
    assert enforcement.config == {"key": "***", "text": "h"}


def test_an_action_that_is_gone_fails_its_execution(alice: Caller) -> None:
    make_rule(alice)
    actions.delete(ref="demo.say", by=alice)

    fire({})

    [execution] = rows(Execution)
    assert (execution.status, execution.action) == ("failed", None)
    assert "demo.say" in execution.error


def test_the_event_of_a_disabled_trigger_is_kept_and_fires_nothing(alice: Caller) -> None:
    make_rule(alice)
    trigger_service.set_enabled(ref="demo.rang", enabled=False, by=alice)

    fire({})

    assert len(rows(TriggerEvent)) == 1
    assert rows(Enforcement) == rows(Execution) == []


def test_an_enforcement_of_the_same_rule_and_event_is_refused_by_the_database(alice: Caller) -> None:
    from app.engine.errors import Conflict

    rule_id = make_rule(alice)
    event_id = fire({})

    with pytest.raises(Conflict), session.transaction() as tx:
        again = {"rule": rule_id, "rule_ref": "demo.r", "trigger_ref": "demo.rang", "event": event_id, "conditions": {}}
        enforcements.add(tx, {**again, "status": "created", "condition": "all", "created": T0})


def test_what_fails_half_way_leaves_nothing(alice: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    make_rule(alice)
    monkeypatch.setattr(trigger_events.executions, "start_by_rule", _broken)

    with pytest.raises(RuntimeError):
        fire({})

    assert rows(TriggerEvent) == rows(Enforcement) == rows(Execution) == []


def _broken(*_: Any, **__: Any) -> int:
    raise RuntimeError("the power went")


def test_people_do_not_report_events(alice: Caller) -> None:
    with pytest.raises(Forbidden):
        trigger_events.report(body={"trigger_ref": "demo.rang"}, by=alice)
    with pytest.raises(NotFound):
        trigger_events.report(body={"trigger_ref": "no.such"}, by=Caller(1, "execution:1", token_type="execution"))


def test_simultaneous_events_each_start_their_own(alice: Caller) -> None:
    make_rule(alice)
    threads = [threading.Thread(target=fire, args=({"n": n},)) for n in range(6)]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert len(rows(TriggerEvent)) == 6
    assert len({e.event for e in rows(Enforcement)}) == 6
    assert len({e.enforcement for e in rows(Execution)}) == 6


def test_a_rule_starts_a_workflow_too(alice: Caller) -> None:
    from app.services import workflows

    make_revision()
    definition = {"tasks": [{"name": "a", "action": "demo.say"}]}
    body = {"ref": "demo.flow", "pack_ref": "demo", "label": "F", "version": "1.0.0", "definition": definition}
    workflows.create(body=body, by=alice)
    make_rule(alice, action_ref="demo.flow")

    fire({})

    [execution] = rows(Execution)
    assert (execution.kind, execution.status) == ("workflow", "requested")
    assert SYSTEM.identity_id != execution.executor


def test_new_events_and_enforcements_are_told_once_to_who_may_read_them(alice: Caller) -> None:
    make_rule(alice)
    fire({"before": True})
    told, stranger = EventChanges(by=alice), EventChanges(by=make_caller("mallory"))

    fire({"secret": "x"})
    first, again, nothing = told.look(), told.look(), stranger.look()

    assert [(one["notification_type"], one["entity_type"]) for one in first] == [
        ("event_created", "event"), ("enforcement_created", "enforcement"),
    ]  # fmt: skip
    assert first[0]["payload"]["trigger_ref"] == "demo.rang"
    assert first[1]["payload"]["event"] == first[0]["entity_id"]
    assert "secret" not in str(first)
    assert again == nothing == []


@pytest.mark.parametrize(
    ("constraints", "seen"),
    [({}, 1), ({"pack_refs": ["demo"]}, 1), ({"pack_refs": ["other"]}, 0), ({"ids": [99]}, 0), ({"attributes": {"a": 1}}, 0)],
)
def test_lists_show_what_the_grants_of_the_reader_cover(alice: Caller, constraints: dict[str, Any], seen: int) -> None:
    make_rule(alice)
    event_id = fire({})
    kinds = ("rules", "events", "enforcements", "triggers")
    reader = make_caller("rita", grants=tuple(Grant(kind, frozenset({"read"}), constraints) for kind in kinds))

    found = {
        "rules": len(rule_reads.list_rules(by=reader)[0]),
        "triggers": len(trigger_reads.list_triggers(by=reader)[0]),
        "events": len(event_reads.list_events(by=reader, filters=event_reads.EventFilters())[0]),
        "enforcements": len(enforcement_reads.list_enforcements(by=reader, filters=enforcement_reads.EnforcementFilters())[0]),
    }

    assert found == dict.fromkeys(found, seen)
    if not seen:
        with pytest.raises(NotFound):
            event_reads.get_event(event_id=event_id, by=reader)
        with pytest.raises(NotFound):
            rule_reads.get_rule(ref="demo.r", by=reader)


def test_a_grant_on_ones_own_rules_shows_those(alice: Caller) -> None:
    make_rule(alice)
    own = make_caller("otto", grants=(Grant("rules", frozenset({"read"}), {"owner": "self"}),))
    mine = Caller(alice.identity_id, "alice", grants=own.grants)

    assert (len(rule_reads.list_rules(by=own)[0]), len(rule_reads.list_rules(by=mine)[0])) == (0, 1)
