"""What a visit that has ended publishes and which of its transitions fire. Decides only; `ending` carries it out.

Order (language.md 11 "Graph"): task-level `publish` on success, then every `when` against the same state, then
`publish` and targets of those that hold, in order. An error anywhere means that nothing happens at all.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from immutables import Map

from app.engine.conductor.plan import PlanPublish, PlanTask, PlanTransition
from app.engine.conductor.reports import TaskError
from app.engine.conductor.runs import holds, render
from app.engine.conductor.state import TransitionTaken, Visit
from app.engine.conductor.views import outcome_flags, run_scope, visit_outcome, visit_result
from app.engine.conductor.work import Work
from app.engine.errors import ExpressionFailed
from app.engine.expressions import OutcomeView, Scope
from app.engine.statuses import Outcome


@dataclass(frozen=True, slots=True)
class Departure:
    """The decision: what was seen of each transition, the variables afterwards, and the targets in order."""

    seen: tuple[TransitionTaken, ...]
    variables: Map[str, Any]
    published: tuple[str, ...]
    targets: tuple[str, ...]


class TransitionFailed(Exception):
    """A `when` or a `publish` could not be evaluated; `seen` is what was looked at before."""

    def __init__(self, error: TaskError, seen: tuple[TransitionTaken, ...] = ()) -> None:
        super().__init__(error.message)
        self.error = error
        self.seen = seen


def decide_departure(work: Work, task: PlanTask, visit: Visit) -> Departure:
    """Decide what the end of this visit leads to.

    Raises:
        TransitionFailed: with error type `transition_error` or `publish_error`.
    """
    if not task.transitions and not task.publish:
        return Departure((), work.variables, (), ())
    return _Decision(work, task, visit).made()


def replay_publish(work: Work, task: PlanTask, visit: Visit) -> Map[str, Any]:
    """The variables after the publishes that an ended visit made; what fired is taken from its record.

    Raises:
        TransitionFailed: one can no longer be evaluated.
    """
    if not visit.transitions and not task.publish:
        return work.variables
    return _Decision(work, task, visit).replayed()


class _Decision:
    """One pass over the transitions of one visit; variables and names published so far are its state."""

    def __init__(self, work: Work, task: PlanTask, visit: Visit) -> None:
        self.work = work
        self.task = task
        self.visit = visit
        self.skipped = visit.outcome is Outcome.SKIPPED
        self.outcome: OutcomeView = visit_outcome(work, visit)
        self.flags = outcome_flags(task, visit.outcome or Outcome.SUCCEEDED)
        self.variables = work.variables
        self.published: list[str] = []

    def made(self) -> Departure:
        if self.visit.outcome is Outcome.SUCCEEDED:
            self._publish(self.task.publish, "publish")
        seen = self._look()
        fired = [(t, found) for t, found in zip(self.task.transitions, seen, strict=True) if found.taken]
        for transition, found in fired:
            names = () if self.skipped else self._publish(transition.publish, _place(transition, "publish"), seen)
            if names:
                seen[found.index] = replace(found, published=names)
        targets = dict.fromkeys(target for _, found in fired for target in found.targets)
        return Departure(tuple(seen), self.variables, tuple(dict.fromkeys(self.published)), tuple(targets))

    def replayed(self) -> Map[str, Any]:
        if self.visit.outcome is Outcome.SUCCEEDED:
            self._publish(self.task.publish, "publish")
        for found in self.visit.transitions:
            if found.taken and found.published:
                transition = self.task.transitions[found.index]
                self._publish(transition.publish, _place(transition, "publish"))
        return self.variables

    def _look(self) -> list[TransitionTaken]:
        seen: list[TransitionTaken] = []
        decided: set[int] = set()
        for index, transition in enumerate(self.task.transitions):
            found = self._look_at(index, transition, decided, seen)
            if found.taken and transition.spec.group is not None:
                decided.add(transition.spec.group)
            seen.append(found)
        return seen

    def _look_at(
        self, index: int, transition: PlanTransition, decided: set[int], seen: list[TransitionTaken]
    ) -> TransitionTaken:
        spec = transition.spec
        if spec.group in decided:
            return TransitionTaken(index, spec.when, False, reason="an earlier branch was taken")
        if spec.guard != "always" and not self.flags[spec.guard]:
            return TransitionTaken(index, spec.when, False, reason=f"the task {_words(self.visit)}")
        if not self._holds(transition, seen):
            return TransitionTaken(index, spec.when, False, reason=f"{spec.when} is false")
        return TransitionTaken(index, spec.when, True, targets=spec.targets)

    def _holds(self, transition: PlanTransition, seen: list[TransitionTaken]) -> bool:
        if transition.helper is not None:
            return self.flags[transition.helper]
        if transition.when is None:
            return True
        try:
            return holds(self.work, transition.when, self._scope(_place(transition, "when")))
        except ExpressionFailed as problem:
            raise TransitionFailed(TaskError("transition_error", problem.message), tuple(seen)) from problem

    def _scope(self, place: str) -> Scope:
        return run_scope(
            self.work,
            now=self.work.now,
            outcome=self.outcome,
            variables=self.variables,
            place=f"task '{self.task.name}', {place}",
        )

    def _publish(
        self, entries: Iterable[PlanPublish], place: str, seen: Iterable[TransitionTaken] = ()
    ) -> tuple[str, ...]:
        names: list[str] = []
        for entry in entries:
            self.variables = self.variables.set(entry.name, self._value(entry, place, seen))
            names.append(entry.name)
        self.published.extend(names)
        return tuple(dict.fromkeys(names))

    def _value(self, entry: PlanPublish, place: str, seen: Iterable[TransitionTaken]) -> Any:
        if entry.value is None:
            return visit_result(self.work, self.visit)
        try:
            return render(self.work, entry.value, self._scope(f"{place}.{entry.name}"))
        except ExpressionFailed as problem:
            untaken = tuple(replace(found, taken=None, targets=(), published=()) for found in seen)
            raise TransitionFailed(TaskError("publish_error", problem.message), untaken) from problem


def _place(transition: PlanTransition, key: str) -> str:
    return f"{transition.spec.path}.{key}" if transition.spec.path else key


def _words(visit: Visit) -> str:
    return str(visit.outcome or Outcome.SUCCEEDED).replace("_", " ")
