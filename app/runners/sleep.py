"""core.sleep: waits without a process; a cancel or the time limit ends it at once."""

from __future__ import annotations

import time
from typing import Any

from app.runners import outcomes
from app.runners.base import RunControl, RunOutcome, RunRequest

_LONGEST_S = 3600


class SleepRunner:
    """Parameters `seconds` (0..3600, default 1) and `message`, which is printed at the end. Source: api.md 4."""

    def run(self, request: RunRequest, control: RunControl) -> RunOutcome:
        given = request.parameters.get("seconds")
        seconds = _seconds(1 if given is None else given)
        if seconds is None:
            return outcomes.not_run(
                f"core.sleep: seconds is {given!r}; it takes a number from 0 to {_LONGEST_S}"
            )
        began = time.monotonic()
        cancelled = control.cancelled.wait(min(seconds, request.timeout_s))
        took_ms = round((time.monotonic() - began) * 1000)
        if cancelled:
            return outcomes.stopped("cancelled", outcomes.CANCELLED_ERROR, took_ms)
        if seconds > request.timeout_s:
            return outcomes.stopped("timed_out", outcomes.timed_out_error(request.timeout_s), took_ms)
        return _slept(request.parameters.get("message"), control, took_ms)


def _slept(message: Any, control: RunControl, took_ms: int) -> RunOutcome:
    stdout = f"{message}\n" if message not in (None, "") else ""
    if stdout:
        control.on_output("stdout", stdout)
    return outcomes.of_result(
        {"succeeded": True, "exit_code": 0, "duration_ms": took_ms, "stdout": stdout, "stderr": ""}
    )


def _seconds(value: Any) -> float | None:
    try:
        seconds = float(value)
    except (TypeError, ValueError):
        return None
    return seconds if 0 <= seconds <= _LONGEST_S else None
