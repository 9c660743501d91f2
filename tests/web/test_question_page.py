"""What a question says: headline, evidence, buttons, policy, and what counts as an answer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.engine.inquiries.prompts import split_prompt
from app.web.evidence import pieces
from app.web.markdown import rendered_lines
from app.web.question_page import question_page
from app.web.verbs import decided_by, response_of

T0 = datetime(2026, 11, 20, 14, 7, tzinfo=UTC)
BUTTONS = [
    {"label": "Put it live", "response": {"approved": True}, "style": "positive"},
    {"label": "Send back", "response": {"approved": False}, "style": "negative"},
]


def _inquiry(**values: Any) -> dict[str, Any]:
    return {
        "id": 7, "execution": 3, "prompt": "Put 2.8.0 into production?", "response_schema": None, "status": "pending",
        "response": None, "timeout_at": None, "created": T0.isoformat(), "responded_at": None, "may_answer": True, **values,
    }  # fmt: skip


def _page(inquiry: dict[str, Any], buttons: Any = BUTTONS) -> Any:
    return question_page(inquiry, buttons=buttons, where="Release, run 3", run=3, logins={2: "mara"}, by_id=1, now=T0)


@pytest.mark.parametrize(
    ("prompt", "title", "rest"),
    [
        ("Go on?", "Go on?", ""),
        ("# Publish **it**?\n\nThe build is clean.", "Publish it?", "The build is clean."),
        ("Publish **it**? Nothing leaves this machine.", "Publish it?", "Nothing leaves this machine."),
        ("See [the plan](https://a.example)", "See the plan", ""),
    ],
)
def test_the_first_line_is_the_headline(prompt, title, rest):
    assert split_prompt(prompt) == (title, rest)


def test_the_author_s_buttons_say_what_they_do_and_only_one_is_filled():
    verbs = _page(_inquiry(), [*BUTTONS, {"label": "Also fine", "response": {"approved": True}, "style": "positive"}]).verbs

    assert [(verb.label, verb.style) for verb in verbs] == [("Put it live", "btn-primary"), ("Send back", "btn-no"), ("Also fine", "")]


def test_a_button_s_response_wins_over_the_form_and_the_form_fills_the_rest():
    assert response_of("1", BUTTONS, {"approved": True, "note": "later"}) == {"approved": False, "note": "later"}


@pytest.mark.parametrize("verb", ["", "send", "2", "-1", "true", "approved"])
def test_no_button_is_no_answer(verb):
    with pytest.raises(KeyError):
        response_of(verb, BUTTONS, {"approved": True})


def test_what_every_button_decides_is_not_asked_again():
    schema = {"approved": {"type": "boolean"}, "traffic": {"type": "integer"}}

    assert decided_by(BUTTONS) == ["approved"]
    assert [field.input for field in _page(_inquiry(response_schema=schema)).fields] == ["f.traffic"]


def test_the_policy_is_said_in_a_sentence():
    inquiry = _inquiry(quorum={"ops": 2, "security": 1}, needed="1 more of ops", policy={"exclude": ["requester"]})

    assert _page(inquiry).policy == (
        "Needs 2 of ops and 1 of security. Still missing: 1 more of ops. Who started the run may not answer."
    )


def test_silence_is_never_a_yes():
    page = _page(_inquiry(timeout_at=(T0 + timedelta(hours=2)).isoformat()))

    assert "never counts as a yes" in page.fates[-1].text
    assert page.soon is False


def test_a_closed_question_says_who_answered_when():
    inquiry = _inquiry(status="responded", may_answer=False, responded_by=2, responded_at=T0.isoformat(), response={"approved": True})

    page = _page(inquiry)

    assert (page.open, page.can_answer, page.closed_words) == (False, False, "mara answered at 14:07: “Put it live”.")
    assert page.response_text == "approved: true"


def test_only_web_addresses_of_evidence_become_links():
    shown = pieces([{"title": "a", "url": "https://a.example"}, {"title": "b", "url": "javascript:alert(1)"}])

    assert [piece.kind for piece in shown] == ["link", "address"]


def test_a_diff_marks_what_came_and_what_went():
    [piece] = pieces([{"title": "d", "diff": {"before": "a\nb", "after": "a\nc"}}])

    assert piece.lines == (("", "a"), ("-", "b"), ("+", "c"))
    assert piece.note == "2 changed lines"


def test_what_a_program_printed_keeps_its_lines():
    assert rendered_lines("one ... ok\ntwo ... ok").count("<br>") == 1
    assert "<h2>" not in rendered_lines("two ... ok\n----")


def test_what_happened_is_told_in_sentences_and_what_is_to_come_with_its_time():
    to = {"identities": [2], "roles": ["leads"]}
    waiting = _page(_inquiry(policy={"escalate": {"after": 3600, "to": to}}))
    history = [
        {"what": "claimed", "by": {"identity": 2, "login": "mara"}, "at": T0.isoformat()},
        {"what": "reminded", "by": None, "number": 2, "at": T0.isoformat()},
        {"what": "escalated", "by": None, "to": to, "claimed_by": 2, "at": T0.isoformat()},
    ]
    after = _page(_inquiry(policy={"escalate": {"after": 3600, "to": to}}, history=history))

    assert ("If it is still open at 15:07", "it is also put to mara and anybody in leads.") in [(f.lead, f.text) for f in waiting.fates]
    assert [step.text for step in after.history] == [
        "mara took it.",
        "Reminder 2.",
        "Escalated: mara and anybody in leads asked as well. mara had taken it; that is over.",
    ]
    assert not any("still open" in fate.lead for fate in after.fates)


def test_a_happening_of_a_later_version_is_still_told():
    [step] = _page(_inquiry(history=[{"what": "put_aside", "by": None, "at": T0.isoformat()}])).history

    assert step.text == "Put aside, by the server."
