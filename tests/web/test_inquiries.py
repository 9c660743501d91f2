"""The inbox, one question, and answering it without JavaScript."""

from __future__ import annotations

import re

import pytest

from tests.web.conftest import eventually, links, words


@pytest.fixture
def question(alice, run):
    """(run, inquiry id) of the example that asks for a room with a form."""
    execution_id = run("examples.inquiry")
    found = eventually(lambda: re.search(r'href="(/inbox/\d+)"', alice.get(f"/runs/{execution_id}").text))
    return execution_id, found[1]


def test_the_inbox_lists_the_question_and_counts_it_in_the_navigation(alice, question):
    answer = alice.get("/inbox")

    assert question[1] in links(answer)
    assert re.search(r"<title>\(\d+\) Inbox", answer.text)


def test_the_question_shows_prompt_form_and_what_happens_next(alice, question):
    page = words(alice.get(question[1]))

    for part in ("Your answer", "What happens next", "Who answers"):
        assert part in page


def test_an_answer_ends_the_wait_and_the_run_goes_on(alice, question):
    execution_id, address = question
    data = _filled(alice.get(address).text)

    answer = alice.post(f"{address}/answer", data)

    assert answer.status_code == 303
    eventually(lambda: alice.poll(f"/runs/{execution_id}/live").status_code == 286)
    assert "You answered at" in words(alice.get(address))


def test_an_answer_that_does_not_fit_asks_again_and_keeps_what_was_typed(alice, question):
    _, address = question
    html = alice.get(address).text
    number = re.search(r'type="number"[^>]*', html) and re.search(r'name="(f\.[^"]+)" type="number"', html)
    data = {**_filled(html), number[1]: "abc"} if number else {"verb": "send"}

    answer = alice.post(f"{address}/answer", data)

    assert answer.status_code == 422
    assert 'class="problem"' in answer.text
    assert "pending" not in words(answer) and "Your answer" in words(answer)


def test_an_empty_post_is_never_consent(alice, question):
    answer = alice.post(f"{question[1]}/answer", {})

    assert answer.status_code in (400, 422)
    assert "Your answer" in words(alice.get(question[1]))


def test_the_second_answer_is_told_who_was_first(alice, browser_of, question):
    _, address = question
    data = _filled(alice.get(address).text)
    carol = browser_of("carol")
    alice.post(f"{address}/answer", data)

    late = carol.post(f"{address}/answer", data, follow_redirects=True)

    assert "alice answered at" in words(late)


def test_an_unknown_question_is_a_404(alice):
    assert alice.get("/inbox/999999").status_code == 404


def _filled(html: str) -> dict[str, str]:
    """The form as somebody would send it: first choice, some text, a number, the first button."""
    data: dict[str, str] = {}
    for name, value in re.findall(r'type="radio"[^>]*name="([^"]+)" value="([^"]+)"', html):
        data.setdefault(name, value)
    for name, body in re.findall(r'<select[^>]*name="(f\.[^"]+)"[^>]*>(.*?)</select>', html, re.S):
        data[name] = re.findall(r'<option value="([^"]+)"', body)[0]
    for name, kind in re.findall(r'name="(f\.[^"]+)" type="(\w+)"', html):
        data[name] = {"number": "4", "date": "2026-12-01"}.get(kind, "some words")
    data["verb"] = re.search(r'name="verb" value="([^"]+)"', html)[1]
    return data
