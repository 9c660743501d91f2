"""The lanes of a timeline: a bar for each attempt, a dotted line for each wait, a band for many items. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from app.engine.statuses import NOT_STARTED, TERMINAL
from app.queries.timelines import Span, TaskTimes
from app.web import wording
from app.web.timeline_axis import Axis, Stretch
from app.web.vocabulary import ASKS, NOT_TAKEN, Look, run_look, task_look

THINNEST = 3.0
MOST_BARS = 160  # in one lane; more are drawn as a band
BANDS = 236  # of 5 pixels each
CHARACTER = 6.4  # pixels of the bars' text, about
RIGHT = 1176.0

WAITS = Look("wait", "Waits to begin")

Seconds = Callable[[datetime], float]


@dataclass(frozen=True, slots=True)
class Bar:
    """`kind`: bar, asked (outlined) or band; `level` 1..4 is how dense a band is. `folds`: where it is torn."""

    x: float
    w: float
    mark: str
    title: str
    text: str = ""
    kind: str = "bar"
    level: int = 4
    folds: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Pause:
    """A wait before or between attempts."""

    x: float
    end: float
    kind: str  # retry | start
    title: str


@dataclass(frozen=True, slots=True)
class Lane:
    """One task. `says` stands after its last bar, at `says_x`; `inside` is a workflow's execution one may look into."""

    name: str
    look: Look
    bars: tuple[Bar, ...]
    pauses: tuple[Pause, ...]
    says: str
    says_x: float
    before: bool  # `says` ends at `says_x`, for want of room behind it
    inside: int | None = None
    depth: int = 0
    same: bool = False


@dataclass(frozen=True, slots=True)
class Clock:
    """Where the run began and where it is, and the axis between."""

    axis: Axis
    began: datetime
    now: datetime

    def second(self, moment: datetime) -> float:
        return max((moment - self.began).total_seconds(), 0.0)

    def x(self, moment: datetime) -> float:
        return self.axis.x(self.second(moment))


def lane_of(task: TaskTimes, clock: Clock, *, depth: int = 0, ended: bool) -> Lane:
    look = _look(task, ended=ended)
    spans = [span for span in task.spans if not span.copied]
    dense = bool(task.items) or len(spans) > MOST_BARS
    bars = tuple(_bands(spans, task, clock) if dense else _bars(spans, clock) if task.spans else _whole(task, look, clock))
    pauses = () if dense else (*_arrivals(task, spans, clock), *_pauses(spans, clock))
    says, x = _says(task, spans, bars, clock, ended=ended), max([_end(bars, task, clock), *(pause.end for pause in pauses)])
    before = x + CHARACTER * len(says) > RIGHT
    if before:
        x = _room_before(bars, CHARACTER * len(says))
    nested = next((span.execution for span in reversed(spans) if span.own_run), None)
    return Lane(task.name, look, bars, pauses, says, x if before else x + 7, before, nested, depth)


def busy(tasks: Sequence[TaskTimes], second: Seconds, now: datetime) -> Iterator[Stretch]:
    """Stretches in which something ran, and the moments at which something changed."""
    for task in tasks:
        for span in task.spans:
            if span.copied:
                continue
            began, ended = span.began or span.asked_for, span.ended or now
            if span.kind == "inquiry" or span.began is None:
                yield from ((second(at), second(at)) for at in (span.asked_for, ended))
            else:
                yield second(began), second(ended)


def _look(task: TaskTimes, *, ended: bool) -> Look:
    state = task.visits[-1].state if task.visits else "pending"
    if state == "pending" and task.visits and not ended:
        return WAITS
    return NOT_TAKEN if ended and state == "pending" else task_look(state)


def _bars(spans: Sequence[Span], clock: Clock) -> Iterator[Bar]:
    more = len({span.attempt for span in spans}) > 1
    for span in spans:
        if span.status not in NOT_STARTED:
            bar = _bar(span, clock)
            word = str(span.attempt) if more else wording.span(_length(span, clock))
            yield replace(bar, text=word) if bar.w >= CHARACTER * len(word) + 8 and not bar.folds else bar


def _whole(task: TaskTimes, look: Look, clock: Clock) -> Iterator[Bar]:
    """Of a container, which has no attempts of its own: each visit from its beginning to its end."""
    for visit in task.visits:
        if visit.began is not None and visit.state not in ("skipped", "waiting_join"):
            x, end = clock.x(visit.began), clock.x(visit.ended or clock.now)
            yield Bar(x, max(round(end - x, 1), THINNEST), look.mark, look.word, kind="asked")


def _arrivals(task: TaskTimes, spans: Sequence[Span], clock: Clock) -> Iterator[Pause]:
    """From where a visit was reached to where it began: a join, a delay, a guard."""
    first: dict[int, datetime] = {}
    for span in spans:
        first.setdefault(span.visit, span.asked_for)
    for visit in task.visits:
        until = first.get(visit.number) or visit.began or visit.ended or clock.now
        yield from _pause(visit.reached, until, clock, "start", "waited to begin")


def _bar(span: Span, clock: Clock) -> Bar:
    look = ASKS if span.kind == "inquiry" and span.status not in TERMINAL else run_look(span.status)
    began, ended = span.began or span.asked_for, span.ended or clock.now
    x, end = clock.x(began), clock.x(ended)
    title = f"{wording.count(span.attempt, 'attempt')}, {look.word.lower()}, {wording.span(_length(span, clock))}"
    asked = span.kind == "inquiry"
    folds = tuple(fold.x + fold.width / 2 for fold in clock.axis.folds if x <= fold.x and end >= fold.x + fold.width)
    return Bar(x, max(round(end - x, 1), THINNEST), "ask" if asked else look.mark, title, kind="asked" if asked else "bar", folds=folds)


def _length(span: Span, clock: Clock) -> float:
    return ((span.ended or clock.now) - (span.began or span.asked_for)).total_seconds()


def _pauses(spans: Sequence[Span], clock: Clock) -> Iterator[Pause]:
    """What lay before an attempt began: the pause of a retry, or the wait for a worker."""
    earlier: dict[int, Span] = {}
    for span in spans:
        before, begun = earlier.get(span.visit), span.began or span.ended or clock.now
        if before is not None and before.ended is not None:
            yield from _pause(before.ended, begun, clock, "retry", f"pause before attempt {span.attempt}")
        elif span.kind != "inquiry":
            yield from _pause(span.asked_for, begun, clock, "start", "waited for a worker")
        earlier[span.visit] = span


def _pause(start: datetime, end: datetime, clock: Clock, kind: str, title: str) -> Iterator[Pause]:
    x, last = clock.x(start), clock.x(end)
    if last - x >= THINNEST:
        yield Pause(x, last, kind, f"{title}, {wording.span((end - start).total_seconds())}")


def _bands(spans: Sequence[Span], task: TaskTimes, clock: Clock) -> Iterator[Bar]:
    """How many ran at once, in slices of the axis, and whether one of them failed there."""
    width = 1180.0 / BANDS
    running, failed = [0] * BANDS, [0] * BANDS
    for span in spans:
        if span.began is None:
            continue
        first, last = (min(int(clock.x(at) / width), BANDS - 1) for at in (span.began, span.ended or clock.now))
        for at in range(first, last + 1):
            running[at] += 1
        failed[last] += span.status in ("failed", "timeout", "abandoned")
    most = max([1, *running])
    slices = [(_mark(bad), -(-4 * number // most)) for number, bad in zip(running, failed, strict=True)]
    yield from _joined(slices, width, task)


def _mark(failed: int) -> str:
    return "fail" if failed else "ok"


def _joined(slices: Sequence[tuple[str, int]], width: float, task: TaskTimes) -> Iterator[Bar]:
    start = 0
    for at in range(1, len(slices) + 1):
        if at < len(slices) and slices[at] == slices[start]:
            continue
        mark, level = slices[start]
        if level:
            title = f"{'several of' if level > 1 else 'few of'} {task.items or len(task.spans):,} at once"
            yield Bar(round(start * width, 1), round((at - start) * width, 1), mark, title, kind="band", level=level)
        start = at


def _says(task: TaskTimes, spans: Sequence[Span], bars: Sequence[Bar], clock: Clock, *, ended: bool) -> str:
    if not spans:
        return _unstarted(task, ended=ended)
    first, last = spans[0], spans[-1]
    if task.items:
        total = _length(replace(first, ended=max(s.ended or clock.now for s in spans)), clock)
        return f"{wording.count(task.items, 'item')}, {wording.span(total)}"
    if len(spans) > MOST_BARS:
        return wording.count(len(spans), "attempt")
    if last.status in NOT_STARTED:
        return "waits to start"
    took = wording.span(_length(last, clock))
    if len(task.visits) > 1:
        return f"{wording.count(len(task.visits), 'visit')}, the last {took}"
    if len(spans) > 1:
        return f"{wording.count(len(spans), 'attempt')}, the last {took}"
    return "" if bars and bars[-1].text else took


def _unstarted(task: TaskTimes, *, ended: bool) -> str:
    if any(span.copied for span in task.spans):
        return "kept from the run before"
    return _look(task, ended=ended).word.lower()


def _room_before(bars: Sequence[Bar], needed: float) -> float:
    """Where words end that have no room behind the last bar: before it, else at the right edge."""
    last = bars[-1].x - 6 if bars else RIGHT
    return last if last > needed else RIGHT


def _end(bars: Sequence[Bar], task: TaskTimes, clock: Clock) -> float:
    if bars:
        return bars[-1].x + bars[-1].w
    return clock.x(task.visits[-1].reached) if task.visits else 0.0
