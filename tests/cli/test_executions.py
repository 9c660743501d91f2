"""`attune executions`, `runs` and `logs`."""

from __future__ import annotations

import pytest
import yaml

from tests.cli.conftest import Attune


@pytest.fixture
def greeted(attune: Attune, pack: str) -> int:
    return int(attune("run", "t.greet", "name=Ada", "--wait", "-o", "json").json["id"])


def test_a_list_reads_as_columns_when_piped(attune: Attune, greeted: int) -> None:
    said = attune("executions", "list", "-n", "5")

    head, *rows = said.out.splitlines()
    assert head.split() == ["ID", "WHAT", "STATUS", "STARTED", "TOOK"]
    assert any(row.split()[:2] == [str(greeted), "t.greet"] for row in rows)


def test_yaml_holds_what_json_holds(attune: Attune, greeted: int) -> None:
    as_json = attune("executions", "show", str(greeted), "-o", "json").json

    assert yaml.safe_load(attune("executions", "show", str(greeted), "-o", "yaml").out) == as_json


def test_one_execution_shows_parameters_tasks_and_result(attune: Attune, greeted: int) -> None:
    said = attune("executions", "show", str(greeted))

    for text in ("✓ completed", "Parameters", "Ada", "Tasks", "hello", "Ada x 1"):
        assert text in said.out


def test_tasks_and_children_name_the_executions(attune: Attune, greeted: int) -> None:
    [task] = attune("executions", "tasks", str(greeted), "-o", "json").json
    [child] = attune("executions", "children", str(greeted), "-o", "json").json

    assert task["execution"] == child["id"]
    assert child["workflow_task"]["task_name"] == "hello"


def test_what_has_ended_can_not_be_cancelled(attune: Attune, greeted: int) -> None:
    said = attune("executions", "cancel", str(greeted))

    assert said.code == 2
    assert "completed" in said.err


def test_a_retry_is_a_new_execution_that_names_the_old_one(attune: Attune, greeted: int) -> None:
    said = attune("executions", "retry", str(greeted), "-o", "json")

    assert said.json["id"] != greeted
    assert said.json["original_execution"] == greeted


def test_an_unknown_execution_is_named(attune: Attune) -> None:
    said = attune("executions", "show", "999999")

    assert said.code == 2
    assert "999999" in said.err


def test_a_run_is_paused_and_goes_on(attune: Attune, pack: str) -> None:
    started = attune("run", "t.ask", "--detach", "-o", "json").json["id"]

    paused = attune("runs", "pause", str(started), "--reason", "lunch", "-o", "json").json
    resumed = attune("runs", "resume", str(started), "-o", "json").json

    assert (paused["paused"], paused["pause_reason"]) == (True, "lunch")
    assert resumed["paused"] is False


def test_an_action_is_no_run(attune: Attune, pack: str) -> None:
    started = attune("run", "core.noop", "--wait", "-o", "json").json["id"]

    said = attune("runs", "pause", str(started))

    assert said.code == 2
    assert f"attune executions show {started}" in said.err


def test_a_failed_run_is_retried_as_a_new_one(attune: Attune, pack: str) -> None:
    failed = attune("run", "t.broken", "--wait", "-o", "json").json["id"]

    said = attune("runs", "retry", str(failed), "-o", "json")

    assert said.json["original_execution"] == failed


def test_output_keeps_its_streams_and_its_bytes_when_piped(attune: Attune, pack: str) -> None:
    started = attune("run", "t.shout", "--wait", "-o", "json").json["id"]

    said = attune("logs", str(started))

    assert said.out == "to out\n"
    assert said.err == "to \x1b[31merr\n"


def test_one_stream_alone(attune: Attune, pack: str) -> None:
    started = attune("run", "t.shout", "--wait", "-o", "json").json["id"]

    said = attune("logs", str(started), "--stream", "stdout")

    assert (said.out, said.err) == ("to out\n", "")


def test_following_a_run_prints_the_output_of_its_tasks_until_it_ends(attune: Attune, pack: str) -> None:
    started = attune("run", "t.output", "--detach", "-o", "json").json["id"]

    said = attune("logs", str(started), "--follow", "--stream", "stdout")

    assert said.out == "to out\nto out\n"
    assert "first" in said.err
    assert "third" in said.err


def test_silence_is_said(attune: Attune, pack: str) -> None:
    started = attune("run", "core.noop", "--wait", "-o", "json").json["id"]

    said = attune("logs", str(started))

    assert said.out == ""
    assert "has printed nothing" in said.err
