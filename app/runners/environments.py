"""One environment per pack and list of requirements, built at first use and never changed afterwards.

`<home>/environments/<pack>-<hash>`; a file `.ready` in it says that it is whole. The lock file beside it is held
exclusively by who builds or removes it, and shared by every action that runs in it: several processes build it once,
and none loses it under its feet. A builder that is killed loses the lock; the next one starts anew.
A pack without requirements uses the server's own python3 and needs no network.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import re
import shutil
import sys
import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from app.engine.errors import EnvironmentBroken, RunnerError
from app.runners.base import RunControl, Runtime
from app.runners.installers import install_node, install_python

_NAME = re.compile(r".+-[0-9a-f]{16}")


@dataclass(frozen=True, slots=True)
class Environment:
    """One environment, there or not. `wanted`: the file that says what belongs into it."""

    pack_ref: str
    directory: Path
    wanted: Path

    @property
    def is_ready(self) -> bool:
        return (self.directory / ".ready").is_file()

    @property
    def python(self) -> Path:
        return self.directory / "bin" / "python"

    @property
    def node_modules(self) -> Path:
        return self.directory / "node_modules"


def environment_of(
    pack_ref: str, pack_dir: Path | None, runtime: Runtime, *, home: Path
) -> Environment | None:
    """The environment that actions of this runtime need, None when they need none."""
    if runtime == "python":
        return _python_environment(pack_ref, pack_dir, home)
    return _node_environment(pack_ref, pack_dir, home) if runtime == "nodejs" else None


def environments_of(pack_ref: str, pack_dir: Path | None, *, home: Path) -> list[Environment]:
    """Every environment a pack asks for."""
    found = (environment_of(pack_ref, pack_dir, runtime, home=home) for runtime in _RUNTIMES)
    return [environment for environment in found if environment is not None]


def build(environment: Environment, control: RunControl) -> None:
    """Build it, or wait until somebody else has; nothing is done when it is whole.

    Raises:
        EnvironmentBroken: an installer failed (the message holds what it said last, `log` all of it). Nothing is kept
            of it: the next use tries again.
        RunnerError: the wait, or the build, was cancelled.
    """
    with _locked(environment, control, fcntl.LOCK_EX):
        if not environment.is_ready:
            _install(environment, control)


@contextlib.contextmanager
def in_use(environment: Environment | None, control: RunControl) -> Iterator[None]:
    """Keep it while the block runs; it is built first when it is not there. Raises as `build`."""
    with contextlib.ExitStack() as held:
        while environment is not None:
            shared = held.enter_context(contextlib.ExitStack())
            shared.enter_context(_locked(environment, control, fcntl.LOCK_SH))
            if environment.is_ready:
                break
            shared.close()
            build(environment, control)
        yield


def remove_unneeded(home: Path, needed: Collection[Path], *, idle_s: float = 3600.0) -> list[Path]:
    """Remove environments that are not among the needed directories; what was removed.

    One that is being built or that an action runs in stays, and so does one that was made less than `idle_s` ago:
    its pack may be about to be installed.
    """
    root, removed = home / "environments", []
    for directory in root.iterdir() if root.is_dir() else ():
        if (
            _NAME.fullmatch(directory.name)
            and directory.is_dir()
            and directory not in needed
            and _age_s(directory) > idle_s
        ):
            with _at_once(directory) as ours:
                if ours:
                    shutil.rmtree(directory, ignore_errors=True)
                    _lock_file(directory).unlink(missing_ok=True)
                    removed.append(directory)
    return removed


def _python_environment(pack_ref: str, pack_dir: Path | None, home: Path) -> Environment | None:
    path = pack_dir / "requirements.txt" if pack_dir else None
    if path is None or not path.is_file():
        return None
    content = path.read_bytes()
    if not any(line.partition(b"#")[0].strip() for line in content.splitlines()):
        return None
    version = f"{sys.version_info.major}.{sys.version_info.minor}\n"
    return Environment(pack_ref, _directory(home, pack_ref, version.encode() + content), path)


def _node_environment(pack_ref: str, pack_dir: Path | None, home: Path) -> Environment | None:
    path = pack_dir / "package.json" if pack_dir else None
    if path is None or not path.is_file():
        return None
    return Environment(pack_ref, _directory(home, f"{pack_ref}-node", path.read_bytes()), path)


_RUNTIMES: tuple[Runtime, ...] = ("python", "nodejs")


def _directory(home: Path, name: str, key: bytes) -> Path:
    return home / "environments" / f"{name}-{hashlib.sha256(key).hexdigest()[:16]}"


def _install(environment: Environment, control: RunControl) -> None:
    shutil.rmtree(environment.directory, ignore_errors=True)
    install = install_node if environment.wanted.name == "package.json" else install_python
    try:
        install(environment.directory, environment.wanted, control)
    except EnvironmentBroken as error:
        shutil.rmtree(environment.directory, ignore_errors=True)
        message = f"The environment of pack '{environment.pack_ref}' ({environment.wanted.name}) could not be built: {error.message}"
        raise EnvironmentBroken(message, log=error.log) from error
    except BaseException:
        shutil.rmtree(environment.directory, ignore_errors=True)
        raise
    (environment.directory / ".ready").touch()


@contextlib.contextmanager
def _locked(environment: Environment, control: RunControl, kind: int) -> Iterator[None]:
    environment.directory.parent.mkdir(parents=True, exist_ok=True)
    while (held := _lock(_lock_file(environment.directory), kind)) is None:
        if control.cancelled.wait(0.1):
            raise RunnerError(
                f"Cancelled while the environment of pack '{environment.pack_ref}' was being built."
            )
    try:
        yield
    finally:
        os.close(held)


@contextlib.contextmanager
def _at_once(directory: Path) -> Iterator[bool]:
    """The lock for removing, if nobody has it."""
    held = _lock(_lock_file(directory), fcntl.LOCK_EX)
    try:
        yield held is not None
    finally:
        if held is not None:
            os.close(held)


def _lock_file(directory: Path) -> Path:
    return directory.with_name(f"{directory.name}.lock")


def _lock(path: Path, kind: int) -> int | None:
    """The descriptor of the locked file; None: somebody else has it, or it was removed meanwhile."""
    held = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(held, kind | fcntl.LOCK_NB)
        if os.fstat(held).st_ino == os.stat(path).st_ino:
            return held
    except (BlockingIOError, FileNotFoundError):
        pass
    os.close(held)
    return None


def _age_s(directory: Path) -> float:
    try:
        return time.time() - directory.stat().st_mtime
    except FileNotFoundError:
        return 0.0
