"""Answering a question: the order of the checks, one accepted answer, quorums."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from app.engine.access import Caller
from app.engine.errors import AppError, Conflict, Forbidden, Invalid, NotFound
from app.persistence import session
from app.persistence.models import Action, Pack
from app.persistence.repositories import executions as executions_rows
from app.persistence.repositories import inquiries as rows
from app.services import executions, inquiries
from tests.services.builders import T0, add, later, make_caller, make_execution, make_run, set_time

APPROVAL = {"approved": {"type": "boolean", "required": True}}
YES, NO = {"approved": True}, {"approved": False}

Ask = Callable[..., int]


@pytest.fixture
def told() -> list[dict[str, Any]]:
    """What the run was told: the closed rows."""
    return []


@pytest.fixture
def tell(told: list[dict[str, Any]]) -> Callable[..., None]:
    return lambda tx, row: told.append(row)


@pytest.fixture
def ask(database: object) -> Iterator[Ask]:
    """Asks in a run, on behalf of the engine."""
    set_time(T0)
    _, run_id = make_run()

    def asking(timeout_s: float | None = None, **input: Any) -> int:
        execution_id = make_execution(action_ref="core.ask", kind="inquiry", workflow_run=run_id, task_name="approve")
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

    yield asking


@pytest.fixture
def people(database: object) -> dict[str, Caller]:
    return {
        "alice": make_caller("alice", admin=True),
        "bob": make_caller("bob", "ops"),
        "carol": make_caller("carol", "ops", "security"),
        "dave": make_caller("dave"),
    }


def row_of(inquiry_id: int) -> dict[str, Any]:
    with session.reading() as tx:
        row = rows.find(tx, inquiry_id)
    assert row is not None
    return row


def test_anybody_may_answer_what_nobody_is_assigned_to(ask: Ask, people: Any, tell: Any, told: Any) -> None:
    inquiry_id = ask(response_schema=APPROVAL)

    inquiries.respond(inquiry_id=inquiry_id, response=YES, by=people["dave"], comment="fine", tell=tell)

    row = row_of(inquiry_id)
    assert (row["status"], row["response"], row["responded_by"]) == ("responded", YES, people["dave"].identity_id)
    assert row["responded_at"] == T0
    assert row["answers"][0]["comment"] == "fine"
    assert [(r["id"], r["status"]) for r in told] == [(inquiry_id, "responded")]


@pytest.mark.parametrize("response", [None, False, 0, "", [], {"any": "thing"}])
def test_without_a_schema_any_json_is_an_answer(ask: Ask, people: Any, tell: Any, response: Any) -> None:
    inquiry_id = ask()

    inquiries.respond(inquiry_id=inquiry_id, response=response, by=people["dave"], tell=tell)

    assert row_of(inquiry_id)["response"] == response


def test_an_unknown_inquiry_is_not_found(people: Any, tell: Any) -> None:
    with pytest.raises(NotFound):
        inquiries.respond(inquiry_id=4711, response=YES, by=people["dave"], tell=tell)


def test_a_second_answer_is_told_who_was_first(ask: Ask, people: Any, tell: Any, told: Any) -> None:
    inquiry_id = ask()
    inquiries.respond(inquiry_id=inquiry_id, response=YES, by=people["bob"], tell=tell)

    with pytest.raises(Conflict, match="already responded: bob"):
        inquiries.respond(inquiry_id=inquiry_id, response=NO, by=people["dave"], tell=tell)

    assert row_of(inquiry_id)["response"] == YES
    assert len(told) == 1


def test_an_administrator_is_refused_when_somebody_else_is_assigned(ask: Ask, people: Any, tell: Any) -> None:
    inquiry_id = ask(assigned_to="bob")

    with pytest.raises(Forbidden, match="assigned to somebody else"):
        inquiries.respond(inquiry_id=inquiry_id, response=YES, by=people["alice"], tell=tell)


def test_being_assigned_is_checked_before_the_deadline_and_the_schema(ask: Ask, people: Any, tell: Any) -> None:
    inquiry_id = ask(assigned_to="bob", response_schema=APPROVAL, timeout_s=5)
    set_time(later(10))

    with pytest.raises(Forbidden):
        inquiries.respond(inquiry_id=inquiry_id, response="nonsense", by=people["dave"], tell=tell)

    assert row_of(inquiry_id)["status"] == "pending"


def test_a_late_answer_marks_the_timeout_before_looking_at_the_response(
    ask: Ask, people: Any, tell: Any, told: Any
) -> None:
    inquiry_id = ask(response_schema=APPROVAL, timeout_s=5)
    set_time(later(5))

    with pytest.raises(Conflict, match="timed out"):
        inquiries.respond(inquiry_id=inquiry_id, response="nonsense", by=people["dave"], tell=tell)

    assert row_of(inquiry_id)["status"] == "timeout"
    assert [r["status"] for r in told] == ["timeout"]


def test_an_answer_after_the_timeout_names_the_status(ask: Ask, people: Any, tell: Any) -> None:
    inquiry_id = ask(timeout_s=5)
    inquiries.expire_due(later(6), tell=tell)

    with pytest.raises(Conflict, match="already timeout"):
        inquiries.respond(inquiry_id=inquiry_id, response=YES, by=people["dave"], tell=tell)


def test_a_response_that_does_not_fit_changes_nothing(ask: Ask, people: Any, tell: Any, told: Any) -> None:
    inquiry_id = ask(response_schema=APPROVAL)

    with pytest.raises(Invalid) as caught:
        inquiries.respond(inquiry_id=inquiry_id, response={"approved": "false"}, by=people["dave"], tell=tell)

    assert caught.value.details[0]["path"] == "approved"
    assert row_of(inquiry_id)["status"] == "pending"
    assert told == []


@pytest.mark.parametrize(
    "schema",
    [APPROVAL, {"type": "object", "properties": {"approved": {"type": "boolean"}}, "additionalProperties": False}],
    ids=["flat", "JSON Schema"],
)
def test_keys_nobody_asked_for_are_allowed(ask: Ask, people: Any, tell: Any, schema: Any) -> None:
    inquiry_id = ask(response_schema=schema)

    inquiries.respond(inquiry_id=inquiry_id, response={**YES, "why": "tests"}, by=people["dave"], tell=tell)

    assert row_of(inquiry_id)["response"] == {"approved": True, "why": "tests"}


def test_an_execution_may_not_answer_what_it_or_its_ancestor_asked(people: Any, tell: Any) -> None:
    asking = make_execution()
    child = make_execution(parent=make_execution(parent=asking))
    inquiry_id = inquiries.create(execution_id=asking, prompt="?", by=people["alice"])
    dave = people["dave"]

    for token_of in (asking, child):
        by = Caller(dave.identity_id, "dave", token_type="execution", execution_id=token_of)
        with pytest.raises(Forbidden, match="privilege loop"):
            inquiries.respond(inquiry_id=inquiry_id, response=YES, by=by, tell=tell)


def test_an_unrelated_execution_answers_as_its_identity(people: Any, tell: Any) -> None:
    inquiry_id = inquiries.create(execution_id=make_execution(), prompt="?", by=people["alice"])
    by = Caller(people["dave"].identity_id, "dave", token_type="execution", execution_id=make_execution())

    inquiries.respond(inquiry_id=inquiry_id, response=YES, by=by, tell=tell)

    assert row_of(inquiry_id)["responded_by"] == by.identity_id


def test_a_task_may_not_answer_what_its_own_workflow_asked(people: Any, tell: Any) -> None:
    workflow, run_id = make_run()
    place = {"parent": workflow, "workflow_run": run_id}
    asked, sibling = make_execution(kind="inquiry", task_name="ask", **place), make_execution(task_name="b", **place)
    with session.transaction() as tx:
        inquiry_id = inquiries.open_inquiry(
            tx, execution_id=asked, workflow_execution_id=run_id, task_name="ask", input={"prompt": "?"}, timeout_s=None, now=T0
        )
    by = Caller(people["dave"].identity_id, "dave", token_type="execution", execution_id=sibling)

    with pytest.raises(Forbidden, match="privilege loop"):
        inquiries.respond(inquiry_id=inquiry_id, response=YES, by=by, tell=tell)


def test_of_two_simultaneous_answers_exactly_one_is_accepted(ask: Ask, people: Any, tell: Any, told: Any) -> None:
    inquiry_id = ask()
    outcomes: list[str] = []

    def answer(who: str, response: Any) -> None:
        try:
            inquiries.respond(inquiry_id=inquiry_id, response=response, by=people[who], tell=tell)
            outcomes.append("accepted")
        except AppError as error:
            outcomes.append(type(error).__name__)

    threads = [threading.Thread(target=answer, args=a) for a in [("bob", 1), ("carol", 2), ("dave", 3), ("alice", 4)]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert sorted(outcomes) == ["Conflict", "Conflict", "Conflict", "accepted"]
    assert len(told) == 1


def test_a_quorum_stays_pending_until_it_is_decided(ask: Ask, people: Any, tell: Any, told: Any) -> None:
    inquiry_id = ask(quorum=2, response_schema=APPROVAL)

    inquiries.respond(inquiry_id=inquiry_id, response=YES, by=people["bob"], tell=tell)
    half = row_of(inquiry_id)
    inquiries.respond(inquiry_id=inquiry_id, response={**YES, "n": 2}, by=people["carol"], tell=tell)
    whole = row_of(inquiry_id)

    assert (half["status"], half["response"], [a["login"] for a in half["answers"]]) == ("pending", None, ["bob"])
    assert (whole["status"], whole["response"]) == ("responded", {"approved": True, "n": 2})
    assert whole["responded_by"] == people["carol"].identity_id
    assert len(told) == 1


def test_a_person_answers_a_quorum_once(ask: Ask, people: Any, tell: Any) -> None:
    inquiry_id = ask(quorum=2)
    inquiries.respond(inquiry_id=inquiry_id, response=YES, by=people["bob"], tell=tell)

    with pytest.raises(Conflict, match="answered this inquiry already"):
        inquiries.respond(inquiry_id=inquiry_id, response=YES, by=people["bob"], tell=tell)


def test_simultaneous_answers_to_a_quorum_are_all_kept(ask: Ask, people: Any, tell: Any) -> None:
    inquiry_id = ask(quorum=4)
    threads = [
        threading.Thread(
            target=inquiries.respond, kwargs={"inquiry_id": inquiry_id, "response": YES, "by": by, "tell": tell}
        )
        for by in people.values()
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    row = row_of(inquiry_id)
    assert row["status"] == "responded"
    assert sorted(a["login"] for a in row["answers"]) == ["alice", "bob", "carol", "dave"]


def test_roles_of_a_quorum_are_those_held_when_answering(ask: Ask, people: Any, tell: Any) -> None:
    inquiry_id = ask(quorum={"ops": 1, "security": 1})

    with pytest.raises(Forbidden, match="ops or security"):
        inquiries.respond(inquiry_id=inquiry_id, response=YES, by=people["dave"], tell=tell)
    inquiries.respond(inquiry_id=inquiry_id, response=YES, by=people["carol"], tell=tell)

    row = row_of(inquiry_id)
    assert row["status"] == "responded"
    assert row["answers"][0]["roles"] == ["ops", "security"]


def test_without_a_veto_a_no_decides_when_too_few_are_left(ask: Ask, people: Any, tell: Any) -> None:
    inquiry_id = ask(quorum=2, veto=False, assigned_to={"roles": ["ops"]})

    inquiries.respond(inquiry_id=inquiry_id, response=NO, by=people["bob"], tell=tell)

    row = row_of(inquiry_id)
    assert (row["status"], row["response"]) == ("responded", NO)


@pytest.mark.parametrize(("kind", "who"), [("requester", "bob"), ("last_editor", "carol")])
def test_four_eyes_hold_for_who_started_and_who_edited(
    database: object, people: Any, tell: Any, kind: str, who: str
) -> None:
    from tests.services.builders import make_revision

    revision = make_revision(created_by=people["carol"].identity_id)
    workflow, run_id = make_run(revision=revision, execution_executor=people["bob"].identity_id)
    child = make_execution(kind="inquiry", parent=workflow, workflow_run=run_id, task_name="ask")
    with session.transaction() as tx:
        inquiry_id = inquiries.open_inquiry(
            tx,
            execution_id=child,
            workflow_execution_id=run_id,
            task_name="ask",
            input={"prompt": "?", "exclude": [kind]},
            timeout_s=None,
            now=T0,
        )

    with pytest.raises(Forbidden, match="somebody else"):
        inquiries.respond(inquiry_id=inquiry_id, response=YES, by=people[who], tell=tell)
    inquiries.respond(inquiry_id=inquiry_id, response=YES, by=people["dave"], tell=tell)

    assert row_of(inquiry_id)["status"] == "responded"


def test_an_answer_and_the_cancelling_of_a_question_asked_alone_do_not_lock_each_other(
    database: object, people: Any
) -> None:
    core = add(Pack, ref="core", label="Core", version="1")
    add(Action, ref="core.ask", pack=core, pack_ref="core", label="Ask")
    outcomes: list[str] = []

    def attempt(call: Callable[[], None]) -> None:
        try:
            call()
            outcomes.append("done")
        except AppError as error:
            outcomes.append(type(error).__name__)

    for _ in range(10):
        asked = executions.start(action_ref="core.ask", parameters={"prompt": "Now?"}, by=people["alice"]).execution_id
        with session.reading() as tx:
            [inquiry_id] = rows.pending_of_execution(tx, asked)
        calls = [
            lambda i=inquiry_id: inquiries.respond(inquiry_id=i, response=1, by=people["bob"]),
            lambda e=asked: executions.cancel(execution_id=e, by=people["alice"]),
        ]
        threads = [threading.Thread(target=attempt, args=[call]) for call in calls]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)

        with session.reading() as tx:
            ended = executions_rows.find(tx, asked)["status"]
        assert (ended, row_of(inquiry_id)["status"]) in [("completed", "responded"), ("cancelled", "cancelled")]

    assert set(outcomes) <= {"Conflict", "done"}
