"""What people and clients see of questions."""

from __future__ import annotations

from typing import Any

import pytest

from app.engine.access import Caller
from app.engine.errors import Conflict, NotFound
from app.persistence import session
from app.queries import inquiries as reads
from app.services import inquiries
from tests.services.builders import T0, later, make_caller, make_execution, make_run, set_time

INQUIRY = {
    "id", "execution", "prompt", "response_schema", "assigned_to", "status", "response", "default_response", "timeout_at",
    "responded_at", "responded_by", "workflow_execution", "task_name", "created", "updated", "evidence", "buttons",
    "assignees", "quorum", "answers", "needed", "claimed_by",
}  # fmt: skip
SUMMARY = {
    "id", "execution", "prompt", "assigned_to", "status", "has_response", "timeout_at", "workflow_execution", "task_name",
    "created", "updated",
}  # fmt: skip


@pytest.fixture
def alice(database: object) -> Caller:
    set_time(T0)
    return make_caller("alice", admin=True)


@pytest.fixture
def bob(database: object) -> Caller:
    return make_caller("bob", "ops")


@pytest.fixture
def mallory(database: object) -> Caller:
    return make_caller("mallory")


def ask(*, executor: int | None = None, run_id: int | None = None, timeout_s: float | None = None, **input: Any) -> int:
    execution_id = make_execution(kind="inquiry", executor=executor)
    with session.transaction() as tx:
        return inquiries.open_inquiry(
            tx,
            execution_id=execution_id,
            workflow_execution_id=run_id,
            task_name="approve",
            input={"prompt": "Deploy?", **input},
            timeout_s=timeout_s,
            now=T0,
        )


def quiet(tx: Any, row: Any, /) -> None:
    """The run is not told."""


def ids(found: tuple[list[dict[str, Any]], int]) -> list[int]:
    assert len(found[0]) == found[1]
    return [row["id"] for row in found[0]]


def test_an_inquiry_has_every_key_of_the_contract_even_when_null(alice: Caller) -> None:
    inquiry_id = ask(timeout_s=60)

    shown = reads.get_inquiry(inquiry_id=inquiry_id, by=alice)

    assert set(shown) >= INQUIRY
    assert (shown["status"], shown["response"], shown["response_schema"]) == ("pending", None, None)
    assert shown["timeout_at"] == "2026-01-27T10:01:00.123456Z"
    assert (shown["evidence"], shown["answers"], shown["quorum"], shown["needed"]) == ([], [], None, None)


def test_a_schema_and_a_response_come_back_as_given(alice: Caller) -> None:
    schema = {"approved": {"type": "boolean", "required": True}, "x-odd": {"type": "string"}}
    inquiry_id = ask(response_schema=schema)
    inquiries.respond(inquiry_id=inquiry_id, response={"approved": False, "extra": [1]}, by=alice, tell=quiet)

    shown = reads.get_inquiry(inquiry_id=inquiry_id, by=alice)

    assert shown["response_schema"] == schema
    assert shown["response"] == {"approved": False, "extra": [1]}
    assert shown["responded_at"] == "2026-01-27T10:00:00.123456Z"


def test_a_quorum_tells_what_is_needed(alice: Caller) -> None:
    inquiry_id = ask(quorum=2)
    inquiries.respond(inquiry_id=inquiry_id, response={"approved": True}, by=alice, tell=quiet)

    shown = reads.get_inquiry(inquiry_id=inquiry_id, by=alice)

    assert (shown["quorum"], shown["needed"], shown["status"]) == (2, "1 more", "pending")
    assert (shown["may_answer"], shown["why_not"]) == (False, "You have answered already; others are asked as well.")


def test_a_summary_leaves_the_heavy_parts_out(alice: Caller) -> None:
    ask(evidence=[{"title": "x", "text": "y"}])

    [row], total = reads.list_inquiries(by=alice)

    assert set(row) >= SUMMARY
    assert not set(row) & {"evidence", "response", "response_schema", "answers"}
    assert (row["has_response"], total) == (False, 1)


def test_filters(alice: Caller, bob: Caller) -> None:
    _, run_id = make_run()
    plain, of_run, for_bob = ask(), ask(run_id=run_id), ask(assigned_to="bob")
    inquiries.cancel(inquiry_id=plain, by=alice, tell=quiet)

    assert ids(reads.list_inquiries(by=alice)) == [for_bob, of_run, plain]
    assert ids(reads.list_inquiries(by=alice, status="pending")) == [for_bob, of_run]
    assert ids(reads.list_inquiries(by=alice, status="canceled")) == [plain]
    assert ids(reads.list_inquiries(by=alice, status="expired")) == []
    assert ids(reads.list_inquiries(by=alice, workflow_execution=run_id)) == [of_run]
    assert ids(reads.list_inquiries(by=alice, assigned_to=bob.identity_id)) == [for_bob]


def test_pages_go_on_by_id(alice: Caller) -> None:
    first, second, third = ask(), ask(), ask()

    rows, total = reads.list_inquiries(by=alice, limit=1, before=third)

    assert [row["id"] for row in rows] == [second]
    assert total == 3
    assert [row["id"] for row in reads.list_inquiries(by=alice, limit=1, offset=2)[0]] == [first]


def test_mine_are_those_by_name_by_role_and_claimed(alice: Caller, bob: Caller) -> None:
    by_name, by_role = ask(assigned_to="bob"), ask(assigned_to={"roles": ["ops"]})
    ask(assigned_to={"roles": ["security"]})
    ask()

    assert ids(reads.list_inquiries(by=bob, assigned_to="me")) == [by_role, by_name]
    assert reads.count_waiting(by=bob) == {"mine": 2, "for_me": 3, "all": 3}


def test_without_a_grant_one_sees_what_concerns_one(alice: Caller, bob: Caller, mallory: Caller) -> None:
    for_bob, unassigned = ask(assigned_to="bob"), ask()
    started = ask(executor=mallory.identity_id, assigned_to="bob")

    assert ids(reads.list_inquiries(by=mallory)) == [started, unassigned]
    assert ids(reads.list_inquiries(by=bob)) == [started, unassigned, for_bob]
    with pytest.raises(NotFound):
        reads.get_inquiry(inquiry_id=for_bob, by=mallory)


def test_who_looks_is_told_what_they_may_do(alice: Caller, bob: Caller) -> None:
    inquiry_id = ask(assigned_to={"roles": ["ops"]})

    of_bob = reads.get_inquiry(inquiry_id=inquiry_id, by=bob)
    of_alice = reads.get_inquiry(inquiry_id=inquiry_id, by=alice)

    assert (of_bob["may_answer"], of_bob["may_claim"], of_bob["why_not"]) == (True, True, None)
    assert (of_alice["may_answer"], of_alice["may_claim"]) == (False, False)
    assert of_alice["why_not"] == "This inquiry is assigned to somebody else."


def test_the_record_is_there_once_it_is_closed(alice: Caller) -> None:
    inquiry_id = ask(timeout_s=1)

    with pytest.raises(Conflict, match="still pending"):
        reads.get_record(inquiry_id=inquiry_id, by=alice)
    inquiries.expire_due(later(2), tell=quiet)

    record = reads.get_record(inquiry_id=inquiry_id, by=alice)
    assert (record["status"], record["inquiry"]) == ("timeout", inquiry_id)
    assert record["digest"].startswith("sha256:")


def test_buttons_of_a_page(alice: Caller) -> None:
    inquiry_id = ask(response_schema={"approved": {"type": "boolean"}})

    shown = reads.get_inquiry(inquiry_id=inquiry_id, by=alice)

    assert [b["label"] for b in reads.shown_buttons(shown)] == ["Approve", "Reject"]
    assert shown["buttons"] == []
