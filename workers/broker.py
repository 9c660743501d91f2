"""Which broker carries the hints, chosen by the settings; nowhere else is it asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import dramatiq
from dramatiq.brokers.stub import StubBroker
from dramatiq.middleware import Callbacks, CurrentMessage, ShutdownNotifications

from app.settings import Settings
from workers import closing
from workers.closing import ClosingBroker

ENGINE = "engine"  # short steps: advance a run, tell a parent, stop something
ACTIONS = "actions"  # long work: one message per execution
ENGINE_MS = 5_000  # for steps of the engine
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
        return _redis_broker(url, middleware)
    broker = ClosingBroker(middleware=middleware)
    broker.emit_after("process_boot")
    return broker


def _redis_broker(url: str, middleware: list[dramatiq.Middleware]) -> dramatiq.Broker:
    """Redis that is away must not hold up requests and sweeps: the driver alone would try for half a minute."""
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    from workers.redis_waking import WakingRedisBroker

    impatient = {"socket_connect_timeout": 2, "socket_timeout": 10, "retry": Retry(NoBackoff(), 1)}
    return WakingRedisBroker(url=url, middleware=middleware, namespace="attune", **impatient)


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
def consuming(brokers: Brokers, *, action_threads: int, grace_s: float, hand_over: Callable[[], None]) -> Iterator[None]:
    """Run a real worker on each queue in this process.

    Args:
        grace_s: for running actions when the process is told to stop.
        hand_over: called at the end for actions that do not end in time; other workers take them.
    """
    engine = closing.closing_worker(brokers.engine, queues={ENGINE}, worker_threads=2, worker_timeout=WAIT_MS)
    actions = closing.closing_worker(brokers.actions, queues={ACTIONS}, worker_threads=action_threads, worker_timeout=WAIT_MS)
    engine.start()
    actions.start()
    try:
        yield
    finally:
        closing.stop(actions, timeout_ms=int(grace_s * 1000))
        hand_over()
        closing.stop(engine, timeout_ms=ENGINE_MS)


def trim_dead_letters(brokers: Brokers) -> None:
    """The in-memory broker keeps failed messages for ever; our sweeps do not need them."""
    for broker in (brokers.engine, brokers.actions):
        if isinstance(broker, StubBroker):
            broker.dead_letters_by_queue.clear()


def backlog(brokers: Brokers) -> int:
    """Messages that wait, in this process's memory or in Redis; 0 where the broker can't say."""
    return _waiting(brokers.engine, ENGINE) + _waiting(brokers.actions, ACTIONS)


def _waiting(broker: dramatiq.Broker, queue: str) -> int:
    if isinstance(broker, StubBroker):
        return sum(held.qsize() for held in broker.queues.values())
    if not hasattr(broker, "do_qsize"):  # RabbitMQ
        return 0
    import redis

    try:
        return int(broker.do_qsize(queue))
    except redis.RedisError:
        return 0
