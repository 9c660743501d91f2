"""Executions wait as `scheduled` while the environment of their pack is built; requirements are wheels on the disk."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from app.engine.access import SYSTEM
from app.persistence import session
from app.persistence.models import Action, Pack, Runtime
from app.runners import environments
from app.runners.base import RunControl
from app.runners.environments import Environment
from app.services import environment_builds, executions, packs, ports, recovery
from tests.runners.test_python import make_wheel
from tests.workers.conftest import System

PackOf = Callable[[str], Path]
SCRIPT = "import greeting\nprint(greeting.TEXT)\n"


@pytest.fixture
def pack(system: System, tmp_path: Path) -> PackOf:
    """The pack `t` gets files: these requirements, and the Python action t.greet."""

    def write(requirements: str) -> Path:
        directory = tmp_path / "pack"
        (directory / "actions").mkdir(parents=True)
        (directory / "actions" / "greet.py").write_text(SCRIPT)
        (directory / "requirements.txt").write_text(requirements)
        with session.transaction() as tx:
            row = tx.session.query(Pack).filter_by(ref="t").one()
            row.storage_path = str(directory)
            python = tx.session.query(Runtime).filter_by(ref="core.python").one()
            tx.session.add(
                Action(ref="t.greet", pack=row.id, pack_ref="t", label="Greet", entrypoint="greet.py",
                       runtime=python.id, runtime_ref="core.python")
            )  # fmt: skip
        return directory

    return write


def environment_in(directory: Path) -> Environment:
    found = environments.environment_of("t", directory, "python", home=ports.settings().home_path)
    assert found is not None
    return found


@contextmanager
def somebody_builds(environment: Environment) -> Iterator[None]:
    """As if another process were building it."""
    with environments._locked(environment, RunControl(), fcntl.LOCK_EX):
        yield


def test_an_execution_stays_scheduled_until_its_environment_is_there(
    live: System, pack: PackOf, tmp_path: Path
):
    environment = environment_in(pack(f"{make_wheel(tmp_path)}\n"))

    with ExitStack() as building:
        building.enter_context(somebody_builds(environment))
        waiting = live.start("t.greet")
        live.wait(lambda: environment_builds.builds.awaits(waiting), "the execution to wait")
        other = live.end_of(live.start("core.noop"))
        row = live.execution(waiting)
        assert (row.status, row.started_at, row.worker, row.claims) == ("scheduled", None, None, 0)
        assert other.status == "completed"

    ended = live.end_of(waiting)
    assert (ended.status, ended.result["stdout"]) == ("completed", "hello from the wheel\n")
    assert ended.claims == 1


def test_several_that_wait_build_it_once(
    live: System, pack: PackOf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    built: list[Path] = []
    install = environments.install_python

    def counted(directory: Path, wanted: Path, control: RunControl) -> None:
        built.append(directory)
        install(directory, wanted, control)

    monkeypatch.setattr(environments, "install_python", counted)
    environment = environment_in(pack(f"{make_wheel(tmp_path)}\n"))

    with somebody_builds(environment):
        waiting = [live.start("t.greet") for _ in range(6)]
        live.wait(lambda: all(map(environment_builds.builds.awaits, waiting)), "all of them to wait")

    assert {live.end_of(one).status for one in waiting} == {"completed"}
    assert built == [environment.directory]


def test_tasks_of_a_workflow_wait_too(live: System, pack: PackOf, tmp_path: Path):
    environment = environment_in(pack(f"{make_wheel(tmp_path)}\n"))
    ref = live.workflow(
        "greeting",
        "tasks: [{name: first, action: core.sleep, input: {seconds: 0}, on_success: greet}, {name: greet, action: t.greet}]",
    )

    with somebody_builds(environment):
        run = live.start(ref)
        live.wait(lambda: len(live.children(run, "greet")) == 1, "the second task")
        greet = live.children(run, "greet")[0].id
        live.wait(lambda: environment_builds.builds.awaits(greet), "it to wait")
        assert live.execution(greet).status == "scheduled"

    assert live.end_of(run).status == "completed"


def test_a_build_that_fails_fails_what_waits_with_the_installers_output(
    live: System, pack: PackOf, tmp_path: Path
):
    environment = environment_in(pack(f"{tmp_path}/no-such-package-1.0-py3-none-any.whl\n"))

    with somebody_builds(environment):
        waiting = [live.start("t.greet") for _ in range(2)]
        live.wait(lambda: all(map(environment_builds.builds.awaits, waiting)), "both to wait")

    for row in map(live.end_of, waiting):
        assert row.status == "failed"
        assert "The environment of pack 't' (requirements.txt) could not be built" in row.error
        assert "no-such-package" in row.result["stderr"]
        assert row.stderr_bytes > 0
    assert not environment.is_ready


def test_the_next_execution_after_a_failed_build_tries_again(live: System, pack: PackOf, tmp_path: Path):
    wheel = tmp_path / "greeting-1.0-py3-none-any.whl"
    pack(f"{wheel}\n")
    assert live.end_of(live.start("t.greet")).status == "failed"

    make_wheel(tmp_path)

    assert live.end_of(live.start("t.greet")).status == "completed"


def test_one_that_is_cancelled_while_it_waits_never_starts(live: System, pack: PackOf, tmp_path: Path):
    environment = environment_in(pack(f"{make_wheel(tmp_path)}\n"))

    with somebody_builds(environment):
        waiting = live.start("t.greet")
        live.wait(lambda: environment_builds.builds.awaits(waiting), "the execution to wait")
        executions.cancel(execution_id=waiting, by=live.alice)

    ended = live.end_of(waiting)
    assert (ended.status, ended.started_at) == ("cancelled", None)


def test_a_builder_that_is_stopped_leaves_its_executions_to_another(
    system: System, pack: PackOf, tmp_path: Path
):
    environment = environment_in(pack(f"{make_wheel(tmp_path)}\n"))
    execution = system.start("t.greet")
    with somebody_builds(environment):
        system.deliver()
        assert environment_builds.builds.awaits(execution)
        environment_builds.builds.stop(10)

    assert system.execution(execution).status == "scheduled"
    recovery.resend(after_s=0)
    system.deliver()
    system.wait(
        lambda: environment.is_ready and not environment_builds.builds.awaits(execution), "the second build"
    )
    system.deliver_all()
    assert system.execution(execution).status == "completed"


def test_environments_of_removed_packs_are_removed(system: System, pack: PackOf, tmp_path: Path):
    directory = pack(f"{make_wheel(tmp_path)}\n")
    environment = environment_in(directory)
    environments.build(environment, RunControl())
    old = environment.directory.with_name("gone-0123456789abcdef")
    old.mkdir()
    for path in (old, environment.directory):
        _make_old(path)

    assert environment_builds.remove_unneeded() == 1
    assert environment.is_ready

    packs.delete(ref="t", by=SYSTEM)
    assert environment_builds.remove_unneeded() == 1
    assert not environment.directory.exists()


def _make_old(directory: Path) -> None:
    then = time.time() - 7200
    os.utime(directory, (then, then))
