"""Kill -9 at every point of the protocol, and an error at every one: what is left ends right, and each point is really passed."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
import structlog
from cryptography.fernet import Fernet

from app import faults
from app.boot import connect
from app.persistence import session
from app.services import ports
from app.settings import Settings
from tests.databases import copy_empty
from tests.faults import scene
from tests.faults.conftest import SHIPPED

# An end that can't be written, and output that can't be kept, fail the action with the reason: the run goes on from there.
MAY_FAIL = {"completion.commit", "log.commit", "log.committed"}


@dataclass
class Stage:
    """One database file, and how it was before anything was played on it. The engine stays: it knows the statements."""

    database: session.Database
    ports: ports.Ports
    file: Path

    def clear(self) -> None:
        session.use(self.database)
        ports.use(self.ports)
        self.database.engine.dispose()
        self.database.kept.clear()
        for left in self.file.parent.glob("attune.db*"):
            left.unlink()
        shutil.copyfile(self.file.with_name("before.db"), self.file)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A database in which everything can be started; one playing without faults has gone through all of it."""
    folder = tmp_path_factory.mktemp("points")
    (folder / "packs").mkdir()
    (folder / "packs" / "core").symlink_to(SHIPPED / "core")
    copy_empty(folder / "attune.db")
    database = connect(_settings(folder))
    scene.prepare()
    database.engine.dispose()
    shutil.copyfile(folder / "attune.db", folder / "before.db")
    played = scene.Scene()
    played.play()
    assert played.ends() == scene.ENDS
    yield Stage(database, ports.current(), folder / "attune.db")
    database.engine.dispose()


def _settings(folder: Path) -> Settings:
    key = Fernet.generate_key().decode()
    return Settings(home=str(folder), packs_dirs=str(folder / "packs"), jwt_secret="s" * 48, encryption_key=key, run_ahead=0)


@pytest.fixture
def stage(prepared: Stage) -> Iterator[Stage]:
    prepared.clear()
    with structlog.testing.capture_logs():  # every error with its traceback in colours took seconds
        yield prepared
        faults.arm("")


@pytest.mark.parametrize("point", faults.POINTS)
def test_a_process_killed_at_this_point(stage: Stage, point: str) -> None:
    process_id = os.fork()
    if process_id == 0:
        _die_at(point)

    _, status = os.waitpid(process_id, 0)

    assert os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL, f"{point} was not passed"
    after = scene.Scene(scene.T0 + timedelta(minutes=10))
    after.play()
    ends = after.ends()
    assert ends == scene.ENDS or ends == {**scene.ENDS, "halted": "completed"}  # taken back and run before the cancel came
    after.check()


def _die_at(point: str) -> None:
    """Never returns: the child must not go on with the tests."""
    try:
        faults.arm(f"{point}=kill")
        scene.Scene().play()
    finally:
        os._exit(1)


ALONE = {*faults.BETWEEN, *MAY_FAIL}  # these decide what else is passed
TOGETHER = [point for point in faults.POINTS if point not in ALONE]
GROUPS = [*(TOGETHER[number::9] for number in range(9)), *([point] for point in sorted(ALONE))]


@pytest.mark.parametrize("points", GROUPS, ids=lambda points: points[0])
def test_an_error_at_each_of_these_points(stage: Stage, points: list[str]) -> None:
    faults.arm(";".join(f"{point}=raise" for point in points))
    played = scene.Scene()

    played.play()
    assert [name for name, fault in faults._armed.items() if not fault.passed] == []
    faults.arm("")
    played.play()

    ends = played.ends()
    assert ends == scene.ENDS or (points[0] in MAY_FAIL and ends == {**scene.ENDS, "run": "failed"})
    played.check()
