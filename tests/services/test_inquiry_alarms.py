"""Reminding and escalating: durable, once, and only while the question is open."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from app.engine.access import Caller
from app.persistence import session
from app.persistence.repositories import inquiries as rows
from app.persistence.repositories import inquiry_alarms, inquiry_reads
from app.persistence.repositories.inquiry_reads import InquiryFilters, Reader
from app.queries import inquiries as reads
from app.services import inquiries
from tests.services.builders import T0, later, make_caller, make_execution, set_time

Ask = Callable[..., int]


@pytest.fixture
def alice(database: object) -> Caller:
    set_time(T0)
    return make_caller("alice", admin=True)


@pytest.fixture
def bob(alice: Caller) -> Caller:
    return make_caller("bob", "ops")


@pytest.fixture
def carol(alice: Caller) -> Caller:
    return make_caller("carol", "leads")


@pytest.fixture
def ask(alice: Caller, bob: Caller, carol: Caller) -> Ask:
    def asking(*, timeout_s: float | None = None, **input: Any) -> int:
        execution_id = make_execution(kind="inquiry")
        with session.transaction() as tx:
            return inquiries.open_inquiry(
                tx, execution_id=execution_id, workflow_execution_id=None, task_name="approve",
                input={"prompt": "Deploy?", **input}, timeout_s=timeout_s, now=T0,
            )  # fmt: skip

    return asking


def row_of(inquiry_id: int) -> dict[str, Any]:
    with session.reading() as tx:
        row = rows.find(tx, inquiry_id)
    assert row is not None
    return row


def history(inquiry_id: int) -> list[str]:
    return [entry["what"] for entry in (row_of(inquiry_id)["record"] or {}).get("history", [])]


def left(inquiry_id: int) -> list[tuple[str, int]]:
    with session.reading() as tx:
        return [(row["kind"], row["number"]) for row in inquiry_alarms.of_inquiry(tx, inquiry_id)]


def ring(seconds: float) -> int:
    return inquiries.ring_due(later(seconds))


def untold(tx: Any, row: Any, /) -> None:
    """No run asked."""


def test_each_reminder_rings_once_at_its_time(ask: Ask) -> None:
    inquiry_id = ask(assigned_to="bob", remind=[30, 90])

    rung = [ring(s) for s in (29, 30, 31, 89, 90, 200)]

    assert rung == [0, 1, 0, 0, 1, 0]
    record = row_of(inquiry_id)["record"]["history"]
    assert [(e["what"], e["number"], e["by"]) for e in record] == [("reminded", 1, None), ("reminded", 2, None)]


def test_reminders_missed_while_nobody_worked_are_one(ask: Ask) -> None:
    inquiry_id = ask(assigned_to="bob", remind=[30, 60, 90, 500])

    ring(400)

    assert history(inquiry_id) == ["reminded"]
    assert left(inquiry_id) == [("remind", 3)]


def test_escalation_adds_people_and_roles_and_keeps_those_asked_before(ask: Ask, bob: Caller, carol: Caller) -> None:
    inquiry_id = ask(assigned_to="bob", escalate={"after": 60, "to": {"identities": ["alice"], "roles": ["leads"]}})

    ring(60)

    row = row_of(inquiry_id)
    assert row["assignees"]["identities"][0] == bob.identity_id and len(row["assignees"]["identities"]) == 2
    assert (row["assignees"]["roles"], row["assigned_to"]) == (["leads"], None)
    assert _finds(carol, inquiry_id) and _finds(bob, inquiry_id)
    inquiries.respond(inquiry_id=inquiry_id, response=1, by=carol, tell=untold)
    assert reads.get_record(inquiry_id=inquiry_id, by=carol)["history"][0]["what"] == "escalated"


def _finds(person: Caller, inquiry_id: int) -> bool:
    mine = InquiryFilters(identity=person.identity_id, roles=person.roles)
    with session.reading() as tx:
        found = inquiry_reads.listed(tx, mine, Reader(person.identity_id, person.roles), limit=9)
    return inquiry_id in [row["id"] for row in found]


def test_a_question_for_anybody_stays_one_when_it_escalates(ask: Ask, bob: Caller) -> None:
    inquiry_id = ask(escalate={"after": 60, "to": "carol"})

    ring(60)

    assert history(inquiry_id) == ["escalated"]
    inquiries.respond(inquiry_id=inquiry_id, response=1, by=bob, tell=untold)
    assert row_of(inquiry_id)["status"] == "responded"


def test_escalation_ends_a_claim_that_kept_others_out(ask: Ask, bob: Caller, carol: Caller) -> None:
    inquiry_id = ask(assigned_to={"roles": ["ops"]}, escalate={"after": 60, "to": "carol"})
    inquiries.claim(inquiry_id=inquiry_id, by=bob)

    ring(60)

    assert row_of(inquiry_id)["claimed_by"] is None
    inquiries.respond(inquiry_id=inquiry_id, response=1, by=carol, tell=untold)


@pytest.mark.parametrize("ending", ["answered", "cancelled", "expired"])
def test_an_alarm_after_the_end_changes_nothing(ask: Ask, alice: Caller, bob: Caller, ending: str) -> None:
    inquiry_id = ask(assigned_to="bob", timeout_s=40, remind=[50], escalate={"after": 60, "to": "carol"})
    if ending == "answered":
        inquiries.respond(inquiry_id=inquiry_id, response=1, by=bob, tell=untold)
    elif ending == "cancelled":
        inquiries.cancel(inquiry_id=inquiry_id, by=alice, tell=untold)
    else:
        inquiries.expire_due(later(40), tell=untold)
    before = row_of(inquiry_id)

    assert ring(1000) == 0

    assert row_of(inquiry_id) == before
    assert left(inquiry_id) == []


def test_an_alarm_that_outlived_an_answer_is_fenced_by_the_status(ask: Ask, bob: Caller) -> None:
    """Even a row that came back, from a backup or by hand, does nothing to a closed question."""
    inquiry_id = ask(assigned_to="bob", remind=[50])
    inquiries.respond(inquiry_id=inquiry_id, response=1, by=bob, tell=untold)
    before = row_of(inquiry_id)
    with session.transaction() as tx:
        inquiry_alarms.add(tx, inquiry_id, [("remind", 0, later(50)), ("escalate", 0, later(50))])

    assert ring(60) == 0

    assert row_of(inquiry_id) == before
    assert left(inquiry_id) == []


def test_who_is_too_late_is_not_reminded(ask: Ask) -> None:
    inquiry_id = ask(timeout_s=40, remind=[40])

    assert ring(45) == 0

    assert history(inquiry_id) == []


def test_several_workers_ring_an_alarm_once(ask: Ask) -> None:
    inquiry_id = ask(assigned_to="bob", remind=[30], escalate={"after": 30, "to": "carol"})
    gate, rung = threading.Barrier(4), list[int]()

    def worker() -> None:
        gate.wait()
        rung.append(ring(31))

    threads = [threading.Thread(target=worker) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(rung) == 1
    assert history(inquiry_id) == ["escalated", "reminded"]


def test_a_deadline_that_moved_does_not_move_the_reminders(ask: Ask, alice: Caller) -> None:
    inquiry_id = ask(timeout_s=40, remind=[50])
    inquiries.update(inquiry_id=inquiry_id, changes={"timeout_at": T0 + timedelta(hours=1)}, by=alice, tell=untold)

    ring(50)

    assert history(inquiry_id) == ["reminded"]
