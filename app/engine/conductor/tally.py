"""The counters of a run, counted from its visits: needed once, when a state is decoded or seeded."""

from __future__ import annotations

from dataclasses import replace

from immutables import Map

from app.engine.conductor.state import RunState, Visit
from app.engine.statuses import TaskState


def tally(state: RunState) -> RunState:
    """The same state with `open`, `running` and `joining` as its visits say."""
    unfinished = [visit for visit in state.visits.values() if not visit.ended]
    return replace(
        state,
        open=Map({v.key: True for v in unfinished}),
        running=sum(handed_out(visit) for visit in unfinished if not state.plan.tasks[visit.task].is_ask),
        joining=frozenset(v.key for v in unfinished if v.state is TaskState.WAITING_JOIN),
    )


def handed_out(visit: Visit) -> int:
    """Runs of this visit that were given out and have not ended."""
    if visit.items is not None:
        return len(visit.items.live) - len(visit.items.waiting)
    return int(visit.live)
