"""Shell actions: a file of the pack, or a script given inline, both run by bash."""

from __future__ import annotations

from app.runners.base import RunControl, RunOutcome, RunRequest
from app.runners.commands import run_command
from app.runners.delivery import shell_variables
from app.runners.process import memory_file


class ShellRunner:
    """Source of the inline rules: api.md 5.1, 5.2."""

    def run(self, request: RunRequest, control: RunControl) -> RunOutcome:
        if request.inline:
            return _run_inline(request, control)
        return run_command(request, control, ["bash", request.entrypoint])


def _run_inline(request: RunRequest, control: RunControl) -> RunOutcome:
    # Two files, both without a name on disk: values must not be in the arguments, which every process can read, and
    # line numbers in bash's messages must be those of the author's script.
    variables = shell_variables(request).encode("utf-8", "replace")
    with (
        memory_file(variables) as first,
        memory_file(request.entrypoint.encode("utf-8", "replace")) as second,
    ):
        start = f". /dev/fd/{first}; exec {first}<&-; . /dev/fd/{second}"
        return run_command(
            request, control, ["bash", "-e", "-c", start, request.action_ref], fds=(first, second)
        )
