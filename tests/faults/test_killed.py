"""Processes that die, freeze or are told to stop in the middle of a run: it ends right, each task once."""

from __future__ import annotations

import random
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from app.services import inquiries
from tests.faults import everything
from tests.faults.processes import Machine, frozen, machine
from tests.servers import wait_until

pytestmark = pytest.mark.slow


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[Machine]:
    """A machine for single processes on SQLite."""
    with machine(tmp_path) as made:
        yield made


@pytest.fixture
def cluster(tmp_path: Path, postgres_url: str, redis_url: str) -> Iterator[Machine]:
    """A machine for workers on PostgreSQL and Redis, with a database of its own."""
    with machine(tmp_path, DATABASE_URL=_new_database(postgres_url, tmp_path.name), REDIS_URL=redis_url) as made:
        yield made


def _new_database(url: str, name: str) -> str:
    name = "f_" + "".join(letter if letter.isalnum() else "_" for letter in name.lower())[:50]
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    engine.dispose()
    return url.rpartition("/")[0] + "/" + name


def _answer(made: Machine, execution_id: int) -> None:
    inquiries.respond(inquiry_id=made.system.inquiry(execution_id).id, response="yes", by=made.system.alice)


@pytest.mark.parametrize("seed", [1])  # each point at which it may die: test_points.py
def test_a_process_killed_again_and_again_loses_nothing(alone: Machine, seed: int) -> None:
    chance = random.Random(seed)
    everything.load(alone)
    execution_id = everything.begin(alone)

    for _ in range(3):
        process = alone.up()
        alone.wait_for_notes(min(len(alone.noted()) + chance.randint(1, 3), 8))
        alone.kill(process)
    if alone.system.pending(execution_id):
        _answer(alone, execution_id)
        alone.up()
    else:
        alone.up()
        _answer(alone, execution_id)

    assert alone.end_of(execution_id) == "completed"
    assert alone.system.execution(execution_id).result["said"] == "yes"
    assert {mark for mark, _ in alone.noted()} == set(everything.MARKS)
    alone.check(execution_id)


def test_told_to_stop_it_lets_actions_end_and_gives_long_ones_back(alone: Machine) -> None:
    alone.system.script("short", 'echo "short $$" >> "$notes"; sleep 1')
    alone.system.script("long", 'echo "long $$" >> "$notes"; mkdir "$notes.once" 2>/dev/null && sleep 600; true')
    short = alone.system.start("t.short", notes=str(alone.notes))
    long = alone.system.start("t.long", notes=str(alone.notes))
    alone.environ["ATTUNE_STOP_GRACE"] = "8"  # far longer than the short one takes, also on a busy machine
    process = alone.up()
    alone.wait_for_notes(2)

    process.send_signal(signal.SIGTERM)
    code = process.wait(40)

    assert code == 0
    assert alone.system.execution(short).status == "completed"
    given_back = alone.system.execution(long)
    assert (given_back.status, given_back.lease_token) == ("scheduled", None)
    assert alone.running_actions() == []
    alone.up()
    assert alone.end_of(long) == "completed"


def test_one_of_two_workers_is_killed(cluster: Machine) -> None:
    everything.load(cluster)
    one, _ = cluster.worker(), cluster.worker()
    execution_ids = [everything.begin(cluster)]
    cluster.wait_for_notes(2)

    one.kill()
    one.wait(10)
    _answer(cluster, execution_ids[0])

    assert cluster.end_of(execution_ids[0]) == "completed"
    cluster.check(execution_ids[0])


def test_a_frozen_worker_is_replaced_and_its_late_end_refused(cluster: Machine) -> None:
    cluster.system.script("note", 'echo "note $$" >> "$notes"; sleep 2')
    first = cluster.worker()
    execution_id = cluster.system.start("t.note", notes=str(cluster.notes))
    cluster.wait_for_notes(1)

    with frozen(first):
        cluster.worker()
        cluster.end_of(execution_id)
        before = cluster.system.execution(execution_id)
    wait_until(lambda: "stale_completion_refused" in _log(cluster, 0), timeout_s=20, what="the refusal")

    after = cluster.system.execution(execution_id)
    assert (before.claims, after.status, after.completed_at) == (2, "completed", before.completed_at)
    assert len(cluster.noted()) == 2


def _log(made: Machine, number: int) -> str:
    return "".join(path.read_text() for path in made.notes.parent.glob(f"workers-{number}.log"))
