"""From times to pixels, with the stretches folded in which nothing but waiting happened. Pure; seconds since the start."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from math import ceil

from app.web import wording

_FORMS = ((86_400, "day"), (60, "minute"), (1, "second"), (0, "part"))
_WRITTEN = {"day": "%a %d %b", "minute": "%H:%M", "second": "%H:%M:%S", "part": "%H:%M:%S.%f"}
Stretch = tuple[float, float]
WIDTH = 1180.0
FOLD = 52.0  # pixels a folded stretch takes
LABEL = 84.0  # pixels between two ticks, at least
LEAST_S = 10.0  # a shorter wait is never folded
MOST_FOLDS = 6
STEPS = (
    0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 28_800, 86_400,
    172_800, 604_800,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of time and where it lies."""

    start: float
    end: float
    x: float
    width: float
    folded: bool = False

    def at(self, second: float) -> float:
        length = self.end - self.start
        return self.x + (self.width * (second - self.start) / length if length else 0.0)


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on the axis. `at`: the time of the clock that it stands for, `form` how that is written (see `_FORMS`)."""

    x: float
    words: str
    at: datetime | None = None
    form: str = ""


@dataclass(frozen=True, slots=True)
class Axis:
    """Parts in order, without holes."""

    parts: tuple[Part, ...]
    ticks: tuple[Tick, ...]

    @property
    def folds(self) -> list[Part]:
        return [part for part in self.parts if part.folded]

    def x(self, second: float) -> float:
        part = next((part for part in self.parts if second <= part.end), self.parts[-1])
        return round(min(max(part.at(second), 0.0), WIDTH), 1)


def axis_of(length: float, busy: Iterable[Stretch], *, fold: bool = True, began: datetime | None = None) -> Axis:
    """An axis over `length` seconds.

    Args:
        busy: stretches in which something worked or changed; what lies between is folded where it is long.
        began: when it is given the ticks stand at round times of the clock, else at round times since the start.
    """
    length = max(length, 0.01)
    idle = _idle(merged(busy), length) if fold else []
    rest = WIDTH - FOLD * len(idle)
    scale = rest / max(length - sum(end - start for start, end in idle), 0.001)
    parts, x, at = [], 0.0, 0.0
    for start, end in idle:
        parts += [Part(at, start, x, (start - at) * scale), Part(start, end, x + (start - at) * scale, FOLD, folded=True)]
        x, at = parts[-1].x + FOLD, end
    parts.append(Part(at, length, x, max((length - at) * scale, 0.0)))
    return Axis(tuple(parts), tuple(_ticks(parts, scale, began)))


def merged(stretches: Iterable[Stretch]) -> list[Stretch]:
    """The same, in order and without overlaps."""
    found: list[Stretch] = []
    for start, end in sorted(stretches):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def stable_length(seconds: float) -> float:
    """A little more than the time so far, in steps, so that the axis of a run that goes on moves seldom."""
    step = next((step for step in STEPS if step * 12 >= seconds), STEPS[-1])
    return (int(seconds / step) + 1) * step


def _idle(busy: Sequence[Stretch], length: float) -> list[Stretch]:
    worked = sum(end - start for start, end in busy)
    pad, longest = worked * 0.03, max(LEAST_S, worked * 0.25)
    edges = [(0.0, 0.0), *busy, (length, length)]
    gaps = [(before[1] + pad, after[0] - pad) for before, after in pairwise(edges)]
    found = sorted((gap for gap in gaps if gap[1] - gap[0] > longest), key=lambda gap: gap[0] - gap[1])
    return sorted(found[:MOST_FOLDS])


def _ticks(parts: Sequence[Part], scale: float, began: datetime | None) -> list[Tick]:
    step = next((step for step in STEPS if step * scale >= LABEL), STEPS[-1])
    late = _past_midnight(began) % step if began else 0.0
    found: list[Tick] = []
    for part in parts:
        first = ceil((part.start + late) / step)
        for number in range(first, int((part.end + late) / step) + 1 if not part.folded else first):
            second = number * step - late
            x = part.at(second)
            if x <= WIDTH - 30 and (not found or x - found[-1].x >= LABEL * 0.6):
                found.append(_tick(round(x, 1), second, step, began))
    return found


def _tick(x: float, second: float, step: float, began: datetime | None) -> Tick:
    if began is None:
        return Tick(x, _since(second))
    at = began + timedelta(milliseconds=round(second * 1000))
    form = next(form for least, form in _FORMS if step >= least)
    day = f"{at:%a} " if form != "day" and at.date() != began.date() else ""
    words = f"{day}{at:{_WRITTEN[form]}}"
    return Tick(x, words[:-4] if form == "part" else words, at, form)  # hundredths are enough


def _past_midnight(moment: datetime) -> float:
    return (moment - moment.replace(hour=0, minute=0, second=0, microsecond=0)).total_seconds()


def _since(seconds: float) -> str:
    return "0" if seconds == 0 else wording.span(round(seconds, 2))
