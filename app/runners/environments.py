"""One environment per pack and list of requirements, built at first use and never changed afterwards.

`<home>/environments/<pack>-<hash>`; a file `.ready` in it says that it is whole. A lock file beside it lets one
process build while the others wait. A pack without requirements uses the server's own python3 and needs no network.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from app.engine.errors import RunnerError
from app.runners import surroundings
from app.runners.base import RunControl
from app.runners.process import Command, supervise

BUILD_TIMEOUT_S = 900.0
_SAID = 1500  # characters of an installer's output that an error repeats
# What an installer may need to reach its package index: addresses and certificates, not the server's secrets.
_INSTALLER_VARIABLES = ("PIP_", "UV_", "NPM_CONFIG_", "npm_config_")
_NETWORK_VARIABLES = frozenset(
    {"HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy", "HOME"}
    | {"SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"}
)

Build = Callable[[Path, Path, RunControl], None]


def python_of(pack_ref: str, pack_dir: Path | None, *, home: Path, control: RunControl) -> Path:
    """The interpreter for a pack's Python actions; builds the pack's environment when there is none yet.

    Raises:
        RunnerError: the environment could not be built (the message holds what the installer said), or the wait for
            it was cancelled. Nothing is kept of a failed build: the next use tries again.
    """
    requirements = _requirements(pack_dir)
    if requirements is None:
        return Path(sys.executable)
    directory = _python_directory(home, pack_ref, requirements)
    _built(directory, pack_ref, requirements, control, _build_python)
    return directory / "bin" / "python"


def node_modules_of(pack_ref: str, pack_dir: Path | None, *, home: Path, control: RunControl) -> Path | None:
    """The directory of a pack's Node.js packages, None when it asks for none; as `python_of` otherwise."""
    manifest = pack_dir / "package.json" if pack_dir else None
    if manifest is None or not manifest.is_file():
        return None
    directory = _directory(home, f"{pack_ref}-node", manifest.read_bytes())
    _built(directory, pack_ref, manifest, control, _build_node)
    return directory / "node_modules"


def is_ready(pack_ref: str, pack_dir: Path | None, *, home: Path) -> bool:
    """Whether a Python action of the pack would start without building anything."""
    requirements = _requirements(pack_dir)
    return requirements is None or _is_whole(_python_directory(home, pack_ref, requirements))


def _requirements(pack_dir: Path | None) -> Path | None:
    path = pack_dir / "requirements.txt" if pack_dir else None
    if path is None or not path.is_file():
        return None
    lines = (line.partition("#")[0].strip() for line in path.read_text("utf-8", "replace").splitlines())
    return path if any(lines) else None


def _python_directory(home: Path, pack_ref: str, requirements: Path) -> Path:
    version = f"{sys.version_info.major}.{sys.version_info.minor}\n"
    return _directory(home, pack_ref, version.encode() + requirements.read_bytes())


def _directory(home: Path, name: str, key: bytes) -> Path:
    return home / "environments" / f"{name}-{hashlib.sha256(key).hexdigest()[:16]}"


def _is_whole(directory: Path) -> bool:
    return (directory / ".ready").is_file()


def _built(directory: Path, pack_ref: str, wanted: Path, control: RunControl, build: Build) -> None:
    if _is_whole(directory):
        return
    directory.parent.mkdir(parents=True, exist_ok=True)
    with _locked(directory.with_name(f"{directory.name}.lock"), pack_ref, control):
        if _is_whole(directory):
            return
        shutil.rmtree(directory, ignore_errors=True)
        try:
            build(directory, wanted, control)
        except RunnerError as error:
            shutil.rmtree(directory, ignore_errors=True)
            message = (
                f"The environment of pack '{pack_ref}' ({wanted.name}) could not be built: {error.message}"
            )
            raise RunnerError(message, retryable=True) from error
        (directory / ".ready").touch()


@contextlib.contextmanager
def _locked(path: Path, pack_ref: str, control: RunControl) -> Iterator[None]:
    with open(path, "w") as file:
        while not _lock(file.fileno()):
            if control.cancelled.wait(0.1):
                raise RunnerError(f"Cancelled while the environment of pack '{pack_ref}' was being built.")
        yield


def _lock(fd: int) -> bool:
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _build_python(directory: Path, requirements: Path, control: RunControl) -> None:
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


def _build_node(directory: Path, manifest: Path, control: RunControl) -> None:
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
        raise RunnerError(f"{argv[0]} took longer than {BUILD_TIMEOUT_S:g} seconds")
    if ended.exit_code != 0:
        said = (ended.stderr.text + ended.stdout.text).strip()[-_SAID:]
        raise RunnerError(f"{Path(argv[0]).name} exited with code {ended.exit_code}: {said}")


def _installer_environ() -> dict[str, str]:
    own = {
        name: value
        for name, value in os.environ.items()
        if name in _NETWORK_VARIABLES or name.startswith(_INSTALLER_VARIABLES)
    }
    return {**own, "PATH": surroundings.search_path(), "LANG": "C.UTF-8"}
