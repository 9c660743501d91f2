"""The word that says which state of a run a page shows, and the cheap question whether it is still the present one.

A page that is open asks each second, and nearly always nothing has changed. So the word is found with one row, and it is
a seal: only somebody who was shown the run could have been given it, so that nothing else is asked of them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from flask import request

from app.engine.statuses import TERMINAL
from app.queries import run_versions
from app.queries.one_view import in_one_view
from app.queries.run_versions import RunVersion
from app.services import ports
from app.web.fragments import unchanged
from app.web.seals import ahead, sealed

TICK_S, STILL_TICK_S = 5.0, 15.0  # how often the clocks of a page move: something runs, everything waits
SHOWING_LOGS = ("graph", "log")
SHARE = 10  # later they are never more than a tenth behind


def present(execution_id: int) -> str:
    """The word for the present state, as the person of this request gets it. Ask before the page is read, not after."""
    found = run_versions.of_execution(execution_id=execution_id)
    return "" if found is None else _sealed(execution_id, found)


@in_one_view
def is_present(execution_id: int) -> bool:
    """Whether the browser's `version` is the present one."""
    return bool(request.args.get("version")) and unchanged(joined([present(shown) for shown in (execution_id, *shown_inside())]))


def shown_inside() -> list[int]:
    """Executions of the nested runs that the page shows within its drawing."""
    return [int(text) for text in request.args.getlist("inside") if text.isascii() and text.isdigit() and len(text) < 16]


def joined(words: Iterable[str]) -> str:
    """The word for a page that shows several runs: each of them was given to somebody who was shown that run."""
    return ".".join(words)


def tick(age_s: float, first_s: float, ahead: float = 0.0) -> int:
    """How often the clocks of a page have moved `age_s` seconds after the last change: steadily, then ever more seldom.

    `ahead`: the part of a step by which this page's clocks go before others', from 0 to below 1.
    """
    steady_s = first_s * SHARE
    if age_s < steady_s:
        return int(max(age_s, 0) / first_s + ahead)
    return int(SHARE + math.log(age_s / steady_s) / math.log(1 + 1 / SHARE) + ahead)


def _sealed(execution_id: int, found: RunVersion) -> str:
    place = f"run {execution_id}"
    return sealed(f"{place} {found.status} {found.version} {_clock(found, ahead(place))} {_written(found)}")


def _written(found: RunVersion) -> int:
    return found.written if request.args.get("tab", "graph") in SHOWING_LOGS else 0


def _clock(found: RunVersion, before: float) -> object:
    if found.status in TERMINAL:
        return found.changed
    return tick((ports.now() - found.changed).total_seconds(), STILL_TICK_S if found.is_still else TICK_S, before)
