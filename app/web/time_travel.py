"""Looking back in a run: the slider over its events, and the graph and variables as they were after one of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import request, url_for

from app.engine.access import Caller
from app.queries import past_states
from app.queries.past_states import PastState, Scale
from app.web.event_words import event_words
from app.web.pages import number

_MARKS = {"retry_scheduled": "retry", "awaits_inquiry": "ask", "task_skipped": "skip", "published": "run", "run_finished": "run"}


@dataclass(frozen=True, slots=True)
class Slider:
    """The slider and its links; `at` is None while the page follows the run.

    Attributes:
        ticks: (mark, path) on a track of 1000.
        words: what the event said; `moment` when.
    """

    last: int
    at: int | None
    ticks: tuple[tuple[str, str], ...]
    words: str = ""
    moment: datetime | None = None
    first_link: str | None = None
    before_link: str | None = None
    after_link: str | None = None
    now_link: str = ""


def asked_for() -> int | None:
    """The event the address asks for; None: now."""
    return number("at") or None


def past_of(run: Mapping[str, Any], seq: int, by: Caller) -> PastState:
    return past_states.state_at(workflow_execution_id=run["id"], seq=seq, by=by)


def slider_of(execution_id: int, past: PastState | None) -> Slider:
    scale = past_states.scale_of(execution_id=execution_id)
    at = past.seq if past else None
    return Slider(
        last=scale.last,
        at=at,
        ticks=tuple(_ticks(scale)),
        words=event_words(past.event) if past else "",
        moment=past.at if past else None,
        **_links(execution_id, at, scale.last),
    )


def _ticks(scale: Scale) -> Iterator[tuple[str, str]]:
    """One path for all events of a kind: this is part of every live update."""
    paths: dict[str, str] = {}
    for seq, kind, _ in scale.ticks:
        x = round(1000 * (seq - 1) / max(scale.last - 1, 1))
        mark = _MARKS.get(kind, "ok")
        paths[mark] = f"{paths.get(mark, '')}M{x} 0v10"
    yield from paths.items()


def _links(execution_id: int, at: int | None, last: int) -> dict[str, Any]:
    here = {"execution_id": execution_id, "task": request.args.get("task")}

    def to(seq: int) -> str | None:
        return url_for("runs.detail", **here, at=seq) if 1 <= seq <= last and seq != at else None

    return {
        "first_link": to(1),
        "before_link": to((at or last + 1) - 1),
        "after_link": to(at + 1) if at else None,
        "now_link": url_for("runs.detail", **here),
    }
