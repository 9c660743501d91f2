"""`attune rules`: what starts by itself, and its switches."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Attune

RULE = "label: Each hour\ntrigger_ref: core.intervaltimer\naction_ref: core.noop\ntrigger_params: {unit: hours, interval: 1}\n"


@pytest.fixture
def ruled(attune: Attune, tmp_path: Path) -> str:
    """The ref of a rule that a pack has brought."""
    (tmp_path / "rules").mkdir()
    (tmp_path / "pack.yaml").write_text("ref: clocked\nlabel: Clocked\nversion: 1.0.0\n")
    (tmp_path / "rules" / "hourly.yaml").write_text(RULE)
    assert attune("packs", "upload", str(tmp_path), "--force").code == 0
    return "clocked.hourly"


def test_a_rule_is_listed_shown_and_switched(attune: Attune, ruled: str) -> None:
    listed = attune("rules", "list", "--pack", "clocked").out
    shown = attune("rules", "show", ruled).out

    off = attune("rules", "disable", ruled)
    left = attune("rules", "list", "--pack", "clocked", "--on").out
    on = attune("rules", "enable", ruled, "-o", "json")

    assert ruled in listed and "core.intervaltimer" in listed
    assert "hours" in shown and "core.noop" in shown
    assert (off.code, "off" in off.out, ruled in left) == (0, True, False)
    assert on.json["enabled"] is True


def test_an_unknown_rule_is_said_so(attune: Attune) -> None:
    said = attune("rules", "enable", "no.such")

    assert said.code == 2
    assert "no.such" in said.err
