"""Node.js actions: a file of the pack, with the packages of its package.json."""

from __future__ import annotations

from app.runners import environments
from app.runners.base import RunControl, RunOutcome, RunRequest
from app.runners.commands import run_command


class NodeRunner:
    """Packages are installed first when the pack has a package.json; that does not count as run time."""

    def run(self, request: RunRequest, control: RunControl) -> RunOutcome:
        environment = environments.environment_of(
            request.pack_ref, request.pack_dir, "nodejs", home=request.home
        )
        also = {"NODE_PATH": str(environment.node_modules)} if environment else None
        with environments.in_use(environment, control):
            return run_command(request, control, ["node", request.entrypoint], also=also)
