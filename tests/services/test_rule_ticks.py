"""Timers of rules on both databases: each tick once, whoever finds it; switched, changed and deleted with the rule."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.engine.access import SYSTEM, Caller
from app.engine.errors import BadRequest
from app.engine.times import iso
from app.persistence import session
from app.persistence.models import Execution, Pack, RuleTimer, TriggerEvent
from app.services import actions, packs, ports, recovery, rule_ticks, rules
from app.services import triggers as trigger_service
from tests.services.builders import T0, add, later, make_caller, set_time


@pytest.fixture
def alice(database: object) -> Caller:
    set_time(T0)
    shipped = Path(__file__).parents[2] / "packs"
    ports.current().settings = replace(ports.settings(), allowed_pack_roots=str(shipped))
    packs.register_directory(path=shipped / "core", by=SYSTEM, standard=True)
    caller = make_caller("alice", admin=True)
    add(Pack, ref="demo", label="Demo", version="1")
    actions.create(body={"ref": "demo.say", "pack_ref": "demo", "label": "x", "entrypoint": "true"}, by=caller)
    return caller


def every(seconds: int, by: Caller, **changes: Any) -> int:
    params = {"unit": "seconds", "interval": seconds}
    return make("core.intervaltimer", params, by, **changes)


def make(trigger_ref: str, params: dict[str, Any], by: Caller, **changes: Any) -> int:
    body = {"ref": "demo.tick", "pack_ref": "demo", "label": "T", "action_ref": "demo.say"}
    return int(rules.create(body={**body, "trigger_ref": trigger_ref, "trigger_params": params, **changes}, by=by).id)


def sweep(at: float) -> None:
    set_time(later(at))
    assert recovery.fire_rule_timers()


def events() -> list[TriggerEvent]:
    with session.reading() as tx:
        return list(tx.session.query(TriggerEvent).order_by(TriggerEvent.id))


def due_at() -> datetime | None:
    with session.reading() as tx:
        row = tx.session.query(RuleTimer).one_or_none()
        return row.due_at if row else None


def test_an_interval_ticks_one_interval_after_it_was_made_and_then_without_drift(alice: Caller) -> None:
    rule_id = every(10, alice)

    for second in (0, 9.9, 10.2, 11, 20.4, 30.1):
        sweep(second)

    found = events()
    assert [e.created for e in found] == [later(10.2), later(20.4), later(30.1)]
    assert [(e.rule, e.trigger_ref, e.source_ref) for e in found] == [(rule_id, "core.intervaltimer", "core.timer_sensor")] * 3
    assert found[1].payload == {
        "type": "interval", "fired_at": iso(later(20.4)), "scheduled_at": iso(later(20)), "execution_count": 2,
    }  # fmt: skip
    with session.reading() as tx:
        assert tx.session.query(Execution).count() == 3
    assert due_at() == later(40)


def test_what_was_missed_is_one_tick_and_the_grid_goes_on(alice: Caller) -> None:
    every(10, alice)

    sweep(3605)
    sweep(3606)

    assert len(events()) == 1
    assert due_at() == later(3610)


def test_two_rules_on_one_timer_trigger_tick_each_for_itself(alice: Caller) -> None:
    first = every(10, alice)
    second = every(10, alice, ref="demo.other")

    sweep(10)

    assert sorted(e.rule for e in events() if e.rule) == sorted([first, second])


def test_a_date_fires_once_and_late_rather_than_never(alice: Caller) -> None:
    make("core.datetimetimer", {"fire_at": iso(later(60))}, alice)

    sweep(59)
    before = len(events())
    sweep(600)
    sweep(700)

    assert (before, len(events()), due_at()) == (0, 1, None)
    assert events()[0].payload["type"] == "one_shot"  # type: ignore[index]


def test_a_date_that_is_past_never_fires(alice: Caller) -> None:
    make("core.datetimetimer", {"fire_at": iso(later(-1))}, alice)

    sweep(10)

    assert events() == []


def test_cron_fires_at_its_instants(alice: Caller) -> None:
    make("core.crontimer", {"expression": "*/30 * * * * *"}, alice)

    sweep(29.9 - 0.123456)
    before = len(events())
    sweep(30.1)

    assert (before, len(events())) == (0, 1)
    assert events()[0].payload["scheduled_at"] == "2026-01-27T10:00:30Z"  # type: ignore[index]


def test_disable_and_delete_stop_it_and_enable_begins_anew(alice: Caller) -> None:
    every(10, alice)
    rules.set_enabled(ref="demo.tick", enabled=False, by=alice)
    sweep(15)
    stopped = len(events())

    rules.set_enabled(ref="demo.tick", enabled=True, by=alice)
    sweep(24)
    sweep(25)
    begun = len(events())
    rules.delete(ref="demo.tick", by=alice)
    sweep(100)

    assert (stopped, begun, len(events()), due_at()) == (0, 1, 1, None)


def test_only_a_change_of_its_time_begins_it_anew(alice: Caller) -> None:
    every(10, alice)
    set_time(later(5))
    rules.update(ref="demo.tick", changes={"label": "Other"}, by=alice)
    kept = due_at()

    rules.update(ref="demo.tick", changes={"trigger_params": {"unit": "seconds", "interval": 3}}, by=alice)

    assert (kept, due_at()) == (later(10), later(8))


def test_a_disabled_trigger_lets_its_ticks_pass(alice: Caller) -> None:
    every(10, alice)
    trigger_service.set_enabled(ref="core.intervaltimer", enabled=False, by=SYSTEM)
    sweep(10)
    trigger_service.set_enabled(ref="core.intervaltimer", enabled=True, by=SYSTEM)
    sweep(20)

    [event] = events()
    assert event.created == later(20)
    assert event.payload["execution_count"] == 1  # type: ignore[index]


@pytest.mark.parametrize(
    ("trigger_ref", "params"),
    [
        ("core.intervaltimer", {"unit": "seconds"}),
        ("core.intervaltimer", {"unit": "days", "interval": 1}),
        ("core.intervaltimer", {"unit": "seconds", "interval": 0}),
        ("core.crontimer", {}),
        ("core.crontimer", {"expression": "soon"}),
        ("core.datetimetimer", {"fire_at": "soon"}),
    ],
)
def test_a_time_that_is_none_is_refused(alice: Caller, trigger_ref: str, params: dict[str, Any]) -> None:
    with pytest.raises(BadRequest):
        make(trigger_ref, params, alice)


def test_several_sweepers_make_one_tick_of_each_time(alice: Caller) -> None:
    ids = [every(10, alice, ref=f"demo.t{number}") for number in range(5)]
    set_time(later(10))
    together = threading.Barrier(4)

    def sweeper() -> None:
        together.wait(30)
        for _ in range(3):
            recovery.fire_rule_timers()

    threads = [threading.Thread(target=sweeper) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert sorted(e.rule for e in events() if e.rule) == sorted(ids)


def test_a_tick_that_fails_leaves_its_time_as_it_was(alice: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    every(10, alice)
    set_time(later(10))
    monkeypatch.setattr(rule_ticks, "record", _broken)
    fired = recovery.fire_rule_timers()
    monkeypatch.undo()

    sweep(11)

    assert fired is False
    assert [e.created for e in events()] == [later(11)]
    assert recovery.next_timer() == T0 + timedelta(seconds=20)


def _broken(*_: Any, **__: Any) -> int:
    raise RuntimeError("the power went")
