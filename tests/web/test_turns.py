"""Open pages that have something new at once are drawn one after the other, and keep nobody waiting for a page."""

from __future__ import annotations

import re

import pytest

from app.web import turns as module
from app.web.turns import Turns, turns
from tests.web.conftest import eventually, words


@pytest.fixture
def changed(alice, run) -> str:
    """The address that a page asks which shows an earlier state of its run."""
    execution_id = run("examples.inquiry")
    page = eventually(lambda: found if "waits for an answer" in words(found := alice.get(f"/runs/{execution_id}")) else None)
    address = re.search(r'hx-get="([^"]+/live[^"]*)"', page.text)[1].replace("&amp;", "&")
    return re.sub(r"version=\w+", "version=earlier", address)


@pytest.fixture
def anothers_turn():
    assert turns.take()
    yield
    turns.give_back(0)


def test_while_another_page_is_drawn_a_poll_is_asked_to_come_again(alice, changed, anothers_turn):
    answer = alice.poll(changed)

    assert (answer.status_code, answer.headers["Retry-After"]) == (204, "1")


def test_when_the_turn_is_free_again_it_gets_what_changed(alice, changed):
    answer = alice.poll(changed)

    assert answer.status_code == 200 and "Retry-After" not in answer.headers
    assert turns.take(), "whoever was drawn gave the turn back"
    turns.give_back(0)


def test_a_page_is_never_asked_to_come_again(alice, changed, anothers_turn):
    assert alice.get("/runs").status_code == 200
    assert alice.get(changed.replace("version=earlier", "")).status_code == 200


def test_a_turn_that_others_waited_for_is_followed_by_a_rest_as_long(monkeypatch):
    clock = [100.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: clock[0])
    asked = Turns()

    assert asked.take() and not asked.take()
    asked.give_back(0.25)
    assert not asked.take()
    clock[0] += 0.25
    assert asked.take()
    asked.give_back(0.25)
    assert asked.take(), "nobody waited for the second one"


def test_the_more_wait_for_a_turn_the_later_they_are_asked_to_come_again():
    asked = Turns()
    assert asked.take()
    told = []
    for _ in range(60):
        assert not asked.take()
        told.append(asked.again_s())

    assert told == sorted(told) and (told[0], told[10], told[-1]) == (1, 2, 5)


def test_a_poll_that_brings_nothing_leaves_the_session_cookie_alone(alice, changed, anothers_turn):
    assert "Set-Cookie" not in alice.poll(changed).headers
    assert "Set-Cookie" in alice.get("/runs").headers
