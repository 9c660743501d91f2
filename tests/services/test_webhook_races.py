"""Webhooks that come at the same moment, on both databases."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from app.api import json_body
from app.engine.errors import TooMany
from app.persistence import session
from app.persistence.models import Execution, Pack, TriggerEvent
from app.services import actions, rules, triggers, webhooks
from app.services.webhooks import Delivery
from tests.services.builders import add, make_caller


@pytest.fixture
def key(database: object) -> str:
    """The key of a webhook that takes three posts a minute; one rule listens."""
    alice = make_caller("alice", admin=True)
    add(Pack, ref="demo", label="Demo", version="1")
    given = {"pack_ref": "demo", "label": "x"}
    actions.create(body={**given, "ref": "demo.say", "entrypoint": "true"}, by=alice)
    limit = {"rate_limit": {"enabled": True, "requests": 3, "window_seconds": 60}}
    triggers.create(body={**given, "ref": "demo.hook", "webhook_config": limit}, by=alice)
    rules.create(body={**given, "ref": "demo.r", "trigger_ref": "demo.hook", "action_ref": "demo.say"}, by=alice)
    return str(triggers.set_webhook(ref="demo.hook", enabled=True, by=alice).webhook_key)


def test_posts_at_the_same_moment_are_counted_one_by_one(key: str) -> None:
    outcomes: list[str] = []
    together = threading.Barrier(8)

    def post(number: int) -> None:
        together.wait(30)
        delivery = Delivery(b'{"payload": %d}' % number, {}, "203.0.113.9")
        try:
            webhooks.receive(key=key, delivery=delivery, read=json_body.parse)
            outcomes.append("taken")
        except TooMany:
            outcomes.append("refused")

    threads = [threading.Thread(target=post, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert (outcomes.count("taken"), outcomes.count("refused")) == (3, 5)
    assert _count(TriggerEvent) == _count(Execution) == 3


def _count(model: Any) -> int:
    with session.reading() as tx:
        return int(tx.session.query(model).count())
