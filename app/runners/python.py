"""Python actions: a file of the pack, or source given inline, run in the pack's environment."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from app.runners import environments
from app.runners.base import RunControl, RunOutcome, RunRequest
from app.runners.commands import run_command
from app.runners.process import memory_file

# For inline source with datastore keys: they are variables of the module, as they are in inline shell scripts.
_WITH_VARIABLES = """
import json, os, re, runpy, sys
with os.fdopen(int(sys.argv[2])) as file:
    values = {re.sub("[^A-Za-z0-9_]", "_", name): value for name, value in json.load(file).items()}
runpy.run_path(sys.argv[1], init_globals=values, run_name="__main__")
"""


class PythonRunner:
    """The environment of the pack is built first when it has a requirements.txt; that does not count as run time."""

    def run(self, request: RunRequest, control: RunControl) -> RunOutcome:
        environment = environments.environment_of(
            request.pack_ref, request.pack_dir, "python", home=request.home
        )
        python = environment.python if environment else Path(sys.executable)
        with environments.in_use(environment, control):
            if request.inline:
                return _run_inline(request, control, python)
            return _run(request, control, python, [request.entrypoint])


def _run_inline(request: RunRequest, control: RunControl, python: Path) -> RunOutcome:
    source = request.entrypoint.encode("utf-8", "replace")
    variables = json.dumps(request.datastore).encode()
    with memory_file(source) as first, memory_file(variables) as second:
        if not request.datastore:
            return _run(request, control, python, ["-P", f"/dev/fd/{first}"], fds=(first,))
        arguments = ["-P", "-c", _WITH_VARIABLES, f"/dev/fd/{first}", str(second)]
        return _run(request, control, python, arguments, fds=(first, second))


def _run(
    request: RunRequest, control: RunControl, python: Path, arguments: list[str], fds: tuple[int, ...] = ()
) -> RunOutcome:
    imports = [str(request.pack_dir / part) for part in ("actions", "lib")] if request.pack_dir else []
    return run_command(
        request,
        control,
        [str(python), *arguments],
        fds=fds,
        first_on_path=[python.parent],
        also={"PYTHONPATH": ":".join(imports)} if imports else None,
    )
