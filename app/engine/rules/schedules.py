"""When the rules on core timer triggers fire. A schedule knows no clock; it is asked for the instant after another.

Source: api.md 13 "Timers". Cron expressions are read by cronsim, which follows Debian's cron through changes of the
clocks: a time that is skipped fires right after the gap, a time that comes twice fires once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from app.engine.errors import InvalidValue

_LONGEST = timedelta(days=366 * 10)
_UNITS = {"seconds": timedelta(seconds=1), "minutes": timedelta(minutes=1), "hours": timedelta(hours=1)}


class Schedule(Protocol):
    @property
    def kind(self) -> str:
        """The `type` of a tick's payload."""

    def first(self, made_at: datetime) -> datetime | None:
        """The first instant of a schedule that begins now; None: never."""

    def following(self, due_at: datetime, now: datetime) -> datetime | None:
        """The first instant after `now` on the grid that `due_at` lies on; None: never again."""


@dataclass(frozen=True, slots=True)
class Interval:
    """Every so often, counted from the first instant: never from the moment a tick was handled, so without drift."""

    every: timedelta
    kind: str = "interval"

    def first(self, made_at: datetime) -> datetime | None:
        return made_at + self.every

    def following(self, due_at: datetime, now: datetime) -> datetime | None:
        missed = max(0, (now - due_at) // self.every)
        return due_at + (missed + 1) * self.every


@dataclass(frozen=True, slots=True)
class Cron:
    """At the instants of an expression of five or six fields, read in a time zone."""

    expression: str
    zone: tzinfo
    kind: str = "cron"

    def first(self, made_at: datetime) -> datetime | None:
        return self._after(made_at)

    def following(self, due_at: datetime, now: datetime) -> datetime | None:
        return self._after(max(due_at, now))

    def _after(self, moment: datetime) -> datetime | None:
        try:
            return next(CronSim(self.expression, moment.astimezone(self.zone))).astimezone(UTC)
        except (StopIteration, OverflowError):
            return None


@dataclass(frozen=True, slots=True)
class Once:
    """At one instant; never when that had passed before the rule was made."""

    at: datetime
    kind: str = "one_shot"

    def first(self, made_at: datetime) -> datetime | None:
        return self.at if self.at > made_at else None

    def following(self, due_at: datetime, now: datetime) -> datetime | None:
        return None


def is_timer(trigger_ref: str) -> bool:
    """Whether a rule on this trigger is a schedule."""
    return trigger_ref in _READERS


def schedule_of(trigger_ref: str, params: Mapping[str, Any]) -> Schedule:
    """The schedule that `trigger_params` of a rule describe.

    Args:
        params: with the trigger's defaults, and cast by its schema.

    Raises:
        InvalidValue: no schedule can be made of them; names the parameter and the way out.
    """
    read = _READERS[trigger_ref]
    try:
        return read(params)
    except (KeyError, TypeError) as error:  # the trigger is gone, and its defaults with it
        raise InvalidValue(f"The trigger parameters of '{trigger_ref}' are not complete: {error}.") from error


def _interval(params: Mapping[str, Any]) -> Schedule:
    every = _UNITS[params["unit"]] * min(params["interval"], 10**9)
    if every > _LONGEST:
        raise _wrong("interval", "is longer than ten years")
    return Interval(every)


def _cron(params: Mapping[str, Any]) -> Schedule:
    fields = str(params["expression"]).split()
    # Second 0 is what five fields mean; only those follow Debian's rules for skipped and doubled hours.
    expression = " ".join(fields[1:] if len(fields) == 6 and fields[0] == "0" else fields)
    try:
        CronSim(expression, datetime(2000, 1, 1, tzinfo=UTC))
    except CronSimError as error:
        way_out = "write six fields, 'second minute hour day month weekday', or five without the second"
        raise _wrong("expression", f"is no cron expression: {error}; {way_out}") from error
    return Cron(expression, _zone(params))


def _once(params: Mapping[str, Any]) -> Schedule:
    try:
        moment = datetime.fromisoformat(str(params["fire_at"]).strip())
        zoned = moment if moment.tzinfo else moment.replace(tzinfo=_zone(params))
        return Once(zoned.astimezone(UTC))
    except (ValueError, OverflowError) as error:
        raise _wrong("fire_at", "is no time; write it as 2026-03-01T12:00:00Z") from error


def _rrule(params: Mapping[str, Any]) -> Schedule:
    raise InvalidValue("This server does not run recurrence timers; describe the times with core.crontimer.")


def _zone(params: Mapping[str, Any]) -> tzinfo:
    name = params.get("timezone") or "UTC"
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise _wrong("timezone", f"'{str(name)[:80]}' is not known; write a name such as Europe/Berlin") from error


def _wrong(name: str, reason: str) -> InvalidValue:
    message = f"The trigger parameter '{name}' {reason}."
    return InvalidValue(message, details=[{"path": f"trigger_params.{name}", "message": message}])


_READERS: dict[str, Callable[[Mapping[str, Any]], Schedule]] = {
    "core.intervaltimer": _interval,
    "core.crontimer": _cron,
    "core.datetimetimer": _once,
    "core.rruletimer": _rrule,
}
