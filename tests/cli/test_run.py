"""`attune run`: starts, follows, waits; its exit code says how the run ended."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.cli.conftest import ROOT, Attune, Server


def test_a_completed_run_ends_with_0_and_shows_its_output(attune: Attune, pack: str) -> None:
    said = attune("run", "t.greet", "name=Ada", "times=3", "--wait")

    assert said.code == 0
    assert "t.greet" in said.out
    assert "completed" in said.out
    assert "Ada x 3" in said.out


def test_a_failed_run_ends_with_1_and_says_why(attune: Attune, pack: str) -> None:
    said = attune("run", "t.broken", "--follow")

    assert said.code == 1
    assert "the disk is full" in said.out
    assert "attune logs" in said.out


def test_progress_is_a_line_for_each_task_when_piped(attune: Attune, pack: str) -> None:
    said = attune("run", "t.greet", "name=Ada", "--follow")

    assert "✓ hello: completed" in said.out


def test_the_result_alone_goes_to_standard_output_for_programs(attune: Attune, pack: str) -> None:
    said = attune("run", "t.greet", "name=Ada", "--follow", "-o", "json")

    assert said.json["status"] == "completed"
    assert said.json["result"]["text"] == "Ada x 1"
    assert "hello" in said.err


def test_without_a_terminal_it_only_starts(attune: Attune, pack: str) -> None:
    said = attune("run", "t.ask")

    assert said.code == 0
    assert "has started" in said.out
    assert "attune executions follow" in said.err


def test_a_wrong_parameter_is_refused_before_anything_starts(attune: Attune, pack: str) -> None:
    before = attune("executions", "list", "--action", "t.greet", "-o", "json").json

    said = attune("run", "t.greet", "name=A", "--wait")

    assert said.code == 2
    assert "'name'" in said.err
    assert attune("executions", "list", "--action", "t.greet", "-o", "json").json == before


def test_a_missing_parameter_is_named_with_what_it_takes(attune: Attune, pack: str) -> None:
    said = attune("run", "t.greet")

    assert said.code == 2
    assert "Missing required parameter: name" in said.err
    assert "name=<string> [times=<integer>]" in said.err


def test_parameters_come_from_a_file_and_the_command_line_wins(attune: Attune, pack: str, tmp_path: Path) -> None:
    file = tmp_path / "p.yaml"
    file.write_text("name: Grace\ntimes: 2\n")

    said = attune("run", "t.greet", "-f", str(file), "times=5", "--wait", "-o", "json")

    assert said.json["parameters"] == {"name": "Grace", "times": 5}


def test_an_unknown_ref_names_a_near_one(attune: Attune, pack: str) -> None:
    said = attune("run", "t.great")

    assert said.code == 2
    assert "Did you mean t.greet" in said.err


def test_waiting_ends_with_5_when_the_time_is_over_and_the_run_goes_on(attune: Attune, pack: str) -> None:
    said = attune("run", "t.ask", "--timeout", "1", "-o", "json")

    assert said.code == 5
    assert attune("executions", "show", str(said.json["id"]), "-o", "json").json["status"] == "running"


def test_questions_show_the_command_that_answers_them(attune: Attune, pack: str) -> None:
    said = attune("run", "t.ask", "--follow", "--timeout", "2")

    assert "Ship it?" in said.out
    assert "--approve" in said.out
    assert "room='attic|garden' seats=8" in said.out


def test_a_cancelled_run_ends_with_4(attune: Attune, pack: str) -> None:
    started = attune("run", "t.ask", "--detach", "-o", "json").json["id"]
    attune("executions", "cancel", str(started))

    assert attune("executions", "follow", str(started), "--wait").code == 4


def test_a_server_that_is_not_there_ends_with_3(offline: Attune) -> None:
    said = offline("run", "core.echo")

    assert said.code == 3
    assert "http://127.0.0.1:1 can't be reached" in said.err
    assert "attune up" in said.err


def test_the_installed_program_does_the_same(server: Server, admin_token: str, pack: str) -> None:
    program = "from app.cli.main import main; main(prog_name='attune')"
    env = {"ATTUNE_URL": server.url, "ATTUNE_TOKEN": admin_token, "PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"}

    done = subprocess.run(
        [sys.executable, "-c", program, "run", "t.broken", "--wait"], env=env, capture_output=True, text=True, timeout=60
    )

    assert done.returncode == 1
    assert "the disk is full" in done.stdout
