"""A worker inside this process: consumers on both queues and a sweeper. `attune up` and `python -m workers` use it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from app.services import ports, recovery
from workers import broker as brokers
from workers import owners
from workers.actors import define_actors
from workers.dispatch import BrokerDispatcher
from workers.sweeper import Sweeper


def connect_dispatcher() -> None:
    """For processes that only send (a web server beside separate workers)."""
    broker = brokers.make_broker(ports.settings())
    brokers.install(broker)
    ports.current().dispatcher = BrokerDispatcher(define_actors(broker, owner=owners.own_name()))


@contextmanager
def working() -> Iterator[None]:
    """Work until the block ends. What was left unfinished by an earlier process is taken up at once."""
    settings, owner = ports.settings(), owners.own_name()
    broker = brokers.make_broker(settings)
    brokers.install(broker)
    sweeper = Sweeper(
        owner=owner,
        threads=settings.worker_threads,
        backlog=lambda: brokers.backlog(broker),
        trim=lambda: brokers.trim_dead_letters(broker),
    )
    ports.current().dispatcher = BrokerDispatcher(define_actors(broker, owner=owner), on_timer=sweeper.wake)
    with brokers.consuming(broker, action_threads=settings.worker_threads):
        recovery.forget_dead_owners(alive=owners.may_live)
        recovery.reclaim()
        recovery.resend(after_s=0)
        sweeper.start()
        try:
            yield
        finally:
            sweeper.stop()
