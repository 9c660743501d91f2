"""Asking, handing over, claiming, cancelling, expiring, links and the record."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from app.engine.access import Caller
from app.engine.errors import Conflict, Forbidden, Invalid, InvalidValue, NotFound
from app.engine.inquiries.records import is_intact
from app.engine.times import iso
from app.persistence import session
from app.persistence.models import ExecutionLog, InquiryAssignee
from app.persistence.repositories import inquiries as rows
from app.persistence.repositories import inquiry_records
from app.services import inquiries
from tests.services.builders import T0, add, later, make_caller, make_execution, make_run, set_time

YES = {"approved": True}


class Recorder:
    """Stands where the run is told."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []

    def __call__(self, tx: Any, row: dict[str, Any], /) -> None:
        self.rows.append(row)


@pytest.fixture
def tell() -> Recorder:
    return Recorder()


@pytest.fixture
def alice(database: object) -> Caller:
    set_time(T0)
    return make_caller("alice", admin=True)


@pytest.fixture
def bob(database: object) -> Caller:
    return make_caller("bob", "ops")


@pytest.fixture
def carol(database: object) -> Caller:
    return make_caller("carol", "ops")


@pytest.fixture
def mallory(database: object) -> Caller:
    return make_caller("mallory")


Ask = Callable[..., int]


@pytest.fixture
def ask(alice: Caller) -> Ask:
    def asking(*, timeout_s: float | None = None, run_id: int | None = None, **input: Any) -> int:
        execution_id = make_execution(kind="inquiry")
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

    return asking


def row_of(inquiry_id: int) -> dict[str, Any]:
    with session.reading() as tx:
        row = rows.find(tx, inquiry_id)
    assert row is not None
    return row


# asking


def test_what_is_asked_is_frozen_with_its_people(ask: Ask, bob: Caller, carol: Caller) -> None:
    inquiry_id = ask(
        timeout_s=60,
        assigned_to={"identities": ["bob", str(carol.identity_id)], "roles": ["security"]},
        buttons=[{"label": "Ship", "response": YES, "style": "positive"}],
        remind=[30],
        escalate={"after": 40, "to": "carol"},
    )

    row = row_of(inquiry_id)
    assert row["assignees"] == {"identities": [bob.identity_id, carol.identity_id], "roles": ["security"]}
    assert row["assigned_to"] is None
    assert row["timeout_at"] == T0 + timedelta(seconds=60)
    assert row["policy"]["remind"] == [30.0]
    assert row["policy"]["escalate"] == {"after": 40.0, "to": {"identities": [carol.identity_id], "roles": []}}
    assert row["asked_by_engine"] is True


def test_one_identity_is_the_assignee(ask: Ask, bob: Caller) -> None:
    assert row_of(ask(assigned_to="bob"))["assigned_to"] == bob.identity_id
    assert row_of(ask(assigned_to=bob.identity_id))["assigned_to"] == bob.identity_id


@pytest.mark.parametrize(
    ("input", "path"),
    [
        ({"assigned_to": "nobody"}, "assigned_to"),
        ({"escalate": {"after": 1, "to": "nobody"}}, "escalate.to"),
        ({"response_schema": {"x": {"type": "nonsense"}}}, "response_schema"),
        ({"response_schema": {"x": {"type": "boolean"}}, "default_response": {"x": "no"}}, "default_response"),
        (
            {"response_schema": {"x": {"type": "boolean"}}, "buttons": [{"label": "Go", "response": {"x": 1}}]},
            "buttons[0].response",
        ),
    ],
)
def test_a_question_that_makes_no_sense_is_refused_with_its_place(ask: Ask, input: Any, path: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        ask(**input)

    assert caught.value.details[0]["path"] == path


def test_the_log_of_a_task_is_copied_as_it_was(ask: Ask) -> None:
    _, run_id = make_run()
    task = make_execution(workflow_run=run_id, task_name="test", stdout_bytes=3)
    add(ExecutionLog, execution=task, stream="stdout", position=0, text="ok\n")

    inquiry_id = ask(run_id=run_id, evidence=[{"title": "Tests", "log_of": "test"}])
    add(ExecutionLog, execution=task, stream="stdout", position=3, text="later\n")

    assert row_of(inquiry_id)["evidence"] == [{"title": "Tests", "kind": "log_of", "log_of": "test", "text": "ok\n"}]


def test_a_client_may_ask_about_an_ended_execution_without_touching_it(alice: Caller) -> None:
    execution_id = make_execution(status="completed")

    inquiry_id = inquiries.create(execution_id=execution_id, prompt="Well?", by=alice, timeout_at=later(9))

    row = row_of(inquiry_id)
    assert (row["status"], row["execution"], row["asked_by_engine"]) == ("pending", execution_id, False)


def test_asking_takes_the_right_or_ones_own_execution(bob: Caller, mallory: Caller) -> None:
    execution_id = make_execution(executor=bob.identity_id)

    assert inquiries.create(execution_id=execution_id, prompt="?", by=bob)
    with pytest.raises(Forbidden):
        inquiries.create(execution_id=execution_id, prompt="?", by=mallory)


def test_asking_about_nothing_is_not_found(alice: Caller) -> None:
    with pytest.raises(NotFound, match="execution 4711"):
        inquiries.create(execution_id=4711, prompt="?", by=alice)


def test_asking_an_unknown_identity_is_not_found(alice: Caller) -> None:
    with pytest.raises(NotFound, match="identity 4711"):
        inquiries.create(execution_id=make_execution(), prompt="?", by=alice, assigned_to=4711)


# changing


def test_handing_over_changes_who_may_answer_and_is_kept(ask: Ask, bob: Caller, carol: Caller, tell: Recorder) -> None:
    inquiry_id = ask(assigned_to="bob")

    inquiries.update(inquiry_id=inquiry_id, changes={"assigned_to": carol.identity_id}, by=bob, tell=tell)

    row = row_of(inquiry_id)
    assert (row["assigned_to"], row["assignees"]) == (carol.identity_id, {"identities": [carol.identity_id], "roles": []})
    assert [(h["what"], h["by"]["login"]) for h in row["record"]["history"]] == [("handed_over", "bob")]
    with session.reading() as tx:
        assert [a.identity for a in tx.session.query(InquiryAssignee)] == [carol.identity_id]


def test_a_stranger_may_not_hand_over(ask: Ask, bob: Caller, mallory: Caller, tell: Recorder) -> None:
    inquiry_id = ask(assigned_to="bob")

    with pytest.raises(Forbidden):
        inquiries.update(inquiry_id=inquiry_id, changes={"assigned_to": mallory.identity_id}, by=mallory, tell=tell)


def test_who_is_asked_may_not_move_the_deadline(ask: Ask, bob: Caller, tell: Recorder) -> None:
    inquiry_id = ask(assigned_to="bob")

    with pytest.raises(Forbidden):
        inquiries.update(inquiry_id=inquiry_id, changes={"timeout_at": None}, by=bob, tell=tell)


def test_the_deadline_can_be_moved(ask: Ask, alice: Caller, tell: Recorder) -> None:
    inquiry_id = ask(timeout_s=5)

    inquiries.update(inquiry_id=inquiry_id, changes={"timeout_at": later(100)}, by=alice, tell=tell)

    assert inquiries.expire_due(later(50), tell=tell) == 0
    assert inquiries.expire_due(later(100), tell=tell) == 1


@pytest.mark.parametrize("changes", [{"status": "responded"}, {"status": "timeout"}, {"response": YES}])
def test_an_answer_cannot_be_put(ask: Ask, alice: Caller, tell: Recorder, changes: Any) -> None:
    with pytest.raises(Conflict):
        inquiries.update(inquiry_id=ask(), changes=changes, by=alice, tell=tell)


def test_setting_the_status_to_cancelled_cancels(ask: Ask, alice: Caller, tell: Recorder) -> None:
    inquiry_id = ask()

    inquiries.update(inquiry_id=inquiry_id, changes={"status": "cancelled"}, by=alice, tell=tell)

    assert row_of(inquiry_id)["status"] == "cancelled"
    assert [r["id"] for r in tell.rows] == [inquiry_id]


def test_a_change_based_on_old_knowledge_is_refused(ask: Ask, alice: Caller, tell: Recorder) -> None:
    inquiry_id = ask()
    seen = iso(row_of(inquiry_id)["updated"])
    set_time(later(1))
    inquiries.update(inquiry_id=inquiry_id, changes={"timeout_at": later(9)}, by=alice, if_match=seen, tell=tell)

    with pytest.raises(Conflict, match="has changed"):
        inquiries.update(inquiry_id=inquiry_id, changes={"timeout_at": None}, by=alice, if_match=seen, tell=tell)


def test_a_closed_inquiry_does_not_change_any_more(ask: Ask, alice: Caller, tell: Recorder) -> None:
    inquiry_id = ask()
    inquiries.cancel(inquiry_id=inquiry_id, by=alice, tell=tell)

    with pytest.raises(Conflict, match="already cancelled"):
        inquiries.cancel(inquiry_id=inquiry_id, by=alice, tell=tell)
    with pytest.raises(Conflict):
        inquiries.update(inquiry_id=inquiry_id, changes={"assigned_to": None}, by=alice, tell=tell)
    with pytest.raises(Conflict):
        inquiries.claim(inquiry_id=inquiry_id, by=alice)
    assert len(tell.rows) == 1


def test_cancelling_takes_the_right(ask: Ask, mallory: Caller, tell: Recorder) -> None:
    with pytest.raises(Forbidden):
        inquiries.cancel(inquiry_id=ask(), by=mallory, tell=tell)


def test_deleting_cancels_first_and_leaves_its_digest(ask: Ask, alice: Caller, tell: Recorder) -> None:
    inquiry_id = ask()

    inquiries.delete(inquiry_id=inquiry_id, by=alice, tell=tell)

    assert [r["status"] for r in tell.rows] == ["cancelled"]
    with session.reading() as tx:
        assert rows.find(tx, inquiry_id) is None
        assert [link["inquiry"] for link in inquiry_records.chain(tx)] == [inquiry_id]


# claiming


def test_a_claim_keeps_others_out_until_it_is_released(ask: Ask, bob: Caller, carol: Caller, tell: Recorder) -> None:
    inquiry_id = ask(assigned_to={"roles": ["ops"]})
    inquiries.claim(inquiry_id=inquiry_id, by=bob)
    inquiries.claim(inquiry_id=inquiry_id, by=bob)

    with pytest.raises(Forbidden, match="claimed"):
        inquiries.claim(inquiry_id=inquiry_id, by=carol)
    with pytest.raises(Forbidden, match="claimed"):
        inquiries.respond(inquiry_id=inquiry_id, response=YES, by=carol, tell=tell)
    inquiries.release(inquiry_id=inquiry_id, by=bob)
    inquiries.respond(inquiry_id=inquiry_id, response=YES, by=carol, tell=tell)

    assert [h["what"] for h in row_of(inquiry_id)["record"]["history"]] == ["claimed", "released"]


def test_nobody_else_releases_without_the_right(ask: Ask, alice: Caller, bob: Caller, carol: Caller) -> None:
    inquiry_id = ask(assigned_to={"roles": ["ops"]})
    inquiries.claim(inquiry_id=inquiry_id, by=bob)

    with pytest.raises(Forbidden):
        inquiries.release(inquiry_id=inquiry_id, by=carol)
    inquiries.release(inquiry_id=inquiry_id, by=alice)

    assert row_of(inquiry_id)["claimed_by"] is None


# expiring


def test_only_what_is_due_expires_and_only_once(ask: Ask, tell: Recorder) -> None:
    due, open_end, not_due = ask(timeout_s=5), ask(), ask(timeout_s=50)

    assert inquiries.expire_due(later(5), tell=tell) == 1
    assert inquiries.expire_due(later(6), tell=tell) == 0

    assert [row_of(i)["status"] for i in (due, open_end, not_due)] == ["timeout", "pending", "pending"]
    assert [r["id"] for r in tell.rows] == [due]


def test_one_that_cannot_expire_does_not_hold_up_the_others(ask: Ask) -> None:
    damaged, sound = ask(timeout_s=5), ask(timeout_s=6)

    def tell(tx: Any, row: dict[str, Any], /) -> None:
        if row["id"] == damaged:
            raise NotFound("Its run is gone.")

    with pytest.raises(NotFound, match="Its run is gone"):
        inquiries.expire_due(later(9), tell=tell)

    assert [row_of(i)["status"] for i in (damaged, sound)] == ["pending", "timeout"]


@pytest.mark.parametrize("default", [{"approved": False}, False])
def test_expiry_with_a_default_carries_it(ask: Ask, tell: Recorder, default: Any) -> None:
    inquiry_id = ask(timeout_s=5, default_response=default)

    inquiries.expire_due(later(5), tell=tell)

    row = row_of(inquiry_id)
    assert (row["status"], row["response"], row["record"]["defaulted"]) == ("timeout", default, True)


def test_a_run_cancels_what_it_asks_without_being_told(ask: Ask) -> None:
    _, run_id = make_run()
    mine, other = ask(run_id=run_id), ask()

    with session.transaction() as tx:
        count = inquiries.cancel_of_run(tx, workflow_execution_id=run_id, now=T0)
        inquiries.cancel_of_execution(tx, execution_id=row_of(other)["execution"], now=T0)

    assert count == 1
    assert [row_of(i)["status"] for i in (mine, other)] == ["cancelled", "cancelled"]


# the record


def test_the_record_holds_what_was_shown_and_is_chained(ask: Ask, alice: Caller, bob: Caller, tell: Recorder) -> None:
    first, second = ask(evidence=[{"title": "Sum", "value": 3}]), ask()
    inquiries.respond(inquiry_id=first, response=YES, by=bob, tell=tell)
    inquiries.cancel(inquiry_id=second, by=alice, tell=tell)

    one, two = row_of(first)["record"], row_of(second)["record"]
    assert (one["prompt"], one["evidence"][0]["value"], one["response"]) == ("Deploy?", 3, YES)
    assert one["closed_by"] == {"identity": bob.identity_id, "login": "bob"}
    assert one["previous"] is None
    assert two["previous"] == one["digest"]
    assert is_intact(one) and is_intact(two)


# links


def test_a_link_answers_once_as_its_person(ask: Ask, alice: Caller, bob: Caller, tell: Recorder) -> None:
    inquiry_id = ask(assigned_to="bob", response_schema={"approved": {"type": "boolean"}})
    link = inquiries.make_link(inquiry_id=inquiry_id, identity="bob", by=alice)

    opened = inquiries.open_link(token=link.token)
    answered = inquiries.respond_by_link(token=link.token, response=YES, tell=tell)

    assert (opened.inquiry_id, opened.identity_id, opened.used) == (inquiry_id, bob.identity_id, False)
    assert answered == inquiry_id
    assert row_of(inquiry_id)["responded_by"] == bob.identity_id
    with pytest.raises(Conflict):
        inquiries.respond_by_link(token=link.token, response=YES, tell=tell)


def test_a_response_that_does_not_fit_does_not_spend_the_link(ask: Ask, alice: Caller, bob: Caller, tell: Recorder) -> None:
    inquiry_id = ask(response_schema={"approved": {"type": "boolean"}})
    link = inquiries.make_link(inquiry_id=inquiry_id, identity=bob.identity_id, by=alice)

    with pytest.raises(Invalid):
        inquiries.respond_by_link(token=link.token, response={"approved": 1}, tell=tell)
    inquiries.respond_by_link(token=link.token, response=YES, tell=tell)

    assert row_of(inquiry_id)["status"] == "responded"


def test_a_used_link_of_a_quorum_is_no_good_any_more(ask: Ask, alice: Caller, bob: Caller, tell: Recorder) -> None:
    inquiry_id = ask(quorum=2)
    link = inquiries.make_link(inquiry_id=inquiry_id, identity="bob", by=alice)
    inquiries.respond_by_link(token=link.token, response=YES, tell=tell)

    assert inquiries.open_link(token=link.token).used
    with pytest.raises(NotFound, match="used already"):
        inquiries.respond_by_link(token=link.token, response=YES, tell=tell)


@pytest.mark.parametrize("damage", [lambda t: t[:-1] + "x", lambda t: "x" + t, lambda t: "", lambda t: "ä.ö"])
def test_a_forged_link_is_no_good(ask: Ask, alice: Caller, bob: Caller, damage: Callable[[str], str]) -> None:
    link = inquiries.make_link(inquiry_id=ask(), identity="bob", by=alice)

    with pytest.raises(NotFound):
        inquiries.open_link(token=damage(link.token))


def test_a_link_ends_with_the_question_and_with_handing_over(
    ask: Ask, alice: Caller, bob: Caller, carol: Caller, tell: Recorder
) -> None:
    expiring, handed = ask(timeout_s=5), ask(assigned_to="bob")
    short = inquiries.make_link(inquiry_id=expiring, identity="bob", by=alice)
    old = inquiries.make_link(inquiry_id=handed, identity="bob", by=alice)

    inquiries.update(inquiry_id=handed, changes={"assigned_to": carol.identity_id}, by=alice, tell=tell)
    set_time(later(6))

    for link in (short, old):
        with pytest.raises(NotFound):
            inquiries.open_link(token=link.token)


def test_a_link_is_refused_for_who_may_not_answer(ask: Ask, alice: Caller, bob: Caller, mallory: Caller) -> None:
    inquiry_id = ask(assigned_to="bob")

    with pytest.raises(Invalid, match="may not answer"):
        inquiries.make_link(inquiry_id=inquiry_id, identity="mallory", by=alice)
    with pytest.raises(Forbidden):
        inquiries.make_link(inquiry_id=inquiry_id, identity="bob", by=mallory)
    with pytest.raises(NotFound):
        inquiries.make_link(inquiry_id=inquiry_id, identity="nobody", by=alice)
