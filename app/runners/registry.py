"""Which runner runs a request. Adding a runtime means a runner's file and a line here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from app.engine.errors import RunnerError
from app.engine.pure_actions import PURE_REFS
from app.runners import outcomes
from app.runners.base import RunControl, Runner, RunOutcome, RunRequest
from app.runners.native import NativeRunner
from app.runners.nodejs import NodeRunner
from app.runners.pure import PureRunner
from app.runners.python import PythonRunner
from app.runners.shell import ShellRunner
from app.runners.sleep import SleepRunner


def runner_for(request: RunRequest) -> Runner:
    """The runner of this request; its `run` reports a RunnerError as a failed outcome."""
    make = _CORE.get(request.action_ref) or _RUNTIMES[request.runtime]
    return _Reporting(make())


def _http() -> Runner:
    from app.runners.http import HttpRunner  # httpx takes a tenth of a second to import

    return HttpRunner()


_CORE: dict[str, Callable[[], Runner]] = {
    **dict.fromkeys(PURE_REFS, PureRunner),
    "core.sleep": SleepRunner,
    "core.http_request": _http,
}
_RUNTIMES: dict[str, Callable[[], Runner]] = {
    "shell": ShellRunner,
    "python": PythonRunner,
    "nodejs": NodeRunner,
    "native": NativeRunner,
}
BUILT_IN_REFS: frozenset[str] = frozenset(_CORE)


@dataclass(frozen=True, slots=True)
class _Reporting:
    runner: Runner

    def run(self, request: RunRequest, control: RunControl) -> RunOutcome:
        if control.cancelled.is_set():
            return outcomes.stopped("cancelled", outcomes.CANCELLED_ERROR, 0)
        try:
            return self.runner.run(request, control)
        except RunnerError as error:
            if control.cancelled.is_set():
                return outcomes.stopped("cancelled", outcomes.CANCELLED_ERROR, 0)
            return outcomes.not_run(error.message)
