"""Rehearsing a workflow: the conductor's own step with scripted answers and simulated time; no action is run.

Source: api.md 7.1 (`/workflows/rehearse`); language.md throughout, for it is the same step.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from app.engine import schemas
from app.engine.conductor.bounds import Bounds, Meter
from app.engine.conductor.commands import Finish
from app.engine.conductor.plan import Plan, PlanLimits, build_plan
from app.engine.conductor.questions import Questions
from app.engine.conductor.rehearsal import Answer, Rehearsal, Step
from app.engine.conductor.reports import TaskError
from app.engine.conductor.script import read_script
from app.engine.conductor.stage import Stage
from app.engine.conductor.start import new_run
from app.engine.errors import InvalidValue
from app.engine.expressions import Scope
from app.engine.expressions.budget import sharing
from app.engine.spec.catalog import Catalog
from app.engine.spec.findings import did_you_mean
from app.engine.spec.model import WorkflowSpec
from app.engine.statuses import ExecutionStatus

__all__ = ["Answer", "Bounds", "Rehearsal", "Step", "drive"]


def drive(
    spec: WorkflowSpec | Plan,
    script: Iterable[Answer | Mapping[str, Any]] = (),
    *,
    parameters: Mapping[str, Any] | None = None,
    now: datetime,
    until: str | None = None,
    catalog: Catalog | None = None,
    context: Mapping[str, Any] | None = None,
    config: Mapping[str, Any] | None = None,
    keys: Mapping[str, Any] | None = None,
    limits: PlanLimits | None = None,
    bounds: Bounds | None = None,
) -> Rehearsal:
    """Play a workflow to its end, to a wait nobody answers, or to the start of `until`.

    Args:
        script: entries for one task are used in the order of its runs (those with `item` for that item only);
            the last one stays. A mapping has the keys of `Answer`.
        parameters: as a start takes them; None: an example of each that is required.
        now: simulated start, aware UTC.
        catalog: what is known of the actions; without it each succeeds with `{}` and takes any input.
        keys: all that `kv` has in templates.

    Raises:
        ExpressionFailed, InvalidDefinition: the workflow can't be planned.
        InvalidValue: the script or `until` names what the workflow does not have.
        LimitExceeded: it is beyond `bounds`.
    """
    plan = spec if isinstance(spec, Plan) else build_plan(spec, limits=limits)
    read = read_script(script, plan)
    _check_until(until, plan)
    questions, meter = Questions(), Meter(bounds or Bounds())
    fitted, problems = _fitted(plan, parameters)
    store = GivenKeys(keys or {})
    state = new_run(plan, parameters=fitted, context=context or {}, config=config, kv=store, inquiries=questions)
    rehearsal = Rehearsal(replace(state, secrets=_secrets(plan, fitted)), now=now, until=until)
    if problems:
        rehearsal.finish = _refused(problems)
        return rehearsal
    with sharing(meter.allowance):
        return Stage(rehearsal, read, catalog, questions, meter).play()


class GivenKeys:
    """A key store with what somebody gave; the datastore is never asked."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values

    def get(self, ref: str) -> Any:
        return self._values[ref]

    get_secret = get


def _secrets(plan: Plan, parameters: Mapping[str, Any]) -> frozenset[str]:
    """Every text given for parameters that the workflow declares secret."""
    scope = Scope()
    for path in schemas.secret_paths(plan.spec.parameters):
        for value in _values_at(parameters, path):
            scope.secret(value)
    return frozenset(scope.secrets)


def _values_at(value: Any, path: tuple[str, ...]) -> list[Any]:
    if not path:
        return [value]
    if path[0] == "*":
        return [found for entry in value or () for found in _values_at(entry, path[1:])]
    return _values_at(value[path[0]], path[1:]) if isinstance(value, Mapping) and path[0] in value else []


def _fitted(plan: Plan, parameters: Mapping[str, Any] | None) -> tuple[dict[str, Any], list[dict[str, str]]]:
    schema = plan.spec.parameters
    given = dict(parameters) if parameters is not None else _examples(schema)
    return schemas.fitting_of(schema).fit(given)


def _examples(schema: dict[str, Any] | None) -> dict[str, Any]:
    example = schemas.example(schema)
    return {name: example[name] for name in schemas.required_names(schema) if name in example}


def _refused(problems: list[dict[str, str]]) -> Finish:
    """A run whose parameters are wrong fails before any task starts (language.md 2)."""
    error = TaskError("invalid_input", "; ".join(problem["message"] for problem in problems))
    return Finish(ExecutionStatus.FAILED, {"succeeded": False, "error": error.message}, error)


def _check_until(until: str | None, plan: Plan) -> None:
    if until is not None and until not in plan.tasks:
        text = f"'{until}' is no task of this workflow.{did_you_mean(until, plan.tasks)}"
        raise InvalidValue(text, details=[{"path": "until", "message": text}])
