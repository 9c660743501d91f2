"""The cheap question of an open page: has anything changed?"""

from __future__ import annotations

import re

import pytest

from app.engine.access import SYSTEM
from app.persistence import session
from app.persistence.models import Pack
from app.persistence.repositories import execution_reads, executions
from app.services import ports, workflows
from app.web import run_versions
from app.web.run_versions import SHARE, tick
from tests.web.conftest import eventually, words


def _address(page) -> str:
    return re.search(r'hx-get="([^"]+)"', page.text)[1].replace("&amp;", "&")


@pytest.fixture
def waiting(alice, run) -> int:
    execution_id = run("examples.inquiry")
    eventually(lambda: "waits for an answer" in words(alice.get(f"/runs/{execution_id}")))
    return execution_id


@pytest.fixture
def naps(server) -> None:
    """A workflow that is at work for a minute, unless it is stopped."""
    if not hasattr(server, "naps"):
        with session.transaction() as tx:
            tx.session.add(Pack(ref="bench_of_logs", label="Logs", version="1"))
        task = {"name": "nap", "action": "core.sleep", "input": {"seconds": 60}}
        body = {"ref": "bench_of_logs.naps", "pack_ref": "bench_of_logs", "label": "Naps", "version": "1"}
        workflows.create(body={**body, "definition": {"version": "1.0.0", "cancellation_policy": "cancel_running", "tasks": [task]}}, by=SYSTEM)
        server.naps = True


def _at_work(execution_id: int) -> int | None:
    """The action of this run that a worker has."""
    with session.reading() as tx:
        rows = {row["id"]: row for row in execution_reads.by_ids(tx, range(execution_id, execution_id + 3))}
    mine = [row for row in rows.values() if execution_id in (row["id"], row["parent"]) and row["action_ref"] == "core.sleep"]
    return next((row["id"] for row in mine if row["status"] == "running"), None)


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


@pytest.mark.parametrize("ref", ["core.sleep", "bench_of_logs.naps"])
def test_a_line_of_a_log_is_no_longer_the_version_the_page_shows(alice, run, finished, naps, monkeypatch, ref):
    monkeypatch.setattr(run_versions, "_clock", lambda found, before: 0)
    execution_id = run(ref, **({"seconds": 60} if ref == "core.sleep" else {}))
    working = eventually(lambda: _at_work(execution_id))
    log, timeline = (_address(alice.get(f"/runs/{execution_id}?tab={tab}")) for tab in ("log", "timeline"))
    assert alice.poll(log).status_code == 204

    with session.transaction() as tx:
        executions.append_log(tx, working, "stdout", "a line\n", now=ports.now())

    assert "a line" in words(alice.poll(log))
    assert ref == "core.sleep" or alice.poll(timeline).status_code == 204
    alice.post(f"/runs/{execution_id}/cancel")
    finished(execution_id)


def test_clocks_move_steadily_at_first_and_are_never_more_than_a_tenth_behind():
    ages = range(100_000)
    ticks = [tick(age, 5.0) for age in ages]

    assert ticks == sorted(ticks) and len(set(ticks[:50])) == SHARE
    begun = {number: age for age, number in reversed(list(zip(ages, ticks, strict=True)))}
    assert all(age - begun[number] <= max(5, age / SHARE) for age, number in zip(ages, ticks, strict=True))
