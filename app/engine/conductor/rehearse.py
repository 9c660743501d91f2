"""Rehearsing a workflow: the conductor's own step with scripted answers and simulated time; no action is run.

Source: api.md 7.1 (`/workflows/rehearse`); language.md throughout, for it is the same step.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from app.engine.conductor.plan import Plan, PlanLimits, build_plan
from app.engine.conductor.rehearsal import Answer, Rehearsal, Step
from app.engine.conductor.stage import Example, Stage
from app.engine.conductor.start import new_run
from app.engine.spec.model import WorkflowSpec

__all__ = ["Answer", "Example", "Rehearsal", "Step", "drive"]


def drive(
    spec: WorkflowSpec | Plan,
    script: Iterable[Answer | Mapping[str, Any]] = (),
    *,
    parameters: Mapping[str, Any] | None = None,
    now: datetime,
    until: str | None = None,
    example: Example | None = None,
    context: Mapping[str, Any] | None = None,
    limits: PlanLimits | None = None,
) -> Rehearsal:
    """Play a workflow to its end, to a wait nobody answers, or to the start of `until`.

    Args:
        script: entries for one task are used in the order of its runs (those with `item` for that item only);
            the last one stays. A mapping has the keys of `Answer`.
        now: simulated start, aware UTC.
        example: result data for a run without a script entry; without it they succeed with `{}`.

    Raises:
        ExpressionFailed, InvalidDefinition: the workflow can't be planned.
    """
    plan = spec if isinstance(spec, Plan) else build_plan(spec, limits=limits)
    answers = [entry if isinstance(entry, Answer) else Answer(**entry) for entry in script]
    state = new_run(plan, parameters=parameters or {}, context=context or {})
    return Stage(Rehearsal(state, now=now, until=until), answers, example or (lambda run: {}), until).play()
