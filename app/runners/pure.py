"""The pure core actions when they are given to a worker all the same (a plain execution outside of a workflow)."""

from __future__ import annotations

from app.engine.errors import RunnerError
from app.engine.pure_actions import run_pure
from app.runners import outcomes
from app.runners.base import RunControl, RunOutcome, RunRequest


class PureRunner:
    """Source: app.engine.pure_actions."""

    def run(self, request: RunRequest, control: RunControl) -> RunOutcome:
        result = run_pure(request.action_ref, request.parameters)
        if result is None:
            raise RunnerError(f"{request.action_ref} is not a core action that runs without a process.")
        for stream in ("stdout", "stderr"):
            if result[stream]:
                control.on_output(stream, result[stream])
        return outcomes.of_result(result)
