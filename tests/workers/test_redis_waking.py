"""Workers on Redis are woken by a message; they do not ask again and again."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import dramatiq
import pytest

from tests.servers import wait_until
from workers.redis_waking import WakingRedisBroker

pytestmark = pytest.mark.redis


@pytest.fixture
def broker(redis_url: str) -> Iterator[WakingRedisBroker]:
    made = WakingRedisBroker(url=redis_url, middleware=[], namespace="waking")
    made.client.flushdb()
    made.declare_queue("q")
    yield made
    made.client.flushdb()
    made.close()


def test_an_idle_consumer_waits_in_redis_and_is_woken_by_a_message(broker: WakingRedisBroker) -> None:
    received: list[Any] = []
    consumer = broker.consume("q", prefetch=1)
    thread = threading.Thread(target=lambda: received.append(next(m for m in consumer if m is not None)))
    thread.start()
    wait_until(lambda: broker.client.info("clients")["blocked_clients"] == 1, timeout_s=5, what="a waiting consumer")

    sent = broker.enqueue(_message())

    thread.join(5)
    assert [message.message_id for message in received] == [sent.message_id]


def test_a_message_whose_token_was_lost_is_found_all_the_same(broker: WakingRedisBroker) -> None:
    sent = broker.enqueue(_message())
    broker.client.delete("waking:q:wake")

    received = next(m for m in broker.consume("q") if m is not None)

    assert received.message_id == sent.message_id


def test_a_consumer_that_holds_all_it_may_goes_on_after_an_end(broker: WakingRedisBroker) -> None:
    for _ in range(2):
        broker.enqueue(_message())
    consumer = broker.consume("q", prefetch=1)
    first = next(m for m in consumer if m is not None)
    threading.Timer(0.05, consumer.ack, [first]).start()

    second = next(m for m in consumer if m is not None)

    assert second.message_id != first.message_id


def _message() -> dramatiq.Message:
    return dramatiq.Message(queue_name="q", actor_name="a", args=(), kwargs={}, options={})
