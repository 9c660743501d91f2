"""What the page of two compared runs shows: where they part, and what differs. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from app.engine import divergence
from app.engine.divergence import Pair
from app.engine.graph.build import Edge
from app.engine.graph.drawings import drawing_of
from app.engine.graph.looks import Looks, NodeLook, View
from app.engine.graph.svg import svg
from app.engine.waiting import error_text
from app.queries.comparisons import Comparison, Side
from app.web import wording
from app.web.line_rows import ShownHunks, shown_hunks
from app.web.value_texts import shown
from app.web.vocabulary import NOT_TAKEN, Look, run_look, task_look

ABSENT = Look("skip", "Not in this definition")


@dataclass(frozen=True, slots=True)
class SideHead:
    """A or B in the head of the page."""

    letter: str
    id: int
    look: Look
    started_at: Any
    took: str
    revision: int


@dataclass(frozen=True, slots=True)
class Difference:
    """A value in both; None texts: it is missing there."""

    name: str
    a: str | None
    b: str | None


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task in the table, `slower` as words with a sign."""

    name: str
    look_a: Look
    look_b: Look
    took_a: str
    took_b: str
    slower: str
    weight: int


@dataclass(frozen=True, slots=True)
class Parting:
    """Where the runs part: a sentence, and what the task came to in A and in B."""

    task: str
    sentence: str
    look_a: Look
    look_b: Look
    says_a: str
    says_b: str


@dataclass(frozen=True, slots=True)
class ComparisonPage:
    a: SideHead
    b: SideHead
    title: str
    ref: str
    picture: Markup
    parting: Parting | None
    inputs: Sequence[Difference]
    inputs_total: int
    results: Sequence[Difference]
    words: Sequence[str]
    lines: ShownHunks
    rows: Sequence[TaskRow]


def comparison_page(found: Comparison, *, title: str) -> ComparisonPage:
    parting = divergence.first_difference(found.pairs)
    given = [side.execution["parameters"] for side in (found.a, found.b)]
    rows = sorted((_row(pair) for pair in found.pairs if pair.a or pair.b), key=lambda row: -row.weight)
    return ComparisonPage(
        a=_head("A", found.a),
        b=_head("B", found.b),
        title=title,
        ref=found.b.run["workflow_ref"],
        picture=_picture(found, parting),
        parting=_parting(parting, found.pairs) if parting else None,
        inputs=_differences(*given),
        inputs_total=len(given[0].keys() | given[1].keys()),
        results=[_result(pair) for pair in found.pairs if pair.results_differ],
        words=found.words,
        lines=shown_hunks(found.hunks),
        rows=rows,
    )


def _head(letter: str, side: Side) -> SideHead:
    run = side.run
    took = wording.elapsed(run["started_at"], run["completed_at"], wording.moment(run["updated"])) if run["started_at"] else ""
    return SideHead(letter, side.execution["id"], run_look(side.execution["status"]), run["started_at"], took, side.revision)


def _parting(pair: Pair, pairs: Sequence[Pair]) -> Parting:
    same = sum(1 for one in pairs if not one.parts and one.state_a not in ("pending", "absent"))
    led = [divergence.ways_taken(state) for state in (pair.a, pair.b)]
    sentence = f"{wording.count(same, 'task')} ended the same way in both."
    if led[0] != led[1]:
        sentence += f" A went on with {wording.listed(led[0]) or 'nothing'}, B with {wording.listed(led[1]) or 'nothing'}."
    return Parting(pair.name, sentence, _look(pair.a), _look(pair.b), _says(pair.a), _says(pair.b))


def _says(state: Mapping[str, Any] | None) -> str:
    if state is None:
        return "This definition doesn’t have it."
    if state["error"]:
        return error_text(state)
    result = divergence.given(state)
    return shown(result) if result is not None else ""


def _look(state: Mapping[str, Any] | None) -> Look:
    if state is None:
        return ABSENT
    return NOT_TAKEN if state["state"] == "pending" else task_look(state["state"])


def _differences(a: Mapping[str, Any], b: Mapping[str, Any]) -> list[Difference]:
    names = [*a, *(name for name in b if name not in a)]
    differ = [name for name in names if a.get(name) != b.get(name) or (name in a) != (name in b)]
    return [Difference(name, *(shown(side[name]) if name in side else None for side in (a, b))) for name in differ]


def _result(pair: Pair) -> Difference:
    return Difference(pair.name, *(shown(divergence.given(state)) for state in (pair.a, pair.b)))


def _row(pair: Pair) -> TaskRow:
    slower = pair.slower_ms
    sign = "" if not slower else "+ " if slower > 0 else "− "
    return TaskRow(
        name=pair.name,
        look_a=_look(pair.a),
        look_b=_look(pair.b),
        took_a=_took(pair.a),
        took_b=_took(pair.b),
        slower="" if slower is None else f"{sign}{wording.span(abs(slower) / 1000)}" if abs(slower) >= 50 else "the same",
        weight=abs(slower or 0),
    )


def _took(state: Mapping[str, Any] | None) -> str:
    return wording.span(state["duration_ms"] / 1000) if state and state["duration_ms"] is not None else ""


def _picture(found: Comparison, parting: Pair | None) -> Markup:
    by_name = {pair.name: pair for pair in found.pairs}
    one_definition = found.a.revision == found.b.revision
    taken = [_taken(by_name[edge.source], edge, one_definition=one_definition) for edge in found.graph.edges]
    looks = Looks(
        nodes={name: _node(pair) for name, pair in by_name.items()},
        edges={number: any(sides) for number, sides in enumerate(taken)},
        only={number: "A" if sides[0] else "B" for number, sides in enumerate(taken) if sides[0] != sides[1]},
    )
    view = View(looks, selected=parting.name if parting else None)
    return svg(drawing_of(found.graph), found.graph, view, title="Both runs: the left shape is A, the right one B")


def _node(pair: Pair) -> NodeLook:
    took = [_took(state) for state in (pair.a, pair.b)]
    a, b = _look(pair.a), _look(pair.b)
    text = " / ".join(took) if all(took) else f"A {took[0]}" if took[0] else f"B {took[1]}" if took[1] else b.word.lower()
    return NodeLook(a.mark, text, other=b.mark)


def _taken(pair: Pair, edge: Edge, *, one_definition: bool) -> tuple[bool, bool]:
    """Whether A and B took this edge of B's graph; of another definition only the target can be told."""
    b = bool(pair.b and pair.b["transitions"][edge.index]["taken"])
    if one_definition:
        return bool(pair.a and pair.a["transitions"][edge.index]["taken"]), b
    return edge.target in divergence.ways_taken(pair.a), b
