"""The result object of an action (api.md 8), made in one place for every runner."""

from __future__ import annotations

import re
import signal
from typing import Any

from app.runners.base import RunOutcome, RunRequest
from app.runners.capture import Capture
from app.runners.output import Unreadable, parse_output, printed_inquiry
from app.runners.process import Ended, Stopped

_TIMED_OUT = "timed out"  # the contract keeps this phrase for time limits


def not_run(error: str) -> RunOutcome:
    """Failed before anything ran."""
    error = ordinary(error)
    return RunOutcome("failed", {"succeeded": False, "error": error}, error)


def ordinary(error: str) -> str:
    """The text without the phrase by which clients tell a time limit from other failures."""
    return re.sub(_TIMED_OUT, "ran out of time", error, flags=re.IGNORECASE)


def stopped(status: Stopped, error: str, duration_ms: int) -> RunOutcome:
    """Ended by its time limit or a cancel, without a process."""
    result = {"succeeded": False, "error": error, "duration_ms": duration_ms, "stdout": "", "stderr": ""}
    return RunOutcome(status, result, error)


def timed_out_error(timeout_s: float) -> str:
    return f"Execution timed out after {timeout_s:g} second{'' if timeout_s == 1 else 's'}"


CANCELLED_ERROR = "Execution was cancelled"


def of_process(request: RunRequest, ended: Ended) -> RunOutcome:
    """Outcome of a process: exit code 0 succeeded, anything else failed, unless it was stopped."""
    shared = {"exit_code": ended.exit_code, "duration_ms": ended.duration_ms, **_captured(ended)}
    if ended.stopped is None and ended.exit_code == 0:
        result = {"succeeded": True, **shared, **_data(ended.stdout.text, request.output_format)}
        return RunOutcome("succeeded", result, inquiry=printed_inquiry(ended.stdout.text))
    error = _error(request, ended)
    result = {"succeeded": False, "error": error, **shared, **_data(ended.stdout.text, request.output_format)}
    return RunOutcome(ended.stopped or "failed", result, error)


def of_result(result: dict[str, Any]) -> RunOutcome:
    """Outcome of a result object that is already whole."""
    return RunOutcome("succeeded" if result["succeeded"] else "failed", result, result.get("error"))


def _error(request: RunRequest, ended: Ended) -> str:
    if ended.stopped == "timed_out":
        return timed_out_error(request.timeout_s)
    if ended.stopped == "cancelled":
        return CANCELLED_ERROR
    said = _last_line(ended.stderr.text)
    what = (
        f"Killed by signal {_signal_name(ended.signal)}"
        if ended.signal
        else f"Exited with code {ended.exit_code}"
    )
    return ordinary(f"{what}: {said}") if said else what


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return str(number)


def _last_line(text: str) -> str:
    return text[-2000:].rstrip().rpartition("\n")[2].strip()[-500:]


def _captured(ended: Ended) -> dict[str, Any]:
    return {**_stream("stdout", ended.stdout), **_stream("stderr", ended.stderr)}


def _stream(name: str, capture: Capture) -> dict[str, Any]:
    if not capture.bytes_left_out:
        return {name: capture.text}
    return {
        name: capture.text,
        f"{name}_truncated": True,
        f"{name}_bytes_truncated": capture.bytes_left_out,
    }


def _data(stdout: str, output_format: str) -> dict[str, Any]:
    try:
        data = parse_output(stdout, output_format)
    except Unreadable:
        return {}
    acknowledged = data.get("queue_ack") if isinstance(data, dict) else None
    return {"data": data} if acknowledged is None else {"data": data, "queue_ack": acknowledged}
