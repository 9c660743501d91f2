"""What a past run had at one task: its rendered input, and what expressions written since would have given there.

Read only: no action runs, no key is read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from app.engine.access import Caller
from app.engine.errors import ExpressionFailed, NotFound
from app.engine.expressions import compile_condition, compile_value
from app.engine.spec.model import TaskSpec
from app.engine.spec.places import path_of
from app.engine.spec.template_sites import Site, sites_of_task
from app.persistence import session
from app.persistence.repositories.rows import Row
from app.queries.executions import require_readable
from app.queries.past_scope import PastScope

LONGEST_S = 1.5  # for all expressions of one task together
NO_KEYS = "the datastore is not read for this"
Below = tuple[str | int, ...]  # a path below the task, as documents have it


@dataclass(frozen=True, slots=True)
class PastValue:
    """What one place had, or would have had. `problem`: why there is no value."""

    value: Any = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class PastTask:
    """A task in a past run.

    Attributes:
        run: the execution id that people know the run by.
        state: of the task's latest visit; None when the run never reached it.
        values: by path below the task (entries of `publish` by their name), what was at each place of the task that holds templates, and at each input that is as it was then.
        input: rendered input of its latest execution (of its first item), secrets masked; None without one.
        item_count: of a task with items.
    """

    run: int
    status: str
    state: str | None = None
    values: Mapping[Below, PastValue] = field(default_factory=dict)
    input: Mapping[str, Any] | None = None
    execution: int | None = None
    item_count: int | None = None


def past_task(*, execution_id: int, task: TaskSpec, by: Caller) -> PastTask:
    """The task, as it is written now, against a past run of this or an older revision.

    Raises:
        NotFound: no such run, or not for this caller.
    """
    with session.reading() as tx:
        execution = require_readable(tx, execution_id, by)
        if execution["own_run"] is None:
            raise NotFound(f"Execution {execution_id} is no run of a workflow.")
        past = PastScope(tx, execution, by=by)
        visit, ran = past.visits.get(task.name), past.latest(task.name)
        return PastTask(
            run=execution_id,
            status=execution["status"],
            state=str(visit.state) if visit else None,
            values=dict(_values(past, task, ran)),
            input=None if ran is None else ran["parameters"],
            execution=None if ran is None else ran["id"],
            item_count=visit.items.total if visit and visit.items else None,
        )


def _values(past: PastScope, task: TaskSpec, ran: Row | None) -> Iterator[tuple[Below, PastValue]]:
    before, deadline, base = past.task(task.name), monotonic() + LONGEST_S, len(path_of(task.path))
    for site in sites_of_task(task):
        below = site.path[base:]
        if ran is not None and before is not None and _unchanged(below, task, before):
            yield below, PastValue((ran["parameters"] or {}).get(below[1]))
        elif site.has_templates and monotonic() > deadline:
            yield below, PastValue(problem="not evaluated: the others took too long")
        elif site.has_templates:
            yield below, _evaluated(past, task.name, site)


def _evaluated(past: PastScope, task: str, site: Site) -> PastValue:
    visit = past.visits.get(task)
    if site.moment in ("attempt", "end") and (visit is None or not visit.ended):
        return PastValue(problem="the task had not ended")
    try:
        scope = past.at(task, site.moment)
        if site.is_condition:
            return PastValue(compile_condition(site.value).holds(scope))
        return PastValue(compile_value(site.value).render(scope))
    except ExpressionFailed as error:
        return PastValue(problem=NO_KEYS if "no key store" in error.message else error.message)


def _unchanged(below: Below, task: TaskSpec, before: TaskSpec) -> bool:
    """Whether this is an entry of `input` that says what it said in the run: then what came of it is known."""
    if below[:1] != ("input",):
        return False
    name = str(below[1])
    return name in before.input and before.input[name] == task.input.get(name) and task.action == before.action
