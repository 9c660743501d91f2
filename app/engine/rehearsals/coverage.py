"""Which tasks and transitions of a workflow some rehearsals took, and which none did."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from app.engine.conductor.rehearsal import Rehearsal
from app.engine.spec.model import WorkflowSpec


@dataclass(frozen=True, slots=True)
class Way:
    """One target of one transition: `index` among the transitions of the task; `target` None: it only publishes."""

    task: str
    index: int
    target: str | None


@dataclass(frozen=True, slots=True)
class Coverage:
    """Tasks that were entered and ways that were taken. `|` adds two up."""

    tasks: frozenset[str] = field(default_factory=frozenset)
    ways: frozenset[Way] = field(default_factory=frozenset)

    def __or__(self, other: Coverage) -> Coverage:
        return Coverage(self.tasks | other.tasks, self.ways | other.ways)

    def as_json(self, spec: WorkflowSpec) -> dict[str, Any]:
        """`{tasks {covered, total, missing[]}, transitions {covered, total, missing[{task, index, target, when, kind}]}}`."""
        names, ways = [task.name for task in spec.all_tasks()], ways_of(spec)
        left_out, untaken = self.missing_tasks(spec), self.missing_ways(spec)
        return {
            "tasks": {"covered": len(names) - len(left_out), "total": len(names), "missing": left_out},
            "transitions": {
                "covered": len(ways) - len(untaken),
                "total": len(ways),
                "missing": [_way_json(way, spec) for way in untaken],
            },
        }

    def missing_tasks(self, spec: WorkflowSpec) -> list[str]:
        """Tasks nobody entered, in document order."""
        return [task.name for task in spec.all_tasks() if task.name not in self.tasks]

    def missing_ways(self, spec: WorkflowSpec) -> list[Way]:
        """Ways nobody took, in document order."""
        return [way for way in ways_of(spec) if way not in self.ways]


def coverage_of(rehearsal: Rehearsal) -> Coverage:
    """What one rehearsal took. A task that was only waited for (a join, `until`) was not entered."""
    return Coverage(frozenset(step.task for step in rehearsal.steps), frozenset(_taken(rehearsal)))


def total(rehearsals: Iterable[Rehearsal]) -> Coverage:
    """What all of them took together."""
    added = Coverage()
    for rehearsal in rehearsals:
        added |= coverage_of(rehearsal)
    return added


def ways_of(spec: WorkflowSpec) -> list[Way]:
    """Every way of a workflow in document order."""
    return [
        Way(task.name, index, target)
        for task in spec.all_tasks()
        for index, transition in enumerate(task.transitions)
        for target in transition.targets or (None,)
    ]


def _way_json(way: Way, spec: WorkflowSpec) -> dict[str, Any]:
    task = next(task for task in spec.all_tasks() if task.name == way.task)
    transition = task.transitions[way.index]
    return {**asdict(way), "when": transition.when, "kind": transition.kind, "label": transition.label}


def _taken(rehearsal: Rehearsal) -> Iterator[Way]:
    for step in rehearsal.steps:
        for transition in step.transitions or ():
            if transition["fired"]:
                for target in transition["targets"] or (None,):
                    yield Way(step.task, transition["index"], target)
