"""What POST /workflows/validate finds in a text, and where. The cases are in `checks/*.yaml`.

A case: `rule`, `text` (YAML; `version` and the frame of a first task are not added), and `problems`: each with any of `severity`,
`message` (a text in it, or a list of them), `path`, `task`, `line`, `column`, `fix` (true: there is one). `valid` is expected to be
whether no error is listed. With `only: true` nothing else is found.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.language.conftest import Judge

CHECKS = Path(__file__).parent / "checks"


def _cases() -> list[Any]:
    found = []
    for path in sorted(CHECKS.glob("*.yaml")):
        for case in yaml.safe_load(path.read_text()):
            found.append(pytest.param(case, id=f"{path.stem}: {case['rule']}"))
    return found


@pytest.mark.parametrize("case", _cases())
def test_rule(judge: Judge, case: dict[str, Any]) -> None:
    unknown = set(case) - {"rule", "text", "problems", "only"}
    assert not unknown, f"the case has unknown keys: {unknown}"

    answer = judge.check({"yaml": case["text"], "pack_ref": "t"})

    found = [*answer["errors"], *answer["warnings"]]
    told = "\n".join(str(problem) for problem in found)
    for wanted in case["problems"]:
        assert any(_is(problem, wanted) for problem in found), f"no problem is {wanted}:\n{told}"
    assert answer["valid"] is not any(p["severity"] == "error" for p in found)
    if case.get("only", not case["problems"]):
        assert len(found) == len(case["problems"]), told


def _is(problem: dict[str, Any], wanted: dict[str, Any]) -> bool:
    for key, value in wanted.items():
        if key == "message":
            pieces = [value] if isinstance(value, str) else value
            if not all(piece.lower() in problem["message"].lower() for piece in pieces):
                return False
        elif key == "fix":
            if (problem["fix"] is not None) is not value:
                return False
        elif problem[key] != value:
            return False
    return True
