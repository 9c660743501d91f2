"""`attune import`: a StackStorm workflow as a workflow file, without a server."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Attune

SOURCE = "version: 1.0\ntasks:\n  a:\n    action: core.noop\n    next: [{do: b}]\n  b: {action: core.echo message=<% now() %>}\n"


def test_the_yaml_goes_to_standard_output_and_is_valid(offline: Attune, tmp_path: Path) -> None:
    source, made = tmp_path / "deploy.yaml", tmp_path / "made.yaml"
    source.write_text(SOURCE)

    said = offline("import", str(source), "--pack", "ops")
    made.write_text(said.out)

    assert said.code == 0
    assert "ref: ops.deploy\n" in said.out
    assert offline("validate", str(made)).code == 0


def test_notes_go_to_standard_error_with_their_place(offline: Attune, tmp_path: Path) -> None:
    source, made = tmp_path / "x.yaml", tmp_path / "made.yaml"
    source.write_text(SOURCE.replace("now()", "random()"))

    said = offline("import", str(source), "-o", str(made))

    assert said.code == 1
    assert f"{source}:6:" in said.err and "error: There is no function here for 'random()'." in said.err
    assert "TODO" in made.read_text()


def test_metadata_names_it(offline: Attune, tmp_path: Path) -> None:
    source, metadata = tmp_path / "x.yaml", tmp_path / "meta.yaml"
    source.write_text(SOURCE)
    metadata.write_text("name: ship\nenabled: false\n")

    said = offline("import", str(source), "--metadata", str(metadata))

    assert "ref: imported.ship\n" in said.out
    assert f"{metadata}:2:" in said.err


def test_what_is_no_workflow_is_refused(offline: Attune, tmp_path: Path) -> None:
    source = tmp_path / "x.yaml"
    source.write_text("name: x\nrunner_type: orquesta\n")

    said = offline("import", str(source))

    assert (said.code, said.out) == (1, "")
    assert "This is no Orquesta workflow" in said.err
