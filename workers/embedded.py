"""A worker inside this process: consumers on both queues and a sweeper. `attune up` and `python -m workers` use it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from app.services import ports, recovery
from app.services.jobs import jobs
from workers import broker, owners
from workers.actors import define_actors
from workers.dispatch import BrokerDispatcher
from workers.sweeper import Sweeper


def connect_dispatcher() -> None:
    """For processes that only send (a web server beside separate workers)."""
    made = broker.make_brokers(ports.settings())
    ports.current().dispatcher = BrokerDispatcher(define_actors(made, owner=owners.own_name()))


@contextmanager
def working() -> Iterator[None]:
    """Work until the block ends. What was left unfinished by an earlier process is taken up at once."""
    settings, owner = ports.settings(), owners.own_name()
    made = broker.make_brokers(settings)
    sweeper = Sweeper(
        owner=owner,
        threads=settings.worker_threads,
        backlog=lambda: broker.backlog(made),
        trim=lambda: broker.trim_dead_letters(made),
    )
    ports.current().dispatcher = BrokerDispatcher(define_actors(made, owner=owner), on_timer=sweeper.wake)
    with broker.consuming(made, action_threads=settings.worker_threads):
        recovery.forget_dead_owners(alive=owners.may_live)
        recovery.reclaim()
        recovery.resend(after_s=0)
        sweeper.start()
        jobs.closing = False
        try:
            yield
        finally:
            jobs.closing = True
            sweeper.stop()
