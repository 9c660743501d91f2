"""Joins against a plain reading of the language: what runs, when it may start, and when it may not wait any more."""

from __future__ import annotations

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from app.engine.conductor.reports import RunKey, TaskError, TaskFailed, TaskSucceeded
from app.engine.conductor.state import RunState
from app.engine.errors import InvalidDefinition
from app.engine.spec.model import WorkflowSpec
from app.engine.statuses import TaskState
from tests.engine.builders import go, task, workflow
from tests.properties.strategies import workflows
from tests.properties.test_conductor import World

runs = settings(max_examples=150, deadline=None)
_WHENS = st.sampled_from([None, None, "succeeded()", "succeeded()", "failed()"])


@st.composite
def acyclic(draw: st.DrawFn) -> WorkflowSpec:
    """Forward edges only, every task at most once: what runs does not depend on any order."""
    names = [f"t{index}" for index in range(draw(st.integers(2, 8)))]
    tasks = []
    for index, name in enumerate(names):
        later = [*names[index + 1 :], *names[index + 1 :], "noop", "fail"]
        chosen = st.lists(st.sampled_from(later), min_size=1, max_size=3)
        transitions = [go(*draw(chosen), when=draw(_WHENS)) for _ in range(draw(st.integers(0, 2)))]
        when = "{{ false }}" if draw(st.integers(0, 6)) == 0 else None
        tasks.append(task(name, *transitions, when=when, join=draw(st.sampled_from(["any", "all", "all", 2, 3]))))
    return workflow(*tasks)


def expected(spec: WorkflowSpec, failing: set[str]) -> tuple[str, dict[str, TaskState]]:
    """Status of the run and state of every task it reaches, read off the graph task by task."""
    leads = {t.name: {x for tr in t.transitions for x in tr.targets} for t in spec.tasks}
    arrived: dict[str, set[str]] = {t.name: set() for t in spec.tasks}
    states: dict[str, TaskState] = {}
    failed = False
    for current in spec.tasks:
        name = current.name
        entry = not any(name in targets for targets in leads.values())
        needed = current.join if isinstance(current.join, int) else 1
        if not entry and not arrived[name]:
            continue
        if not entry and len(arrived[name]) < needed:
            states[name], failed = TaskState.FAILED, True
            continue
        bad = name in failing and current.when is None
        states[name] = TaskState.SKIPPED if current.when else TaskState.FAILED if bad else TaskState.COMPLETED
        fired = {
            target
            for transition in current.transitions
            if transition.when is None or (transition.when == "failed()") == bad
            for target in transition.targets
        }
        failed |= "fail" in fired or (bad and not fired - {"fail"})
        for target in fired - {"fail", "noop"}:
            arrived[target].add(name)
    return ("failed" if failed else "completed"), states


@runs
@given(acyclic(), st.sets(st.sampled_from([f"t{n}" for n in range(8)])), st.integers(0, 2**32))
def test_what_runs_is_what_the_graph_says(spec, failing, seed):
    def scripted(key: RunKey):
        if key.task in failing:
            return TaskFailed(key, TaskError("failed", "bad luck"))
        return TaskSucceeded(key, {})

    world = World(spec, seed, steered=False)
    world.outcome = scripted
    state = world.run(no_join_waits_in_vain)

    assert (state.status, {v.task: v.state for v in state.visits.values()}) == expected(spec, failing)
    for visit in state.visits.values():
        if spec.tasks[int(visit.task[1:])].join == "all" and visit.arrivals:
            assert visit.counted == len(visit.arrivals), "it started before a predecessor that still came"


@runs
@given(workflows(), st.integers(0, 2**32))
def test_no_join_waits_for_what_can_no_longer_come(spec, seed):
    try:
        world = World(spec, seed)
    except InvalidDefinition:
        assume(False)

    world.run(no_join_waits_in_vain)


def no_join_waits_in_vain(world: World) -> None:
    state = world.play.state
    for key in state.joining:
        visit, planned = state.visits[key], state.plan.tasks[key[0]]
        missing = set(planned.predecessors) - {a.task for a in visit.arrivals}
        needed = 1 if planned.spec.join == "all" else planned.spec.join - len(visit.arrivals)
        assert len(missing & _may_still_come(state, key)) >= needed


def _may_still_come(state: RunState, join: tuple[str, int]) -> set[str]:
    """Tasks that run, and those a path from them can still start without passing this join."""
    todo = [name for name, number in state.open if (name, number) != join]
    alive = set(todo)
    while todo:
        for target in state.plan.tasks[todo.pop()].successors:
            used_up = state.latest.get(target, 0) >= state.plan.tasks[target].spec.max_visits
            if target != join[0] and target not in alive and not used_up:
                alive.add(target)
                todo.append(target)
    return alive
