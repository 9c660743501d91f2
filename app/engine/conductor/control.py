"""Starting, pausing, resuming and cancelling a whole run.

Source: language.md 2 (`cancellation_policy`, `timeout`, `fail_fast`), 11 "Control".
"""

from __future__ import annotations

from datetime import timedelta

from app.engine.conductor.commands import SetTimer
from app.engine.conductor.containers import resume_container
from app.engine.conductor.ending import lead_on
from app.engine.conductor.items import resume_items
from app.engine.conductor.joins import open_visit
from app.engine.conductor.reports import CancelRequested, PauseRequested, ResumeRequested, RunKey, Started
from app.engine.conductor.runs import render
from app.engine.conductor.starting import begin, start_attempt
from app.engine.conductor.stopping import stop_run
from app.engine.conductor.views import run_scope
from app.engine.conductor.work import Work
from app.engine.errors import ExpressionFailed
from app.engine.statuses import TaskState

RUN_TIMER_KEY = RunKey("", 0, None, 0)


def start_run(work: Work, report: Started) -> None:
    """Evaluate `vars` and make the entry tasks ready (or, in a rerun, what was seeded)."""
    if work.status != "requested":
        return
    work.status = "running"
    work.started_at = work.now
    work.record("run_started")
    timeout_s = work.plan.spec.timeout_s
    if timeout_s is not None:
        work.say(SetTimer("workflow", RUN_TIMER_KEY, work.now + timedelta(seconds=timeout_s)))
    if work.visits:
        _continue_seeded(work)
    elif _set_variables(work):
        _open_entries(work)


def pause_run(work: Work, report: PauseRequested) -> None:
    if not work.paused and not work.stopping:
        work.paused = True
        work.record("run_paused", reason=report.reason)


def resume_run(work: Work, report: ResumeRequested) -> None:
    """Start what was held, oldest first."""
    if not work.paused:
        return
    work.paused = False
    work.record("run_resumed")
    for key in sorted(work.open, key=lambda key: work.visits[key].serial):
        visit = work.visits[key]
        if visit.items is not None:
            resume_items(work, visit)
        elif visit.held and visit.state is TaskState.WAITING_RETRY:
            start_attempt(work, visit)
        elif visit.held:
            begin(work, key)


def cancel_run(work: Work, report: CancelRequested) -> None:
    """Stop the run. A second request matters only when it is stronger than the first."""
    running_too = (
        report.cancel_running or report.timed_out or work.plan.spec.cancellation_policy == "cancel_running"
    )
    if report.timed_out:
        time_out_run(work, report.reason or "the time limit of its caller passed")
        return
    if work.timed_out or (work.status == "canceling" and (work.forced or not running_too)):
        return
    if work.status in ("requested", "running"):
        work.status = "canceling"
    work.record("run_canceling", reason=report.reason)
    stop_run(work, report.reason or "Workflow cancelled", running_too=running_too)


def time_out_run(work: Work, reason: str) -> None:
    """Whatever runs is stopped; the run ends `failed`, unless it was being cancelled before."""
    if work.timed_out or (work.status == "canceling" and work.forced):
        return
    work.timed_out = work.status != "canceling"
    if work.status == "requested":
        work.status = "running"  # its caller's time was over before it began: it ends at once
    work.record("run_timed_out", reason=reason)
    stop_run(work, reason, running_too=True)


def stop_after_failure(work: Work) -> None:
    """`fail_fast`: after an unhandled failure nothing new starts."""
    if work.stopping or not work.plan.spec.fail_fast or not (work.failures or work.faults):
        return
    running_too = work.plan.spec.cancellation_policy == "cancel_running"
    work.record("run_stopping")
    stop_run(work, "another task failed and the workflow is fail_fast", running_too=running_too)


def _continue_seeded(work: Work) -> None:
    """A rerun goes on where the old run's copied part ends."""
    work.seeding = work.seeded = True
    work.record("variables_set", variables=dict(work.variables))
    for visit in sorted(work.visits.values(), key=lambda visit: visit.serial):
        work.keep(visit)
        work.record("visit_copied", visit)
        if visit.items is not None and not visit.ended:
            work.opened_items[visit.key] = visit.items.values
    for visit in sorted(work.visits.values(), key=lambda visit: visit.ended_serial):
        if visit.ended:
            lead_on(work, visit)
    work.seeding = False
    _open_entries(work)
    for key in sorted(work.open, key=lambda key: work.visits[key].serial):
        visit = work.visits[key]
        if visit.items is not None:
            resume_items(work, work.change(visit, started_at=work.now))
        elif visit.children:
            resume_container(work, visit)
        elif visit.state is TaskState.PENDING and key not in work.ready:
            work.ready.append(key)
        elif visit.state is TaskState.WAITING_JOIN:
            work.unsure.add(key)


def _open_entries(work: Work) -> None:
    """The entry tasks, in document order; in a rerun only those that the old run did not know."""
    for name in work.plan.entries:
        if name not in work.latest:
            work.ready.append(open_visit(work, work.plan.tasks[name]).key)


def _set_variables(work: Work) -> bool:
    """The initial variables, each seeing those above it. False when one failed: the run ends by it."""
    for name, compiled in work.plan.vars:
        try:
            value = render(work, compiled, run_scope(work, now=work.now, place=f"vars.{name}"))
        except ExpressionFailed as problem:
            work.fault("expression", problem.message)
            return False
        work.variables = work.variables.set(name, value)
    if work.variables:
        work.record("variables_set", variables=dict(work.variables))
    return True
