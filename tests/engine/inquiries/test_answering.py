"""Who may answer, and when a question is decided."""

from __future__ import annotations

from typing import Any

import pytest

from app.engine.inquiries.answering import (
    Question,
    claim_refusal,
    decide,
    electorate,
    missing,
    needed,
    refusal,
)
from app.engine.inquiries.policy import Assignees, Exclusion, Policy

ALICE, BOB, CAROL, DAVE = 1, 2, 3, 4


def asked(*people: int, roles: tuple[str, ...] = (), claimed_by: int | None = None, **policy: Any) -> Question:
    return Question(Assignees(people, roles), Policy(**policy), claimed_by)


def answered(question: Question, *given: tuple[int, Any, tuple[str, ...]]) -> Question:
    answers = [{"identity": i, "response": {"approved": yes}, "roles": list(roles)} for i, yes, roles in given]
    return Question(question.assignees, question.policy, question.claimed_by, answers)


def refused(question: Question, who: int, *roles: str) -> str | None:
    return refusal(question, identity_id=who, roles=frozenset(roles))


@pytest.mark.parametrize(
    ("question", "who", "roles", "expected"),
    [
        pytest.param(asked(), BOB, (), None, id="anybody may answer when nobody is named"),
        pytest.param(asked(ALICE), ALICE, (), None, id="the named person may"),
        pytest.param(asked(ALICE), BOB, ("admin",), "assigned to somebody else", id="nobody else may"),
        pytest.param(asked(roles=("ops",)), BOB, ("ops", "dev"), None, id="a person in a named role may"),
        pytest.param(asked(roles=("ops",)), BOB, ("dev",), "assigned to somebody else", id="a person outside may not"),
        pytest.param(asked(ALICE, roles=("ops",)), ALICE, (), None, id="a named person needs no role"),
        pytest.param(asked(quorum={"ops": 1}), BOB, ("dev",), "people in ops", id="a quorum of roles names who may"),
        pytest.param(asked(quorum={"ops": 1}), BOB, ("ops",), None, id="a member of a counted role may"),
        pytest.param(
            asked(excluded=(Exclusion(BOB, "requester"),)), BOB, (), "started this run", id="four eyes: the requester"
        ),
        pytest.param(
            asked(excluded=(Exclusion(BOB, "last_editor"),)), BOB, (), "saved this version", id="four eyes: the editor"
        ),
        pytest.param(asked(ALICE, BOB, claimed_by=ALICE), BOB, (), "claimed", id="a claim keeps others out"),
        pytest.param(asked(ALICE, BOB, claimed_by=BOB), BOB, (), None, id="the claimer may answer"),
    ],
)
def test_who_may_answer(question: Question, who: int, roles: tuple[str, ...], expected: str | None) -> None:
    found = refused(question, who, *roles)

    assert (found is None) if expected is None else (found is not None and expected in found)


@pytest.mark.parametrize(
    ("question", "who", "roles", "expected"),
    [
        pytest.param(asked(roles=("ops",)), BOB, ("ops",), None, id="a member claims"),
        pytest.param(asked(roles=("ops",)), BOB, (), "assigned to somebody else", id="an outsider can't"),
        pytest.param(asked(ALICE), ALICE, (), "several people", id="a single assignee has nothing to claim"),
        pytest.param(asked(roles=("ops",), quorum=2), BOB, ("ops",), "Several people", id="a quorum can't be claimed"),
    ],
)
def test_who_may_claim(question: Question, who: int, roles: tuple[str, ...], expected: str | None) -> None:
    found = claim_refusal(question, identity_id=who, roles=frozenset(roles))

    assert (found is None) if expected is None else (found is not None and expected in found)


OPS, SEC, BOTH = ("ops",), ("security",), ("ops", "security")
TWO_AND_ONE = asked(quorum={"ops": 2, "security": 1})


@pytest.mark.parametrize(
    ("question", "given", "decided", "open_text"),
    [
        pytest.param(asked(), [(BOB, False, ())], False, None, id="without a quorum the first answer decides"),
        pytest.param(asked(quorum=2), [], ..., "2 more", id="nobody has answered"),
        pytest.param(asked(quorum=2), [(BOB, True, ())], ..., "1 more", id="one of two"),
        pytest.param(asked(quorum=2), [(BOB, True, ()), (CAROL, True, ())], True, None, id="two of two"),
        pytest.param(asked(quorum=2), [(BOB, False, ())], False, None, id="the first no is a veto"),
        pytest.param(asked(quorum=2, veto=False), [(BOB, False, ())], ..., "2 more", id="without veto a no waits"),
        pytest.param(asked(quorum=2), [(BOB, "true", ())], "true", None, id="a text is no consent"),
        pytest.param(asked(quorum=2), [(BOB, 1, ())], 1, None, id="a number is no consent"),
        pytest.param(
            TWO_AND_ONE, [(BOB, True, OPS)], ..., "1 more of ops and 1 more of security", id="what each role still owes"
        ),
        pytest.param(
            TWO_AND_ONE, [(BOB, True, OPS), (CAROL, True, OPS)], ..., "1 more of security", id="one role is complete"
        ),
        pytest.param(
            TWO_AND_ONE, [(BOB, True, OPS), (CAROL, True, BOTH)], True, None, id="a person counts in each role they hold"
        ),
    ],
)
def test_when_a_question_is_decided(question: Question, given: list[Any], decided: Any, open_text: str | None) -> None:
    found = decide(answered(question, *given))

    assert found.decided is (decided is not ...)
    assert found.needed == open_text
    if decided is not ...:
        assert found.response == {"approved": decided}


def test_without_a_veto_a_no_decides_once_yes_cannot_be_reached() -> None:
    question = asked(BOB, CAROL, DAVE, quorum=2, veto=False)
    people = {i: frozenset[str]() for i in (ALICE, BOB, CAROL, DAVE)}

    first = answered(question, (BOB, False, ()))
    second = answered(question, (BOB, False, ()), (CAROL, False, ()))

    assert not decide(first, electorate(first, people)).decided
    assert decide(second, electorate(second, people)).response == {"approved": False}


def test_excluded_people_do_not_count_towards_what_can_still_come() -> None:
    question = asked(BOB, CAROL, DAVE, quorum=2, veto=False, excluded=(Exclusion(DAVE, "requester"),))
    people = {i: frozenset[str]() for i in (BOB, CAROL, DAVE)}

    first = answered(question, (BOB, False, ()))

    assert decide(first, electorate(first, people)).decided


def test_a_role_that_has_too_few_members_left_decides_without_a_veto() -> None:
    question = asked(quorum={"ops": 1, "security": 1}, veto=False)
    people = {BOB: frozenset(OPS), CAROL: frozenset(SEC), DAVE: frozenset(OPS)}

    one_of_ops = answered(question, (BOB, False, OPS))
    security = answered(question, (CAROL, False, SEC))

    assert not decide(one_of_ops, electorate(one_of_ops, people)).decided
    assert decide(security, electorate(security, people)).decided


def test_nothing_is_missing_without_a_quorum() -> None:
    assert missing(asked()) == []
    assert needed(asked()) is None


def test_a_policy_survives_being_stored() -> None:
    policy = Policy(
        quorum={"ops": 2},
        decision_field="ok",
        veto=False,
        exclude=("requester",),
        excluded=(Exclusion(BOB, "requester"),),
        remind=(60.0,),
        escalate={"after": 60.0, "to": {"identities": [1], "roles": []}},
        comment=True,
    )

    assert Policy.from_doc(policy.to_doc()) == policy
    assert Policy.from_doc(None) == Policy()
