"""What happens next for each way a question can end, in the author's own words: the labels and targets of the asking
task's transitions. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.engine.graph.build import Edge, Graph
from app.web import wording


@dataclass(frozen=True, slots=True)
class Way:
    """One transition of the asking task."""

    kind: str
    label: str
    targets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fate:
    """What happens on yes, on no, on silence."""

    mark: str
    lead: str
    text: str


def ways_of(graph: Graph, task: str) -> list[Way]:
    """The transitions of a task, in the order they are looked at."""
    found: dict[int, list[Edge]] = {}
    for edge in (*graph.edges, *graph.ends):
        if edge.source == task:
            found.setdefault(edge.index, []).append(edge)
    return [_way(found[index]) for index in sorted(found)]


def _way(edges: Sequence[Edge]) -> Way:
    first = edges[0]
    condition = first.when if first.kind == "custom" else ""  # the others have words of their own
    return Way(first.kind, first.label or condition or "", tuple(edge.target for edge in edges))


def fates(
    inquiry: Mapping[str, Any], ways: Sequence[Way], now: datetime, *, escalation: tuple[str, str] | None = None
) -> list[Fate]:
    """What an answer, a refusal and silence lead to. `escalation`: when more people are asked, and who."""
    return [*_answered(inquiry, ways), *_refused(inquiry), *_escalated(escalation), _silent(inquiry, ways, now)]


def _answered(inquiry: Mapping[str, Any], ways: Sequence[Way]) -> list[Fate]:
    said = [way for way in ways if way.kind in ("custom", "succeeded", "always")]
    if not said:
        lead = "If enough people agree" if inquiry.get("quorum") else "When you answer"
        return [Fate("ok", lead, f"{inquiry.get('task_name') or 'the run'} ends with that answer and the run goes on from there.")]
    return [Fate("ask", way.label[:1].upper() + way.label[1:] or "When it is answered", _goes_on(way.targets)) for way in said]


def _refused(inquiry: Mapping[str, Any]) -> list[Fate]:
    if not inquiry.get("quorum"):
        return []
    veto = (inquiry.get("policy") or {}).get("veto", True)
    text = "that decides it, and the run goes on with the no." if veto else "the others can still agree."
    return [Fate("cancel", "If one of them refuses", text)]


def _escalated(escalation: tuple[str, str] | None) -> list[Fate]:
    if escalation is None:
        return []
    at, people = escalation
    return [Fate("wait", f"If it is still open at {at}", f"it is also put to {people}.")]


def _silent(inquiry: Mapping[str, Any], ways: Sequence[Way], now: datetime) -> Fate:
    if not inquiry["timeout_at"]:
        return Fate("wait", "If nobody answers", "it waits; only this branch of the run waits with it.")
    lead = f"If nobody answers by {wording.clock(inquiry['timeout_at'], now)}"
    if inquiry.get("default_response") is not None:
        return Fate("tout", lead, "the answer prepared by the author is used, and marked as such.")
    late = [way for way in ways if way.kind == "timed_out"] or [way for way in ways if way.kind == "failed"]
    if late:
        return Fate("tout", lead, f"it never counts as a yes: {_goes_on(late[0].targets)}")
    return Fate("tout", lead, "the question times out; it never counts as a yes.")


def _goes_on(targets: Sequence[str]) -> str:
    tasks = [target for target in targets if target not in ("fail", "noop")]
    words = [f"the run goes on with {wording.listed(tasks)}"] if tasks else []
    if "fail" in targets:
        words.append("the run ends as failed")
    return ", and ".join(words or ["nothing more follows here"]) + "."
