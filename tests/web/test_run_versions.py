"""The cheap question of an open page: has anything changed?"""

from __future__ import annotations

import re

import pytest

from app.web.run_versions import SHARE, tick
from tests.web.conftest import eventually, words


def _address(page) -> str:
    return re.search(r'hx-get="([^"]+)"', page.text)[1].replace("&amp;", "&")


@pytest.fixture
def waiting(alice, run) -> int:
    execution_id = run("examples.inquiry")
    eventually(lambda: "waits for an answer" in words(alice.get(f"/runs/{execution_id}")))
    return execution_id


def test_what_one_person_was_shown_tells_nobody_else_anything(alice, mallory, visitor, waiting):
    def answers() -> list[int]:
        address = _address(alice.get(f"/runs/{waiting}"))
        return [browser.get(address, headers={"HX-Request": "true"}).status_code for browser in (alice, mallory, visitor)]

    assert eventually(lambda: found if (found := answers())[0] == 204 else None) == [204, 404, 401]


def test_a_change_of_the_run_is_no_longer_the_version_the_page_shows(alice, waiting):
    address = _address(alice.get(f"/runs/{waiting}"))
    alice.post(f"/runs/{waiting}/pause")

    answer = alice.poll(address)

    assert answer.status_code == 200 and "Paused" in words(answer)


def test_clocks_move_steadily_at_first_and_are_never_more_than_a_tenth_behind():
    ages = range(100_000)
    ticks = [tick(age, 5.0) for age in ages]

    assert ticks == sorted(ticks) and len(set(ticks[:50])) == SHARE
    begun = {number: age for age, number in reversed(list(zip(ages, ticks, strict=True)))}
    assert all(age - begun[number] <= max(5, age / SHARE) for age, number in zip(ages, ticks, strict=True))
