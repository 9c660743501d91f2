"""What holds for every run, however its graph looks and in whatever order its reports come (design.md 5)."""

from __future__ import annotations

import json
import random
from collections import Counter

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from app.engine.conductor.codec import (
    decode,
    decode_memory_results,
    encode_header,
    encode_memory_results,
    encode_visit,
)
from app.engine.conductor.commands import CancelRun, ClearTimer, Command, Finish, Record, SaveVisit, SetTimer
from app.engine.conductor.fold import fold
from app.engine.conductor.plan import PlanLimits, build_plan
from app.engine.conductor.reports import (
    CancelRequested,
    PauseRequested,
    Report,
    ResumeRequested,
    RunKey,
    Started,
    TaskCancelled,
    TaskError,
    TaskFailed,
    TaskSucceeded,
    TaskTimedOut,
    TimerDue,
)
from app.engine.conductor.rerun import reseed
from app.engine.conductor.state import RunState
from app.engine.conductor.tally import tally
from app.engine.conductor.views import task_states, waiting_reasons
from app.engine.errors import InvalidDefinition
from app.engine.spec.model import WorkflowSpec
from app.engine.statuses import TaskState
from tests.engine.builders import Play
from tests.properties.strategies import workflows

runs = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


class World:
    """Workers, timers and people around one run: it answers in an order and with outcomes drawn from a seed."""

    def __init__(self, spec: WorkflowSpec, seed: int, *, steered: bool = True) -> None:
        self.play = Play(spec, start=False, limits=PlanLimits(items_window=3))
        self.random = random.Random(seed)
        self.steered = steered
        self.timers: dict[tuple[str, RunKey], TimerDue] = {}
        self.told: list[Report] = []
        self.commands: list[Command] = []
        self.saved: dict[tuple[str, int], dict] = {}

    def run(self, check=lambda world: None) -> RunState:
        self.tell(Started())
        check(self)
        for _ in range(3000):
            if self.play.state.ended:
                return self.play.state
            self.tell(self.next_report())
            check(self)
        raise AssertionError(f"still {self.play.status} after 3000 reports")

    def tell(self, report: Report) -> None:
        self.told.append(report)
        commands = self.play.report(report)
        self.commands += commands
        for command in commands:
            if isinstance(command, SetTimer):
                self.timers[(command.kind, command.key)] = TimerDue(command.kind, command.key)
            elif isinstance(command, ClearTimer):
                self.timers.pop((command.kind, command.key), None)
            elif isinstance(command, SaveVisit):
                values = command.values
                kept = self.saved.get(command.visit.key, {}).get("values") if values is None else list(values)
                self.saved[command.visit.key] = {**encode_visit(command.visit), "values": kept}

    def next_report(self) -> Report:
        dice = self.random.random()
        if self.steered and dice < 0.04:
            return PauseRequested()
        if self.steered and dice < 0.05:
            return CancelRequested(cancel_running=dice < 0.045)
        if self.steered and dice < 0.12:
            return self.random.choice(self.told)
        choices = [("run", key) for key in self.play.out] + [("timer", slot) for slot in self.timers]
        if not choices:
            assert self.play.state.paused, f"nothing can move this run: {waiting_reasons(self.play.state, self.play.now)}"
            return ResumeRequested()
        kind, what = self.random.choice(choices)
        if kind == "timer":
            return self.timers.pop(what)
        del self.play.out[what]
        return self.outcome(what)

    def outcome(self, key: RunKey) -> Report:
        dice = self.random.random()
        if dice < 0.65:
            return TaskSucceeded(key, {"succeeded": True, "data": {"n": self.random.randint(0, 3)}})
        if dice < 0.85:
            return TaskFailed(key, TaskError("failed", "bad luck"), {"succeeded": False, "error": "bad luck"})
        if dice < 0.93 or not self.steered:
            return TaskTimedOut(key, TaskError("timeout", "too late"), {"succeeded": False, "error": "too late"})
        return TaskCancelled(key)


def plannable(spec: WorkflowSpec) -> WorkflowSpec:
    try:
        build_plan(spec)
    except InvalidDefinition:
        assume(False)
    return spec


specs = workflows()
seeds = st.integers(0, 2**32)


@runs
@given(specs, seeds)
def test_every_run_ends_and_finishes_exactly_once(spec, seed):
    world = World(plannable(spec), seed)

    state = world.run()

    assert sum(isinstance(c, Finish) for c in world.commands) == 1
    assert not state.open and not state.joining
    assert all(visit.ended for visit in state.visits.values())


@runs
@given(specs, seeds)
def test_a_visit_starts_once_and_never_beyond_max_visits(spec, seed):
    world = World(plannable(spec), seed)

    state = world.run()

    opened = Counter((c.task, c.visit) for c in world.commands if isinstance(c, Record) and c.type == "visit_opened")
    satisfied = Counter((c.task, c.visit) for c in world.commands if isinstance(c, Record) and c.type == "join_satisfied")
    assert set(opened.values()) <= {1} and set(satisfied.values()) <= {1}
    tasks = state.plan.tasks
    assert all(n <= tasks[name].spec.max_visits or tasks[name].spec.container for name, n in state.latest.items())
    assert len(set(world.play.started)) == len(world.play.started), "each attempt is handed out once"


@runs
@given(specs, seeds)
def test_the_counters_follow_from_the_visits_and_every_wait_has_a_reason(spec, seed):
    def check(world: World) -> None:
        state = world.play.state
        counted = tally(state)
        assert (counted.open, counted.running, counted.joining) == (state.open, state.running, state.joining)
        if not state.ended and state.status != "requested":
            assert waiting_reasons(state, world.play.now)
        task_states(state)

    World(plannable(spec), seed).run(check)


@runs
@given(specs, seeds)
def test_reports_that_were_told_before_change_nothing(spec, seed):
    def check(world: World) -> None:
        state = world.play.state
        for report in world.told:
            if isinstance(report, TaskSucceeded | TaskFailed | TaskTimedOut | TaskCancelled | Started):
                assert world.play.report(report) == []
                assert world.play.state is state

    World(plannable(spec), seed).run(check)


@runs
@given(specs, seeds)
def test_the_state_survives_json_at_each_step(spec, seed):
    def check(world: World) -> None:
        state = world.play.state
        stored = json.loads(
            json.dumps([encode_header(state), list(world.saved.values()), encode_memory_results(state.results)])
        )
        world.play.state = decode(
            state.plan,
            header=stored[0],
            visits=stored[1],
            results=decode_memory_results(stored[2]),
            variables=state.variables,
            parameters=state.parameters,
            context=state.context,
            config=state.config,
            kv=None,
            inquiries=None,
        )
        assert encode_header(world.play.state) == encode_header(state)
        assert (world.play.state.visits, world.play.state.open) == (state.visits, state.open)

    World(plannable(spec), seed).run(check)


@runs
@given(specs, seeds)
def test_folding_the_records_gives_the_state(spec, seed):
    world = World(plannable(spec), seed)

    state = world.run()

    records = [json.loads(json.dumps(r.payload)) for r in world.commands if isinstance(r, Record)]
    told = [c for c in world.commands if isinstance(c, Record)]
    folded = fold([Record(r.type, r.task, r.visit, r.item, r.attempt, p) for r, p in zip(told, records, strict=True)])
    again = decode(
        state.plan, header=folded.header, visits=folded.visits.values(), results=state.results, variables=folded.variables,
        parameters={}, context={}, config={}, kv=None, inquiries=None,
    )  # fmt: skip
    assert encode_header(again) == encode_header(state)
    assert {k: encode_visit(v) for k, v in again.visits.items()} == {k: encode_visit(v) for k, v in state.visits.items()}
    assert dict(again.variables) == dict(state.variables)


@runs
@given(specs, seeds)
def test_after_a_cancel_nothing_new_starts(spec, seed):
    started_after: list[int] = []

    def check(world: World) -> None:
        if world.play.state.stopping:
            started_after.append(len(world.play.started))

    World(plannable(spec), seed).run(check)

    assert len(set(started_after)) <= 1


@runs
@given(specs, seeds)
def test_while_paused_nothing_starts(spec, seed):
    before: list[int] = []

    def check(world: World) -> None:
        started = len(world.play.started)
        if world.play.state.paused and before:
            assert started == before[-1]
        before.append(started) if world.play.state.paused else before.clear()

    World(plannable(spec), seed).run(check)


@runs
@given(workflows(ordered=True), seeds, st.integers(0, 2**32))
def test_the_order_of_independent_reports_does_not_matter(spec, one, other):
    plannable(spec)

    def ends(seed: int) -> tuple:
        world = World(spec, seed, steered=False)
        world.outcome = scripted
        state = world.run()
        return state.status, sorted((v.task, v.number, v.state) for v in state.visits.values())

    def scripted(key: RunKey) -> Report:
        dice = random.Random(str(key)).random()
        if dice < 0.7:
            return TaskSucceeded(key, {"data": {"n": 1}})
        return TaskFailed(key, TaskError("failed", "bad luck"))

    assert ends(one) == ends(other)


@runs
@given(specs, seeds, seeds, st.sampled_from(["failed", "from_task"]))
def test_a_rerun_ends_and_leaves_the_copied_visits_as_they_were(spec, seed, again, mode):
    old = World(plannable(spec), seed).run()
    assume(old.visits and not (mode == "failed" and old.status == "completed"))
    names = [name for name in old.latest if old.plan.tasks[name].spec.container is None]
    state, copied = reseed(old.plan, old, mode=mode, task=names[seed % len(names)])

    world = World(spec, again)
    world.play.state = state
    before = {key: visit for key, visit in state.visits.items() if visit.ended}
    ended = world.run()

    kept = {key: ended.visits[key] for key in before}
    assert {k: (v.state, v.ended_at) for k, v in kept.items()} == {k: (v.state, v.ended_at) for k, v in before.items()}
    handed_out = {(key.task, key.visit, key.item) for key in _keys(world)}
    assert not handed_out & set(copied)


@runs
@given(workflows(ordered=True), seeds, seeds)
def test_a_rerun_in_which_everything_goes_well_completes_what_failed(spec, seed, again):
    assume(not any("fail" in t.targets for s in spec.all_tasks() for t in s.transitions))
    old = World(plannable(spec), seed).run()
    assume(old.status != "completed")
    state, _ = reseed(old.plan, old, mode="failed")

    world = World(spec, again, steered=False)
    world.play.state = state
    world.outcome = lambda key: TaskSucceeded(key, {"data": {"n": 1}})
    ended = world.run()

    assert ended.status == "completed", ended.error
    assert all(visit.handled for visit in ended.visits.values())


def _keys(world: World) -> set[RunKey]:
    return {
        RunKey(c.task or "", c.visit or 0, c.item, c.attempt or 0)
        for c in world.commands
        if isinstance(c, Record) and c.type == "task_ready"
    }


@pytest.mark.parametrize("policy", ["allow_finish", "cancel_running"])
def test_cancel_runs_name_their_runs(policy):
    from tests.engine.builders import task, workflow

    world = World(workflow(task("a", with_items=[1, 2]), cancellation_policy=policy), 1)
    world.tell(Started())
    world.tell(CancelRequested())

    keys = {c.key for c in world.commands if isinstance(c, CancelRun)}
    assert keys == set(world.play.out)
    assert all(visit.state is not TaskState.PENDING for visit in world.play.state.visits.values())
