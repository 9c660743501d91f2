"""The plan of a workflow: its specification with every template compiled and the graph's maps ready.

Immutable and free of run state, so one plan serves every run of a revision.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.engine.conductor.reach import reachable_masks
from app.engine.errors import InvalidDefinition
from app.engine.expressions import Compiled, Condition, compile_condition, compile_value
from app.engine.spec.model import (
    RESERVED_TARGETS,
    PublishEntry,
    RetrySpec,
    TaskSpec,
    TransitionSpec,
    WorkflowSpec,
)
from app.engine.spec.problems import Problem

ASK = "core.ask"

_HELPER = re.compile(r"(succeeded|failed|timed_out|skipped)\s*\(\s*\)")


@dataclass(frozen=True, slots=True)
class PlanLimits:
    """Limits a run is held to; each is a setting of the server.

    Attributes:
        items_window: runs of one task handed out at once without `concurrency` (ATTUNE_ITEMS_WINDOW).
        max_items: items of one task (ATTUNE_MAX_ITEMS).
        max_nesting: depth of containers (ATTUNE_MAX_NESTING).
    """

    items_window: int = 64
    max_items: int = 10_000
    max_nesting: int = 10


@dataclass(frozen=True, slots=True)
class PlanPublish:
    """One `publish` entry; `value` None: the bare form, it stores `result()`."""

    name: str
    value: Compiled | None


@dataclass(frozen=True, slots=True)
class PlanTransition:
    """A transition ready to be looked at. `helper` is set when `when` is exactly one call such as `failed()`."""

    spec: TransitionSpec
    when: Condition | None
    helper: str | None
    publish: tuple[PlanPublish, ...]


@dataclass(frozen=True, slots=True)
class PlanRetry:
    spec: RetrySpec
    when: Condition | None
    on_error: Condition | None


@dataclass(frozen=True, slots=True)
class PlanTask:
    """One task with its compiled templates and its place in the graph.

    Attributes:
        index: position in document order; `1 << index` is its bit in the masks.
        depth: how many containers it is nested in, itself counted when it is one.
        predecessors: distinct tasks with a transition to it, in document order; `predecessor_mask` is the same.
        successors: distinct targets of its transitions without `fail` and `noop`.
        asks_about_timeout: a time-out is no failure then, one of its transitions asks about it.
        reach: mask of every task a path from here leads to; its own bit only when it is on a cycle.
    """

    spec: TaskSpec
    index: int
    depth: int
    predecessors: tuple[str, ...]
    predecessor_mask: int
    successors: tuple[str, ...]
    reach: int
    input: tuple[tuple[str, Compiled], ...]
    when: Condition | None
    items: Compiled | None
    wait_for: Compiled | None
    retry: PlanRetry | None
    publish: tuple[PlanPublish, ...]
    transitions: tuple[PlanTransition, ...]
    asks_about_timeout: bool

    @property
    def name(self) -> str:
        return self.spec.name

    @property
    def bit(self) -> int:
        return 1 << self.index

    @property
    def is_ask(self) -> bool:
        """Whether its runs are questions to people, which no worker holds."""
        return self.spec.action == ASK

    @property
    def is_container(self) -> bool:
        return self.spec.type == "parallel"


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything `advance` needs to know about a workflow."""

    spec: WorkflowSpec
    limits: PlanLimits
    tasks: Mapping[str, PlanTask]
    entries: tuple[str, ...]
    vars: tuple[tuple[str, Compiled], ...]
    output_map: tuple[tuple[str, Compiled], ...]
    order: tuple[str, ...] = field(default=())


def build_plan(spec: WorkflowSpec, *, limits: PlanLimits | None = None) -> Plan:
    """Compile every template of a workflow and its graph.

    Raises:
        ExpressionFailed: a template or condition does not compile.
        InvalidDefinition: a transition leads to no task, or no task can be the first.

    Source: language.md 4 (entry tasks, targets), 8 (templates are read once).
    """
    specs = {task.name: task for task in spec.all_tasks()}
    _refuse_unknown_targets(specs)
    successors = {name: _successors(task) for name, task in specs.items()}
    predecessors = _predecessors(successors)
    entries = tuple(t.name for t in spec.tasks if not set(predecessors[t.name]) - {t.name})
    if not entries:
        raise _invalid("No task can be the first: each has a transition leading to it. Take one transition away.")
    indexes = {name: index for index, name in enumerate(specs)}
    reach = reachable_masks(successors, indexes)
    tasks = {
        name: _plan_task(task, indexes, _depth(task, specs), predecessors[name], successors[name], reach[name])
        for name, task in specs.items()
    }
    return Plan(
        spec=spec,
        limits=limits or PlanLimits(),
        tasks=tasks,
        entries=entries,
        vars=_compiled_pairs(spec.vars),
        output_map=_compiled_pairs(spec.output_map or ()),
        order=tuple(specs),
    )


def _plan_task(
    spec: TaskSpec,
    indexes: Mapping[str, int],
    depth: int,
    predecessors: tuple[str, ...],
    successors: tuple[str, ...],
    reach: int,
) -> PlanTask:
    return PlanTask(
        spec=spec,
        index=indexes[spec.name],
        depth=depth,
        predecessors=predecessors,
        predecessor_mask=sum(1 << indexes[name] for name in predecessors),
        successors=successors,
        reach=reach,
        input=_compiled_pairs(spec.input.items()),
        when=_condition(spec.when),
        items=None if spec.with_items is None else compile_value(spec.with_items),
        wait_for=None if spec.wait_for is None else compile_value(spec.wait_for),
        retry=None if spec.retry is None else _plan_retry(spec.retry),
        publish=_plan_publish(spec.publish),
        transitions=tuple(_plan_transition(t) for t in spec.transitions),
        asks_about_timeout=spec.asks_about_timeout,
    )


def _plan_retry(spec: RetrySpec) -> PlanRetry:
    return PlanRetry(spec, _condition(spec.when), _condition(spec.on_error))


def _plan_transition(spec: TransitionSpec) -> PlanTransition:
    return PlanTransition(spec, _condition(spec.when), _helper_call(spec.when), _plan_publish(spec.publish))


def _plan_publish(entries: Iterable[PublishEntry]) -> tuple[PlanPublish, ...]:
    return tuple(PlanPublish(e.name, None if e.bare else compile_value(e.value)) for e in entries)


def _compiled_pairs(pairs: Iterable[tuple[str, Any]]) -> tuple[tuple[str, Compiled], ...]:
    return tuple((name, compile_value(value)) for name, value in pairs)


def _condition(text: str | None) -> Condition | None:
    return None if text is None else compile_condition(text)


def _helper_call(when: str | None) -> str | None:
    """The helper's name when the whole condition is one call of it: no expression needs to be evaluated then."""
    if when is None:
        return None
    text = when.strip()
    if text.startswith("{{") and text.endswith("}}"):
        text = text[2:-2].strip()
    match = _HELPER.fullmatch(text)
    return match.group(1) if match else None


def _successors(task: TaskSpec) -> tuple[str, ...]:
    targets = (target for t in task.transitions for target in t.targets if target not in RESERVED_TARGETS)
    return tuple(dict.fromkeys(targets))


def _predecessors(successors: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {name: [] for name in successors}
    for name, targets in successors.items():
        for target in targets:
            found[target].append(name)
    return {name: tuple(names) for name, names in found.items()}


def _depth(task: TaskSpec, specs: Mapping[str, TaskSpec]) -> int:
    depth = 1 if task.type == "parallel" else 0
    while task.container is not None:
        task = specs[task.container]
        depth += 1
    return depth


def _refuse_unknown_targets(specs: Mapping[str, TaskSpec]) -> None:
    for task in specs.values():
        for target in _successors(task):
            if target not in specs:
                raise _invalid(f"Task '{task.name}' leads to '{target}', which is no task of this workflow.")
            if specs[target].container is not None:
                raise _invalid(f"Task '{task.name}' leads to '{target}', a child that only its container starts.")


def _invalid(message: str) -> InvalidDefinition:
    return InvalidDefinition(message, [Problem(severity="error", message=message, path="tasks", code="graph")])
