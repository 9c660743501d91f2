"""What the page of an action on many runs says: before it, and after it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.services.bulk_actions import Part
from app.web import wording


@dataclass(frozen=True, slots=True)
class Verb:
    """How an action is called: `Cancel`, `cancelled`, and what it means for the runs."""

    word: str
    past: str
    meaning: str


VERBS = {
    "cancel": Verb("Cancel", "cancelled", "What runs is told to stop, what has not started never will. It can’t be taken back."),
    "pause": Verb("Pause", "paused", "Nothing new starts until they are resumed; what runs goes on to its end."),
    "resume": Verb("Resume", "resumed", "They go on where they were paused."),
    "rerun": Verb("Run again", "started again", "Each starts anew from its first task with the same input; the old runs stay as they are."),
    "retry": Verb("Retry failed", "started again", "Each starts anew from what failed and keeps what succeeded; the old runs stay as they are."),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class BulkPage:
    """`doing` are the executions of the plan (or that it was done to), `not_doing` the others, with reasons."""

    action: str
    verb: Verb
    headline: str
    doing: list[Part]
    not_doing: list[Part]
    more: bool


def plan_page(action: str, parts: Sequence[Part], *, more: bool) -> BulkPage:
    """`more`: not everything that matches is in the plan."""
    doing, others = _split(parts)
    verb = VERBS[action]
    headline = f"{verb.word} {wording.count(len(doing), 'run')}?" if doing else f"Nothing to {verb.word.lower()}"
    return BulkPage(action, verb, headline, doing, others, more)


def result_page(action: str, parts: Sequence[Part]) -> BulkPage:
    doing, others = _split(parts)
    verb = VERBS[action]
    return BulkPage(action, verb, f"{wording.count(len(doing), 'run')} {verb.past}", doing, others, more=False)


def _split(parts: Sequence[Part]) -> tuple[list[Part], list[Part]]:
    return [part for part in parts if not part.why_not], [part for part in parts if part.why_not]
