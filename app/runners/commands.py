"""Run an action as a process: the part that is the same for every interpreter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from app.runners import outcomes, surroundings
from app.runners.base import RunControl, RunOutcome, RunRequest
from app.runners.delivery import stdin_document
from app.runners.process import Command, supervise


def run_command(
    request: RunRequest,
    control: RunControl,
    argv: Sequence[str],
    *,
    fds: Sequence[int] = (),
    first_on_path: Sequence[Path] = (),
    also: Mapping[str, str] | None = None,
) -> RunOutcome:
    """Run `argv` for this request.

    Args:
        fds: descriptors the process keeps.
        first_on_path: directories searched for programs before all others.
        also: variables the interpreter needs beside those of surroundings.py.

    Raises:
        RunnerError: it could not be started.
    """
    environ = {**surroundings.environ(request, first_on_path=first_on_path), **(also or {})}
    command = Command(
        argv=argv,
        environ=environ,
        cwd=working_directory(request),
        timeout_s=request.timeout_s,
        max_output=request.max_output,
        stdin=stdin_document(request),
        fds=fds,
    )
    return outcomes.of_process(request, supervise(command, control))


def working_directory(request: RunRequest) -> Path:
    """The pack's directory if it exists, else the scratch directory."""
    if request.pack_dir is not None and request.pack_dir.is_dir():
        return request.pack_dir
    return request.home / "scratch"
