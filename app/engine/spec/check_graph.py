"""Findings about the shape of a workflow: entries, reach, cycles, joins, sizes (language.md 4, 10)."""

from __future__ import annotations

from app.engine.graph.branches import Fact, certain_facts, most_arrivals
from app.engine.graph.inspect import Shape, cycles_without_bound, reachable
from app.engine.spec.findings import Findings, set_field_fix
from app.engine.spec.limits import SpecLimits
from app.engine.spec.model import TaskSpec

_USUAL_VISITS = 10


def check_graph(shape: Shape, findings: Findings, limits: SpecLimits) -> None:
    """Note everything that is wrong with the graph as a whole."""
    _check_sizes(shape, findings, limits)
    if shape.tasks and not shape.graph.entry_points:
        message = "No task can start first: every task waits for another one. Remove a transition, so that one task has none leading to it."
        findings.error(("tasks",), "no_entry", message, key=True)
    else:
        _check_reach(shape, findings)
    _check_cycles(shape, findings)
    _check_joins(shape, findings)


def _check_sizes(shape: Shape, findings: Findings, limits: SpecLimits) -> None:
    if len(shape.tasks) > limits.max_tasks:
        message = f"The workflow has {len(shape.tasks):,} tasks, at most {limits.max_tasks:,} are allowed (ATTUNE_MAX_TASKS). Move some into a nested workflow."
        findings.error(("tasks",), "too_many_tasks", message, key=True)
    for task in shape.tasks.values():
        if task.type == "parallel" and _container_depth(shape, task) == limits.max_nesting + 1:
            message = f"Containers are nested more than {limits.max_nesting} deep (ATTUNE_MAX_NESTING)."
            findings.error(task.path, "nesting_limit", message, task=task.name)
        if isinstance(task.with_items, list | dict) and len(task.with_items) > limits.max_items:
            message = f"{len(task.with_items):,} items, at most {limits.max_items:,} are allowed (ATTUNE_MAX_ITEMS)."
            findings.error(f"{task.path}.with_items", "too_many_items", message, task=task.name, key=True)


def _container_depth(shape: Shape, task: TaskSpec) -> int:
    depth = 1
    while task.container is not None and task.container in shape.tasks:
        task = shape.tasks[task.container]
        depth += 1
    return depth


def _check_reach(shape: Shape, findings: Findings) -> None:
    reached = reachable(shape)
    for name, task in shape.tasks.items():
        if name not in reached and task.container is None:
            message = f"No path leads to '{name}': only tasks that can't start either do."
            findings.warning(f"{task.path}.name", "unreachable", message, task=name)


def _check_cycles(shape: Shape, findings: Findings) -> None:
    for edge, cycle in cycles_without_bound(shape):
        way = " -> ".join((*cycle, cycle[0]))
        message = (
            f"The transition from '{edge.source}' to '{edge.target}' closes a cycle without a bound ({way}); "
            "give one of its tasks 'max_visits' over 1."
        )
        path = ("tasks", edge.target, "max_visits")
        fix = set_field_fix(f"Let '{edge.target}' run up to {_USUAL_VISITS} times", path, _USUAL_VISITS)
        findings.error(edge.path, "unbounded_cycle", message, task=edge.source, fix=fix)


def _check_joins(shape: Shape, findings: Findings) -> None:
    facts: dict[str, frozenset[Fact]] | None = None
    for name, task in shape.tasks.items():
        if task.join == "any":
            continue
        sources = {edge.source for edge in shape.edges_into[name]} - {name}
        if not sources:
            findings.warning(
                f"{task.path}.join",
                "no_effect",
                f"'join' has no effect: no transition leads to '{name}'.",
                task=name,
            )
        elif isinstance(task.join, int):
            facts = facts if facts is not None else certain_facts(shape)
            _check_count(shape, task, task.join, sources, facts, findings)


def _check_count(
    shape: Shape,
    task: TaskSpec,
    wanted: int,
    sources: set[str],
    facts: dict[str, frozenset[Fact]],
    findings: Findings,
) -> None:
    path = f"{task.path}.join"
    if wanted > len(sources):
        message = f"'join: {wanted}' can't be satisfied: only {len(sources)} task{'s' if len(sources) > 1 else ''} lead{'' if len(sources) > 1 else 's'} here ({_named(shape, sources)})."
        fix = set_field_fix(f"Wait for all {len(sources)}", ("tasks", task.name, "join"), "all")
        findings.error(path, "impossible_join", message, task=task.name, fix=fix)
        return
    most = most_arrivals(shape, task.name, facts)
    if most is not None and wanted > most:
        message = f"'join: {wanted}' can't be satisfied: of {_named(shape, sources)} at most {most} can arrive in one run, their ways exclude one another."
        findings.warning(path, "impossible_join", message, task=task.name)


def _named(shape: Shape, names: set[str]) -> str:
    return ", ".join(f"'{name}'" for name in sorted(names, key=shape.order.__getitem__)[:10])
