"""What an action finds in its environment (api.md 5.2), and what it must not."""

from __future__ import annotations

import ctypes
import json

import pytest

PR_GET_DUMPABLE = 3
SHOW = "python3 -c 'import json, os; print(json.dumps(dict(os.environ)))'"


def environ_of(run, **changes):
    return json.loads(run(SHOW, **changes).result["stdout"])


def test_nothing_of_the_servers_environment_is_there(run, monkeypatch):
    for name in ("JWT_SECRET", "DATABASE_URL", "ATTUNE_ADMIN_PASSWORD", "AWS_SECRET_ACCESS_KEY", "ANYTHING"):
        monkeypatch.setenv(name, "planted-secret")

    environ = environ_of(run)

    assert "planted-secret" not in environ.values()
    assert set(environ) <= {
        *(
            "PATH",
            "HOME",
            "LANG",
            "PWD",
            "OLDPWD",
            "SHLVL",
            "_",
            "LC_CTYPE",
            "PYTHONUNBUFFERED",
            "PYTHONPYCACHEPREFIX",
        ),
        *("ATTUNE_EXEC_ID", "ATTUNE_ACTION", "ATTUNE_PACK_REF", "ATTUNE_API_URL"),
        *("ATTUNE_ARTIFACTS_DIR", "ATTUNE_RUNTIME_ENVS_DIR"),
    }


def test_the_environment_of_the_worker_is_not_readable_by_other_processes(run):
    run("true")

    assert ctypes.CDLL(None).prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0


def test_an_action_learns_which_execution_it_is(run):
    environ = environ_of(run, rule_ref="demo.rule", trigger_ref="core.timer", api_token="t0ken")

    assert environ["ATTUNE_EXEC_ID"] == "7"
    assert environ["ATTUNE_ACTION"] == "demo.act"
    assert environ["ATTUNE_PACK_REF"] == "demo"
    assert environ["ATTUNE_API_URL"] == "http://127.0.0.1:8000"
    assert environ["ATTUNE_RULE"] == "demo.rule"
    assert environ["ATTUNE_TRIGGER"] == "core.timer"
    assert environ["ATTUNE_API_TOKEN"] == "t0ken"


def test_the_artifacts_directory_is_shared_by_all_executions(run):
    run('echo one > "$ATTUNE_ARTIFACTS_DIR/marker"', execution_id=1)

    outcome = run('cat "$ATTUNE_ARTIFACTS_DIR/marker"', execution_id=2)

    assert outcome.result["stdout"] == "one\n"


def test_variables_of_the_request_are_added(run):
    assert environ_of(run, env_vars={"STAGE": "a b\nc"})["STAGE"] == "a b\nc"


@pytest.mark.parametrize(
    "name", ["LD_PRELOAD", "BASH_ENV", "PYTHONPATH", "NODE_OPTIONS", "PATH", "ATTUNE_API_TOKEN"]
)
def test_variables_that_load_other_code_are_refused(run, name):
    outcome = run("echo ran", env_vars={name: "x"})

    assert outcome.status == "failed"
    assert name in outcome.error


@pytest.mark.parametrize(("name", "value"), [("A=B", "x"), ("", "x"), ("1A", "x"), ("A", "x\0y")], ids=repr)
def test_variables_that_no_environment_can_hold_are_refused(run, name, value):
    assert run("echo ran", env_vars={name: value}).status == "failed"


@pytest.mark.parametrize("program", ["bash", "sh", "sed", "python3"])
def test_the_promised_programs_are_found(run, program):
    assert run(f"command -v {program}").status == "succeeded"
