"""The environment of an action's process: made from nothing, so that no secret of the server can be in it.

Source: api.md 5.2 "environment".
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from app.engine.errors import RunnerError
from app.runners.base import RunRequest

_STANDARD_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
# Variables that make a loader, a shell or an interpreter run other code: who may run an action may not change it.
_REFUSED = re.compile(
    r"LD_.*|DYLD_.*|BASH_ENV|BASH_FUNC.*|BASHOPTS|SHELLOPTS|ENV|IFS|PS[0-4]|PATH|HOME|PROMPT_COMMAND"
    r"|PYTHON.*|NODE_.*|PERL5.*|PERLLIB|RUBY.*|GEM_.*|GCONV_PATH|JAVA_TOOL_OPTIONS|_JAVA_OPTIONS|GIT_.*|ATTUNE_.*"
)


def environ(request: RunRequest, *, first_on_path: Sequence[Path] = ()) -> dict[str, str]:
    """The whole environment of the process; makes the directories it names.

    Raises:
        RunnerError: `env_vars` has a name or value that no environment can hold, or one that loads other code.
    """
    return {
        **base_environ(request.home, first_on_path=first_on_path),
        **_asked_for(request.env_vars),
        **_of_attune(request),
    }


def base_environ(home: Path, *, first_on_path: Sequence[Path] = ()) -> dict[str, str]:
    """What every process gets, also the ones that build environments."""
    return {
        "PATH": search_path(first_on_path),
        "HOME": str(_made(home / "scratch")),
        "LANG": "C.UTF-8",
        "PYTHONUNBUFFERED": "1",  # output is watched while it is written
        "PYTHONPYCACHEPREFIX": str(
            home / "environments" / "pycache"
        ),  # a pack's files stay as they were loaded
    }


def search_path(first: Sequence[Path] = ()) -> str:
    """Directories of programs: `first`, the server's python3, the server's own PATH, the standard ones."""
    own = os.environ.get("PATH", "").split(":")
    found = [*map(str, first), str(Path(sys.executable).parent), *own, *_STANDARD_PATH.split(":")]
    return ":".join(dict.fromkeys(entry for entry in found if entry.startswith("/")))


def _of_attune(request: RunRequest) -> dict[str, str]:
    known = {
        "ATTUNE_EXEC_ID": str(request.execution_id),
        "ATTUNE_ACTION": request.action_ref,
        "ATTUNE_PACK_REF": request.pack_ref,
        "ATTUNE_API_URL": request.api_url,
        "ATTUNE_ARTIFACTS_DIR": str(_made(request.home / "artifacts")),
        "ATTUNE_RUNTIME_ENVS_DIR": str(_made(request.home / "environments")),
        "ATTUNE_API_TOKEN": request.api_token,
        "ATTUNE_RULE": request.rule_ref,
        "ATTUNE_TRIGGER": request.trigger_ref,
    }
    return {name: value for name, value in known.items() if value is not None}


def _asked_for(env_vars: dict[str, str]) -> dict[str, str]:
    for name, value in env_vars.items():
        if not _NAME.fullmatch(name) or "\0" in value:
            raise RunnerError(f"env_vars: '{name}' is not a name and value that an environment can hold.")
        if _REFUSED.fullmatch(name):
            raise RunnerError(f"env_vars: '{name}' may not be set, it would change which code runs.")
    return env_vars


def _made(directory: Path) -> Path:
    directory.mkdir(parents=True, exist_ok=True)
    return directory
