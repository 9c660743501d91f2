"""Questions over HTTP (api.md 10)."""

from __future__ import annotations

import pytest

from app.persistence.models import IdentityRole
from app.services import auth_tokens
from tests.api.conftest import Person
from tests.services.builders import add, make_execution

YES = {"response": {"approved": True}}


@pytest.fixture
def execution(app):
    return make_execution(status="completed")


@pytest.fixture
def asked(alice, execution):
    """Ask as alice; the Inquiry."""

    def ask(**more):
        answer = alice.post("/inquiries", json={"execution": execution, "prompt": "Well?", **more})
        assert answer.status_code == 201, answer.text
        return answer.json["data"]

    return ask


def test_asking_about_an_ended_execution(alice, asked, execution):
    inquiry = asked(response_schema={"approved": {"type": "boolean"}}, default_response={"approved": False})

    assert (inquiry["status"], inquiry["execution"], inquiry["assigned_to"]) == ("pending", execution, None)
    assert inquiry["response_schema"] == {"approved": {"type": "boolean"}}
    assert "response" in inquiry and inquiry["response"] is None
    assert alice.get(f"/inquiries/{inquiry['id']}").json["data"] == inquiry
    assert alice.get(f"/executions/{execution}").json["data"]["status"] == "completed"


def test_synonyms_of_keys(alice, execution):
    body = {"execution_id": execution, "prompt": "?", "schema": {"x": {"type": "string"}}, "ttl": 60}

    inquiry = alice.post("/inquiries", json=body).json["data"]

    assert inquiry["execution"] == execution
    assert inquiry["response_schema"] == {"x": {"type": "string"}}
    assert inquiry["timeout_at"] is not None


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"execution": 4711}, 404),
        ({"assigned_to": 4711}, 404),
        ({"prompt": ""}, 422),
        ({"prompt": "x" * 10_001}, 422),
        ({"prompt": None}, 422),
        ({"execution": "x"}, 422),
        ({"response_schema": {"x": {"type": "nonsense"}}}, 422),
        ({"response_schema": {"x": {"type": "boolean"}}, "default_response": {"x": 1}}, 422),
        ({"timeout_at": "soon"}, 422),
        ({"ttl": -1}, 422),
    ],
)
def test_a_question_that_cannot_be_asked(alice, execution, change, status):
    assert alice.post("/inquiries", json={"execution": execution, "prompt": "?", **change}).status_code == status


def test_asking_takes_a_right_or_ones_own_execution(mallory, execution):
    own = make_execution(executor=mallory.id)

    assert mallory.post("/inquiries", json={"execution": execution, "prompt": "?"}).status_code == 403
    assert mallory.post("/inquiries", json={"execution": own, "prompt": "?"}).status_code == 201


def test_anybody_answers_what_is_not_assigned(mallory, asked):
    inquiry = asked(response_schema={"approved": {"type": "boolean"}})

    answer = mallory.post(f"/inquiries/{inquiry['id']}/respond", json={**YES, "comment": "ok"})

    data = answer.json["data"]
    assert answer.status_code == 200
    assert (data["status"], data["response"], data["responded_by"]) == ("responded", {"approved": True}, mallory.id)
    assert data["responded_at"] is not None


def test_the_order_of_the_refusals(alice, bob, mallory, asked):
    inquiry = asked(assigned_to=bob.id, response_schema={"approved": {"type": "boolean"}})
    path = f"/inquiries/{inquiry['id']}/respond"

    assert alice.post("/inquiries/4711/respond", json=YES).status_code == 404
    assert bob.post(path, json={}).status_code == 422
    assert alice.post(path, json={"response": {"approved": 1}}).status_code == 403
    assert bob.post(path, json={"response": {"approved": 1}}).status_code == 422
    assert bob.post(path, json=YES).status_code == 200
    late = mallory.post(path, json=YES)
    assert (late.status_code, "already responded" in late.json["error"]) == (409, True)


def test_a_deadline_in_the_past_times_out_when_answered(alice, asked):
    inquiry = asked(timeout_at="2020-01-01T00:00:00Z")

    answer = alice.post(f"/inquiries/{inquiry['id']}/respond", json=YES)

    assert (answer.status_code, "timed out" in answer.json["error"]) == (409, True)
    assert alice.get(f"/inquiries/{inquiry['id']}").json["data"]["status"] == "timeout"


def test_an_execution_token_of_the_asker_is_a_privilege_loop(app, client, alice, asked, execution):
    inquiry = asked()
    child = make_execution(parent=execution)
    token = auth_tokens.issue(
        identity_id=alice.id,
        login=f"execution:{child}",
        token_type="execution",
        life_s=60,
        metadata={"execution_id": child, "action_ref": "core.echo", "permission_set_refs": []},
    )

    answer = client.post(
        f"/api/v1/inquiries/{inquiry['id']}/respond", json=YES, headers={"Authorization": f"Bearer {token}"}
    )

    assert (answer.status_code, "privilege loop" in answer.json["error"]) == (403, True)


def test_lists_and_their_filters(alice, bob, asked, execution):
    plain, for_bob = asked(), asked(assigned_to=bob.id)
    alice.post(f"/inquiries/{plain['id']}/cancel")

    def ids(path, who=alice):
        return [row["id"] for row in who.get(path).json["items"]]

    assert ids("/inquiries") == [for_bob["id"], plain["id"]]
    assert ids("/inquiries?status=pending") == [for_bob["id"]]
    assert ids("/inquiries?status=canceled") == ids("/inquiries/status/cancelled") == [plain["id"]]
    assert ids("/inquiries/status/expired") == []
    assert ids(f"/inquiries?assigned_to={bob.id}") == ids("/inquiries?assigned_to=me", bob) == [for_bob["id"]]
    assert ids(f"/executions/{execution}/inquiries") == [for_bob["id"], plain["id"]]
    assert ids("/inquiries?limit=1&offset=1") == [plain["id"]]
    assert alice.get("/inquiries/status/odd").status_code == 400
    assert alice.get("/inquiries?assigned_to=you").status_code == 400
    assert alice.get("/inquiries").json["pagination"]["total_items"] == 2


def test_handing_over_and_the_deadline(alice, bob, mallory, asked):
    inquiry = asked(assigned_to=bob.id)
    path = f"/inquiries/{inquiry['id']}"

    handed = bob.put(path, json={"assigned_to": mallory.id})
    moved = alice.put(path, json={"timeout_at": {"op": "set", "value": "2090-01-01T00:00:00Z"}})

    assert (handed.status_code, handed.json["data"]["assigned_to"]) == (200, mallory.id)
    assert moved.json["data"]["timeout_at"] == "2090-01-01T00:00:00Z"
    assert alice.put(path, json={"timeout_at": {"op": "clear"}}).json["data"]["timeout_at"] is None
    assert bob.put(path, json={"assigned_to": bob.id}).status_code == 403


@pytest.mark.parametrize("change", [{"status": "responded"}, {"status": "odd"}, {"response": 1}])
def test_an_answer_cannot_be_put(alice, asked, change):
    assert alice.put(f"/inquiries/{asked()['id']}", json=change).status_code == 409


def test_cancelling_by_put_and_twice(alice, asked):
    path = f"/inquiries/{asked()['id']}"

    assert alice.put(path, json={"status": "cancelled"}).json["data"]["status"] == "cancelled"
    assert alice.post(f"{path}/cancel").status_code == 409
    assert alice.put(path, json={"timeout_at": None}).status_code == 409


def test_deleting(alice, mallory, asked):
    path = f"/inquiries/{asked()['id']}"

    assert mallory.delete(path).status_code == 403
    assert alice.delete(path).json["success"] is True
    assert alice.get(path).status_code == 404


def test_claiming_takes_a_role(alice, bob, asked):
    add(IdentityRole, identity_id=bob.id, role="ops")
    inquiry = asked()

    assert bob.post(f"/inquiries/{inquiry['id']}/claim").status_code == 403
    assert bob.post(f"/inquiries/{inquiry['id']}/release").status_code == 200
    assert bob.post("/inquiries/4711/claim").status_code == 404


def test_a_link_shows_by_get_and_answers_by_post(client, alice, bob, mallory, asked):
    inquiry = asked(assigned_to=bob.id)
    made = alice.post(f"/inquiries/{inquiry['id']}/links", json={"identity": "bob"})
    token = made.json["data"]["token"]
    path = f"/api/v1/inquiries/links/{token}"

    shown = client.get(path)
    answered = client.post(path, json=YES)
    again = client.post(path, json=YES)

    assert made.status_code == 201
    assert made.json["data"]["url"].endswith(f"/answer/{token}")
    assert (shown.status_code, shown.json["data"]["status"]) == (200, "pending")
    assert (answered.status_code, answered.json["data"]["responded_by"]) == (200, bob.id)
    assert again.status_code in (404, 409)
    assert client.get("/api/v1/inquiries/links/forged.token").status_code == 404
    assert mallory.post(f"/inquiries/{inquiry['id']}/links", json={"identity": "bob"}).status_code == 403


def test_a_link_is_listed_and_withdrawn_and_the_record_says_so(client, alice, bob, mallory, asked):
    inquiry = asked(assigned_to=bob.id)
    link = alice.post(f"/inquiries/{inquiry['id']}/links", json={"identity": "bob"}).json["data"]

    [known] = alice.get(f"/inquiries/{inquiry['id']}/links").json["items"]
    refused = mallory.delete(f"/inquiries/{inquiry['id']}/links/{known['id']}")
    gone = alice.delete(f"/inquiries/{inquiry['id']}/links/{known['id']}")
    again = alice.delete(f"/inquiries/{inquiry['id']}/links/{known['id']}")

    assert (known["login"], known["active"], link["token"] in str(known)) == ("bob", True, False)
    assert (refused.status_code, gone.status_code, again.status_code) == (403, 200, 409)
    assert client.get(f"/api/v1/inquiries/links/{link['token']}").status_code == 404
    assert alice.delete(f"/inquiries/{inquiry['id']}/links/4711").status_code == 404
    history = alice.get(f"/inquiries/{inquiry['id']}").json["data"]["history"]
    assert [(step["what"], step["login"]) for step in history] == [("link_made", "bob"), ("link_revoked", "bob")]


def test_the_record_is_sealed_when_it_is_closed(alice, asked):
    path = f"/inquiries/{asked()['id']}"

    early = alice.get(f"{path}/record")
    alice.post(f"{path}/respond", json=YES)
    record = alice.get(f"{path}/record").json["data"]

    assert early.status_code == 409
    assert (record["response"], record["previous"]) == ({"approved": True}, None)
    assert record["digest"].startswith("sha256:")


def test_what_does_not_concern_one_does_not_exist(mallory: Person, bob, asked):
    inquiry = asked(assigned_to=bob.id)

    assert mallory.get(f"/inquiries/{inquiry['id']}").status_code == 404
    assert mallory.get(f"/inquiries/{inquiry['id']}/record").status_code == 404


def test_everything_asks_for_a_token(client):
    assert client.get("/api/v1/inquiries").status_code == 401
    assert client.post("/api/v1/inquiries/1/respond", json=YES).status_code == 401
