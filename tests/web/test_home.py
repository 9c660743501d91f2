"""The first page: needs me, broken, running, start again."""

from __future__ import annotations

import pytest

from app.web import home_page
from tests.web.conftest import eventually, links, words


def test_an_empty_system_says_what_will_be_here_and_offers_the_next_step(alice):
    page = words(alice.get("/"))

    assert "Nothing needs you" in page and "Nothing runs" in page
    assert "/workflows" in links(alice.get("/"))


def test_home_names_what_waits_what_broke_and_what_runs(alice, run, finished):
    finished(run("core.fail", message="the disk is full"))
    run("examples.inquiry")
    eventually(lambda: "One question waits for you" in words(alice.get("/")))

    page = words(alice.get("/"))

    assert "one thing is broken" in page and "the disk is full" in page
    assert "Inquiry" in page and "Answer" in page


def test_the_same_failure_again_is_told_once_with_its_number(alice, run, finished):
    for _ in range(2):
        finished(run("core.fail", message="again"))

    assert "times" in words(alice.get("/"))


@pytest.mark.parametrize(
    ("asked", "broken", "words_"),
    [
        (0, 0, "Nothing needs you"),
        (1, 0, "One question waits for you"),
        (3, 2, "Three questions wait for you, two things are broken"),
        (0, 1, "One thing is broken"),
    ],
)
def test_the_headline_is_the_state_in_words(asked, broken, words_):
    assert home_page.headline(asked, broken) == words_
