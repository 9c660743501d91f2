"""The one step of the conductor: a report in, the next state and the commands out."""

from __future__ import annotations

from datetime import datetime

from app.engine.conductor.commands import Command
from app.engine.conductor.reports import Report
from app.engine.conductor.state import RunState


def advance(
    state: RunState, report: Report, *, now: datetime, chance: float = 0.5
) -> tuple[RunState, list[Command]]:
    """Advance a run by one report.

    Args:
        now: aware UTC.
        chance: in [0, 1), spreads retries with `jitter`.

    Returns:
        The next state and what to do, in order; the very same state and [] when the report changes nothing
        (it came twice, is late, or the run has ended).
    """
    raise NotImplementedError
