"""Reading what an author asks: each mistake is named with its place."""

from __future__ import annotations

from typing import Any

import pytest

from app.engine.errors import InvalidValue
from app.engine.inquiries.asking import Named, default_buttons, parse_ask
from app.engine.inquiries.policy import Exclusion, Policy


def test_a_prompt_is_enough() -> None:
    ask = parse_ask({"prompt": "Deploy?"})

    assert (ask.prompt, ask.assigned, ask.response_schema, ask.default_response) == ("Deploy?", Named(), None, None)
    assert ask.policy == Policy()


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param(7, Named((7,)), id="an id"),
        pytest.param("bob", Named(("bob",)), id="a login"),
        pytest.param(["bob", 7, "bob"], Named(("bob", 7)), id="a list, each once"),
        pytest.param({"identities": [7], "roles": ["ops"]}, Named((7,), ("ops",)), id="people and roles"),
        pytest.param({"roles": ["ops"]}, Named((), ("ops",)), id="roles alone"),
    ],
)
def test_people_may_be_named_in_several_ways(given: Any, expected: Named) -> None:
    assert parse_ask({"prompt": "?", "assigned_to": given}).assigned == expected


def test_evidence_keeps_its_kind_and_gets_a_title() -> None:
    given = [
        {"title": "Tests", "value": {"passed": 12}},
        {"title": "Log", "log_of": "test"},
        {"diff": {"before": "a", "after": "b"}},
        {"title": "Run", "url": "https://example.org/7"},
    ]

    ask = parse_ask({"prompt": "?", "evidence": given})

    assert [(e["title"], e["kind"]) for e in ask.evidence] == [
        ("Tests", "value"), ("Log", "log_of"), ("diff", "diff"), ("Run", "url"),
    ]  # fmt: skip
    assert ask.evidence[0]["value"] == {"passed": 12}


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({}, "prompt"),
        ({"prompt": ""}, "prompt"),
        ({"prompt": "x" * 10_001}, "prompt"),
        ({"response_schema": "text"}, "response_schema"),
        ({"assigned_to": True}, "assigned_to"),
        ({"assigned_to": {"roles": "ops"}}, "assigned_to.roles"),
        ({"evidence": {"title": "x"}}, "evidence"),
        ({"evidence": [{"title": "x"}]}, "evidence[0]"),
        ({"evidence": [{"url": "javascript:alert(1)"}]}, "evidence[0].url"),
        ({"evidence": [{"diff": "x"}]}, "evidence[0].diff"),
        ({"buttons": [{"label": "Go"}]}, "buttons[0]"),
        ({"buttons": [{"label": "Go", "response": 1, "style": "pink"}]}, "buttons[0].style"),
        ({"quorum": 0}, "quorum"),
        ({"quorum": True}, "quorum"),
        ({"quorum": {"ops": "2"}}, "quorum"),
        ({"quorum": 3, "assigned_to": ["a", "b"]}, "quorum"),
        ({"exclude": ["everybody"]}, "exclude"),
        ({"veto": "no"}, "veto"),
        ({"remind": [-1]}, "remind[0]"),
        ({"escalate": {"to": "bob"}}, "escalate"),
        ({"escalate": {"after": 0, "to": "bob"}}, "escalate.after"),
        ({"quorum": 2, "default_response": {"approved": True}}, "default_response"),
    ],
    ids=lambda v: v if isinstance(v, str) else "",
)
def test_a_mistake_is_named_with_its_place(given: dict[str, Any], path: str) -> None:
    whole = given if path == "prompt" else {"prompt": "?", **given}

    with pytest.raises(InvalidValue) as caught:
        parse_ask(whole)

    assert [p["path"] for p in caught.value.details] == [path]


def test_every_mistake_is_reported_at_once() -> None:
    with pytest.raises(InvalidValue) as caught:
        parse_ask({"quorum": 0, "exclude": "me"})

    assert [p["path"] for p in caught.value.details] == ["prompt", "quorum", "exclude"]


def test_the_persons_behind_an_exclusion_are_frozen() -> None:
    from app.engine.inquiries.asking import with_excluded

    policy = with_excluded(Policy(exclude=("requester", "last_editor")), {"requester": 7, "last_editor": None})

    assert policy.excluded == (Exclusion(7, "requester"),)


@pytest.mark.parametrize(
    ("schema", "labels"),
    [
        pytest.param({"approved": {"type": "boolean"}}, ["Approve", "Reject"], id="flat"),
        pytest.param(
            {"type": "object", "properties": {"approved": {"type": "boolean"}}}, ["Approve", "Reject"], id="JSON Schema"
        ),
        pytest.param({"approved": {"type": "boolean"}, "why": {"type": "string"}}, [], id="more than one field"),
        pytest.param(None, [], id="no schema"),
    ],
)
def test_a_single_boolean_approved_gets_two_buttons(schema: Any, labels: list[str]) -> None:
    assert [b["label"] for b in default_buttons([], schema)] == labels


def test_the_authors_own_buttons_win() -> None:
    own = [{"label": "Ship", "response": 1, "style": "neutral"}]

    assert default_buttons(own, {"approved": {"type": "boolean"}}) == own
