"""Where the time of a run went: every moment counts once, for work before people before pauses before other waits. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.queries.timelines import Span, TaskTimes
from app.web import wording
from app.web.timeline_axis import Stretch, merged
from app.web.timeline_lanes import Seconds
from app.web.vocabulary import Look

WORK, PEOPLE, PAUSES, OTHER = Look("ok", "work"), Look("ask", "waiting for an answer"), Look("retry", "pauses between attempts"), Look("wait", "other waits")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sums:
    """(what, seconds) in the order of the bar; `finding` is what there is to learn, `rest` the sentence after it."""

    parts: tuple[tuple[Look, float], ...]
    finding: str
    rest: str


def sums_of(tasks: Sequence[TaskTimes], length: float, second: Seconds, now: datetime, *, goes_on: bool = False) -> Sums:
    spans = [span for task in tasks for span in task.spans if not span.copied]
    work = merged(_work(spans, second, now))
    people = merged((second(s.asked_for), second(s.ended or now)) for s in spans if s.kind == "inquiry")
    pauses = merged(_pauses(tasks, second, now))
    worked, both, all_three = _total(work), _total(merged([*work, *people])), _total(merged([*work, *people, *pauses]))
    parts = ((PEOPLE, both - worked), (WORK, worked), (PAUSES, all_three - both), (OTHER, max(0.0, length - all_three)))
    shown = tuple((look, seconds) for look, seconds in parts if seconds >= max(0.05, length / 1000))
    return Sums(shown, *_finding(dict(parts), length, goes_on=goes_on))


def _work(spans: Sequence[Span], second: Seconds, now: datetime) -> Iterator[Stretch]:
    for span in spans:
        if span.kind != "inquiry" and span.began is not None:
            yield second(span.began), second(span.ended or now)


def _pauses(tasks: Sequence[TaskTimes], second: Seconds, now: datetime) -> Iterator[Stretch]:
    for task in tasks:
        before: dict[int, Span] = {}
        for span in task.spans if not task.items else ():
            earlier = before.get(span.visit)
            if earlier is not None and earlier.ended is not None:
                yield second(earlier.ended), second(span.began or span.ended or now)
            before[span.visit] = span
        if task.visits and task.visits[-1].state == "waiting_retry" and before:
            yield second(list(before.values())[-1].ended or now), second(now)


def _finding(parts: dict[Look, float], length: float, *, goes_on: bool) -> tuple[str, str]:
    most = max(parts, key=lambda look: parts[look])
    took = wording.span(parts[most])
    if parts[WORK] >= length / 2 or parts[most] <= 0:
        return f"{wording.span(parts[WORK])} of work", f"{wording.span(length)} {'so far' if goes_on else 'from start to end'}."
    waited = {PEOPLE: "waited for people", PAUSES: "was pauses between attempts", OTHER: "nothing worked"}
    return f"{took} of it {waited.get(most, 'was work')}", f"Something worked for {wording.span(parts[WORK])}."


def _total(stretches: Sequence[Stretch]) -> float:
    return sum(end - start for start, end in stretches)
