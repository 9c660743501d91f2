"""Environments that executions wait for: built beside the actions, once for all that wait, and given up with a reason.

An execution stays `scheduled` meanwhile (api.md 5): it is claimed when its environment is there. What waits is known
to this process only: when it dies, the sweep sends the hints again, and another worker builds.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from app.engine.errors import EnvironmentBroken, RunnerError
from app.persistence.repositories import packs
from app.persistence.session import Row, Transaction, reading
from app.runners import environments
from app.runners.base import RunControl, Runtime
from app.runners.environments import Environment
from app.services import actions_run, ports

log = structlog.get_logger(__name__)
AT_ONCE = 2  # installers of one process
Runnable = tuple[Row, Row, Row | None]  # action, pack, runtime


@dataclass(slots=True)
class _Wait:
    """Who waits for one environment: execution -> the worker's name."""

    executions: dict[int, str] = field(default_factory=dict)


class EnvironmentBuilds:
    """The builds of this process, one thread each; a build of another process is waited for by the lock on disk."""

    def __init__(self) -> None:
        self._guard = threading.Condition()
        self._waits: dict[Path, _Wait] = {}
        self._slots = threading.BoundedSemaphore(AT_ONCE)
        self._cancelled = threading.Event()

    def awaits(self, execution_id: int) -> bool:
        """Whether this execution waits for a build of this process."""
        with self._guard:
            return any(execution_id in wait.executions for wait in self._waits.values())

    def request(
        self,
        environment: Environment,
        *,
        execution_id: int,
        owner: str,
        failed: Callable[[int, str, RunnerError], None],
    ) -> None:
        """Let the execution wait; begin to build when nobody does.

        Args:
            failed: called with (execution, owner, why) for each that waited for a build that failed. When it
                succeeds, a hint is sent for each.
        """
        with self._guard:
            wait = self._waits.get(environment.directory)
            if wait is not None:
                wait.executions[execution_id] = owner
                return
            self._waits[environment.directory] = _Wait({execution_id: owner})
        name = f"environment-{environment.pack_ref}"
        threading.Thread(target=self._build, args=(environment, failed), name=name, daemon=True).start()

    def stop(self, timeout_s: float) -> None:
        """Give up every build; what waits stays scheduled, for another worker."""
        self._cancelled.set()
        with self._guard:
            self._guard.wait_for(lambda: not self._waits, timeout_s)
        self._cancelled = threading.Event()

    def _build(self, environment: Environment, failed: Callable[[int, str, RunnerError], None]) -> None:
        cancelled, why = self._cancelled, None
        try:
            with self._slots:
                environments.build(environment, RunControl(cancelled=cancelled))
        except RunnerError as error:
            why = error
        except Exception as error:
            log.exception("environment_build_failed", pack=environment.pack_ref)
            text = f"The environment of pack '{environment.pack_ref}' could not be built: {type(error).__name__}: {error}"
            why = EnvironmentBroken(text, log="")
        with self._guard:
            waited = self._waits.pop(environment.directory).executions
            self._guard.notify_all()
        if cancelled.is_set():
            return
        if why is None:
            ports.current().dispatcher.send([ports.Hint("run", execution_id, 0) for execution_id in waited])
        else:
            _tell(waited, failed, why)


def _tell(waited: dict[int, str], failed: Callable[[int, str, RunnerError], None], why: RunnerError) -> None:
    """One that can't be told now stays scheduled: the sweep sends it again, and the build is tried again."""
    for execution_id, owner in waited.items():
        try:
            failed(execution_id, owner, why)
        except Exception:
            log.exception("failed_build_not_told", execution_id=execution_id)


builds = EnvironmentBuilds()


def missing_environment(tx: Transaction, found: Runnable) -> Environment | None:
    """The environment that has to be built before this action can start; None: it may start."""
    action, pack, runtime = found
    place = _Place(action["pack_ref"], actions_run.pack_dir_of(pack), actions_run.runtime_of(action, runtime))
    _places(tx)[action["id"]] = place
    return place.missing()


def may_start(tx: Transaction, action_id: int | None) -> bool:
    """Whether it is known, without asking the database, that nothing has to be built for this action."""
    place = _places(tx).get(action_id) if action_id is not None else None
    return place is not None and place.missing() is None


@dataclass(frozen=True, slots=True)
class _Place:
    """Where an action's environment is looked for. The files there may change: they are read each time."""

    pack_ref: str
    pack_dir: Path | None
    runtime: Runtime

    def missing(self) -> Environment | None:
        home = ports.settings().home_path
        found = environments.environment_of(self.pack_ref, self.pack_dir, self.runtime, home=home)
        return None if found is None or found.is_ready else found


def _places(tx: Transaction) -> dict[int | None, _Place]:
    """Of the actions this process has claimed, by id."""
    known: dict[int | None, _Place] = tx.database.kept.setdefault("environments", {})
    return known


def remove_unneeded() -> int:
    """Remove the environments of this machine that no installed pack asks for any more; how many."""
    home = ports.settings().home_path
    with reading() as tx:
        stored = packs.directories(tx)
    needed = {e.directory for ref, path in stored for e in environments.environments_of(ref, path, home=home)}
    removed = environments.remove_unneeded(home, needed)
    for directory in removed:
        log.info("environment_removed", name=directory.name)
    return len(removed)
