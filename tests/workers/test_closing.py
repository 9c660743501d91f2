"""A worker in this process ends when it is told to, however long its threads would wait for messages."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import dramatiq
import pytest

from workers import closing

AN_HOUR_MS = 3_600_000


@pytest.fixture
def broker() -> Iterator[closing.ClosingBroker]:
    made = closing.ClosingBroker(middleware=[])
    made.declare_queue("engine")
    yield made
    made.close()


def _started(broker: closing.ClosingBroker) -> dramatiq.Worker:
    worker = closing.closing_worker(broker, queues={"engine"}, worker_threads=3, worker_timeout=AN_HOUR_MS)
    worker.start()
    for thread in [*worker.workers, *worker.consumers.values()]:
        while not thread.running:
            pass
    return worker


def _stopped(worker: dramatiq.Worker) -> bool:
    stopping = threading.Thread(target=closing.stop, args=(worker,), kwargs={"timeout_ms": AN_HOUR_MS}, daemon=True)
    stopping.start()
    stopping.join(30)
    return not stopping.is_alive()


def test_threads_that_wait_for_an_hour_end_at_once(broker: closing.ClosingBroker) -> None:
    worker = _started(broker)

    assert _stopped(worker)

    assert [thread for thread in [*worker.workers, *worker.consumers.values()] if thread.is_alive()] == []


def test_what_is_being_worked_on_ends_before_and_nothing_else_begins(broker: closing.ClosingBroker) -> None:
    begun, may_end, ended = threading.Event(), threading.Event(), []

    @dramatiq.actor(broker=broker, queue_name="engine")
    def work(number: int) -> None:
        begun.set()
        may_end.wait(30)
        ended.append(number)

    worker = closing.closing_worker(broker, queues={"engine"}, worker_threads=1, worker_timeout=AN_HOUR_MS)
    worker.start()
    work.send(1)
    begun.wait(30)
    work.send(2)
    threading.Timer(0.05, may_end.set).start()

    assert _stopped(worker)

    assert ended == [1]
