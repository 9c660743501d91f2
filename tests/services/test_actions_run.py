"""What an entrypoint means (api.md 5.1), and what else a request is made of."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from app.engine.errors import RunnerError
from app.services.actions_run import prepare
from app.settings import Settings

SHELL = {"ref": "core.shell", "name": "Shell", "aliases": ["bash"], "execution_config": {}}
PYTHON = {"ref": "core.python", "name": "Python", "execution_config": {"interpreter": {"binary": "python3"}}}
NODE = {"ref": "core.nodejs", "name": "Node.js"}
RUBY = {
    "ref": "demo.ruby",
    "name": "Ruby",
    "execution_config": {"interpreter": {"binary": "ruby", "args": ["-w"]}},
}


@pytest.fixture
def pack(tmp_path: Path) -> dict:
    (tmp_path / "actions").mkdir()
    (tmp_path / "secret.sh").write_text("echo outside")
    (tmp_path / "actions" / "run.sh").write_text("echo 1")
    (tmp_path / "actions" / "link.sh").symlink_to(tmp_path / "secret.sh")
    return {"ref": "demo", "storage_path": str(tmp_path)}


@pytest.fixture
def prepared(pack, tmp_path):
    def prepared(entrypoint, runtime=SHELL, *, execution=None, action=None, pack=pack, **settings):
        return prepare(
            {"id": 5, **(execution or {})},
            {"ref": "demo.act", "pack_ref": "demo", "entrypoint": entrypoint, **(action or {})},
            pack,
            runtime,
            settings=Settings(home=str(tmp_path / "home"), **settings),
            parameters={"a": 1},
            datastore={"k": 2},
            api_token=None,
        )

    return prepared


@pytest.mark.parametrize("entrypoint", ["run.sh", "actions/run.sh", " run.sh\n"], ids=repr)
def test_a_file_of_the_pack_comes_first(prepared, tmp_path, entrypoint):
    request = prepared(entrypoint)

    assert (request.runtime, request.entrypoint, request.inline) == (
        "shell",
        str(tmp_path / "actions/run.sh"),
        False,
    )
    assert request.pack_dir == tmp_path


@pytest.mark.parametrize(
    "entrypoint", ["echo hi", "set -x\necho hi\n", "missing.sh", "run.sh\necho 2", "x" * 5000]
)
def test_other_text_is_the_script_of_a_shell_action(prepared, entrypoint):
    request = prepared(entrypoint)

    assert (request.entrypoint, request.inline) == (entrypoint, True)


@pytest.mark.parametrize(
    "entrypoint", ["../secret.sh", "actions/../../secret.sh", "link.sh", "/etc/hostname"]
)
def test_files_outside_of_the_actions_are_not_run(prepared, entrypoint):
    with pytest.raises(RunnerError, match=r"No executable content found for action 'demo\.act'"):
        prepared(entrypoint, NODE)


@pytest.mark.parametrize("entrypoint", ["print('hi')", "import sys\nprint(1)", "x = 1"])
def test_python_text_that_is_no_file_name_is_source(prepared, entrypoint):
    request = prepared(entrypoint, PYTHON)

    assert (request.runtime, request.inline, request.interpreter) == ("python", True, None)


@pytest.mark.parametrize(
    ("entrypoint", "runtime"),
    [
        ("missing.py", PYTHON),
        ("deep/missing.py", PYTHON),
        ("a\nb", NODE),
        ("x.rb", RUBY),
        ("", SHELL),
        ("echo hi", None),
    ],
)
def test_without_content_the_error_is_the_one_of_the_contract(prepared, entrypoint, runtime):
    with pytest.raises(RunnerError, match=r"^No executable content found for action 'demo\.act'"):
        prepared(entrypoint, runtime)


def test_a_pack_may_bring_an_interpreter(prepared):
    request = prepared("run.sh", RUBY)

    assert (request.runtime, request.interpreter) == ("native", {"binary": "ruby", "args": ["-w"]})


def test_a_file_without_a_runtime_is_run_by_what_its_name_says(prepared):
    assert prepared("run.sh", None).runtime == "shell"


def test_a_runtime_is_known_by_its_aliases(prepared):
    runtime = SimpleNamespace(ref="demo.custom", name="Custom", aliases=["BASH"], execution_config={})

    assert prepared("echo hi", runtime).runtime == "shell"


def test_core_actions_need_no_content(prepared):
    request = prepared("", None, action={"ref": "core.sleep", "pack_ref": "core"}, pack=None)

    assert request.action_ref == "core.sleep"


@pytest.mark.parametrize(
    ("execution", "action", "expected"),
    [({"timeout_seconds": 2}, {"timeout_seconds": 9}, 2), ({}, {"timeout_seconds": 9}, 9), ({}, {}, 300)],
)
def test_the_time_limit_is_the_tasks_then_the_actions_then_the_servers(prepared, execution, action, expected):
    assert prepared("echo", execution=execution, action=action).timeout_s == expected


def test_the_rest_comes_from_rows_and_settings(prepared, tmp_path):
    execution = {"env_vars": {"A": "x", "N": 1}, "rule_ref": "demo.rule", "trigger_ref": "core.timer"}
    action = {"output_format": "json", "parameter_format": "yaml"}

    request = prepared(
        "echo", execution=execution, action=action, max_output=77, allow_private_addresses=False
    )

    assert request.execution_id == 5
    assert request.parameters == {"a": 1}
    assert request.datastore == {"k": 2}
    assert request.env_vars == {"A": "x", "N": "1"}
    assert (request.rule_ref, request.trigger_ref) == ("demo.rule", "core.timer")
    assert (request.output_format, request.parameter_format) == ("json", "yaml")
    assert (request.max_output, request.allow_private_addresses) == (77, False)
    assert request.api_url == "http://127.0.0.1:8000"
    assert request.home == (tmp_path / "home").resolve()
