"""Which broker carries the hints, chosen by the settings; nowhere else is it asked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import dramatiq
from dramatiq.brokers.stub import StubBroker
from dramatiq.middleware import Callbacks, CurrentMessage, ShutdownNotifications

from app.settings import Settings

ENGINE = "engine"  # short steps: advance a run, tell a parent, stop something
ACTIONS = "actions"  # long work: one message per execution
WAIT_MS = 500  # how often idle threads look whether they shall stop; messages wake them at once


def _make_broker(settings: Settings) -> dramatiq.Broker:
    """A broker: BROKER_URL, else REDIS_URL, else in memory.

    No retries, age or time limits of its own: the database is the truth, and our sweeps send again
    (docs/explanation/architecture.md "Delivery").
    """
    middleware = [Callbacks(), CurrentMessage(), ShutdownNotifications()]
    url = settings.broker_url or settings.redis_url
    if url.startswith(("amqp://", "amqps://")):
        from dramatiq.brokers.rabbitmq import RabbitmqBroker

        return RabbitmqBroker(url=url, middleware=middleware)
    if url:
        from workers.redis_waking import WakingRedisBroker

        return WakingRedisBroker(url=url, middleware=middleware, namespace="attune")
    broker = StubBroker(middleware=middleware)
    broker.emit_after("process_boot")
    return broker


@dataclass(frozen=True, slots=True)
class Brokers:
    """One broker per kind of work, so that each has a Dramatiq worker of its own: actions never keep steps waiting."""

    engine: dramatiq.Broker
    actions: dramatiq.Broker


def make_brokers(settings: Settings) -> Brokers:
    """Both brokers with their queue declared; the engine's is the process's default."""
    brokers = Brokers(engine=_make_broker(settings), actions=_make_broker(settings))
    brokers.engine.declare_queue(ENGINE)
    brokers.actions.declare_queue(ACTIONS)
    dramatiq.set_broker(brokers.engine)
    return brokers


@contextmanager
def consuming(brokers: Brokers, *, action_threads: int) -> Iterator[None]:
    """Run a real worker on each queue in this process."""
    engine = dramatiq.Worker(brokers.engine, queues={ENGINE}, worker_threads=2, worker_timeout=WAIT_MS)
    actions = dramatiq.Worker(brokers.actions, queues={ACTIONS}, worker_threads=action_threads, worker_timeout=WAIT_MS)
    engine.start()
    actions.start()
    try:
        yield
    finally:
        actions.stop(timeout=10_000)
        engine.stop(timeout=5_000)


def trim_dead_letters(brokers: Brokers) -> None:
    """The in-memory broker keeps failed messages for ever; our sweeps do not need them."""
    for broker in (brokers.engine, brokers.actions):
        if isinstance(broker, StubBroker):
            broker.dead_letters_by_queue.clear()


def backlog(brokers: Brokers) -> int:
    """Messages that wait in this process's memory; 0 for brokers outside of it."""
    both = (brokers.engine, brokers.actions)
    return sum(queue.qsize() for b in both if isinstance(b, StubBroker) for queue in b.queues.values())
