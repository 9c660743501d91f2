"""`attune packs`, `workflows`, `actions`: what a server has, and giving it more."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest

from app.cli.packs import packed
from tests.cli.conftest import Attune


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    folder = tmp_path / "u"
    (folder / ".git").mkdir(parents=True)
    (folder / ".git" / "config").write_text("private")
    (folder / "pack.yaml").write_text("ref: u\nlabel: Uploaded\nversion: 1.0.0\n")
    return folder


def test_a_directory_is_uploaded_shown_and_removed(attune: Attune, directory: Path) -> None:
    assert attune("packs", "upload", str(directory)).code == 0
    assert "Uploaded" in attune("packs", "show", "u").out

    assert attune("packs", "remove", "u", "--yes").code == 0
    assert attune("packs", "show", "u").code == 2


def test_a_pack_that_is_there_needs_force(attune: Attune, pack: str, tmp_path: Path) -> None:
    (tmp_path / "pack.yaml").write_text("ref: examples\nlabel: Mine\nversion: 1.0.0\n")

    said = attune("packs", "upload", str(tmp_path))

    assert said.code == 2
    assert "--force" in said.err


def test_removing_asks_first(attune: Attune, pack: str) -> None:
    said = attune("packs", "remove", "t", stdin="n\n")

    assert said.code == 1
    assert attune("packs", "show", "t").code == 0


def test_a_directory_without_pack_yaml_is_refused_here(attune: Attune, tmp_path: Path) -> None:
    said = attune("packs", "upload", str(tmp_path))

    assert said.code == 2
    assert "pack.yaml" in said.err


def test_folders_of_tools_stay_on_this_machine(directory: Path) -> None:
    with tarfile.open(fileobj=io.BytesIO(packed(directory))) as archive:
        names = archive.getnames()

    assert "./pack.yaml" in names
    assert not [name for name in names if ".git" in name]


def test_actions_show_what_they_take(attune: Attune) -> None:
    said = attune("actions", "show", "core.sleep")

    assert "attune run core.sleep [seconds=<number>]" in said.out
    assert "How long" in said.out


def test_workflows_are_found_by_pack(attune: Attune, pack: str) -> None:
    refs = [row["ref"] for row in attune("workflows", "list", "--pack", "t", "-o", "json").json]

    assert set(refs) == {"t.greet", "t.broken", "t.ask", "t.output"}


def test_a_server_checks_a_file(attune: Attune, tmp_path: Path) -> None:
    file = tmp_path / "w.yaml"
    file.write_text("ref: t.w\nversion: 1.0.0\ntasks:\n  - {name: a, action: core.ecko}\n  - {name: a, action: core.noop}\n")

    said = attune("workflows", "validate", str(file))

    assert said.code == 1
    assert f"{file}:5:" in said.out
    assert "already a task named 'a'" in said.out


def test_a_server_checks_its_own_workflow(attune: Attune, pack: str) -> None:
    assert attune("workflows", "validate", "t.greet").code == 0
