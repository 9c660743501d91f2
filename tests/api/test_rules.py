"""Rules over REST: made, checked, listed, switched, deleted."""

from __future__ import annotations

import pytest

KEYS = {
    "id", "ref", "pack", "pack_ref", "label", "description", "action", "action_ref", "trigger", "trigger_ref", "conditions",
    "action_params", "trigger_params", "permission_set_refs", "enabled", "is_adhoc", "owner_identity", "created", "updated",
}  # fmt: skip
LEFT_OUT = {"pack", "action", "trigger", "conditions", "is_adhoc", "owner_identity"}
RULE = {"ref": "ship.when_horn", "pack_ref": "ship", "label": "When", "action_ref": "ship.sail", "trigger_ref": "ship.horn"}


@pytest.fixture
def ship(alice):
    """A pack with an action that takes `knots`, and a trigger that wants `tone`."""
    action = {"ref": "ship.sail", "pack_ref": "ship", "label": "Sail", "entrypoint": "true"}
    schema = {"knots": {"type": "integer", "required": True}, "to": {"type": "string"}}
    wanted = {"tone": {"type": "string"}, "loud": {"type": "integer"}}
    for path, body in (
        ("/packs", {"ref": "ship", "label": "Ship", "version": "1"}),
        ("/actions", {**action, "param_schema": schema}),
        ("/triggers", {"ref": "ship.horn", "label": "Horn", "pack_ref": "ship", "param_schema": wanted}),
        ("/triggers", {"ref": "ship.strict", "label": "S", "pack_ref": "ship", "param_schema": {"a": {"type": "string", "required": True}}}),
    ):
        assert alice.post(path, json=body).status_code == 201


@pytest.fixture
def rule(ship, alice):
    answer = alice.post("/rules", json=RULE)
    assert answer.status_code == 201, answer.text
    return answer.json["data"]


def test_a_new_rule_has_every_key_of_the_contract_and_its_defaults(rule, alice):
    assert rule.keys() >= KEYS
    assert (rule["conditions"], rule["action_params"], rule["trigger_params"]) == ({}, {}, {})
    assert (rule["enabled"], rule["is_adhoc"], rule["owner_identity"]) == (True, True, alice.id)
    assert rule["trigger"] == alice.get("/triggers/ship.horn").json["data"]["id"]
    assert rule["action"] == alice.get("/actions/ship.sail").json["data"]["id"]
    assert alice.get("/rules/ship.when_horn").json["data"] == rule


def test_list_rows_leave_out_what_the_contract_says(rule, alice):
    for path in ("/rules", "/rules/enabled", "/triggers/ship.horn/rules", "/actions/ship.sail/rules", "/packs/ship/rules"):
        [row] = alice.get(path).json["items"]
        assert row.keys() >= KEYS - LEFT_OUT
        assert not row.keys() & LEFT_OUT


@pytest.mark.parametrize(
    ("query", "found"), [("?trigger_ref=ship.horn", 1), ("?action_ref=x", 0), ("?enabled=false", 0), ("?pack_ref=ship", 1)]
)
def test_lists_are_filtered(rule, alice, query, found):
    assert alice.get(f"/rules{query}").json["pagination"]["total_items"] == found


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"ref": "ship.when_horn", "action_ref": "no.such"}, 409),
        ({"pack_ref": "nowhere", "ref": "nowhere.x"}, 404),
        ({"action_ref": "no.such"}, 404),
        ({"trigger_ref": "no.such"}, 404),
        ({"trigger_ref": "ship.strict"}, 400),
        ({"trigger_params": {"loud": "very"}}, 400),
        ({"action_params": {"knots": "fast"}}, 400),
        ({"action_params": {"knots": "{{ event.payload.k }}"}}, 201),
        ({"action_params": {"to": "{{ event."}}, 422),
        ({"conditions": {"expression": "{{ 1 + }}"}}, 422),
        ({"conditions": [{"field": "a", "operator": "like", "value": 1}]}, 422),
        ({"conditions": None}, 201),
        ({"conditions": []}, 201),
        ({"label": ""}, 422),
        ({"label": None}, 422),
        ({"enabled": False}, 201),
    ],
)
def test_what_a_rule_names_is_checked(rule, alice, change, status):
    answer = alice.post("/rules", json={**RULE, "ref": "ship.other", **change})

    assert answer.status_code == status, answer.text


def test_who_may_not_is_refused(rule, bob, carol, mallory):
    for person in (carol, mallory):
        assert person.post("/rules", json={**RULE, "ref": "ship.x"}).status_code == 403
        assert person.post("/rules/ship.when_horn/enable").status_code == 403
    assert mallory.get("/rules").status_code == 403
    assert bob.delete("/rules/ship.when_horn").status_code == 403
    assert carol.get("/rules/ship.when_horn").status_code == 200


def test_a_rule_runs_only_what_its_author_may_run(rule, alice, person):
    from app.persistence import session
    from app.persistence.models import Identity, PermissionAssignment, PermissionSet

    with session.transaction() as tx:
        only_rules = PermissionSet(ref="x.rules", grants=[{"resource": "rules", "actions": ["read", "create", "update"]}])
        tx.session.add_all([only_rules, who := Identity(login="rita")])
        tx.session.flush()
        tx.session.add(PermissionAssignment(identity_id=who.id, permission_set_id=only_rules.id))
    rita = person("rita")

    assert rita.post("/rules", json={**RULE, "ref": "ship.x"}).status_code == 403
    assert rita.put("/rules/ship.when_horn", json={"action_params": {"knots": 3}}).status_code == 403
    assert rita.put("/rules/ship.when_horn", json={"label": "Other"}).status_code == 200


def test_whoever_changes_what_a_rule_does_becomes_its_owner(rule, alice, bob):
    relabelled = bob.put("/rules/ship.when_horn", json={"label": "Other"}).json["data"]
    changed = bob.put("/rules/ship.when_horn", json={"action_params": {"knots": 3}}).json["data"]

    assert (relabelled["owner_identity"], changed["owner_identity"]) == (alice.id, bob.id)
    assert bob.put("/rules/ship.when_horn", json={"permission_set_refs": ["core.admin"]}).status_code == 403


def test_a_rule_is_switched_off_and_on_and_changed_key_by_key(rule, alice):
    assert alice.post("/rules/ship.when_horn/disable").json["data"]["enabled"] is False
    assert alice.get("/rules/enabled").json["items"] == []
    assert alice.post("/rules/ship.when_horn/enable").json["data"]["enabled"] is True
    assert alice.put("/rules/ship.when_horn", json={"label": "New", "ref": "other.ref"}).json["data"]["ref"] == "ship.when_horn"
    assert alice.put("/rules/ship.when_horn", json={"label": "x"}, headers={"If-Match": '"2000-01-01T00:00:00Z"'}).status_code == 409


def test_a_deleted_rule_is_gone(rule, alice):
    assert alice.delete("/rules/ship.when_horn").json["success"] is True
    assert alice.get("/rules/ship.when_horn").status_code == 404
    assert alice.post("/rules/ship.when_horn/enable").status_code == 404


def test_a_rule_outlives_its_trigger_and_finds_the_next_one(rule, alice):
    alice.delete("/triggers/ship.horn")
    orphan = alice.get("/rules/ship.when_horn").json["data"]
    new = alice.post("/triggers", json={"ref": "ship.horn", "label": "Horn", "pack_ref": "ship"}).json["data"]

    assert (orphan["trigger"], orphan["trigger_ref"]) == (None, "ship.horn")
    assert alice.get("/rules/ship.when_horn").json["data"]["trigger"] == new["id"]
