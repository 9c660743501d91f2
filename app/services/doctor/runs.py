"""Checks of runs: they go on, their counters and events are right, their timers and words are alive."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from app.persistence.repositories import broken_runs as broken
from app.persistence.repositories import workflow_executions
from app.persistence.session import Transaction, reading, transaction
from app.services import executions, orchestration, ports
from app.services import workflow_executions as runs
from app.services.doctor.findings import LIMIT, Check, Finding, Moment


def _hanging(tx: Transaction, moment: Moment) -> Iterator[Finding]:
    for row in broken.without_next_event(tx, before=moment.before, limit=LIMIT):
        text = f"{row['workflow_ref']} (execution {row['execution']}) is {row['status']}, and nothing will ever happen to it"
        yield Finding("hanging", "workflow_execution", row["id"], text, "tell it again what its tasks have given")


def _tell_again(finding: Finding) -> None:
    """Reports that got lost; what the run knows already changes nothing."""
    with transaction() as tx:
        rows = broken.ended_children_of_open_visits(tx, finding.id)
        reports = [
            orchestration.report_of(
                row, status=row["status"], result=row["result"] or {}, timed_out=row["timed_out"], duration_ms=row["duration_ms"] or 0
            )
            for row in rows
        ]
        orchestration.take_step(tx, finding.id, reports)


def _not_begun(tx: Transaction, moment: Moment) -> Iterator[Finding]:
    for row in broken.never_begun(tx, before=moment.before, limit=LIMIT):
        text = f"{row['workflow_ref']} (execution {row['execution']}) was accepted and never begun"
        yield Finding("not_begun", "workflow_execution", row["id"], text, "begin it")


def _begin(finding: Finding) -> None:
    with reading() as tx:
        row = next(iter(r for r in broken.never_begun(tx, before=ports.now(), limit=LIMIT) if r["id"] == finding.id), None)
    if row is not None:
        orchestration.begin(execution_id=row["execution"])


def _ended_otherwise(tx: Transaction, moment: Moment) -> Iterator[Finding]:
    for row in broken.ended_otherwise(tx, limit=LIMIT):
        text = f"the run is {row['status']}, its execution {row['execution']} is {row['execution_status']}"
        yield Finding("ended_otherwise", "workflow_execution", row["id"], text)


def _active_while_paused(tx: Transaction, moment: Moment) -> Iterator[Finding]:
    for row in broken.active_while_paused(tx, before=moment.before, limit=LIMIT):
        text = f"it is {row['status']} although run {row['workflow_run']} is paused and at rest"
        yield Finding("active_while_paused", "execution", row["id"], text)


def _counters(tx: Transaction, moment: Moment) -> Iterator[Finding]:
    for row in broken.counters_off(tx, limit=LIMIT):
        wrong = [
            f"{name} {row[name]}, but the visits say {row[f'real_{name}']}"
            for name in broken.COUNTERS
            if row[name] != row[f"real_{name}"]
        ]
        yield Finding("counters", "workflow_execution", row["id"], "; ".join(wrong), "count the visits again")


def _recount(finding: Finding) -> None:
    with transaction() as tx:
        if workflow_executions.lock(tx, finding.id) is not None:
            broken.recount(tx, finding.id, now=ports.now())


def _event_gaps(tx: Transaction, moment: Moment) -> Iterator[Finding]:
    for row in broken.event_gaps(tx, limit=LIMIT):
        text = f"its log holds {row['number']} events from {row['first']} to {row['last']}; the run has counted {row['expected']}"
        yield Finding("event_gaps", "execution", row["execution"], text)
    for row in broken.events_missing(tx, limit=LIMIT):
        text = f"its log is empty; the run has counted {row['event_seq']} events"
        yield Finding("event_gaps", "execution", row["execution"], text)


def _dead_timers(tx: Transaction, moment: Moment) -> Iterator[Finding]:
    for row in broken.timers_of_ended(tx, limit=LIMIT):
        state = f"has ended ({row['status']})" if row["status"] else "is gone"
        text = f"alarm '{row['kind']}' of run {row['workflow_execution']}, which {state}"
        yield Finding("dead_timers", "timer", row["id"], text, "remove it")


def _remove_timer(finding: Finding) -> None:
    with transaction() as tx:
        broken.remove_timer(tx, finding.id)


def _overdue_timers(tx: Transaction, moment: Moment) -> Iterator[Finding]:
    for row in broken.overdue_timers(tx, before=moment.before, limit=LIMIT):
        text = f"alarm '{row['kind']}' of run {row['workflow_execution']} was due at {row['due_at']:%Y-%m-%d %H:%M:%S} UTC"
        yield Finding("overdue_timers", "timer", row["id"], text, "let it go off now")


def _fire(finding: Finding) -> None:
    with reading() as tx:
        due = broken.overdue_timers(tx, before=ports.now(), limit=LIMIT)
    for row in due:
        if row["id"] == finding.id:
            orchestration.timer_due(timer_id=row["id"], workflow_execution_id=row["workflow_execution"])


def _old_words(tx: Transaction, moment: Moment) -> Iterator[Finding]:
    for row in broken.old_words(tx, before=moment.before, limit=LIMIT):
        text = f"word '{row['kind']}' for execution {row['execution']} lies there since {row['created']:%Y-%m-%d %H:%M:%S} UTC"
        mend = "deliver it" if row["kind"] in _DELIVER else None
        yield Finding("old_words", "dispatch_outbox", row["id"], text, mend)


# the same calls that the workers' actors make
_DELIVER: dict[str, Callable[..., None]] = {
    "child_done": orchestration.child_done,
    "cancel_child": executions.told_to_cancel,
    "pause_child": runs.told_to_pause,
    "resume_child": runs.told_to_resume,
    "inquiry_closed": orchestration.told_inquiry_closed,
}


def _deliver(finding: Finding) -> None:
    with reading() as tx:
        words = {row["id"]: row["kind"] for row in broken.old_words(tx, before=ports.now(), limit=LIMIT)}
    if finding.id in words:
        _DELIVER[words[finding.id]](outbox_id=finding.id)


CHECKS = (
    Check("hanging", "Every run that goes on has a next event", _hanging, _tell_again),
    Check("not_begun", "Every accepted run was begun", _not_begun, _begin),
    Check("ended_otherwise", "A run and its execution have the same end", _ended_otherwise),
    Check("active_while_paused", "Nothing runs in a paused run", _active_while_paused),
    Check("counters", "Counters of tasks equal the visits", _counters, _recount),
    Check("event_gaps", "Events are numbered without a gap", _event_gaps),
    Check("dead_timers", "Ended runs have no alarms", _dead_timers, _remove_timer),
    Check("overdue_timers", "Alarms go off in time", _overdue_timers, _fire),
    Check("old_words", "The outbox is empty but for what just came", _old_words, _deliver),
)
