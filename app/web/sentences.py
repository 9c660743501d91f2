"""What a run is doing, as the list beside its graph says it. Pure; the words are those of `app.engine.waiting`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.engine.waiting import foremost
from app.web.vocabulary import task_look


@dataclass(frozen=True, slots=True)
class Sentence:
    """`task` does or waits for `text`; `inquiry` is the question whose answer ends the wait."""

    task: str
    mark: str
    text: str
    inquiry: int | None = None


def sentences(tasks: Sequence[Mapping[str, Any]]) -> list[Sentence]:
    """Sentences about TaskState objects (api.md 9), the ones a person can end first."""
    return [_sentence(task) for task in foremost(tasks)]


def _sentence(task: Mapping[str, Any]) -> Sentence:
    asks = task["inquiry"] if task["state"] == "waiting_inquiry" else None
    mark = "wait" if task["state"] == "pending" else task_look(task["state"]).mark
    return Sentence(task["name"], mark, task["reason"], asks)
