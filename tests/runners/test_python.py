"""Python actions and the environments of packs."""

from __future__ import annotations

import fcntl
import subprocess
import sys
import threading
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.engine.errors import RunnerError
from app.runners import environments, installers
from app.runners.base import RunControl
from tests.servers import wait_until


def test_a_file_reads_its_parameters_from_stdin(run, pack_dir):
    script = pack_dir / "actions" / "add.py"
    script.write_text(
        "import json, sys\np = json.load(sys.stdin)\nprint(json.dumps({'sum': p['a'] + p['b']}))\n"
    )

    outcome = run(
        str(script),
        runtime="python",
        inline=False,
        pack_dir=pack_dir,
        parameters={"a": 1, "b": 2},
        output_format="json",
    )

    assert outcome.result["data"] == {"sum": 3}


def test_a_file_may_import_its_neighbours_and_the_packs_lib(run, pack_dir):
    (pack_dir / "lib").mkdir()
    (pack_dir / "lib" / "shared.py").write_text("X = 'lib'")
    (pack_dir / "actions" / "beside.py").write_text("Y = 'beside'")
    script = pack_dir / "actions" / "deep" / "act.py"
    script.parent.mkdir()
    script.write_text("import shared, beside\nprint(shared.X, beside.Y)")

    outcome = run(str(script), runtime="python", inline=False, pack_dir=pack_dir)

    assert outcome.result["stdout"] == "lib beside\n"


def test_running_leaves_no_compiled_files_in_the_pack(run, pack_dir):
    (pack_dir / "actions" / "beside.py").write_text("Y = 1")
    script = pack_dir / "actions" / "act.py"
    script.write_text("import beside")

    run(str(script), runtime="python", inline=False, pack_dir=pack_dir)

    assert sorted(path.name for path in pack_dir.rglob("*")) == ["act.py", "actions", "beside.py"]


def test_source_given_inline_runs_as_the_main_module(run):
    source = "import json, sys\nif __name__ == '__main__':\n    print(json.load(sys.stdin)['who'], sys.path[0] != '/dev/fd')"

    outcome = run(source, runtime="python", parameters={"who": "O'Brien"}, datastore={})

    assert outcome.result["stdout"] == "O'Brien True\n"


def test_datastore_keys_are_variables_of_inline_source(run):
    outcome = run(
        "import sys\nprint(db_password, sys.stdin.read())",
        runtime="python",
        parameters={"a": 1},
        datastore={"db.password": "s3"},
    )

    assert outcome.result["stdout"] == 's3 {"a":1}\n\n'


def test_an_exception_names_the_line_of_the_source(run):
    outcome = run("x = 1\nraise ValueError('bad')\n", runtime="python")

    assert outcome.result["exit_code"] == 1
    assert outcome.error == "Exited with code 1: ValueError: bad"
    assert "line 2" in outcome.result["stderr"]


def test_printed_lines_are_seen_at_once(run, recorded):
    with ThreadPoolExecutor() as pool:
        running = pool.submit(run, "import time\nprint('now')\ntime.sleep(300)", runtime="python")
        wait_until(lambda: recorded.text() == "now\n", timeout_s=10, what="the line")
        recorded.cancelled.set()

        assert running.result(10).status == "cancelled"


@pytest.mark.parametrize("text", [None, "", "# nothing\n\n  # yet\n"], ids=["absent", "empty", "comments"])
def test_a_pack_without_requirements_uses_the_servers_python(tmp_path, pack_dir, run, text):
    if text is not None:
        (pack_dir / "requirements.txt").write_text(text)

    assert environments.environment_of("demo", pack_dir, "python", home=tmp_path / "home") is None
    assert run("import sys\nprint(sys.executable)", runtime="python", pack_dir=pack_dir).result["stdout"] == f"{sys.executable}\n"


def make_wheel(directory: Path) -> Path:
    """A package of one module, as a file, so that no index is asked."""
    wheel = directory / "greeting-1.0-py3-none-any.whl"
    info = "greeting-1.0.dist-info"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("greeting.py", "TEXT = 'hello from the wheel'\n")
        archive.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: greeting\nVersion: 1.0\n")
        archive.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(
            f"{info}/RECORD", f"greeting.py,,\n{info}/METADATA,,\n{info}/WHEEL,,\n{info}/RECORD,,\n"
        )
    return wheel


def test_requirements_are_installed_once_for_all_who_wait(tmp_path, pack_dir, run):
    (pack_dir / "requirements.txt").write_text(f"{make_wheel(tmp_path)}\n")
    script = pack_dir / "actions" / "greet.py"
    script.write_text("import greeting, sys\nprint(greeting.TEXT, sys.prefix)")

    with ThreadPoolExecutor(3) as pool:
        runs = [
            pool.submit(run, str(script), runtime="python", inline=False, pack_dir=pack_dir) for _ in range(3)
        ]
        printed = {future.result(100).result.get("stdout") for future in runs}

    assert len(printed) == 1
    assert printed.pop().startswith(f"hello from the wheel {tmp_path / 'home' / 'environments' / 'demo-'}")
    assert environment_of(tmp_path, pack_dir).is_ready


def test_a_build_that_fails_says_why_and_leaves_nothing_half_made(tmp_path, pack_dir, run):
    (pack_dir / "requirements.txt").write_text(f"{tmp_path}/no-such-package-1.0-py3-none-any.whl\n")
    script = pack_dir / "actions" / "act.py"
    script.write_text("print(1)")

    outcome = run(str(script), runtime="python", inline=False, pack_dir=pack_dir)

    assert outcome.status == "failed"
    assert "The environment of pack 'demo' (requirements.txt) could not be built" in outcome.error
    assert "no-such-package" in outcome.error
    assert not environment_of(tmp_path, pack_dir).is_ready
    assert [
        path
        for path in (tmp_path / "home" / "environments").iterdir()
        if path.name.startswith("demo-") and path.is_dir()
    ] == []


@pytest.mark.slow
def test_an_environment_can_be_built_with_nothing_but_python(tmp_path):
    requirements = tmp_path / "requirements.txt"
    requirements.write_text(f"{make_wheel(tmp_path)}\n")
    python = tmp_path / "environment" / "bin" / "python"

    for argv in installers.steps_of_pip(tmp_path / "environment", requirements):
        subprocess.run(argv, check=True, cwd=tmp_path)

    printed = subprocess.run(
        [python, "-c", "import greeting; print(greeting.TEXT)"], capture_output=True, text=True
    )
    assert printed.stdout == "hello from the wheel\n"


def test_other_requirements_mean_another_environment(tmp_path, pack_dir):
    (pack_dir / "requirements.txt").write_text("one\n")
    first = environment_of(tmp_path, pack_dir)
    (pack_dir / "requirements.txt").write_text("two\n")

    assert first.directory != environment_of(tmp_path, pack_dir).directory
    assert first.directory.name.startswith("demo-")


def test_waiting_for_another_build_can_be_cancelled(tmp_path, pack_dir):
    (pack_dir / "requirements.txt").write_text("one\n")
    environment, cancelled = environment_of(tmp_path, pack_dir), threading.Event()
    cancelled.set()

    with environments._locked(environment, RunControl(), fcntl.LOCK_EX), pytest.raises(RunnerError, match="Cancelled"):
        environments.build(environment, RunControl(cancelled=cancelled))


def ready_environment(tmp_path: Path, pack_dir: Path) -> environments.Environment:
    (pack_dir / "requirements.txt").write_text(f"{make_wheel(tmp_path)}\n")
    environment = environment_of(tmp_path, pack_dir)
    environments.build(environment, RunControl())
    return environment


def test_environments_nobody_needs_are_removed_and_the_others_stay(tmp_path, pack_dir):
    environment = ready_environment(tmp_path, pack_dir)
    old = environment.directory.with_name("gone-0123456789abcdef")
    (old / "bin").mkdir(parents=True)
    (tmp_path / "home" / "environments" / "pycache").mkdir()

    removed = environments.remove_unneeded(tmp_path / "home", {environment.directory}, idle_s=-1)

    assert removed == [old]
    assert environment.is_ready and not old.exists()
    assert (tmp_path / "home" / "environments" / "pycache").is_dir()


def test_an_environment_in_use_is_not_removed(tmp_path, pack_dir):
    environment = ready_environment(tmp_path, pack_dir)

    with environments.in_use(environment, RunControl()):
        assert environments.remove_unneeded(tmp_path / "home", set(), idle_s=-1) == []
    assert environments.remove_unneeded(tmp_path / "home", set(), idle_s=-1) == [environment.directory]


def test_a_new_environment_is_left_alone_for_a_while(tmp_path, pack_dir):
    environment = ready_environment(tmp_path, pack_dir)

    assert environments.remove_unneeded(tmp_path / "home", set()) == []
    assert environment.is_ready


def environment_of(tmp_path: Path, pack_dir: Path) -> environments.Environment:
    found = environments.environment_of("demo", pack_dir, "python", home=tmp_path / "home")
    assert found is not None
    return found
