"""The page behind a signed link, the record, and handing a question over."""

from __future__ import annotations

import re

import pytest

from app.queries import inquiries as questions
from app.services import auth, inquiries, workflows
from tests.web.conftest import PASSWORD, eventually, words

# asks at once: no action before it waits for a free thread behind the runs of other tests
TEXT = """\
ref: examples.publish
label: Publish
version: 1.0.0
tasks:
  - name: approve
    action: core.ask
    input:
      prompt: "Publish?"
      response_schema:
        approved: {type: boolean, required: true}
      buttons:
        - {label: Publish, response: {approved: true}, style: positive}
        - {label: Not now, response: {approved: false}, style: neutral}
"""


@pytest.fixture(scope="module")
def asking(server):
    """The ref of a workflow that asks, with buttons of the author's."""
    by = auth.check_password("alice", PASSWORD)
    return workflows.create(body={"ref": "examples.publish", "pack_ref": "examples", "text": TEXT}, by=by).ref


@pytest.fixture
def asked(alice, run, asking):
    """The id of a question whose buttons are the author's."""
    execution_id = run(asking)
    found = eventually(lambda: re.search(r'href="/inbox/(\d+)"', alice.get(f"/runs/{execution_id}").text))
    return int(found[1])


@pytest.fixture
def link(asked):
    """The path of a link with which carol may answer."""
    by = auth.check_password("alice", PASSWORD)
    return inquiries.make_link(inquiry_id=asked, identity="carol", by=by).path


def test_opening_a_link_shows_the_question_and_answers_nothing(visitor, link, asked):
    pages = [visitor.get(link) for _ in range(3)]

    assert all("You answer as carol" in words(page) for page in pages)
    by = auth.check_password("alice", PASSWORD)
    assert questions.get_inquiry(inquiry_id=asked, by=by)["status"] == "pending"


def test_a_sent_form_answers_once_as_the_person_of_the_link(visitor, link, asked):
    sent = _press_first(visitor, link)

    assert sent.status_code == 200 and "Answer" in words(sent) and "You answer as" not in words(sent)
    by = auth.check_password("alice", PASSWORD)
    assert questions.get_inquiry(inquiry_id=asked, by=by)["answers"][0]["login"] == "carol"
    assert "You answered at" in words(visitor.get(link)) and 'name="verb"' not in visitor.get(link).text


def test_a_form_without_one_of_the_buttons_is_no_answer(visitor, link):
    token = re.search(r'name="csrf_token" value="([^"]+)"', visitor.get(link).text)[1]

    refused = visitor.post(link, data={"csrf_token": token, "verb": "yes"})

    assert refused.status_code == 400 and "You answer as carol" in words(visitor.get(link))


def test_a_mistyped_link_leads_nowhere(visitor, link):
    assert visitor.get(link[:-1] + ("0" if link[-1] != "0" else "1")).status_code == 404


def test_a_link_is_made_on_the_page_shown_once_and_withdrawn(alice, visitor, asked):
    made = alice.post(f"/inbox/{asked}/links", {"login": "carol"})
    path = re.search(r'value="https?://[^/"]+(/answer/[^"]+)"', made.text)[1]
    later = alice.get(f"/inbox/{asked}")
    worked = visitor.get(path).status_code

    alice.post(re.search(r'action="(/inbox/\d+/links/\d+/revoke)"', later.text)[1])

    assert path not in later.text and "carol" in words(later)
    assert (worked, visitor.get(path).status_code) == (200, 404)
    assert "withdrew a link of carol" in words(alice.get(f"/inbox/{asked}"))


def test_links_are_none_of_the_business_of_who_may_not_change_questions(browser_of, mallory, asked):
    assert "Make a link" not in words(mallory.get(f"/inbox/{asked}"))
    assert mallory.post(f"/inbox/{asked}/links", {"login": "mallory"}).status_code == 403


def test_the_record_of_an_answer_can_be_printed(alice, visitor, link, asked):
    _press_first(visitor, link)

    page = words(alice.get(f"/inbox/{asked}/record"))

    assert "Answer of carol" in page and "The one before" in page
    assert re.search(r"[0-9a-f]{64}", page)


def test_an_open_question_has_no_record_yet(alice, asked):
    assert alice.get(f"/inbox/{asked}/record").status_code == 409


def test_a_question_is_handed_over_by_login_and_then_asks_that_person(alice, browser_of, asked):
    alice.post(f"/inbox/{asked}/hand-over", {"login": "carol"})

    assert "Asked: carol" in words(alice.get(f"/inbox/{asked}"))
    assert "Your answer" in words(browser_of("carol").get(f"/inbox/{asked}"))


def test_handing_over_to_nobody_changes_nothing_and_says_so(alice, asked):
    answer = alice.post(f"/inbox/{asked}/hand-over", {"login": "nobody.here"}, follow_redirects=True)

    assert "Nobody here has the login" in words(answer) and "Your answer" in words(answer)


def test_what_happens_next_is_read_from_the_transitions(alice, run):
    execution_id = run("release.ship")
    found = eventually(lambda: re.search(r'href="(/inbox/\d+)"', alice.get(f"/runs/{execution_id}").text))

    page = words(alice.get(found[1]))

    assert "Approved , the run goes on with start_regions." in page
    assert "Sent back , the run goes on with withdraw." in page
    assert "it never counts as a yes: the run goes on with withdraw." in page


def _press_first(visitor, link):
    html = visitor.get(link).text
    data = {"csrf_token": re.search(r'name="csrf_token" value="([^"]+)"', html)[1]}
    return visitor.post(link, data={**data, "verb": re.search(r'name="verb" value="([^"]+)"', html)[1]})
