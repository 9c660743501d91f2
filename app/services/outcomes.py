"""An outcome as it may be stored: secrets masked, no text a database refuses, not larger than ATTUNE_MAX_RESULT."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from app.engine.expressions.masking import mask
from app.engine.storable import shortened, storable, storable_text
from app.runners.base import RunOutcome
from app.services import ports

LONGEST_ERROR = 10_000  # characters of one error text
KEPT_OF_STREAM = 64 * 1024  # characters of a stream in a result that is too large; the log keeps all


def storable_outcome(outcome: RunOutcome, secrets: frozenset[str]) -> RunOutcome:
    """The outcome to write. A result that stays too large makes it a failure that names the setting."""
    result, error = outcome.result, outcome.error
    if secrets:
        shown = mask({"result": result, "error": error, "inquiry": outcome.inquiry}, secrets)
        result, error = shown["result"], shown["error"]
        outcome = replace(outcome, inquiry=shown["inquiry"])
    result = storable(result)
    if error is not None:
        error = storable_text(shortened(error, LONGEST_ERROR))
        result["error"] = error
    return _limited(replace(outcome, result=result, error=error))


def _limited(outcome: RunOutcome) -> RunOutcome:
    limit = ports.settings().max_result
    if _size(outcome.result) <= limit:
        return outcome
    result = {**outcome.result, **_shorter_streams(outcome.result)}
    size = _size(result)
    if size <= limit:
        return replace(outcome, result=result)
    text = f"The result has {size} characters, more than ATTUNE_MAX_RESULT = {limit} allows."
    kept: dict[str, Any] = {n: result[n] for n in ("exit_code", "duration_ms") if n in result}
    return replace(outcome, status="failed", result={"succeeded": False, "error": text, **kept}, error=text)


def _shorter_streams(result: dict[str, Any]) -> dict[str, Any]:
    shorter: dict[str, Any] = {}
    for name in ("stdout", "stderr"):
        text = result.get(name)
        if isinstance(text, str) and len(text) > KEPT_OF_STREAM:
            left_out = len(text) - KEPT_OF_STREAM
            shorter[name] = shortened(text, KEPT_OF_STREAM)
            shorter[f"{name}_truncated"] = True
            shorter[f"{name}_bytes_truncated"] = left_out + int(result.get(f"{name}_bytes_truncated") or 0)
    return shorter


def _size(result: dict[str, Any]) -> int:
    return len(json.dumps(result, ensure_ascii=False))
