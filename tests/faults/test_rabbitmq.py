"""RabbitMQ carries the hints when BROKER_URL says so: two workers, one killed, the broker restarted empty.

Needs a RabbitMQ server and the `rabbitmq` extra; TEST_RABBITMQ_URL names the server (docs/howto/deploy.md).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.services import inquiries
from tests.faults import everything
from tests.faults.processes import Machine, machine
from tests.faults.test_killed import _new_database

URL = os.environ.get("TEST_RABBITMQ_URL", "")
pytestmark = [pytest.mark.slow, pytest.mark.skipif(not URL, reason="TEST_RABBITMQ_URL names no server")]


@pytest.fixture
def cluster(tmp_path: Path, postgres_url: str) -> Iterator[Machine]:
    with machine(tmp_path, DATABASE_URL=_new_database(postgres_url, tmp_path.name), BROKER_URL=URL) as made:
        yield made


def _answer(made: Machine, execution_id: int) -> None:
    inquiries.respond(inquiry_id=made.system.inquiry(execution_id).id, response="yes", by=made.system.alice)


def test_a_run_ends_on_two_workers_of_which_one_is_killed(cluster: Machine) -> None:
    everything.load(cluster)
    one, _ = cluster.worker(), cluster.worker()
    execution_id = everything.begin(cluster)
    cluster.wait_for_notes(2)

    one.kill()
    one.wait(10)
    _answer(cluster, execution_id)

    assert cluster.end_of(execution_id) == "completed"
    assert {mark for mark, _ in cluster.noted()} == set(everything.MARKS)
    cluster.check(execution_id)
