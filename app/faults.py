"""Named points of the protocol at which a process can be made to die, fail, wait or stand still. For tests; off by default.

    ATTUNE_FAULTS="completion.commit=kill; send=raise@3; claim.committed=sleep:2@always"

`point=action@nth`, separated by `;`. Actions: `kill` (kill -9 of this process), `raise` (FaultRaised), `sleep:SECONDS`,
`park` (this thread waits until the process ends). `@nth`: the passage at which it happens, default the first; `@always`.

Each step of the protocol (design: docs/explanation/nothing-is-lost.md) is a transaction with two points: `<step>.commit`
is passed when all is written and nothing stands yet, `<step>.committed` when it stands and no hint was sent yet. Between
steps there are the points of `BETWEEN`. Switched off, a point costs one `if`.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass

import structlog

log = structlog.get_logger(__name__)

STEPS: Mapping[str, str] = {
    "start": "a start is accepted",
    "begin": "a run begins, or goes on with pure actions",
    "claim": "a worker takes an execution",
    "log": "a piece of output is kept",
    "heartbeat": "a worker prolongs its leases",
    "completion": "ends of executions are written, and their run is stepped",
    "give_back": "a lease was lost or handed over: the execution goes back into the queue",
    "end_cancelled": "what a lost worker was stopping ends as cancelled",
    "child_done": "a run hears of the end of a nested one",
    "timer": "an alarm fires",
    "answer": "a question is answered",
    "expiry": "a question has not been answered in time",
    "question_closed": "a run hears that the question it waits for was closed",
    "cancel": "a cancel is accepted",
    "cancel_below": "a nested run hears of a cancel",
    "pause": "a pause is accepted",
    "pause_below": "a nested run hears of a pause",
    "resume": "a run is resumed",
    "resume_below": "a nested run hears that it goes on",
    "settle_pause": "a pausing run is looked at: has it come to rest",
}
BETWEEN: Mapping[str, str] = {
    "send": "before a hint is handed to the broker",
    "sent": "the broker has the hint",
    "received": "a worker has got a hint and done nothing yet",
    "run": "claimed, and the action has not begun",
    "ran": "the action has ended, and nobody knows it yet",
    "sweep": "a sweep has found something and not dealt with it yet",
}
POINTS: tuple[str, ...] = (*(f"{step}.{when}" for step in STEPS for when in ("commit", "committed")), *BETWEEN)
ACTIONS = ("kill", "raise", "sleep", "park")


class FaultRaised(Exception):
    """What `raise` raises: no error of ours, as a bug would be none."""


@dataclass(slots=True)
class Fault:
    """What happens at a point. `nth`: at which passage, from 1; None: at each. `passed`: passages so far."""

    action: str
    seconds: float = 0.0
    nth: int | None = 1
    passed: int = 0


_armed: dict[str, Fault] = {}
_lock = threading.Lock()


def arm(text: str) -> None:
    """Take the faults of this text (see the module) in place of those before; an empty one switches all off.

    Raises:
        ValueError: names what is wrong with it.
    """
    faults = dict(_parsed(part.strip()) for part in text.split(";") if part.strip())
    _armed.clear()
    _armed.update(faults)
    if faults:
        log.error("fault_points_armed", faults=text, meant_for="tests", way_out="unset ATTUNE_FAULTS")


def _parsed(part: str) -> tuple[str, Fault]:
    name, _, what = part.partition("=")
    action, _, nth = what.partition("@")
    word, _, seconds = action.partition(":")
    if name not in POINTS:
        raise ValueError(f"ATTUNE_FAULTS names the point '{name}'; docs/reference/fault-points.md lists what there is")
    if word not in ACTIONS or (word == "sleep") != bool(seconds):
        raise ValueError(f"ATTUNE_FAULTS wants '{action}' at '{name}'; it takes kill, raise, sleep:SECONDS or park")
    try:
        return name, Fault(word, float(seconds or 0), None if nth == "always" else int(nth or 1))
    except ValueError:
        raise ValueError(f"ATTUNE_FAULTS has '{what}' at '{name}'; seconds and passages are numbers") from None


def armed() -> bool:
    """Whether anything may happen at any point."""
    return bool(_armed)


def point(name: str) -> None:
    """Pass a point; where a fault is armed, it happens here."""
    if _armed and name in _armed:
        _pass(name, _armed[name])


def _pass(name: str, fault: Fault) -> None:
    with _lock:
        fault.passed += 1
        due = fault.nth is None or fault.passed == fault.nth
    if due:
        log.error("fault_point_reached", point=name, action=fault.action)
        _happen(name, fault)


def _happen(name: str, fault: Fault) -> None:
    if fault.action == "kill":
        sys.stderr.flush()
        os.kill(os.getpid(), signal.SIGKILL)
    elif fault.action == "raise":
        raise FaultRaised(f"The fault point '{name}' was armed.")
    elif fault.action == "sleep":
        time.sleep(fault.seconds)
    else:
        threading.Event().wait()
