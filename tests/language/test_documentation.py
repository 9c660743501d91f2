"""The examples of the reference are tried: what it shows is what happens."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml

from app.engine.errors import ExpressionFailed
from app.engine.expressions import Scope, compile_value
from tests.language.conftest import Judge

REFERENCE = Path(__file__).parents[2] / "docs/reference"
EXPRESSIONS = (REFERENCE / "expressions.md").read_text()
WORKFLOWS = re.findall(r"```yaml\n(.*?)```", (REFERENCE / "workflow.md").read_text(), re.DOTALL)
VARIABLES = {"n": 3, "names": ["bo", "al", "cy"], "user": {"name": "Ada", "tags": ["x"]}, "empty": None}


def _rows(heading: str) -> list[tuple[str, str]]:
    section = EXPRESSIONS.split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    rows = re.findall(r"^\| `(.*?)` \| (.*) \|$", section, re.MULTILINE)
    return [(left.replace("\\|", "|"), right.replace("\\|", "|")) for left, right in rows]


@pytest.mark.parametrize(("text", "value"), _rows("Examples"))
def test_an_expression_gives_what_the_reference_says(text: str, value: str) -> None:
    assert compile_value(text).render(Scope(variables=VARIABLES)) == json.loads(value.strip("`"))


@pytest.mark.parametrize(("text", "said"), _rows("Wrong habits"))
def test_a_wrong_habit_is_answered_as_the_reference_says(text: str, said: str) -> None:
    with pytest.raises(ExpressionFailed) as caught:
        compile_value(text).render(Scope(variables={**VARIABLES, "a": True, "b": 1, "c": 2}))

    assert said in caught.value.message


@pytest.mark.parametrize("text", WORKFLOWS, ids=lambda text: str(len(text)))
def test_a_workflow_of_the_reference_is_valid_and_completes(judge: Judge, text: str) -> None:
    checked = judge.check({"yaml": text})
    ref, saved = judge.save(yaml.safe_load(text))
    ended = judge.end_of(judge.execute(ref))

    assert checked == {"valid": True, "errors": [], "warnings": []}
    assert saved.status_code == 201
    assert ended["status"] == "completed", ended["result"]


def test_the_reference_has_examples_of_everything() -> None:
    assert (len(WORKFLOWS), len(_rows("Examples")), len(_rows("Wrong habits"))) == (5, 23, 25)
