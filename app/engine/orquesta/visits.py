"""How often each task may run. Orquesta's cycles have no bound; ours need one, on every task a loop runs again."""

from __future__ import annotations

from itertools import combinations

import networkx as nx

from app.engine.graph.branches import exclude
from app.engine.orquesta.exclusion import facts_of
from app.engine.orquesta.source import SourceWorkflow
from app.engine.orquesta.unfolding import Instance, Unfolded

USUAL_VISITS = 100


def repeated(workflow: SourceWorkflow, unfolded: Unfolded) -> tuple[set[Instance], set[Instance]]:
    """(instances on a cycle, all instances that may run more than once)."""
    graph: nx.DiGraph[Instance] = nx.DiGraph()
    graph.add_nodes_from(unfolded.instances)
    graph.add_edges_from((i, led) for (i, _), targets in unfolded.leads.items() for led in targets.values())
    cycles = [
        knot for knot in nx.strongly_connected_components(graph) if len(knot) > 1 or _is_loop(graph, knot)
    ]
    on_cycle = {instance for knot in cycles for instance in knot}
    again = {led for knot in cycles for led in _led_again(workflow, unfolded, knot)}
    reached = {later for instance in again for later in nx.descendants(graph, instance)}
    return on_cycle, on_cycle | again | reached


def _is_loop(graph: nx.DiGraph[Instance], knot: set[Instance]) -> bool:
    return any(graph.has_edge(instance, instance) for instance in knot)


def _led_again(workflow: SourceWorkflow, unfolded: Unfolded, knot: set[Instance]) -> set[Instance]:
    """Where the tasks of a cycle lead while it goes on: not the ways out of it, which are taken once."""
    found: set[Instance] = set()
    forks = _forks(workflow, unfolded, knot)
    for instance in knot:
        transitions = workflow.task(instance[0]).transitions
        facts = [facts_of(instance[0], transition) for transition in transitions]
        stays = [
            i for i in range(len(transitions)) if knot & set(unfolded.leads.get((instance, i), {}).values())
        ]
        for index in range(len(transitions)):
            out = set(unfolded.leads.get((instance, index), {}).values()) - knot
            ends_it = index not in stays and all(exclude(facts[index], facts[stay]) for stay in stays)
            if out and (forks or not ends_it):
                found |= out
    return found


def _forks(workflow: SourceWorkflow, unfolded: Unfolded, knot: set[Instance]) -> bool:
    """Whether several ways of the cycle can be under way at once."""
    for instance in knot:
        name = instance[0]
        inner = [
            (facts_of(name, transition), led)
            for index, transition in enumerate(workflow.task(name).transitions)
            for led in unfolded.leads.get((instance, index), {}).values()
            if led in knot
        ]
        if any(not exclude(first[0], second[0]) for first, second in combinations(inner, 2)):
            return True
    return False
