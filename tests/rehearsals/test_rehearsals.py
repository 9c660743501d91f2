"""Whole workflows as their authors write them, played with scripted answers.

A case is a YAML file: `workflow` (the text of a workflow), `parameters`, `script` (see `rehearse.Answer`) and
`expect`: `status`, `ran` (tasks in order of their end, `name` or `name: outcome`), `output`, `vars`, `waiting`, `error`.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from app.engine.conductor.rehearse import Rehearsal, drive
from app.engine.spec.document import load
from app.engine.spec.parse import parse_workflow
from app.engine.spec.problems import errors_of

T0 = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
CASES = sorted((Path(__file__).parent / "cases").glob("*.yaml"))


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_rehearsal(path: Path):
    case = yaml.safe_load(path.read_text())
    parsed = parse_workflow(load(case["workflow"]), ref="test.case")
    assert parsed.spec is not None and not errors_of(parsed.problems), parsed.problems

    played = drive(
        parsed.spec,
        case.get("script", []),
        parameters=case.get("parameters"),
        until=case.get("until"),
        now=T0,
    )

    expected = case["expect"]
    assert {key: _seen(played)[key] for key in expected} == expected


def _seen(played: Rehearsal) -> dict[str, Any]:
    return {
        "status": played.status,
        "ran": [_word(step) for step in played.steps if step.item is None and step.transitions is not None],
        "output": played.output,
        "vars": played.variables,
        "waiting": [f"{row['task']}: {row['reason']}" for row in played.waiting],
        "error": None if played.finish is None or played.finish.error is None else played.finish.error.message,
        "took_s": round((played.now - T0).total_seconds(), 3),
        "inputs": {s.task: s.input for s in played.steps if s.input is not None and s.item is None},
    }


def _word(step: Any) -> str:
    name = step.task if step.visit == 1 else f"{step.task}#{step.visit}"
    return name if step.what == "completed" else f"{name} {step.what}"
