"""What a past run becomes as the script of a rehearsal."""

from __future__ import annotations

import pytest

from app.engine.rehearsals.recordings import script_of

ROW = {
    "task_name": "build", "visit": 1, "task_index": None, "action_ref": "ci.build", "kind": "action",
    "status": "completed", "result": None, "error": None, "error_type": None, "timed_out": False, "duration_ms": 1500,
}  # fmt: skip
GOOD = {"succeeded": True, "exit_code": 0, "stdout": '{"wheel": "w"}', "stderr": "", "data": {"wheel": "w"}}
SHELL = {"succeeded": True, "exit_code": 0, "stdout": "hello\n", "stderr": ""}
BAD = {"succeeded": False, "error": "no space", "exit_code": 1, "data": {"free": 0}}


@pytest.mark.parametrize(
    ("row", "entry"),
    [
        ({"result": GOOD}, {"result": {"wheel": "w"}, "took_s": 1.5}),
        ({"result": SHELL}, {"result": {"stdout": "hello\n"}, "took_s": 1.5}),
        ({"result": {**SHELL, "stdout": 'log\n{"n": 1}'}}, {"result": {"stdout": 'log\n{"n": 1}', "n": 1}, "took_s": 1.5}),
        ({"result": {**GOOD, "data": [1, 2]}}, {"result": [1, 2], "took_s": 1.5}),
        (
            {"status": "failed", "result": BAD, "error": "no space", "error_type": "failed"},
            {"error": {"type": "failed", "message": "no space"}, "result": {"free": 0}, "took_s": 1.5},
        ),
        ({"status": "abandoned", "error": "lost"}, {"error": {"type": "failed", "message": "lost"}, "took_s": 1.5}),
        ({"status": "cancelled", "error": "by mara"}, {"error": {"type": "cancelled", "message": "by mara"}, "took_s": 1.5}),
        ({"status": "timeout", "timed_out": True, "error": "late"}, {"timed_out": True, "took_s": 1.5}),
        ({"status": "failed", "timed_out": True, "error": "late"}, {"timed_out": True, "took_s": 1.5}),
        ({"status": "running"}, {"silent": True}),
        ({"task_index": 3, "result": GOOD}, {"item": 3, "result": {"wheel": "w"}, "took_s": 1.5}),
        (
            {"kind": "workflow", "result": {"succeeded": True, "url": "u"}},
            {"result": {"url": "u"}, "took_s": 1.5},
        ),
        (
            {"kind": "inquiry", "result": {"succeeded": True, "response": {"approved": True}, "inquiry_id": 4}},
            {"answer": {"approved": True}, "took_s": 1.5},
        ),
        (
            {"kind": "inquiry", "result": {"succeeded": True, "response": {"approved": False}, "defaulted": True}},
            {"timed_out": True, "took_s": 1.5},
        ),
        ({"result": GOOD, "duration_ms": None}, {"result": {"wheel": "w"}, "took_s": 0.001}),
    ],
)
def test_what_a_run_came_to_is_an_entry(row, entry):
    assert script_of([{**ROW, **row}]) == [{"task": "build", **entry}]


def test_what_the_run_stopped_by_itself_never_ends_so_that_it_is_stopped_again():
    rows = [{**ROW, "status": "cancelled", "visit": visit, "error": "stopped"} for visit in (1, 2)]

    assert [entry.get("silent", False) for entry in script_of(rows, stopped={("build", 2)})] == [False, True]


def test_pure_actions_are_left_out_for_they_compute_what_they_give():
    assert script_of([{**ROW, "action_ref": "core.echo", "kind": "pure", "result": SHELL}]) == []
