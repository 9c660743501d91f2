"""Where the bars of the small charts stand. The templates draw them as SVG, with the same figures as a table beneath. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from app.queries.workflow_statistics import Day, TaskTime

WIDTH, HEIGHT = 600, 120
GAP = 2


@dataclass(frozen=True, slots=True)
class Bar:
    """A rectangle in units of the chart; `mark` is the status whose colour it has, `words` what it says."""

    x: float
    y: float
    width: float
    height: float
    mark: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars on an area of `WIDTH` by `HEIGHT`; `top` is the value of its upper edge."""

    bars: list[Bar]
    top: float


def ends_chart(days: Sequence[Day]) -> Chart:
    """How many runs a day came to which end, failures at the bottom, where they can be compared."""
    top = nice(max((day.succeeded + day.failed + day.other for day in days), default=0))
    bars: list[Bar] = []
    for number, day in enumerate(days):
        level = 0.0
        for mark, count in (("fail", day.failed), ("ok", day.succeeded), ("cancel", day.other)):
            if count:
                bars.append(_standing(number, len(days), level, count, top, mark))
                level += count
    return Chart(bars, top)


def durations_chart(days: Sequence[Day]) -> Chart:
    """Seconds: up to the median in full, from there to what 95 of 100 runs stay below paler."""
    top = nice(max((day.slow_s or 0 for day in days), default=0))
    bars: list[Bar] = []
    for number, day in enumerate(days):
        if day.median_s is not None and day.slow_s is not None:
            bars.append(_standing(number, len(days), 0, day.median_s, top, "run"))
            bars.append(_standing(number, len(days), day.median_s, day.slow_s - day.median_s, top, "slow"))
    return Chart(bars, top)


def share(task: TaskTime, tasks: Sequence[TaskTime]) -> tuple[float, float]:
    """Of the width: where the mean of a task ends, and where its longest visit does."""
    most = max((other.most_s for other in tasks), default=0) or 1
    return round(WIDTH * task.mean_s / most, 1), round(WIDTH * task.most_s / most, 1)


def nice(value: float) -> float:
    """The next round number: 1, 2 or 5 times a power of ten; at least something to divide by."""
    if value <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= value * 0.999999)


def _standing(number: int, of: int, level: float, value: float, top: float, mark: str) -> Bar:
    slot = WIDTH / of
    height = HEIGHT * value / top
    y = HEIGHT - HEIGHT * level / top - height
    return Bar(round(number * slot + GAP / 2, 1), round(y, 1), round(slot - GAP, 1), round(max(height, 0.5), 1), mark)
