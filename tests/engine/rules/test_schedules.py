"""When a timer fires: without drift, through changes of the clocks, and never twice for what was missed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from app.engine.errors import InvalidValue
from app.engine.rules.schedules import Schedule, is_timer, schedule_of

T0 = datetime(2026, 3, 1, 12, 0, 0, 250_000, tzinfo=UTC)
ON_TIME = timedelta(milliseconds=3)


def interval(number: int, unit: str = "seconds") -> Schedule:
    return schedule_of("core.intervaltimer", {"unit": unit, "interval": number})


def cron(expression: str, timezone: str = "UTC") -> Schedule:
    return schedule_of("core.crontimer", {"expression": expression, "timezone": timezone})


def ticks(schedule: Schedule, number: int, *, made_at: datetime = T0) -> list[datetime]:
    due_at, found = schedule.first(made_at), []
    while due_at is not None and len(found) < number:
        found.append(due_at)
        due_at = schedule.following(due_at, due_at + ON_TIME)
    return found


def texts(moments: list[datetime]) -> list[str]:
    return [f"{moment:%Y-%m-%d %H:%M:%S}" for moment in moments]


@pytest.mark.parametrize(("unit", "seconds"), [("seconds", 1), ("minutes", 60), ("hours", 3600)])
def test_an_interval_keeps_its_distance_however_late_each_tick_is_handled(unit: str, seconds: int) -> None:
    found = ticks(interval(2, unit), 50)

    assert found[0] == T0 + timedelta(seconds=2 * seconds)
    assert {(b - a).total_seconds() for a, b in pairwise(found)} == {2 * seconds}


def test_missed_ticks_of_an_interval_are_skipped_and_the_grid_stays() -> None:
    schedule = interval(10)
    due_at = schedule.first(T0)
    assert due_at is not None

    after_an_hour = schedule.following(due_at, due_at + timedelta(seconds=3604))

    assert after_an_hour == due_at + timedelta(seconds=3610)


def test_a_tick_handled_exactly_when_the_next_is_due_does_not_skip_it() -> None:
    schedule = interval(10)

    assert schedule.following(T0, T0 + timedelta(seconds=10)) == T0 + timedelta(seconds=20)
    assert schedule.following(T0, T0 + timedelta(seconds=9.999)) == T0 + timedelta(seconds=10)


def test_cron_has_seconds_and_takes_five_fields_too() -> None:
    assert texts(ticks(cron("*/20 * * * * *"), 3)) == ["2026-03-01 12:00:20", "2026-03-01 12:00:40", "2026-03-01 12:01:00"]
    assert texts(ticks(cron("30 4 * * MON-FRI"), 2)) == ["2026-03-02 04:30:00", "2026-03-03 04:30:00"]
    assert texts(ticks(cron("0 30 4 * * MON-FRI"), 2)) == texts(ticks(cron("30 4 * * MON-FRI"), 2))


def test_cron_is_read_in_its_time_zone() -> None:
    assert texts(ticks(cron("0 0 9 * * *", "America/New_York"), 1)) == ["2026-03-01 14:00:00"]


def test_a_time_that_the_clocks_skip_fires_right_after_the_gap() -> None:
    made_at = datetime(2026, 3, 28, 12, tzinfo=UTC)  # in Berlin 02:30 of the 29th does not exist

    found = ticks(cron("0 30 2 * * *", "Europe/Berlin"), 2, made_at=made_at)

    assert texts(found) == ["2026-03-29 01:00:00", "2026-03-30 00:30:00"]


def test_a_time_that_comes_twice_fires_once() -> None:
    made_at = datetime(2026, 10, 24, 12, tzinfo=UTC)  # in Berlin 02:30 of the 25th comes twice

    found = ticks(cron("0 30 2 * * *", "Europe/Berlin"), 2, made_at=made_at)

    assert texts(found) == ["2026-10-25 00:30:00", "2026-10-26 01:30:00"]


def test_missed_instants_of_cron_are_skipped() -> None:
    schedule = cron("0 * * * * *")
    due_at = datetime(2026, 3, 1, 12, 1, tzinfo=UTC)

    assert schedule.following(due_at, due_at + timedelta(hours=5, seconds=7)) == datetime(2026, 3, 1, 17, 2, tzinfo=UTC)


def test_an_impossible_date_never_fires() -> None:
    assert cron("0 0 0 29 2 MON#5").first(T0) is not None
    assert cron("* * */20 * 1L").first(T0) is None


@pytest.mark.parametrize(
    ("fire_at", "zone", "first"),
    [
        ("2026-03-01T12:00:01Z", None, "2026-03-01 12:00:01"),
        ("2026-03-01T14:00:00", "Europe/Berlin", "2026-03-01 13:00:00"),
        ("2026-03-01T14:00:00+01:00", "Asia/Tokyo", "2026-03-01 13:00:00"),
        ("2026-03-01T12:00:00Z", None, None),
        ("1999-01-01", None, None),
    ],
)
def test_a_date_fires_once_and_never_when_it_is_past(fire_at: str, zone: str | None, first: str | None) -> None:
    schedule = schedule_of("core.datetimetimer", {"fire_at": fire_at, "timezone": zone})

    assert texts(ticks(schedule, 5)) == ([] if first is None else [first])


@pytest.mark.parametrize(
    ("ref", "params", "said"),
    [
        ("core.crontimer", {"expression": "every day"}, "expression"),
        ("core.crontimer", {"expression": "61 * * * * *"}, "second"),
        ("core.crontimer", {"expression": "* * * * *", "timezone": "Mars/Olympus"}, "Mars/Olympus"),
        ("core.crontimer", {"expression": "* * * * *", "timezone": "../../etc/passwd"}, "timezone"),
        ("core.datetimetimer", {"fire_at": "tomorrow"}, "fire_at"),
        ("core.intervaltimer", {"unit": "hours", "interval": 10**12}, "ten years"),
        ("core.intervaltimer", {"interval": 3}, "unit"),
        ("core.rruletimer", {"rrule": "FREQ=DAILY"}, "core.crontimer"),
    ],
)
def test_what_makes_no_schedule_is_refused_with_the_parameter(ref: str, params: dict[str, object], said: str) -> None:
    with pytest.raises(InvalidValue, match=said):
        schedule_of(ref, params)


def test_only_timer_triggers_are_schedules() -> None:
    assert is_timer("core.crontimer")
    assert not is_timer("core.alert")
