"""Installs what a pack asks for into a directory: Python packages by uv or pip, Node.js packages by npm."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from app.engine.errors import EnvironmentBroken, RunnerError
from app.runners import surroundings
from app.runners.base import RunControl
from app.runners.process import Command, Ended, supervise

BUILD_TIMEOUT_S = 900.0
_SAID = 1500  # characters of an installer's output that an error repeats
# What an installer may need to reach its package index: addresses and certificates, not the server's secrets.
_INSTALLER_VARIABLES = ("PIP_", "UV_", "NPM_CONFIG_", "npm_config_")
_NETWORK_VARIABLES = frozenset(
    {"HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy", "HOME"}
    | {"SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"}
)


def install_python(directory: Path, requirements: Path, control: RunControl) -> None:
    """A virtual environment with these requirements.

    Raises:
        EnvironmentBroken: an installer failed; `log` is what it said.
        RunnerError: it was cancelled, or could not be started.
    """
    uv = shutil.which("uv", path=surroundings.search_path())
    steps = _steps_of_uv(uv, directory, requirements) if uv else steps_of_pip(directory, requirements)
    for argv in steps:
        _install(argv, requirements, control)


def _steps_of_uv(uv: str, directory: Path, requirements: Path) -> list[list[str]]:
    python = str(directory / "bin" / "python")
    return [
        [uv, "venv", "--quiet", "--python", sys.executable, str(directory)],
        [uv, "pip", "install", "--quiet", "--python", python, "-r", str(requirements)],
    ]


def steps_of_pip(directory: Path, requirements: Path) -> list[list[str]]:
    """Commands that build an environment with nothing but Python's own venv and pip."""
    python = str(directory / "bin" / "python")
    options = ["--quiet", "--disable-pip-version-check", "--no-input"]
    return [
        [sys.executable, "-m", "venv", str(directory)],
        [python, "-m", "pip", "install", *options, "-r", str(requirements)],
    ]


def install_node(directory: Path, manifest: Path, control: RunControl) -> None:
    """`node_modules` with what the manifest asks for; raises as `install_python`."""
    directory.mkdir()
    shutil.copy(manifest, directory / "package.json")
    lock = manifest.with_name("package-lock.json")
    if lock.is_file():
        shutil.copy(lock, directory)
    (directory / "node_modules").mkdir()
    argv = ["npm", "install", "--omit=dev", "--no-audit", "--no-fund", "--prefix", str(directory)]
    _install(argv, manifest, control)


def _install(argv: list[str], wanted: Path, control: RunControl) -> None:
    command = Command(
        argv=argv,
        environ=_installer_environ(),
        cwd=wanted.parent,
        timeout_s=BUILD_TIMEOUT_S,
        max_output=1024 * 1024,
    )
    ended = supervise(command, RunControl(cancelled=control.cancelled))
    if ended.stopped == "cancelled":
        raise RunnerError("cancelled")
    if ended.stopped == "timed_out":
        raise EnvironmentBroken(f"{argv[0]} took longer than {BUILD_TIMEOUT_S:g} seconds", log=_log_of(ended))
    if ended.exit_code != 0:
        message = (
            f"{Path(argv[0]).name} exited with code {ended.exit_code}: {_log_of(ended).strip()[-_SAID:]}"
        )
        raise EnvironmentBroken(message, log=_log_of(ended))


def _log_of(ended: Ended) -> str:
    return ended.stderr.text + ended.stdout.text


def _installer_environ() -> dict[str, str]:
    own = {
        name: value
        for name, value in os.environ.items()
        if name in _NETWORK_VARIABLES or name.startswith(_INSTALLER_VARIABLES)
    }
    return {**own, "PATH": surroundings.search_path(), "LANG": "C.UTF-8"}
