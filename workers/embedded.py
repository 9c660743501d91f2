"""A worker inside this process: consumers on both queues and a sweeper. `attune up` and `python -m workers` use it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from app.engine.errors import StorageError
from app.services import ports, recovery, work
from app.services.environment_builds import builds
from workers import broker, owners
from workers.actors import define_actors
from workers.dispatch import BrokerDispatcher
from workers.sweeper import Sweeper

log = structlog.get_logger(__name__)
HAND_OVER_S = 8.0  # an action has 5 seconds between the request to stop and the kill


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
    work.jobs.closing = False
    sweeper.start()
    try:
        with broker.consuming(made, action_threads=settings.worker_threads, grace_s=settings.stop_grace_s, hand_over=_hand_over):
            _take_up()
            try:
                yield
            finally:
                work.jobs.closing = True
    finally:
        sweeper.stop()


def _hand_over() -> None:
    work.jobs.hand_over()
    builds.stop(HAND_OVER_S)
    if not work.jobs.wait_until_none(HAND_OVER_S):
        log.warning("jobs_left", jobs=len(work.jobs))


def _take_up() -> None:
    """What an earlier process of this machine has left; a database that is away leaves it to the sweeps."""
    try:
        recovery.forget_dead_owners(alive=owners.may_live)
        recovery.reclaim()
        recovery.resend(after_s=0)
    except StorageError as error:
        log.warning("take_up_postponed", error=error.message)
