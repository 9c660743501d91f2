"""Actions that are programs, or files for an interpreter that Node.js or a pack's own runtime brings."""

from __future__ import annotations

import os

from app.engine.errors import RunnerError
from app.runners.base import RunControl, RunOutcome, RunRequest
from app.runners.commands import run_command


class NativeRunner:
    """Runs the file itself, or the interpreter that the request names with the file as its argument."""

    def run(self, request: RunRequest, control: RunControl) -> RunOutcome:
        interpreter = request.interpreter or {}
        if binary := interpreter.get("binary"):
            arguments = [str(argument) for argument in interpreter.get("args") or ()]
            return run_command(request, control, [str(binary), *arguments, request.entrypoint])
        if not os.access(request.entrypoint, os.X_OK):
            raise RunnerError(
                f"{request.action_ref}: its file is not executable. Set its execute permission in the pack."
            )
        return run_command(request, control, [request.entrypoint])
