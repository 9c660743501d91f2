"""`attune doctor`: checks the promises of the protocol on a live database, and mends what can be mended.

Source: design.md 5. A finding counts only when it is still there at a second look: others are at work meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from app.engine.errors import AppError
from app.persistence.session import reading
from app.services import ports
from app.services.doctor import executions, history, notices, runs
from app.services.doctor.findings import Check, Finding, Moment

__all__ = ["CHECKS", "Check", "Finding", "examine", "mend", "still_there"]

CHECKS: tuple[Check, ...] = (*runs.CHECKS, *executions.CHECKS, *notices.CHECKS, *history.CHECKS)


def examine(check: Check) -> list[Finding]:
    """What one check finds now."""
    with reading() as tx:
        return list(check.find(tx, Moment(ports.now())))


def still_there(check: Check, found: Iterable[Finding]) -> list[Finding]:
    """Those of the findings that a new look finds again."""
    keys = {finding.key for finding in found}
    return [finding for finding in examine(check) if finding.key in keys] if keys else []


def mend(check: Check, found: Iterable[Finding]) -> list[Finding]:
    """Repair what can be repaired; what is still wrong afterwards, with the reason where a repair failed."""
    found = list(found)
    failed = {finding.key: reason for finding in found if (reason := _mend_one(check, finding))}
    left = still_there(check, found)
    return [replace(f, message=f"{f.message}. Mending failed: {failed[f.key]}") if f.key in failed else f for f in left]


def _mend_one(check: Check, finding: Finding) -> str | None:
    """Why it could not be done, None when it was done or is not to be."""
    if check.mend is None or finding.mend is None:
        return None
    try:
        check.mend(finding)
    except AppError as error:
        return error.message
    return None
