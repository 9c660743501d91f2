"""`attune validate` and `attune graph`: files, without a server or a database."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.cli.conftest import ROOT, Attune

GOOD = "ref: demo.good\nversion: 1.0.0\ntasks:\n  - {name: a, action: core.noop, on_success: b}\n  - {name: b, action: core.noop}\n"
TYPO = """\
ref: demo.typo
version: 1.0.0
tasks:
  - name: a
    action: core.ecko
    on_success: bb
  - name: b
    action: core.noop
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "w.yaml"
    path.write_text(TYPO)
    return path


def test_problems_name_file_line_column_severity_and_fix(offline: Attune, file: Path) -> None:
    said = offline("validate", str(file))

    assert said.code == 1
    assert f"{file}:5:13: warning: The pack 'core' has no action 'core.ecko'. Did you mean 'core.echo'?" in said.out
    assert f"{file}:6:17: error: There is no task 'bb'." in said.out
    assert "fix: Call 'core.echo'" in said.out


def test_strict_turns_doubts_into_errors(offline: Attune, file: Path) -> None:
    said = offline("validate", "--strict", str(file), "-o", "json")

    assert {finding["severity"] for finding in said.json if finding["code"] == "unknown_action"} == {"error"}


def test_a_good_file_ends_with_0(offline: Attune, tmp_path: Path) -> None:
    (tmp_path / "w.yaml").write_text(GOOD)

    assert offline("validate", str(tmp_path / "w.yaml")).code == 0


def test_a_pack_knows_its_own_actions_and_those_beside_it(offline: Attune, tmp_path: Path) -> None:
    for ref, called in (("one", "two.do"), ("two", "two.do")):
        (tmp_path / ref / "workflows").mkdir(parents=True)
        (tmp_path / ref / "pack.yaml").write_text(f"ref: {ref}\nlabel: P\nversion: 1.0.0\n")
        flow = f"ref: {ref}.flow\nversion: 1.0.0\ntasks:\n  - {{name: a, action: {called}}}\n"
        (tmp_path / ref / "workflows" / "flow.yaml").write_text(flow)
    (tmp_path / "two" / "actions").mkdir()
    (tmp_path / "two" / "actions" / "do.yaml").write_text("ref: two.do\nrunner_type: shell\nentry_point: do.sh\n")
    (tmp_path / "two" / "actions" / "do.sh").write_text("true\n")

    said = offline("validate", "--strict", str(tmp_path))

    assert (said.code, said.out) == (0, "")


def test_a_broken_component_is_named(offline: Attune, tmp_path: Path) -> None:
    (tmp_path / "actions").mkdir()
    (tmp_path / "pack.yaml").write_text("ref: p\nlabel: P\nversion: 1.0.0\n")
    (tmp_path / "actions" / "bad.yaml").write_text("ref: [\n")

    said = offline("validate", str(tmp_path))

    assert said.code == 1
    assert f"{tmp_path / 'actions' / 'bad.yaml'}:" in said.out


def test_a_path_that_is_not_there_ends_with_2(offline: Attune, tmp_path: Path) -> None:
    said = offline("validate", str(tmp_path / "nothing.yaml"))

    assert said.code == 2
    assert "nothing.yaml" in said.err


def test_the_shipped_packs_are_valid_strictly(offline: Attune) -> None:
    said = offline("validate", "--strict", str(ROOT / "packs"))

    assert (said.code, said.out) == (0, "")


def test_a_workflow_is_drawn_as_svg_with_every_task(offline: Attune, tmp_path: Path) -> None:
    (tmp_path / "w.yaml").write_text(GOOD)

    said = offline("graph", str(tmp_path / "w.yaml"), "-o", str(tmp_path / "w.svg"))

    picture = ElementTree.parse(tmp_path / "w.svg").getroot()
    texts = {element.text for element in picture.iter("{http://www.w3.org/2000/svg}text")}
    assert said.code == 0
    assert picture.tag == "{http://www.w3.org/2000/svg}svg"
    assert {"a", "b"} <= texts


def test_a_half_broken_file_is_drawn_as_far_as_it_goes(offline: Attune, file: Path) -> None:
    said = offline("graph", str(file))

    assert said.code == 0
    assert said.out.startswith("<svg")
    assert "1 errors" not in said.err
    assert "error" in said.err


def test_what_is_no_workflow_can_not_be_drawn(offline: Attune, tmp_path: Path) -> None:
    (tmp_path / "w.yaml").write_text("ref: demo.empty\nversion: 1.0.0\n")

    said = offline("graph", str(tmp_path / "w.yaml"))

    assert said.code == 1
    assert "attune validate" in said.err
