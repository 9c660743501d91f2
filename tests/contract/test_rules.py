"""api.md sections 12 and 13 on a running server: webhooks, rules, events, enforcements, timers."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from tests.contract import shapes
from tests.contract.client import Person, fresh

TRIGGER_ROW = {
    "id": int, "ref": str, "pack": shapes.maybe(int), "pack_ref": shapes.maybe(str), "label": str,
    "description": shapes.maybe(str), "enabled": bool, "webhook_enabled": bool, "is_adhoc": bool,
    "sensor": shapes.maybe(int), "sensor_ref": shapes.maybe(str), **shapes.STAMPS,
}  # fmt: skip
TRIGGER = {
    **TRIGGER_ROW, "param_schema": shapes.maybe(dict), "out_schema": shapes.maybe(dict), "webhook_key": shapes.maybe(str),
    "webhook_url": shapes.maybe(str), "webhook_config": shapes.maybe(dict),
}  # fmt: skip
RULE_ROW = {
    "id": int, "ref": str, "pack_ref": str, "label": str, "description": shapes.maybe(str), "action_ref": str,
    "trigger_ref": str, "action_params": dict, "trigger_params": dict, "permission_set_refs": shapes.maybe([str]),
    "enabled": bool, **shapes.STAMPS,
}  # fmt: skip
RULE = {
    **RULE_ROW, "pack": int, "action": shapes.maybe(int), "trigger": shapes.maybe(int), "conditions": shapes.ANY,
    "is_adhoc": bool, "owner_identity": shapes.maybe(int),
}  # fmt: skip
EVENT = {
    "id": int, "trigger": shapes.maybe(int), "trigger_ref": str, "config": shapes.maybe(dict), "payload": shapes.ANY,
    "source": shapes.maybe(int), "source_ref": shapes.maybe(str), "rule": shapes.maybe(int), "rule_ref": shapes.maybe(str),
    "has_payload": bool, "created": "time",
}  # fmt: skip
ENFORCEMENT = {
    "id": int, "rule": shapes.maybe(int), "rule_ref": str, "trigger_ref": str, "event": shapes.maybe(int),
    "status": {"created", "processed", "disabled"}, "condition": {"all", "any"}, "conditions": shapes.ANY,
    "config": shapes.maybe(dict), "payload": dict, "created": "time", "resolved_at": shapes.maybe("time"),
}  # fmt: skip
RECEIVED = {"event_id": int, "trigger_ref": str, "received_at": "time", "message": {"Webhook received successfully"}}


def make_trigger(person: Person, **more: Any) -> dict[str, Any]:
    body = {"ref": f"core.{fresh('trigger')}", "pack_ref": "core", "label": "T", **more}
    return person.data("POST", "/triggers", status=201, json=body, shape=TRIGGER)


def make_hook(person: Person) -> tuple[str, str]:
    """A trigger with a webhook: (its ref, the path to post to)."""
    ref = make_trigger(person)["ref"]
    return ref, person.data("POST", f"/triggers/{ref}/webhooks/enable", shape=TRIGGER)["webhook_url"]


def make_rule(person: Person, trigger_ref: str, action_ref: str, **more: Any) -> dict[str, Any]:
    body = {"ref": f"core.{fresh('rule')}", "pack_ref": "core", "label": "R", "trigger_ref": trigger_ref, "action_ref": action_ref}
    return person.data("POST", "/rules", status=201, json={**body, **more}, shape=RULE)


def started_by(person: Person, rule: dict[str, Any]) -> list[dict[str, Any]]:
    return person.items("/executions", shape=shapes.EXECUTION_SUMMARY, totals=False, rule_ref=rule["ref"])


def events_of(person: Person, rule: dict[str, Any]) -> list[dict[str, Any]]:
    """Oldest first."""
    return person.items("/events", shape=EVENT, totals=False, rule_ref=rule["ref"], limit=1000)[::-1]


def test_a_webhook_runs_the_action_of_a_rule(admin: Person, nobody: Person) -> None:
    trigger_ref, url = make_hook(admin)
    action = admin.action('echo "$n $ATTUNE_RULE $ATTUNE_TRIGGER"', param_schema={"n": {"type": "integer"}})
    rule = make_rule(admin, trigger_ref, action, action_params={"n": "{{ event.payload.n }}"})

    received = nobody.data("POST", url, json={"payload": {"n": 42}}, shape=RECEIVED)

    event = admin.data("GET", f"/events/{received['event_id']}", shape=EVENT)
    [enforcement] = admin.items("/enforcements", shape=ENFORCEMENT, totals=False, event=event["id"])
    [execution] = started_by(admin, rule)
    ended = admin.ended(execution["id"])
    assert (event["payload"], event["trigger_ref"], event["rule"]) == ({"n": 42}, trigger_ref, None)
    assert (enforcement["rule"], enforcement["status"], enforcement["payload"]) == (rule["id"], "processed", {"n": 42})
    assert (ended["status"], ended["enforcement"]) == ("completed", enforcement["id"])
    assert ended["result"]["stdout"] == f"42 {rule['ref']} {trigger_ref}\n"


def test_conditions_decide_which_rules_act(admin: Person, nobody: Person) -> None:
    trigger_ref, url = make_hook(admin)
    high = make_rule(admin, trigger_ref, "core.noop", conditions={"expression": "{{ event.payload.level > 3 }}"})
    low = make_rule(admin, trigger_ref, "core.noop", conditions=[{"field": "event.payload.level", "operator": "equals", "value": 1}])
    off = make_rule(admin, trigger_ref, "core.noop", enabled=False)

    nobody.data("POST", url, json={"payload": {"level": 5}})

    assert [len(started_by(admin, rule)) for rule in (high, low, off)] == [1, 0, 0]


def test_a_rule_runs_a_workflow_and_the_executions_of_an_enforcement_are_listed(admin: Person, nobody: Person) -> None:
    trigger_ref, url = make_hook(admin)
    flow = admin.workflow([{"name": "a", "action": "core.echo", "input": {"message": "{{ parameters.m }}"}}], param_schema={"m": {"type": "string"}})
    rule = make_rule(admin, trigger_ref, flow, action_params={"m": "hi {{ event.payload.who }}"})

    nobody.data("POST", url, json={"who": "you"})

    [execution] = started_by(admin, rule)
    assert admin.ended(execution["id"])["status"] == "completed"
    for path in (f"/enforcements/{execution['enforcement']}/executions", f"/executions/enforcement/{execution['enforcement']}"):
        assert [row["id"] for row in admin.items(path, totals=False)] == [execution["id"]]


def test_an_interval_ticks_on_its_grid_until_it_is_disabled(admin: Person) -> None:
    action = admin.action("true")
    params = {"unit": "seconds", "interval": 1}
    rule = make_rule(admin, "core.intervaltimer", action, trigger_params=params)

    found = admin.until(lambda: events_of(admin, rule), lambda rows: len(rows) >= 3)
    admin.data("POST", f"/rules/{rule['ref']}/disable", shape=RULE)
    stopped = len(events_of(admin, rule))

    dues = [datetime.fromisoformat(event["payload"]["scheduled_at"]) for event in found]
    assert dues[0] - datetime.fromisoformat(rule["created"]) >= timedelta(seconds=1)
    assert all((later - earlier) % timedelta(seconds=1) == timedelta(0) for earlier, later in pairwise(dues))
    assert [event["payload"]["execution_count"] for event in found] == list(range(1, len(found) + 1))
    assert {(event["trigger_ref"], event["rule"], event["payload"]["type"]) for event in found} == {("core.intervaltimer", rule["id"], "interval")}
    assert stopped == len(started_by(admin, rule)) == len(events_of(admin, rule))


def test_cron_and_dates_tick(admin: Person) -> None:
    cron = make_rule(admin, "core.crontimer", "core.noop", trigger_params={"expression": "* * * * * *", "timezone": "Europe/Berlin"})
    soon = (datetime.fromisoformat(cron["created"]) + timedelta(seconds=1)).isoformat()
    once = make_rule(admin, "core.datetimetimer", "core.noop", trigger_params={"fire_at": soon})
    past = make_rule(admin, "core.datetimetimer", "core.noop", trigger_params={"fire_at": "2020-01-01T00:00:00Z"})

    admin.until(lambda: events_of(admin, cron), lambda rows: len(rows) >= 2)
    [event] = admin.until(lambda: events_of(admin, once), len)
    admin.done("DELETE", f"/rules/{cron['ref']}")

    assert event["payload"]["type"] == "one_shot"
    assert events_of(admin, past) == []


@pytest.mark.parametrize(
    ("trigger_ref", "params"),
    [("core.intervaltimer", {"unit": "seconds"}), ("core.crontimer", {}), ("core.datetimetimer", {}), ("core.crontimer", {"expression": "x"})],
)
def test_trigger_parameters_that_make_no_schedule_are_400(admin: Person, trigger_ref: str, params: dict[str, Any]) -> None:
    body = {"ref": f"core.{fresh('rule')}", "pack_ref": "core", "label": "R", "trigger_ref": trigger_ref, "action_ref": "core.noop"}
    admin.refused("POST", "/rules", 400, json={**body, "trigger_params": params})


def test_the_core_pack_has_its_triggers_and_its_sensor(admin: Person, newcomer: Person) -> None:
    refs = {f"core.{name}" for name in ("intervaltimer", "crontimer", "datetimetimer", "rruletimer", "alert", "queue_started", "queue_empty")}

    rows = newcomer.items("/packs/core/triggers", shape=TRIGGER_ROW)
    [sensor] = admin.items("/packs/core/sensors")

    assert refs <= {row["ref"] for row in rows}
    assert sensor["ref"] == "core.timer_sensor"
    assert {row["ref"]: row["sensor_ref"] for row in rows}["core.crontimer"] == "core.timer_sensor"


def test_an_action_reports_an_event_with_its_own_token(admin: Person) -> None:
    trigger_ref = make_trigger(admin)["ref"]
    script = (
        'curl -sf -X POST "$ATTUNE_API_URL/api/v1/events" -H "Authorization: Bearer $ATTUNE_API_TOKEN" '
        f"""-H 'Content-Type: application/json' -d '{{"trigger_ref": "{trigger_ref}", "payload": {{"from": "inside"}}}}'"""
    )
    action = admin.action(script)

    ended = admin.run(action, permission_set_refs=["core.viewer"])

    assert ended["status"] == "completed", ended["result"]
    [event] = admin.items("/events", shape=EVENT, totals=False, trigger_ref=trigger_ref)
    assert (event["payload"], event["source_ref"]) == ({"from": "inside"}, f"execution:{ended['id']}")
    admin.refused("POST", "/events", 403, json={"trigger_ref": trigger_ref})


def test_behind_a_proxy_the_sender_is_who_the_proxy_says(admin: Person, nobody: Person) -> None:
    """Over the wire: a server may drop such headers before the application sees them."""
    trigger_ref, url = make_hook(admin)
    config = {"ip_whitelist": {"enabled": True, "ips": ["203.0.113.0/24"]}}
    admin.data("PUT", f"/triggers/{trigger_ref}", json={"webhook_config": config}, shape=TRIGGER)

    nobody.refused("POST", url, 403, json={"payload": 1})
    nobody.refused("POST", url, 403, json={"payload": 1}, headers={"X-Forwarded-For": "198.51.100.1"})
    nobody.data("POST", url, json={"payload": 1}, headers={"X-Forwarded-For": "203.0.113.7, 10.0.0.1"}, shape=RECEIVED)
    nobody.data("POST", url, json={"payload": 1}, headers={"X-Real-IP": "203.0.113.7"}, shape=RECEIVED)
