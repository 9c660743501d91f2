"""The core actions without side effects: their result is computed, so they need no worker and no process.

Source: api.md 4 (core pack), 8 (result of an action).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

Result = dict[str, Any]


def run_pure(action_ref: str, parameters: Mapping[str, Any]) -> Result | None:
    """Result object of a pure core action (api.md 8), or None when `action_ref` is not one.

    Args:
        parameters: after defaults and casting; missing keys take the defaults of the core pack.

    Returns:
        `{succeeded, exit_code, duration_ms: 0, stdout, stderr, data?, error?}`; `error` only when it failed.
    """
    run = _ACTIONS.get(action_ref)
    return None if run is None else run(parameters)


def _noop(parameters: Mapping[str, Any]) -> Result:
    code = _exit_code(parameters.get("exit_code"))
    if code is None:
        return _failed(
            f"core.noop: exit_code is {_text(parameters['exit_code'])}; it takes a number from 0 to 255", 1
        )
    stdout = _line(parameters.get("message"))
    return _succeeded(stdout) if code == 0 else _failed(f"Exited with code {code}", code, stdout=stdout)


def _echo(parameters: Mapping[str, Any]) -> Result:
    return _succeeded(_text(parameters.get("message")) + "\n")


def _set(parameters: Mapping[str, Any]) -> Result:
    values = parameters.get("values")
    if values is None:
        values = {}
    if not isinstance(values, Mapping):
        return _failed(f"core.set: values is {_text(values)}; it takes an object", 1)
    return {**_succeeded(""), "data": dict(values)}


def _fail(parameters: Mapping[str, Any]) -> Result:
    message = _text(parameters.get("message")) or "Failed by core.fail"
    return _failed(message, 1, stderr=message + "\n")


_ACTIONS: dict[str, Callable[[Mapping[str, Any]], Result]] = {
    "core.noop": _noop,
    "core.echo": _echo,
    "core.set": _set,
    "core.fail": _fail,
}
PURE_REFS: frozenset[str] = frozenset(_ACTIONS)


def _succeeded(stdout: str) -> Result:
    return {"succeeded": True, "exit_code": 0, "duration_ms": 0, "stdout": stdout, "stderr": ""}


def _failed(error: str, exit_code: int, *, stdout: str = "", stderr: str = "") -> Result:
    return {
        "succeeded": False,
        "error": error,
        "exit_code": exit_code,
        "duration_ms": 0,
        "stdout": stdout,
        "stderr": stderr,
    }


def _exit_code(value: Any) -> int | None:
    if value is None:
        return 0
    try:
        code = int(str(value))
    except ValueError:
        return None
    return code if 0 <= code <= 255 else None


def _line(message: Any) -> str:
    return "" if message in (None, "") else _text(message) + "\n"


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
