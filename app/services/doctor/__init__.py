"""`attune doctor`: checks the promises of the protocol on a live database, and mends what can be mended.

Source: design.md 5. A finding counts only when it is still there at a second look: others are at work meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterable

import structlog

from app.engine.errors import AppError
from app.persistence.session import reading
from app.services import ports
from app.services.doctor import executions, history, runs
from app.services.doctor.findings import Check, Finding, Moment

__all__ = ["CHECKS", "Check", "Finding", "examine", "mend", "still_there"]

log = structlog.get_logger(__name__)
CHECKS: tuple[Check, ...] = (*runs.CHECKS, *executions.CHECKS, *history.CHECKS)


def examine(check: Check) -> list[Finding]:
    """What one check finds now."""
    with reading() as tx:
        return list(check.find(tx, Moment(ports.now())))


def still_there(check: Check, found: Iterable[Finding]) -> list[Finding]:
    """Those of the findings that a new look finds again."""
    keys = {finding.key for finding in found}
    return [finding for finding in examine(check) if finding.key in keys] if keys else []


def mend(check: Check, found: Iterable[Finding]) -> list[Finding]:
    """Repair what can be repaired; what is still wrong afterwards."""
    found = list(found)
    for finding in found:
        if check.mend is not None and finding.mend is not None:
            _mend_one(check, finding)
    return still_there(check, found)


def _mend_one(check: Check, finding: Finding) -> None:
    assert check.mend is not None
    try:
        check.mend(finding)
    except AppError as error:
        log.warning("not_mended", check=finding.check, table=finding.table, id=finding.id, error=error.message)
