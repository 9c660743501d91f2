"""What an event of a run says, in words. A type nobody knows is said as it is written. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_WORDS = {
    "run_started": "the run started",
    "run_finished": "the run ended",
    "run_paused": "the run was paused",
    "run_resumed": "the run was resumed",
    "run_canceling": "the run was cancelled",
    "run_stopping": "the run was told to stop",
    "run_timed_out": "the run’s time was over",
    "variables_set": "the first variables were set",
    "visit_opened": "{task} was reached",
    "visit_copied": "{task} was taken over from the run before",
    "arrived": "something arrived at {task}",
    "join_satisfied": "{task} has what it joined",
    "held": "{task} is held by the pause",
    "delayed": "{task} waits for its delay",
    "task_ready": "{task} started",
    "items_opened": "{task} opened its items",
    "container_started": "{task} started what is inside",
    "container_timed_out": "the time of {task} was over",
    "awaits_inquiry": "{task} waits for an answer",
    "inquiry_answered": "{task} was answered",
    "attempt_ended": "an attempt of {task} ended",
    "retry_scheduled": "{task} will be tried again",
    "task_skipped": "{task} was skipped",
    "task_ended": "{task} ended",
    "published": "{task} published",
    "cancel_asked": "{task} was told to stop",
}
_OUTCOMES = {"succeeded": "succeeded", "failed": "failed", "timed_out": "timed out", "skipped": "was skipped", "cancelled": "was cancelled"}


def event_words(event: Mapping[str, Any]) -> str:
    """`lint succeeded`, `attempt 2 of probe failed`, `unit started item 3`."""
    kind, task, payload = event["type"], event["task_name"], event["payload"] or {}
    outcome = _OUTCOMES.get(str(payload.get("outcome")))
    if kind == "task_ended" and outcome:
        return f"{task} {outcome}"
    if kind == "attempt_ended" and outcome:
        return f"{_attempt(event)} of {task} {outcome}"
    if kind == "task_ready" and (event["item"] is not None or (event["attempt"] or 1) > 1):
        return f"{task} started {_attempt(event)}"
    if kind == "published" and payload.get("variables"):
        return f"{task} published {', '.join(payload['variables'])}"
    return _WORDS.get(kind, kind.replace("_", " ") + (" of {task}" if task else "")).replace("{task}", str(task))


def _attempt(event: Mapping[str, Any]) -> str:
    number = event["attempt"] or 1
    if event["item"] is None:
        return f"attempt {number}"
    return f"item {event['item']}" + (f", attempt {number}" if number > 1 else "")
