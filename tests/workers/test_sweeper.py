"""The rounds of a worker: alarms are looked at when they are due, and one that can't be fired does not spin."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest

from app.services import recovery
from workers.sweeper import Sweeper


@pytest.fixture
def sweeper(sqlite: object) -> Sweeper:
    """One that has just looked at the timers."""
    made = Sweeper(owner="w", threads=1, backlog=lambda: 0, trim=lambda: None)
    made._timers.due_at = time.monotonic() + made._sweep_s
    return made


def test_the_timers_are_looked_at_when_the_next_alarm_is_due(sweeper: Sweeper, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recovery, "next_timer", lambda: datetime.now(UTC) + timedelta(seconds=0.05))

    pause_s = sweeper._seconds_to_next()

    assert pause_s <= 0.05
    assert sweeper._timers.due_at <= time.monotonic() + pause_s


def test_without_an_alarm_the_round_ends_as_usual(sweeper: Sweeper, monkeypatch: pytest.MonkeyPatch) -> None:
    before = sweeper._timers.due_at

    assert sweeper._seconds_to_next() == sweeper._sweep_s
    assert sweeper._timers.due_at == before


def test_alarms_that_could_not_be_fired_wait_for_the_next_round(sweeper: Sweeper, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recovery, "fire_rule_timers", lambda: False)
    monkeypatch.setattr(recovery, "next_timer", lambda: datetime.now(UTC) - timedelta(seconds=5))

    sweeper._fire_timers()

    assert sweeper._seconds_to_next() == sweeper._sweep_s
