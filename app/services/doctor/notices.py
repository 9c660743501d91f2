"""Notices that people were to get and did not."""

from __future__ import annotations

from collections.abc import Iterator

from app.persistence.repositories import notices
from app.persistence.session import Transaction, transaction
from app.services import ports
from app.services.doctor.findings import LIMIT, Check, Finding, Moment

OFTEN = 3  # failed attempts after which somebody should look


def _untold(tx: Transaction, moment: Moment) -> Iterator[Finding]:
    for row in notices.late(tx, attempts=OFTEN, limit=LIMIT):
        to = f"the mail to {row['login']}" if row["channel"] == "mail" else "the post to ATTUNE_NOTIFY_URL"
        state = "was given up" if row["status"] == "failed" else f"has failed {row['attempts']} times"
        text = f"{to} about question {row['inquiry']} {state}: {row['error']}"
        yield Finding("untold", "notice", row["id"], text, "try again at once")


def _tell_again(finding: Finding) -> None:
    with transaction() as tx:
        notices.try_again(tx, finding.id, now=ports.now())


CHECKS = (Check("untold", "Notices about open questions arrive", _untold, _tell_again),)
