"""What a runner is given and what it gives back."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

Runtime = Literal["shell", "python", "nodejs", "native"]
Status = Literal["succeeded", "failed", "timed_out", "cancelled"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRequest:
    """One action to run, with everything it needs; nothing is looked up later.

    Attributes:
        entrypoint: the absolute path of the file to run, or with `inline` the text of the script itself.
        pack_dir: working directory and home of `actions/` and `lib/`; None: the pack has no files.
        parameters: coerced, secrets in clear.
        datastore: values of the keys owned by the pack or the action, by name, in clear.
        env_vars: variables the caller asked for; loader variables are refused.
        home: ATTUNE_HOME, below which environments, artifacts and scratch space lie.
        max_output: captured bytes per stream.
        interpreter: of a runtime that a pack brings, `{binary, args?}`; None: the runtime's own.
    """

    execution_id: int
    action_ref: str
    pack_ref: str
    runtime: Runtime
    entrypoint: str
    home: Path
    inline: bool = False
    pack_dir: Path | None = None
    parameters: dict[str, Any] = field(default_factory=dict)
    datastore: dict[str, Any] = field(default_factory=dict)
    env_vars: dict[str, str] = field(default_factory=dict)
    timeout_s: float = 300.0
    output_format: str = "text"
    parameter_format: str = "json"
    parameter_delivery: str = "stdin"
    api_url: str = ""
    api_token: str | None = None
    rule_ref: str | None = None
    trigger_ref: str | None = None
    max_output: int = 10 * 1024 * 1024
    allow_private_addresses: bool = True
    interpreter: dict[str, Any] | None = None


class Cancelled(Protocol):
    """A flag another thread may set; `threading.Event` is one."""

    def is_set(self) -> bool: ...

    def wait(self, timeout: float | None = None) -> bool: ...


def _discard(stream: str, text: str) -> None:
    return


@dataclass(slots=True)
class RunControl:
    """The caller's side of a running action.

    Attributes:
        cancelled: when set, the action is stopped (seen within 0.1 s).
        on_output: called with (`stdout` | `stderr`, text) from the thread that called `run`, at most every
            0.2 s per stream. Text ends with a line end or the end of the stream, so that a secret can be
            masked whole; of a line longer than 4 KiB the last 4 KiB are held back (see capture.py).
    """

    cancelled: Cancelled = field(default_factory=threading.Event)
    on_output: Callable[[str, str], None] = _discard


@dataclass(frozen=True, slots=True)
class RunOutcome:
    """How it went.

    Attributes:
        result: the result object of api.md 8, without masking: the caller masks.
        error: the same as `result["error"]`; None when it succeeded.
        inquiry: the value of a printed `{"__inquiry": {...}}` (api.md 10.2), else None.
    """

    status: Status
    result: dict[str, Any]
    error: str | None = None
    inquiry: dict[str, Any] | None = None


class Runner(Protocol):
    """Runs one action to its end. Reports every failure of the action or of its start as an outcome."""

    def run(self, request: RunRequest, control: RunControl) -> RunOutcome: ...
