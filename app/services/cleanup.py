"""Cleaning up what has had its time: what would go, and removing it in batches that hold nobody up.

Nothing goes unless somebody set how long it is kept, or asked for it with `attune cleanup`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.persistence.repositories import old_rows
from app.persistence.repositories.old_rows import Age
from app.persistence.session import Transaction, reading, transaction
from app.services import ports
from app.settings import Settings

RUNS, ROWS = 20, 500  # of one transaction
SWEEP_S = 60.0  # one sweep's time at most; the next one goes on


@dataclass(frozen=True, slots=True)
class Rules:
    """How many days each kind is kept after its end; None: for ever."""

    runs: int | None = None
    logs: int | None = None
    events: int | None = None
    sessions: int | None = None
    keep_records: bool = True

    @property
    def any(self) -> bool:
        return any(days is not None for days in (self.runs, self.logs, self.events, self.sessions))


@dataclass(frozen=True, slots=True)
class Planned:
    """Rows of one kind that would go, or went."""

    kind: str
    rows: int
    oldest: datetime | None = None
    newest: datetime | None = None
    note: str = ""


def rules_of(settings: Settings) -> Rules:
    return Rules(
        runs=settings.keep_runs_days or None,
        logs=settings.keep_logs_days or None,
        events=settings.keep_events_days or None,
        sessions=settings.keep_sessions_days or None,
        keep_records=settings.keep_records,
    )


def plan(rules: Rules) -> list[Planned]:
    """What would go now; reads only."""
    with reading() as tx:
        return list(_planned(tx, rules))


def _planned(tx: Transaction, rules: Rules) -> Iterator[Planned]:
    if rules.runs is not None:
        before = _before(rules.runs)
        yield _of("runs", old_rows.runs(tx, before=before))
        executions, questions = old_rows.parts(tx, before=before)
        yield Planned("executions of these runs", executions)
        yield Planned("closed questions of these runs", questions, note="their records are kept" if rules.keep_records else "with their records")
    if rules.logs is not None:
        yield _of("outputs", old_rows.logs(tx, before=_before(rules.logs)))
    if rules.events is not None:
        yield _of("enforcements", old_rows.enforcements(tx, before=_before(rules.events)))
        yield _of("events", old_rows.events(tx, before=_before(rules.events)), note="and those of the enforcements above")
    if rules.sessions is not None:
        yield _of("sessions", old_rows.sessions(tx, before=_before(rules.sessions)))


def _of(kind: str, age: Age, *, note: str = "") -> Planned:
    return Planned(kind, age.rows, age.oldest, age.newest, note)


def clean(rules: Rules, *, until: Callable[[], bool] = lambda: False) -> dict[str, int]:
    """Remove it, in transactions of a few hundred rows; how many rows of each kind went.

    Args:
        until: asked between transactions; true ends the work early, and the next call goes on.
    """
    gone: dict[str, int] = {}
    if rules.runs is not None:
        gone["runs"], gone["executions"] = _remove_runs(_before(rules.runs), keep_records=rules.keep_records, until=until)
    if rules.logs is not None:
        gone["outputs"] = _remove_logs(_before(rules.logs), until=until)
    if rules.events is not None:
        before = _before(rules.events)
        gone["enforcements"] = _batches(lambda tx: old_rows.remove_enforcements(tx, before=before, limit=ROWS), until=until)
        gone["events"] = _batches(lambda tx: old_rows.remove_events(tx, before=before, limit=ROWS), until=until)
    if rules.sessions is not None:
        expired = _before(rules.sessions)
        gone["sessions"] = _batches(lambda tx: old_rows.remove_sessions(tx, before=expired, limit=ROWS), until=until)
    return gone


def sweep() -> dict[str, int]:
    """What the settings ask for, as far as a minute goes."""
    end = ports.now() + timedelta(seconds=SWEEP_S)
    return clean(rules_of(ports.settings()), until=lambda: ports.now() > end)


def _remove_runs(before: datetime, *, keep_records: bool, until: Callable[[], bool]) -> tuple[int, int]:
    """(runs, executions) that went."""
    runs = executions = last = 0
    while not until():
        with reading() as tx:
            tops = old_rows.next_runs(tx, before=before, after_id=last, limit=RUNS)
        if not tops:
            break
        for top in tops:
            number = _remove_run(top, keep_records=keep_records)
            runs, executions = runs + bool(number), executions + number
        last = tops[-1]
    return runs, executions


def _remove_run(top: int, *, keep_records: bool) -> int:
    """From below, so that an end in the middle leaves a run with fewer parts, and never parts without their run."""
    removed, more = 0, True
    while more:
        with transaction() as tx:
            if not old_rows.lock_run(tx, top):
                return removed
            ids = old_rows.lowest_parts(tx, top, limit=ROWS)
            more = bool(ids)
            old_rows.remove_executions(tx, ids or [top], keep_records=keep_records)
        removed += len(ids) or 1
    return removed


def _remove_logs(before: datetime, *, until: Callable[[], bool]) -> int:
    removed = last = 0
    while not until():
        with transaction() as tx:
            ids = old_rows.remove_logs(tx, before=before, after_id=last, limit=ROWS)
        if not ids:
            break
        removed, last = removed + len(ids), ids[-1]
    return removed


def _batches(remove: Callable[[Transaction], int], *, until: Callable[[], bool]) -> int:
    removed = 0
    while not until():
        with transaction() as tx:
            number = remove(tx)
        removed += number
        if number < ROWS:
            break
    return removed


def _before(days: int) -> datetime:
    return ports.now() - timedelta(days=days)
