"""The cheap question of an open list: the home page and the inbox ask whether anything has changed."""

from __future__ import annotations

import re
import threading

import pytest
from sqlalchemy import event, update

from app.persistence import session
from app.persistence.db import table_of
from app.persistence.models import Action
from app.persistence.repositories import inquiries
from app.services import ports
from app.web import list_versions
from tests.web.conftest import eventually, words


@pytest.fixture(autouse=True)
def still_clock(monkeypatch):
    """"3 min ago" does not move while a test looks."""
    monkeypatch.setattr(list_versions, "_clock", lambda place: 0)


@pytest.fixture
def asked(alice, run) -> int:
    """A question that waits; its id."""
    execution_id = run("examples.inquiry")
    eventually(lambda: "waits for an answer" in words(alice.get(f"/runs/{execution_id}")))
    return int(re.findall(r'id="ask-(\d+)"', alice.get("/").text)[0])


def _address(page) -> str:
    return re.search(r'hx-get="([^"]+/live[^"]*)"', page.text)[1].replace("&amp;", "&")


def _verb(browser, inquiry_id: int) -> str:
    return re.search(r'name="verb" value="([^"]+)"', browser.get(f"/inbox/{inquiry_id}").text)[1]


def _settled(browser, path: str) -> str:
    """What the page asks once the runs behind it stand still."""

    def still() -> str | None:
        address = _address(browser.get(path))
        return address if browser.poll(address).status_code == 204 else None

    return eventually(still)


@pytest.mark.parametrize("path", ["/", "/inbox"])
def test_nothing_is_sent_when_nothing_changed_and_one_statement_tells(alice, asked, path):
    address, statements, here = _settled(alice, path), [], threading.get_ident()

    def count(*told) -> None:  # this thread's: the worker asks questions of its own
        if threading.get_ident() == here:
            statements.append(told[2])

    engine = session.current().engine
    event.listen(engine, "before_cursor_execute", count)
    try:
        assert alice.poll(address).status_code == 204
    finally:
        event.remove(engine, "before_cursor_execute", count)

    assert [one.split()[0] for one in statements] == ["BEGIN", "SELECT"]


@pytest.mark.parametrize("path", ["/", "/inbox"])
@pytest.mark.parametrize("change", ["claim", "answer", "ask"])
def test_a_change_of_a_question_is_sent(alice, run, asked, path, change):
    address = _settled(alice, path)

    match change:
        case "claim":
            with session.transaction() as tx:
                inquiries.change_pending(tx, asked, {"claimed_by": 1}, now=ports.now())
        case "answer":
            assert alice.post(f"/inbox/{asked}/answer", {"f.room": "attic", "f.seats": "8", "verb": _verb(alice, asked)}).status_code == 303
        case "ask":
            run("examples.inquiry")

    assert eventually(lambda: alice.poll(address).status_code == 200)


@pytest.mark.parametrize("action", ["core.fail", "examples.inquiry"])
def test_what_begins_and_what_ends_is_sent_to_the_home_page(alice, run, asked, action):
    address = _settled(alice, "/")
    run(action)

    assert eventually(lambda: alice.poll(address).status_code == 200)


def test_a_step_of_a_run_is_sent_to_the_home_page(alice, run, asked):
    execution_id = run("examples.inquiry")
    eventually(lambda: "waits for an answer" in words(alice.get(f"/runs/{execution_id}")))
    address = _settled(alice, "/")
    alice.post(f"/runs/{execution_id}/pause")

    assert eventually(lambda: alice.poll(address).status_code == 200)


def test_another_name_is_sent_to_the_home_page(alice, asked):
    address = _settled(alice, "/")
    actions = table_of(Action)
    with session.transaction() as tx:
        tx.execute(update(actions).where(actions.c.ref == "core.echo").values(label="Another name"))

    assert alice.poll(address).status_code == 200


@pytest.mark.parametrize("path", ["/", "/inbox"])
def test_what_one_person_was_shown_tells_nobody_else_anything(alice, mallory, visitor, asked, path):
    address = _settled(alice, path)

    assert mallory.poll(address).status_code == 200
    assert visitor.get(address, headers={"HX-Request": "true"}).status_code == 401
