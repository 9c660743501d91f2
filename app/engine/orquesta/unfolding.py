"""Orquesta runs a task without `join` once for each transition that leads to it; here it runs once per visit.

So a task that several ways of one run lead to is copied, with what follows it, exactly as Orquesta makes a new
*route* for it. Ways that exclude one another need no copy, and a task on a cycle has visits instead.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from functools import reduce

import networkx as nx

from app.engine.graph.branches import Fact, exclude
from app.engine.orquesta.exclusion import facts_of
from app.engine.orquesta.source import SourceTask, SourceWorkflow
from app.engine.spec.names import RESERVED_NAMES

MAX_COPIES = 500
Way = tuple[str, int]  # task, index of its transition
Route = tuple[tuple[str, int], ...]  # the copied tasks on the way, each with the number of its copy
Instance = tuple[str, Route]


@dataclass(slots=True)
class Unfolded:
    """The tasks as they will run.

    Attributes:
        instances: in the order of the source, copies behind their first.
        names: instance -> its name here.
        leads: (instance, index of transition) -> target task -> instance.
        sources: instance -> distinct instances that lead to it.
        copied: tasks that have more than one instance.
        unreachable: tasks no way leads to, which therefore never run.
        folded: too many copies would be needed: nothing was copied.
    """

    instances: list[Instance] = field(default_factory=list)
    names: dict[Instance, str] = field(default_factory=dict)
    leads: dict[tuple[Instance, int], dict[str, Instance]] = field(default_factory=dict)
    sources: dict[Instance, set[Instance]] = field(default_factory=dict)
    copied: set[str] = field(default_factory=set)
    unreachable: list[str] = field(default_factory=list)
    folded: bool = False

    def leading_to(self, task: str) -> int:
        """How many tasks of the source lead to this one."""
        return len(
            {source for (name, _), found in self.sources.items() if name == task for source, _ in found}
        )


def unfold(workflow: SourceWorkflow) -> Unfolded:
    """The instances of all tasks, named: a name that no task may have here gets `_task` behind it."""
    flow = Flow(workflow)
    found = _walk(flow, flow.copies)
    if found is None:
        found = _walk(flow, {})
        assert found is not None
        found.folded = True
    found.unreachable = [
        task.name for task in workflow.tasks if not any(name == task.name for name, _ in found.names)
    ]
    _order(found, workflow)
    _name(found, {task.name for task in workflow.tasks})
    return found


class Flow:
    """The transitions of the source as a graph."""

    def __init__(self, workflow: SourceWorkflow) -> None:
        self.workflow = workflow
        self.tasks = {task.name: task for task in workflow.tasks}
        self.into: dict[str, list[Way]] = {name: [] for name in self.tasks}
        for task in workflow.tasks:
            for index, transition in enumerate(task.transitions):
                for target in transition.tasks:
                    if target in self.into:
                        self.into[target].append((task.name, index))
        graph: nx.DiGraph[str] = nx.DiGraph()
        graph.add_nodes_from(self.tasks)
        graph.add_edges_from((source, target) for target, ways in self.into.items() for source, _ in ways)
        self.knots = [tuple(knot) for knot in reversed(list(nx.strongly_connected_components(graph)))]
        loops = {name for name in self.tasks if graph.has_edge(name, name)}
        self.on_cycle = frozenset(name for knot in self.knots if len(knot) > 1 for name in knot) | loops
        self.facts = self._certain_facts()
        self.copies = {name: self._copies(task) for name, task in self.tasks.items()}

    @property
    def entries(self) -> list[str]:
        """Tasks nothing leads to, not even they themselves."""
        return [name for name in self.tasks if not self.into[name]]

    def facts_of_way(self, way: Way) -> frozenset[Fact]:
        source, index = way
        return self.facts.get(source, frozenset()) | facts_of(source, self.tasks[source].transitions[index])

    def _certain_facts(self) -> dict[str, frozenset[Fact]]:
        self.facts = {}
        for knot in self.knots:
            for name in knot:
                ways = self.into[name]
                if name in self.on_cycle or not ways:
                    self.facts[name] = frozenset()
                    continue
                all_come = self.tasks[name].join == "all"
                join = frozenset.union if all_come else frozenset.intersection
                self.facts[name] = reduce(join, [self.facts_of_way(way) for way in ways])
        return self.facts

    def _copies(self, task: SourceTask) -> dict[Way, int]:
        """Number of the copy each way leads to. Ways that exclude one another share a copy; {}: there is only one."""
        ways = self.into[task.name]
        if task.join is not None or len(ways) < 2 or task.name in self.on_cycle:
            return {}
        shared: list[list[frozenset[Fact]]] = []
        numbers: dict[Way, int] = {}
        for way in ways:
            facts = self.facts_of_way(way)
            fitting = (i for i, others in enumerate(shared) if all(exclude(facts, other) for other in others))
            number = next(fitting, len(shared))
            shared.extend([[]] if number == len(shared) else [])
            shared[number].append(facts)
            numbers[way] = number
        return numbers if len(shared) > 1 else {}


def _walk(flow: Flow, copies: dict[str, dict[Way, int]]) -> Unfolded | None:
    """Every (task, route) that can be reached; None when there are too many."""
    found = Unfolded()
    todo: deque[Instance] = deque((name, ()) for name in flow.entries)
    found.instances.extend(todo)
    seen = set(todo)
    while todo:
        instance = todo.popleft()
        name, route = instance
        for index, transition in enumerate(flow.tasks[name].transitions):
            for target in transition.tasks:
                if target not in flow.tasks:
                    continue
                number = copies.get(target, {}).get((name, index))
                step = None if number is None else (target, number)
                onward = route if step is None or step in route else (*route, step)
                led = (target, onward)
                found.leads.setdefault((instance, index), {})[target] = led
                found.sources.setdefault(led, set()).add(instance)
                if led not in seen:
                    seen.add(led)
                    found.instances.append(led)
                    todo.append(led)
        if len(found.instances) > MAX_COPIES + len(flow.tasks):
            return None
    found.names = dict.fromkeys(found.instances, "")
    return found


def _order(found: Unfolded, workflow: SourceWorkflow) -> None:
    place = {task.name: index for index, task in enumerate(workflow.tasks)}
    found.instances.sort(key=lambda instance: place[instance[0]])


def _name(found: Unfolded, taken: set[str]) -> None:
    used: set[str] = set()
    for instance in found.instances:
        name, _ = instance
        own = f"{name}_task" if name in RESERVED_NAMES else name
        if own in used:
            found.copied.add(name)
            own = _free(name, used | taken)
        used.add(own)
        found.names[instance] = own


def _free(name: str, used: set[str]) -> str:
    number = 2
    while f"{name}_{number}" in used:
        number += 1
    return f"{name}_{number}"
