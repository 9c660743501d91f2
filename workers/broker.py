"""Which broker carries the hints, chosen by the settings; nowhere else is it asked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import dramatiq
from dramatiq.brokers.stub import StubBroker
from dramatiq.middleware import Callbacks, CurrentMessage, ShutdownNotifications

from app.settings import Settings

ENGINE = "engine"  # short steps: advance a run, tell a parent, stop something
ACTIONS = "actions"  # long work: one message per execution


def make_broker(settings: Settings) -> dramatiq.Broker:
    """The process's broker: BROKER_URL, else REDIS_URL, else in memory.

    No retries, age or time limits of its own: the database is the truth, and our sweeps send again
    (docs/explanation/architecture.md "Delivery").
    """
    middleware = [Callbacks(), CurrentMessage(), ShutdownNotifications()]
    url = settings.broker_url or settings.redis_url
    if url.startswith(("amqp://", "amqps://")):
        from dramatiq.brokers.rabbitmq import RabbitmqBroker

        return RabbitmqBroker(url=url, middleware=middleware)
    if url:
        from dramatiq.brokers.redis import RedisBroker

        return RedisBroker(url=url, middleware=middleware, namespace="attune")
    broker = StubBroker(middleware=middleware)
    broker.emit_after("process_boot")
    return broker


def install(broker: dramatiq.Broker) -> None:
    """Make it the process's broker and declare both queues."""
    dramatiq.set_broker(broker)
    for queue in (ENGINE, ACTIONS):
        broker.declare_queue(queue)


@contextmanager
def consuming(broker: dramatiq.Broker, *, action_threads: int) -> Iterator[None]:
    """Run real workers on both queues in this process: actions never keep engine steps waiting."""
    engine = dramatiq.Worker(broker, queues={ENGINE}, worker_threads=2, worker_timeout=100)
    actions = dramatiq.Worker(broker, queues={ACTIONS}, worker_threads=action_threads, worker_timeout=100)
    engine.start()
    actions.start()
    try:
        yield
    finally:
        actions.stop(timeout=10_000)
        engine.stop(timeout=5_000)


def trim_dead_letters(broker: dramatiq.Broker) -> None:
    """The in-memory broker keeps failed messages for ever; our sweeps do not need them."""
    if isinstance(broker, StubBroker):
        broker.dead_letters_by_queue.clear()


def backlog(broker: dramatiq.Broker) -> int:
    """Messages that wait in this process's memory; 0 for brokers outside of it."""
    if isinstance(broker, StubBroker):
        return sum(queue.qsize() for queue in broker.queues.values())
    return 0
