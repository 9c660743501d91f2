"""The inspector of one task: everything that can be said about it, in the order people think. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.engine.conductor.retries import delay_s
from app.engine.schemas import fields
from app.engine.spec.model import RESERVED_TARGETS, RetrySpec, TaskSpec
from app.engine.spec.names_at import ASK, as_json
from app.engine.spec.places import path_of
from app.engine.spec.problems import Problem
from app.queries.past_runs import PastTask
from app.services.inspections import Inspection
from app.web.cursor_docs import CursorDoc, cursor_doc
from app.web.inspector_fields import EditField, FieldMaker, problems_below
from app.web.inspector_ways import Way, next_entries, publish_fields, ways_of
from app.web.value_texts import choices_of
from app.web.wording import span

_BACKOFFS = ("constant", "linear", "exponential")
_SHOWN_DELAYS = 6
_FEW = 3  # so many inputs that nobody gave need no fold


@dataclass(frozen=True, slots=True)
class Inspected:
    """One task, ready for the template.

    Attributes:
        action: `queries.actions` row of its action, None when it has none or none that can be seen.
        inputs: what is given or required; `more_inputs`: the rest of the action's parameters.
        extra: given inputs that the action does not declare.
        waits: the delays of its retry in words.
        names: names in scope, each with the moments it exists at.
        targets: tasks a transition may lead to.
    """

    task: TaskSpec
    action: Mapping[str, Any] | None
    items: tuple[EditField, ...]
    inputs: tuple[EditField, ...]
    more_inputs: tuple[EditField, ...]
    retry: tuple[EditField, ...]
    retry_conditions: tuple[EditField, ...]
    waits: str
    limits: tuple[EditField, ...]
    guard: EditField
    publish: tuple[EditField, ...]
    ways: tuple[Way, ...]
    order_json: str
    timeout_counts_as_failed: bool
    names: list[dict[str, Any]]
    targets: tuple[str, ...]
    problems: tuple[Problem, ...]
    cursor: CursorDoc | None
    past: PastTask | None = None

    @property
    def name(self) -> str:
        return self.task.name

    @property
    def others(self) -> tuple[Problem, ...]:
        """Problems that no field in sight shows."""
        in_sight = (*self.items, *self.inputs, *self.retry, *self.limits, *self.publish, self.guard)
        shown = {id(problem) for field in in_sight for problem in field.problems}
        return tuple(problem for problem in self.problems if id(problem) not in shown)

    @property
    def is_parallel(self) -> bool:
        return self.task.type == "parallel"


def inspected(found: Inspection, *, action: Mapping[str, Any] | None, past: PastTask | None) -> Inspected:
    """What the template shows of an inspected task."""
    task = found.task
    assert task is not None
    base = path_of(task.path)
    maker = FieldMaker(base, ("tasks", task.name), problems_below(task.path, found.problems), past)
    inputs, more = _inputs(task, action, maker)
    return Inspected(
        task=task,
        action=action,
        items=_items(task, maker),
        inputs=inputs,
        more_inputs=more,
        retry=_retry(task.retry, maker),
        retry_conditions=_retry_conditions(task.retry, maker),
        waits=_waits(task.retry),
        limits=_limits(task, sum(task.name in _targets(one) for one in found.spec.tasks), maker),
        guard=maker.of(("when",), task.when, kind="condition", moment="start"),
        publish=tuple(publish_fields(base, found.document, maker)),
        ways=ways_of(task, found.document, maker),
        order_json=json.dumps(next_entries(task, found.document), ensure_ascii=False),
        timeout_counts_as_failed=task.timeout_s is not None and not task.asks_about_timeout and bool(task.transitions),
        names=as_json(found.names),
        targets=tuple(one.name for one in found.spec.tasks if one.name != task.name) + tuple(sorted(RESERVED_TARGETS)),
        problems=found.problems,
        cursor=cursor_doc(found, action),
        past=past,
    )


def _inputs(
    task: TaskSpec, action: Mapping[str, Any] | None, maker: FieldMaker
) -> tuple[tuple[EditField, ...], tuple[EditField, ...]]:
    """The inputs that matter now, and the rest: given ones in the order of the schema, then what it doesn't know."""
    declared = fields(action["param_schema"]) if action is not None else []
    made = [(maker.of_parameter(one, task.input.get(one.name)), one) for one in declared]
    few = sum(not (field.given or field.required) for field, _ in made) <= _FEW
    first = [field for field, _ in made if few or field.given or field.required]
    extra = [
        maker.of(("input", name), value, kind="json" if isinstance(value, list | dict) else "any", type_word="not declared" if declared else "")
        for name, value in task.input.items()
        if name not in {one.name for one in declared}
    ]
    return (*first, *extra), tuple(field for field, _ in made if field not in first)


def _items(task: TaskSpec, maker: FieldMaker) -> tuple[EditField, ...]:
    """`with_items` first; then what only makes sense with it."""
    kind = "json" if isinstance(task.with_items, list | dict) else "any"
    items = maker.of(("with_items",), task.with_items, kind=kind, moment="start", type_word="list, one run per item")
    if task.with_items is None:
        return (items,)
    mode = None if task.batch_mode == "item" else task.batch_mode
    return (
        items,
        maker.of(("concurrency",), task.concurrency, kind="integer", label="at once", default="all"),
        maker.of(("batch_size",), task.batch_size, kind="integer", label="batch size", default="none"),
        maker.of(("batch_mode",), mode, kind="choice", label="a run gets", choices=choices_of(("item", "list")), default="item"),
    )


def _retry(retry: RetrySpec | None, maker: FieldMaker) -> tuple[EditField, ...]:
    if retry is None:
        return ()
    backoff = None if retry.backoff == "constant" else retry.backoff
    return (
        maker.of(("retry", "count"), retry.count, kind="integer", required=True),
        maker.of(("retry", "delay"), _number(retry.delay_s) or None, kind="number", unit="s", default="0"),
        maker.of(("retry", "backoff"), backoff, kind="choice", choices=choices_of(_BACKOFFS), default="constant"),
        maker.of(("retry", "max_delay"), _number(retry.max_delay_s), kind="number", unit="s", label="longest delay", default="none"),
        maker.of(("retry", "jitter"), _number(retry.jitter) or None, kind="number", default="0"),
    )


def _retry_conditions(retry: RetrySpec | None, maker: FieldMaker) -> tuple[EditField, ...]:
    if retry is None:
        return ()
    return (
        maker.of(("retry", "on_error"), retry.on_error, kind="condition", label="after failures where", moment="attempt", default="every failure"),
        maker.of(("retry", "when"), retry.when, kind="condition", label="and whenever", moment="attempt", default="never"),
    )


def _waits(retry: RetrySpec | None) -> str:
    """`waits 15, 30, 60 s`."""
    if retry is None or not retry.delay_s:
        return ""
    delays = [delay_s(retry, attempt, chance=0.5) for attempt in range(1, min(retry.count, _SHOWN_DELAYS) + 1)]
    more = ", …" if retry.count > _SHOWN_DELAYS else ""
    if all(delay < 600 for delay in delays):
        return f"waits {', '.join(f'{delay:g}' for delay in delays)}{more} s"
    return f"waits {', '.join(span(delay) for delay in delays)}{more}"


def _limits(task: TaskSpec, predecessors: int, maker: FieldMaker) -> tuple[EditField, ...]:
    join = None if task.join == "any" else task.join
    word = "the whole" if task.type != "action" else "its deadline" if task.action == ASK else "each"
    found = [
        maker.of(("timeout",), _number(task.timeout_s), kind="number", unit="s", type_word=word, default="none"),
        maker.of(("delay",), _number(task.delay_s) or None, kind="number", unit="s", type_word="before", default="0"),
    ]
    if task.container is None:
        numbers = range(2, max(3, predecessors, join if isinstance(join, int) else 0) + 1)
        found.append(maker.of(("join",), join, kind="choice", choices=choices_of(("any", "all", *numbers)), default="any"))
    found.append(maker.of(("max_visits",), None if task.max_visits == 1 else task.max_visits, kind="integer", label="runs at most", default="1"))
    if task.wait_for is not None:
        found.append(maker.of(("wait_for", "inquiry"), task.wait_for, kind="any", label="waits for the inquiry"))
    return tuple(found)


def _targets(task: TaskSpec) -> set[str]:
    return {target for transition in task.transitions for target in transition.targets}


def _number(value: float | None) -> float | int | None:
    """15 rather than 15.0."""
    return int(value) if value is not None and value == int(value) else value
