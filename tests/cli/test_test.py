"""`attune test`: of a directory without a server, and of a pack of the server."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Attune

FLOW = """
ref: demo.flow
label: Flow
version: 1.0.0
parameters: {amount: {type: integer, default: 5}}
tasks:
  - name: look
    action: demo.look
    input: {amount: "{{ parameters.amount }}"}
    next:
      - {when: succeeded(), do: tell}
      - {when: failed(), do: fail}
  - {name: tell, action: core.echo, input: {message: "{{ pack.config.tone }} {{ task.look.found }}"}}
output_map: {text: "{{ task.tell.stdout | trim }}"}
"""
LOOK = "runner_type: shell\nentry_point: exit 1\nparameters: {amount: {type: integer}}\noutput: {found: {type: string}}\n"
GOOD = "script:\n  - {task: look, result: {found: gold}}\nexpect:\n  status: completed\n  output: {text: dry gold}\n"
BAD = "script:\n  - {task: look, error: lost}\nexpect: {status: failed}\n"


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    files = {
        "pack.yaml": "ref: demo\nversion: 1.0.0\nconf_schema: {tone: {type: string, default: dry}}\n",
        "actions/look.yaml": LOOK,
        "workflows/flow.yaml": FLOW,
        "tests/flow/gold.yaml": GOOD,
    }
    for name, text in files.items():
        (tmp_path / "demo" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "demo" / name).write_text(text)
    return tmp_path / "demo"


def test_a_directory_is_tested_without_a_server(offline: Attune, pack: Path) -> None:
    said = offline("test", str(pack))

    assert said.code == 0, said.err
    assert "✓ gold" in said.out
    assert "2 of 2 tasks entered, 1 of 2 transitions taken" in said.out
    assert "not taken: look → fail  when failed()" in said.out
    assert "1 test, all passed; 2 of 2 tasks entered, 1 of 2 transitions taken." in said.out


def test_full_fails_until_every_transition_is_taken(offline: Attune, pack: Path) -> None:
    before = offline("test", str(pack), "--full")
    (pack / "tests/flow/lost.yaml").write_text(BAD)
    after = offline("test", str(pack), "--full")

    assert (before.code, after.code) == (1, 0)


def test_what_came_otherwise_is_said_with_file_line_and_both_values(offline: Attune, pack: Path) -> None:
    (pack / "tests/flow/gold.yaml").write_text(GOOD.replace("dry gold", "wet gold"))

    said = offline("test", str(pack))

    assert said.code == 1
    assert "✗ gold" in said.out
    assert "tests/flow/gold.yaml:5: output.text" in said.out
    assert 'expected "wet gold"' in said.out
    assert 'got      "dry gold"' in said.out
    assert "1 test, 1 failed" in said.out


def test_a_script_that_names_no_task_fails_with_its_line(offline: Attune, pack: Path) -> None:
    (pack / "tests/flow/gold.yaml").write_text(GOOD.replace("task: look", "task: lok"))

    said = offline("test", str(pack))

    assert said.code == 1
    assert "tests/flow/gold.yaml:2: error: 'lok' is no task of this workflow. Did you mean 'look'?" in said.out


def test_a_test_of_no_workflow_is_named_but_fails_nothing(offline: Attune, pack: Path) -> None:
    (pack / "tests/flwo").mkdir()
    (pack / "tests/flwo/lost.yaml").write_text(BAD)

    said = offline("test", str(pack))

    assert said.code == 0
    assert "tests/flwo/lost.yaml: warning: The pack has no workflow 'flwo', so this is not played. Did you mean 'flow'?" in said.out


def test_a_broken_workflow_fails(offline: Attune, pack: Path) -> None:
    (pack / "workflows/flow.yaml").write_text(FLOW.replace("do: tell", "do: tel"))

    said = offline("test", str(pack))

    assert said.code == 1
    assert "There is no task 'tel'." in said.out


def test_one_test_is_picked_by_name(offline: Attune, pack: Path) -> None:
    (pack / "tests/flow/lost.yaml").write_text(BAD)

    one, both = (offline("test", str(pack), name, "-o", "json").json for name in ("flow/lost", "flow"))
    unknown = offline("test", str(pack), "flow/lots")

    assert [test["name"] for test in one["workflows"][0]["tests"]] == ["lost"]
    assert both["total"] == 2
    assert unknown.code != 0
    assert "Did you mean 'flow/lost'?" in unknown.err


def test_tests_are_bounded_altogether(offline: Attune, pack: Path) -> None:
    said = offline("test", str(pack), env={"ATTUNE_PACK_TEST_SECONDS": "0.0000001"})

    assert said.code == 1
    assert "ATTUNE_PACK_TEST_SECONDS raises the limit" in said.out


def test_a_directory_that_is_not_there_is_said_so(offline: Attune, tmp_path: Path) -> None:
    said = offline("test", str(tmp_path / "nothing"))

    assert said.code != 0
    assert "There is no directory" in said.err


def test_validate_checks_tests_too(offline: Attune, pack: Path) -> None:
    (pack / "tests/flow/gold.yaml").write_text("expect:\n  statsu: completed\n")

    said = offline("validate", str(pack))

    assert said.code == 1
    assert "gold.yaml:2:3: error: 'statsu' is no key of 'expect'; did you mean 'status'?" in said.out


def test_a_pack_of_the_server_is_tested_by_its_ref(attune: Attune) -> None:
    said, one = attune("test", "release", "--full"), attune("test", "release", "ship/sent_back", "-o", "json")
    unknown = attune("test", "no_such_pack")

    assert said.code == 0, said.out + said.err
    assert "all passed; 18 of 18 tasks entered, 29 of 29 transitions taken." in said.out
    assert one.json["total"] == 1
    assert unknown.code != 0
