"""Let idle threads of Dramatiq end at once when the process is told to stop, and not when their wait is over.

A Dramatiq worker waits on its queues with a timeout, and `Worker.stop` waits for its threads and then for its consumers:
four waits one after the other. A queue that is closed gives up what it holds, and then says that it is empty without a wait.
"""

from __future__ import annotations

from queue import Empty, PriorityQueue, Queue
from typing import Any

import dramatiq
from dramatiq.brokers.stub import StubBroker
from dramatiq.common import join_all


class _Closing:
    """For a `queue.Queue`, in the places it has for its kinds of order."""

    closed = False

    def close(self: Any) -> None:
        with self.mutex:
            self.closed = True
            self.not_empty.notify_all()

    def _qsize(self) -> int:
        return super()._qsize() or int(self.closed)  # type: ignore[misc]

    def _get(self) -> Any:
        if not super()._qsize():  # type: ignore[misc]
            raise Empty
        return super()._get()  # type: ignore[misc]


class ClosingQueue(_Closing, Queue[Any]):
    """First in, first out."""


class ClosingPriorityQueue(_Closing, PriorityQueue[Any]):
    """The least first."""


class ClosingBroker(StubBroker):
    """The broker in memory, with queues that can be closed."""

    def declare_queue(self, queue_name: str) -> None:
        known = set(self.queues)
        super().declare_queue(queue_name)
        self.queues.update({name: ClosingQueue() for name in self.queues if name not in known})

    def close_queues(self) -> None:
        for held in self.queues.values():
            held.close()


def closing_worker(broker: dramatiq.Broker, **told: Any) -> dramatiq.Worker:
    """A worker, not started yet, that `stop` can stop at once."""
    worker = dramatiq.Worker(broker, **told)
    worker.work_queue = ClosingPriorityQueue()
    return worker


def stop(worker: dramatiq.Worker, *, timeout_ms: int) -> None:
    """As `Worker.stop`: what is being worked on may end within the time. Nobody waits for threads that have nothing to do."""
    for thread in worker.workers:
        thread.stop()
    worker.work_queue.close()  # type: ignore[attr-defined]
    join_all(worker.workers, timeout_ms)
    for consumer in worker.consumers.values():
        consumer.stop()
    if isinstance(worker.broker, ClosingBroker):
        worker.broker.close_queues()
    worker.stop(timeout=timeout_ms)
