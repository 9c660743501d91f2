"""A worker killed while it builds the environment of a pack: what waits stays scheduled, and the next one builds it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.persistence import session
from app.persistence.models import Action, Pack, Runtime
from tests.faults.processes import Machine, machine
from tests.servers import wait_until

pytestmark = pytest.mark.slow

# A build backend inside the project: it notes its process, waits until it may, and makes a wheel of one module.
BACKEND = """
import os, pathlib, time, zipfile
HERE = pathlib.Path({folder!r})
def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    with open(HERE / "builders", "a") as notes:
        notes.write(f"{{os.getpid()}}\\n")
    while not (HERE / "go").exists():
        time.sleep(0.05)
    name = "slow-1.0-py3-none-any.whl"
    info = "slow-1.0.dist-info"
    with zipfile.ZipFile(pathlib.Path(wheel_directory) / name, "w") as wheel:
        wheel.writestr("slow.py", "TEXT = 'built'")
        wheel.writestr(f"{{info}}/METADATA", "Metadata-Version: 2.1\\nName: slow\\nVersion: 1.0\\n")
        wheel.writestr(f"{{info}}/WHEEL", "Wheel-Version: 1.0\\nGenerator: t\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr(f"{{info}}/RECORD", f"slow.py,,\\n{{info}}/METADATA,,\\n{{info}}/WHEEL,,\\n{{info}}/RECORD,,\\n")
    return name
"""
PROJECT = '[project]\nname = "slow"\nversion = "1.0"\n[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[Machine]:
    with machine(tmp_path) as made:
        yield made


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The pack `t` with a requirement whose wheel is built slowly, from source."""
    source, pack = tmp_path / "slow", tmp_path / "t"
    source.mkdir()
    (source / "pyproject.toml").write_text(PROJECT)
    (source / "backend.py").write_text(BACKEND.format(folder=str(tmp_path)))
    (pack / "actions").mkdir(parents=True)
    (pack / "actions" / "act.py").write_text("import slow\nprint(slow.TEXT)\n")
    (pack / "requirements.txt").write_text(f"slow @ file://{source}\n")
    with session.transaction() as tx:
        row = tx.session.query(Pack).filter_by(ref="t").one()
        row.storage_path = str(pack)
        python = tx.session.query(Runtime).filter_by(ref="core.python").one()
        tx.session.add(
            Action(ref="t.act", pack=row.id, pack_ref="t", label="Act", entrypoint="act.py",
                   runtime=python.id, runtime_ref="core.python")
        )  # fmt: skip
    return tmp_path


def builders(folder: Path) -> list[int]:
    notes = folder / "builders"
    return [int(line) for line in notes.read_text().split()] if notes.exists() else []


def test_the_build_is_taken_up_by_the_next_worker(alone: Machine, project: Path) -> None:
    first = alone.up()
    executions = [alone.system.start("t.act") for _ in range(3)]
    wait_until(lambda: len(builders(project)) == 1, timeout_s=60, what="the build")

    alone.kill(first)

    [builder] = builders(project)
    wait_until(lambda: not Path(f"/proc/{builder}").exists(), timeout_s=10, what="the death of the installer")
    assert {alone.system.execution(i).status for i in executions} == {"scheduled"}
    (project / "go").touch()
    alone.up()
    assert [alone.end_of(i) for i in executions] == ["completed"] * 3
    assert len(builders(project)) == 2
    printed = {alone.system.execution(i).result["stdout"] for i in executions}
    assert printed == {"built\n"}
