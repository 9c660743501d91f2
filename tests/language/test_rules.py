"""Every promise of the language, as a small workflow run from outside. The cases are in `cases/*.yaml`.

A case: `rule` (the promise), `workflow` (its definition), optionally `others` (name -> definition of further workflows, called
as `t.<name>`), `parameters`, `answers` (list of `{task, response}`), and what is expected:
`status` (completed), `result` (exactly, but for `succeeded` and `error`), `error` (texts in it), `tasks` (name -> state, or keys of
the task), `vars`, `warnings` (texts in them), `refused` (texts in the answer to saving; nothing is run then).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.language.conftest import Judge

CASES = Path(__file__).parent / "cases"


def _cases() -> list[Any]:
    found = []
    for path in sorted(CASES.glob("*.yaml")):
        for case in yaml.safe_load(path.read_text()):
            found.append(pytest.param(case, id=f"{path.stem}: {case['rule']}"))
    return found


@pytest.mark.parametrize("case", _cases())
def test_rule(judge: Judge, case: dict[str, Any]) -> None:
    expected = case.get("expect", {})
    unknown = set(case) - {"rule", "workflow", "others", "parameters", "answers", "expect"}
    unknown |= set(expected) - {"status", "result", "error", "tasks", "vars", "warnings", "refused"}
    assert not unknown, f"the case has unknown keys: {unknown}"
    for name, definition in case.get("others", {}).items():
        _, saved = judge.save(definition, f"t.{name}")
        assert saved.status_code == 201, saved.text
    ref, saved = judge.save({"version": "1.0.0", **case["workflow"]})
    if "refused" in expected:
        assert saved.status_code == 422, saved.text
        _contains(str(saved.json), expected["refused"])
        return
    assert saved.status_code == 201, saved.text

    execution_id = judge.execute(ref, case.get("parameters"))
    for answer in case.get("answers", ()):
        inquiry_id = judge.pending_inquiry(execution_id, answer["task"])
        given = judge.alice.post(f"/inquiries/{inquiry_id}/respond", json={"response": answer["response"]})
        assert given.status_code == 200, given.text
    ended = judge.end_of(execution_id)

    result = ended["result"]
    assert (ended["status"], result) and ended["status"] == expected.get("status", "completed"), result
    _contains(str(result.get("error", "")), expected.get("error", ()))
    if "result" in expected:
        assert {k: v for k, v in result.items() if k not in ("succeeded", "error")} == expected["result"]
    _tasks_are(judge, execution_id, expected.get("tasks", {}))
    run = judge.run_of(execution_id) if {"vars", "warnings"} & set(expected) else {}
    if "vars" in expected:
        assert run["variables"] == expected["vars"]
    if "warnings" in expected:
        _contains(str(run["warnings"]), expected["warnings"])


def _tasks_are(judge: Judge, execution_id: int, expected: dict[str, Any]) -> None:
    if not expected:
        return
    found = judge.tasks_of(execution_id)
    for name, what in expected.items():
        wanted = {"state": what} if isinstance(what, str) else what
        for key, value in wanted.items():
            seen = found[name][key]
            assert (seen if not isinstance(value, dict) else {k: seen[k] for k in value}) == value, f"{name}: {key}"


def _contains(text: str, wanted: str | list[str]) -> None:
    for piece in [wanted] if isinstance(wanted, str) else wanted:
        assert piece.lower() in text.lower(), f"{piece!r} is not in {text}"
