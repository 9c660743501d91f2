"""Each workflow in `workflows/` is carried over and rehearsed: it must take the path Orquesta takes.

A file holds `orquesta` (the source), `parameters`, `script` as a rehearsal takes it, and what is expected: `path` (tasks
in the order they start, once per visit), `status`, `output`, `inputs` of the first run of a task, `attempts`, `tasks`.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from app.engine.conductor.rehearse import drive
from app.engine.orquesta.convert import CarriedOver, carry_over
from app.engine.schemas import fill_defaults
from app.engine.spec.validate import Checked, check_text
from tests.engine.orquesta.catalog import CATALOG

FILES = sorted(Path(__file__).with_name("workflows").glob("*.yaml"))
T0 = datetime(2026, 1, 1, tzinfo=UTC)


def _case(file: Path) -> dict[str, Any]:
    return yaml.safe_load(file.read_text("utf-8"))


def _carried(case: dict[str, Any]) -> tuple[CarriedOver, Checked]:
    made = carry_over(case["orquesta"], pack_ref="ops", name="case")
    return made, check_text(made.text, catalog=CATALOG)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_carried_over_workflow_is_valid(file):
    made, checked = _carried(_case(file))

    assert [note.text for note in made.notes if note.severity == "error"] == []
    assert [problem.message for problem in checked.errors] == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_rehearsal_takes_the_path_orquesta_takes(file):
    case = _case(file)
    _, checked = _carried(case)

    assert checked.spec is not None
    parameters = fill_defaults(case.get("parameters"), checked.spec.parameters)
    played = drive(checked.spec, case.get("script", ()), parameters=parameters, now=T0)

    begun = [step for step in played.steps if step.what in ("running", "waiting_inquiry")]
    visits = dict.fromkeys((step.task, step.visit) for step in begun)
    assert [task for task, _ in visits] == case["path"]
    assert played.status == case["status"]
    for name, value in case.get("output", {}).items():
        assert played.output[name] == value
    for task, expected in case.get("inputs", {}).items():
        assert next(step.input for step in begun if step.task == task) == expected
    for task, count in case.get("attempts", {}).items():
        assert len([step for step in begun if step.task == task]) == count
    if "tasks" in case:
        assert [task.name for task in checked.spec.tasks] == case["tasks"]
