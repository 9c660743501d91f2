"""The variables of a run as they were after some of its tasks: what those published, worked out again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from immutables import Map

from app.engine.conductor.plan import Plan
from app.engine.conductor.runs import render
from app.engine.conductor.state import RunState, Visit
from app.engine.conductor.transitions import TransitionFailed, replay_publish
from app.engine.conductor.views import run_scope
from app.engine.conductor.work import Work


def variables_after(
    plan: Plan, old: RunState, kept: Iterable[Visit], parameters: Mapping[str, Any]
) -> tuple[Map[str, Any], frozenset[str]]:
    """Initial variables for `parameters`, then what the kept visits published, in the order they ended.

    Results are evaluated again rather than stored twice; where that is no longer possible (a key is gone), the
    old run's last value stands in.

    Returns:
        The variables, and the secret texts that went into them.

    Raises:
        ExpressionFailed: an initial variable can't be evaluated with these parameters.
    """
    variables, secrets = _initial(plan, replace(old, plan=plan, parameters=dict(parameters)))
    work = _work(replace(old, visits=Map(), latest=Map(), variables=variables), old)
    for visit in kept:
        work.visits = work.visits.set(visit.key, visit)
        work.latest = work.latest.set(visit.task, max(visit.number, work.latest.get(visit.task, 0)))
        work.variables = _published(work, old, visit)
    return work.variables, secrets | work.secrets


def _initial(plan: Plan, run: RunState) -> tuple[Map[str, Any], frozenset[str]]:
    work = _work(replace(run, variables=Map(), visits=Map(), latest=Map()), run)
    for name, compiled in plan.vars:
        value = render(work, compiled, run_scope(work, now=work.now, place=f"vars.{name}"))
        work.variables = work.variables.set(name, value)
    return work.variables, work.secrets


def _published(work: Work, old: RunState, visit: Visit) -> Map[str, Any]:
    try:
        return replay_publish(work, work.task(visit), visit)
    except TransitionFailed:
        names = [entry.name for entry in work.task(visit).publish]
        names += [name for transition in visit.transitions for name in transition.published]
        known = {name: old.variables[name] for name in names if name in old.variables}
        return work.variables.update(known)


def _work(state: RunState, old: RunState) -> Work:
    assert old.started_at is not None
    return Work(state, now=old.started_at, chance=0.0)
