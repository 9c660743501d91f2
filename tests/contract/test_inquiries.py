"""api.md section 10: questions to people."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import jwt
import pytest

from tests.contract import shapes
from tests.contract.client import Person
from tests.contract.conftest import SECRET, register

ASK = {"ok": {"type": "boolean"}}


@pytest.fixture(scope="module")
def execution(admin: Person) -> int:
    """An execution that is over; questions may hang on it all the same."""
    return int(admin.run("core.noop")["id"])


def ask(person: Person, execution: int, **more: Any) -> dict[str, Any]:
    body = {"execution": execution, "prompt": "Well?", **more}
    return person.data("POST", "/inquiries", status=201, json=body, shape=shapes.INQUIRY)


def answer(person: Person, inquiry: int, response: Any) -> dict[str, Any]:
    return person.data("POST", f"/inquiries/{inquiry}/respond", json={"response": response}, shape=shapes.INQUIRY)


def with_token(admin: Person, address: str, execution: int) -> Person:
    now = int(time.time())
    metadata = {"execution_id": execution, "action_ref": "core.noop", "permission_set_refs": []}
    claims = {"sub": str(admin.id), "login": f"execution:{execution}", "iat": now, "exp": now + 300,
              "token_type": "execution", "scope": "execution", "metadata": metadata}  # fmt: skip
    person = Person(address)
    person.http.headers["Authorization"] = f"Bearer {jwt.encode(claims, SECRET, algorithm='HS256')}"
    return person


def test_create_and_read(admin: Person, execution: int) -> None:
    before = admin.data("GET", f"/executions/{execution}")
    made = ask(admin, execution, response_schema=ASK, default_response={"ok": False}, timeout_at="2999-01-01T00:00:00+02:00")
    assert (made["status"], made["response"], made["responded_at"], made["assigned_to"]) == ("pending", None, None, None)
    assert (made["response_schema"], made["default_response"]) == (ASK, {"ok": False})
    assert made["timeout_at"] == "2998-12-31T22:00:00Z"
    assert admin.data("GET", f"/inquiries/{made['id']}", shape=shapes.INQUIRY) == made
    assert admin.data("GET", f"/executions/{execution}") == before
    [row] = admin.items(f"/executions/{execution}/inquiries", shape=shapes.INQUIRY_SUMMARY)
    assert row["id"] == made["id"] and row["has_response"] is False
    synonyms = {"execution_id": execution, "prompt": "p", "schema": ASK, "ttl": 60}
    made = admin.data("POST", "/inquiries", status=201, json=synonyms, shape=shapes.INQUIRY)
    assert made["response_schema"] == ASK and made["timeout_at"] and made["execution"] == execution
    admin.refused("POST", "/inquiries", 404, json={"execution": 999999, "prompt": "p"})
    for bad in ({"prompt": "p"}, {"execution": execution}, {"execution": execution, "prompt": ""}, {"execution": "x", "prompt": "p"},
                {"execution": execution, "prompt": "x" * 10001}, {"execution": execution, "prompt": "p", "timeout_at": "soon"},
                {"execution": execution, "prompt": "p", "response_schema": "x"}):
        admin.refused("POST", "/inquiries", 422, json=bad)
    ask(admin, execution, prompt="x" * 10000)


def test_anybody_may_answer_an_unassigned_question_once(admin: Person, newcomer: Person, execution: int) -> None:
    made = ask(admin, execution)
    for value in ({"deep": [1, None, {"a": "b"}]},):
        done = answer(newcomer, made["id"], value)
        assert (done["status"], done["response"], done["responded_by"]) == ("responded", value, newcomer.id)
        assert done["responded_at"]
    refusal = admin.refused("POST", f"/inquiries/{made['id']}/respond", 409, json={"response": 1})
    assert "responded" in refusal["error"]
    admin.refused("POST", "/inquiries/999999/respond", 404, json={"response": 1})
    admin.refused("POST", f"/inquiries/{ask(admin, execution)['id']}/respond", 422, json={})


@pytest.mark.parametrize("value", [1, "text", True, [1], {"a": 1}, None])
def test_any_json_is_a_response(admin: Person, execution: int, value: Any) -> None:
    made = ask(admin, execution)
    assert answer(admin, made["id"], value)["response"] == value
    assert admin.data("GET", f"/inquiries/{made['id']}")["status"] == "responded"


def test_the_schema_is_checked_and_further_keys_are_allowed(admin: Person, execution: int) -> None:
    strict = {"type": "object", "properties": {"ok": {"type": "boolean"}}, "required": ["ok"], "additionalProperties": False}
    for schema in ({"ok": {"type": "boolean", "required": True}}, strict):
        made = ask(admin, execution, response_schema=schema)
        for bad in ({}, {"ok": "maybe"}, "ok", None, []):
            admin.refused("POST", f"/inquiries/{made['id']}/respond", 422, json={"response": bad})
        assert answer(admin, made["id"], {"ok": True, "more": 1})["response"] == {"ok": True, "more": 1}


def test_only_the_assigned_identity_answers(admin: Person, newcomer: Person, address: str, execution: int) -> None:
    made = ask(admin, execution, assigned_to=newcomer.id)
    assert made["assigned_to"] == newcomer.id
    admin.refused("POST", f"/inquiries/{made['id']}/respond", 403, json={"response": 1})
    register(address).refused("POST", f"/inquiries/{made['id']}/respond", 403, json={"response": 1})
    assert [row["id"] for row in newcomer.items("/inquiries", assigned_to="me", status="pending")] == [made["id"]]
    answer(newcomer, made["id"], 1)
    assert newcomer.items("/inquiries", assigned_to="me", status="pending") == []


def test_an_execution_and_its_descendants_cannot_answer_for_themselves(admin: Person, address: str) -> None:
    script = admin.action("sleep 60")
    run = admin.start(admin.workflow([{"name": "a", "action": script}]))
    [child] = admin.until(lambda: admin.children(run["id"]), bool)
    made = ask(admin, run["id"])
    for own in (run["id"], child["id"]):
        refusal = with_token(admin, address, own).refused("POST", f"/inquiries/{made['id']}/respond", 403, json={"response": 1})
        assert "privilege loop" in refusal["error"]
    stranger = admin.run("core.noop")["id"]
    assert answer(with_token(admin, address, stranger), made["id"], 1)["responded_by"] == admin.id
    late = with_token(admin, address, run["id"])
    late.refused("POST", f"/inquiries/{made['id']}/respond", 409, json={"response": 1})
    admin.data("POST", f"/executions/{run['id']}/cancel")


def test_a_question_out_of_time(admin: Person, execution: int) -> None:
    made = ask(admin, execution, timeout_at="2020-01-01T00:00:00Z")
    refusal = admin.refused("POST", f"/inquiries/{made['id']}/respond", 409, json={"response": 1})
    assert "timed out" in refusal["error"] or "timeout" in refusal["error"]
    assert admin.data("GET", f"/inquiries/{made['id']}")["status"] == "timeout"
    soon = ask(admin, execution, ttl=1)
    admin.until(lambda: admin.data("GET", f"/inquiries/{soon['id']}")["status"], lambda status: status == "timeout", 4)
    refusal = admin.refused("POST", f"/inquiries/{soon['id']}/respond", 409, json={"response": 1})
    assert "timeout" in refusal["error"]


def test_changing_cancelling_deleting(admin: Person, newcomer: Person, execution: int) -> None:
    made = ask(admin, execution)
    place = f"/inquiries/{made['id']}"
    changed = admin.data("PUT", place, json={"assigned_to": newcomer.id, "timeout_at": "2999-01-01T00:00:00Z"}, shape=shapes.INQUIRY)
    assert (changed["assigned_to"], changed["timeout_at"]) == (newcomer.id, "2999-01-01T00:00:00Z")
    admin.refused("PUT", place, 409, json={"status": "responded"})
    admin.refused("PUT", place, 409, json={"response": 1})
    assert admin.data("PUT", place, json={"status": "cancelled"})["status"] == "cancelled"
    admin.refused("PUT", place, 409, json={"status": "cancelled"})
    admin.refused("POST", f"{place}/cancel", 409)
    admin.refused("POST", f"{place}/respond", 409, json={"response": 1})
    admin.done("DELETE", place)
    admin.refused("GET", place, 404)
    admin.refused("DELETE", place, 404)
    other = ask(admin, execution)
    assert admin.data("POST", f"/inquiries/{other['id']}/cancel", shape=shapes.INQUIRY)["status"] == "cancelled"
    admin.done("DELETE", f"/inquiries/{ask(admin, execution)['id']}")


def test_lists(admin: Person, execution: int) -> None:
    made = ask(admin, execution)
    gone = ask(admin, execution)
    admin.data("POST", f"/inquiries/{gone['id']}/cancel")
    rows = admin.items("/inquiries", execution=execution, limit=2, shape=shapes.INQUIRY_SUMMARY)
    assert [row["id"] for row in rows] == [gone["id"], made["id"]]
    assert made["id"] in {row["id"] for row in admin.items("/inquiries/status/pending", limit=1000)}
    for word in ("cancelled", "canceled"):
        assert gone["id"] in {row["id"] for row in admin.items(f"/inquiries/status/{word}", limit=1000)}
        assert gone["id"] in {row["id"] for row in admin.items("/inquiries", status=word, limit=1000)}
    admin.items("/inquiries/status/expired")
    admin.items("/inquiries", status="expired")
    admin.refused("GET", "/inquiries/status/nonsense", 400)
    admin.refused("GET", "/inquiries?status=nonsense", 400)


def test_of_two_answers_at_once_exactly_one_wins(admin: Person, execution: int) -> None:
    made = ask(admin, execution)
    with ThreadPoolExecutor(6) as pool:
        codes = list(pool.map(lambda n: admin.call("POST", f"/inquiries/{made['id']}/respond", json={"response": n}).status_code, range(6)))
    assert sorted(codes) == [200, 409, 409, 409, 409, 409]


def asking(admin: Person, *, then: list[dict[str, Any]] | None = None, **task: Any) -> dict[str, Any]:
    given = task.pop("input", {})
    first = {"name": "ask", "action": "core.ask", "input": {"prompt": "Go?", "response_schema": {"approved": {"type": "boolean"}}, **given}, **task}
    return admin.start(admin.workflow([first, *(then or [])]))


def test_an_answer_in_a_workflow_goes_on_at_once(admin: Person) -> None:
    went = {"name": "went", "action": "core.noop"}
    run = asking(admin, then=[went], next=[{"when": "{{ result().response.approved }}", "do": "went"}])
    question = admin.pending(run["id"])
    [child] = admin.children(run["id"])
    assert (question["execution"], question["task_name"], question["prompt"]) == (child["id"], "ask", "Go?")
    assert (child["status"], child["worker"]) == ("running", None)
    states = admin.data("GET", f"/workflow-executions/{question['workflow_execution']}/tasks")
    assert (states[0]["state"], states[0]["inquiry"]) == ("waiting_inquiry", question["id"])
    answer(admin, question["id"], {"approved": True, "why": "x"})
    assert admin.ended(run["id"])["status"] == "completed"
    result = admin.data("GET", f"/executions/{child['id']}")["result"]
    assert result == {**result, "response": {"approved": True, "why": "x"}, "inquiry_id": question["id"], "succeeded": True}
    assert [row["workflow_task"]["task_name"] for row in admin.children(run["id"])] == ["ask", "went"]


def test_no_matching_transition_ends_the_branch_well(admin: Person) -> None:
    run = asking(admin, then=[{"name": "went", "action": "core.noop"}], next=[{"when": "{{ result().response.approved }}", "do": "went"}])
    answer(admin, admin.pending(run["id"])["id"], {"approved": False})
    assert admin.ended(run["id"])["status"] == "completed"


def test_an_unanswered_question_times_out(admin: Person) -> None:
    after = [{"name": name, "action": "core.noop"} for name in ("late", "wrong")]
    run = asking(admin, then=after, timeout=1, next=[{"when": "{{ timed_out() }}", "do": "late"}, {"when": "{{ failed() }}", "do": "wrong"}])
    ended = admin.ended(run["id"])
    assert ended["status"] == "completed", ended
    rows = {row["workflow_task"]["task_name"]: row for row in admin.children(run["id"])}
    assert set(rows) == {"ask", "late"}
    child = admin.data("GET", f"/executions/{rows['ask']['id']}", shape=shapes.EXECUTION)
    assert (child["status"], child["result"]["error"], child["workflow_task"]["timed_out"]) == ("timeout", "inquiry timed out", True)
    [question] = admin.items(f"/executions/{child['id']}/inquiries")
    assert question["status"] == "timeout"


def test_a_default_response_answers_when_time_is_up(admin: Person) -> None:
    run = asking(admin, timeout=1, input={"default_response": {"approved": False}})
    assert admin.ended(run["id"])["status"] == "completed"
    child = admin.data("GET", f"/executions/{admin.children(run['id'])[0]['id']}")
    assert (child["status"], child["result"]["response"], child["result"]["defaulted"]) == ("completed", {"approved": False}, True)


def test_a_cancelled_question_fails_its_task(admin: Person) -> None:
    run = asking(admin)
    admin.data("POST", f"/inquiries/{admin.pending(run['id'])['id']}/cancel")
    assert admin.ended(run["id"])["status"] == "failed"
    assert admin.children(run["id"])[0]["status"] == "failed"


def test_cancelling_the_workflow_cancels_the_question(admin: Person) -> None:
    run = asking(admin)
    question = admin.pending(run["id"])
    admin.data("POST", f"/executions/{run['id']}/cancel")
    assert admin.ended(run["id"])["status"] == "cancelled"
    assert admin.data("GET", f"/inquiries/{question['id']}")["status"] == "cancelled"


def test_assigning_by_login_in_a_workflow(admin: Person, newcomer: Person) -> None:
    run = asking(admin, input={"assigned_to": newcomer.login})
    question = admin.pending(run["id"])
    assert question["assigned_to"] == newcomer.id
    admin.refused("POST", f"/inquiries/{question['id']}/respond", 403, json={"response": {"approved": True}})
    answer(newcomer, question["id"], {"approved": True})
    assert admin.ended(run["id"])["status"] == "completed"


def test_an_unknown_assignee_fails_the_task_with_the_reason(admin: Person) -> None:
    ended = admin.ended(asking(admin, input={"assigned_to": "nobody-like-that"})["id"])
    assert ended["status"] == "failed"
    child = admin.data("GET", f"/executions/{admin.children(ended['id'])[0]['id']}")
    assert "nobody-like-that" in child["result"]["error"]


def test_a_quorum_counts_people(admin: Person, newcomer: Person, address: str) -> None:
    run = asking(admin, input={"quorum": 2})
    question = admin.pending(run["id"])
    first = answer(newcomer, question["id"], {"approved": True})
    assert first["status"] == "pending" and first["answers"][0]["login"] == newcomer.login and first["needed"]
    newcomer.refused("POST", f"/inquiries/{question['id']}/respond", 409, json={"response": {"approved": True}})
    assert answer(register(address), question["id"], {"approved": True})["status"] == "responded"
    assert admin.ended(run["id"])["status"] == "completed"
    assert len(admin.data("GET", f"/executions/{admin.children(run['id'])[0]['id']}")["result"]["answers"]) == 2


def test_a_no_decides_when_it_is_a_veto(admin: Person, newcomer: Person) -> None:
    run = asking(admin, input={"quorum": 2})
    question = admin.pending(run["id"])
    assert answer(newcomer, question["id"], {"approved": False})["status"] == "responded"
    assert admin.ended(run["id"])["status"] == "completed"


def test_the_requester_may_be_excluded(admin: Person, newcomer: Person) -> None:
    run = asking(admin, input={"exclude": ["requester"]})
    question = admin.pending(run["id"])
    admin.refused("POST", f"/inquiries/{question['id']}/respond", 403, json={"response": {"approved": True}})
    answer(newcomer, question["id"], {"approved": True})
    assert admin.ended(run["id"])["status"] == "completed"


def test_people_of_a_role_may_claim_and_hand_over(admin: Person, address: str) -> None:
    one, two, stranger = register(address), register(address), register(address)
    for person in (one, two):
        admin.data("POST", f"/identities/{person.id}/roles", status=201, json={"role": "deciders"})
    run = asking(admin, input={"assigned_to": {"identities": [], "roles": ["deciders"]}})
    question = admin.pending(run["id"])
    assert question["assignees"]["roles"] == ["deciders"] and question["assigned_to"] is None
    stranger.refused("POST", f"/inquiries/{question['id']}/claim", 403)
    assert one.data("POST", f"/inquiries/{question['id']}/claim", shape=shapes.INQUIRY)["claimed_by"] == one.id
    assert one.data("POST", f"/inquiries/{question['id']}/release")["claimed_by"] is None
    stranger.refused("POST", f"/inquiries/{question['id']}/respond", 403, json={"response": {"approved": True}})
    answer(two, question["id"], {"approved": True})
    assert admin.ended(run["id"])["status"] == "completed"


def test_a_link_shows_and_answers_once(admin: Person, newcomer: Person, nobody: Person) -> None:
    run = asking(admin)
    question = admin.pending(run["id"])
    newcomer.refused("POST", f"/inquiries/{question['id']}/links", 403, json={"identity": newcomer.id})
    made = admin.data("POST", f"/inquiries/{question['id']}/links", status=201, json={"identity": newcomer.id})
    path = f"/inquiries/links/{made['token']}"
    assert nobody.call("GET", path).status_code == 200
    assert nobody.call("POST", path, json={"response": {"approved": True}}).status_code == 200
    assert nobody.call("POST", path, json={"response": {"approved": True}}).status_code in (404, 409)
    assert admin.ended(run["id"])["status"] == "completed"
    record = admin.json("GET", f"/inquiries/{question['id']}/record")
    assert "digest" in str(record)


def test_asked_alone_with_bad_input_is_accepted_then_fails(admin: Person) -> None:
    ended = admin.run("core.ask", {"prompt": "p", "assigned_to": "nobody-like-that"})
    assert ended["status"] == "failed" and ended["result"]["error"]
    ended = admin.run("core.ask", {})
    assert ended["status"] == "failed" and "prompt" in ended["result"]["error"]
    ended = admin.run("core.ask", {"prompt": "p", "quorum": "many"})
    assert ended["status"] == "failed" and ended["result"]["error"]


def test_asked_alone(admin: Person) -> None:
    started = admin.start("core.ask", {"prompt": "Alone?"})
    [row] = admin.until(lambda: admin.items(f"/executions/{started['id']}/inquiries"), bool)
    answer(admin, row["id"], {"fine": True})
    ended = admin.ended(started["id"])
    assert (ended["status"], ended["result"]["response"]) == ("completed", {"fine": True})
    started = admin.start("core.ask", {"prompt": "Alone?"})
    [row] = admin.until(lambda: admin.items(f"/executions/{started['id']}/inquiries"), bool)
    admin.data("POST", f"/executions/{started['id']}/cancel")
    assert admin.ended(started["id"])["status"] == "cancelled"
    assert admin.data("GET", f"/inquiries/{row['id']}")["status"] == "cancelled"


def test_an_action_may_ask_by_what_it_prints(admin: Person) -> None:
    printed = '{"__inquiry": {"prompt": "Printed?", "timeout_seconds": 60}}'
    run = admin.start(admin.workflow([{"name": "a", "action": admin.action(f"echo '{printed}'", output_format="json")}]))
    rows = admin.until(lambda: [row for row in admin.items("/inquiries", limit=5) if row["prompt"] == "Printed?"], bool)
    assert admin.data("GET", f"/executions/{run['id']}")["status"] == "running"
    answer(admin, rows[0]["id"], {"yes": 1})
    assert admin.ended(run["id"])["status"] == "completed"


def test_wait_for_holds_a_task_until_an_answer(admin: Person, execution: int) -> None:
    made = ask(admin, execution)
    run = admin.start(admin.workflow([{"name": "a", "action": "core.noop", "wait_for": {"inquiry": f"{{{{ {made['id']} }}}}"}}]))
    answer(admin, made["id"], {"x": 1})
    assert admin.ended(run["id"])["status"] == "completed"


BAD_PRINTS = ({"prompt": ""}, {"prompt": "p", "assigned_to": "nobody-like-that"}, {"prompt": "p", "timeout_seconds": "soon"})


@pytest.mark.parametrize("asked", BAD_PRINTS)
def test_a_printed_question_that_cannot_be_asked_fails_its_execution(admin: Person, asked: dict[str, Any]) -> None:
    ref = admin.action(f"echo '{json.dumps({'__inquiry': asked})}'", output_format="json")
    ended = admin.run(ref)
    assert ended["status"] == "failed" and "__inquiry" in ended["result"]["error"] and ended["result"]["stdout"]
    assert admin.run(admin.workflow([{"name": "a", "action": ref}]))["status"] == "failed"
