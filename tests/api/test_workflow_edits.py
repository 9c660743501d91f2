"""Edits of workflow texts over HTTP (api.md 7.1)."""

from __future__ import annotations

import pytest
import yaml

from app.engine.spec import document, reading

TEXT = """\
ref: ship.voyage # 🚢
version: 1.0.0
tasks:
  - name: load
    action: core.noop
    on_success: sail

  - name: sail
    action: core.echo
    input: {message: "{{ task.load.status }}"}
"""


def _edit(caller, text=TEXT, **operation):
    return caller.post("/workflows/edit", json={"text": text, "operation": operation})


def test_an_edit_answers_the_text_its_changes_problems_graph_and_selection(alice):
    answer = _edit(alice, op="rename_task", name="load", to="fill")

    data = answer.json["data"]
    assert answer.status_code == 200, answer.text
    assert set(data) == {"text", "changes", "selection", "problems", "drawing", "graph", "outline", "stale"}
    assert data["text"] == TEXT.replace("name: load", "name: fill").replace("task.load", "task.fill")
    assert data["selection"] == "fill"
    assert [node["name"] for node in data["graph"]["nodes"]] == ["fill", "sail"]


def test_an_edit_says_all_that_an_analysis_of_the_new_text_says(alice):
    edited = _edit(alice, op="rename_task", name="load", to="fill").json["data"]
    analysed = alice.post("/workflows/analyse", json={"text": edited["text"]}).json["data"]

    assert {key: edited[key] for key in analysed} == analysed


def test_a_drawing_that_an_edit_leaves_as_it_is_is_not_sent_again(alice):
    drawing = alice.post("/workflows/analyse", json={"text": TEXT}).json["data"]["drawing"]
    operation = {"op": "set_field", "path": ["tasks", "sail", "timeout"], "value": 9}

    edited = alice.post("/workflows/edit", json={"text": TEXT, "operation": operation, "drawing": drawing}).json["data"]

    assert "timeout: 9" in edited["text"]
    assert (edited["drawing"], edited["graph"]) == (drawing, None)


def test_a_text_is_read_once_and_what_an_edit_makes_of_it_once_more(alice, monkeypatch):
    read = []
    monkeypatch.setattr(document, "read_text", lambda text, limits: read.append(text) or reading.read_text(text, limits))
    text = TEXT + "# nobody has sent this one before\n"

    alice.post("/workflows/analyse", json={"text": text})
    edited = _edit(alice, text, op="rename_task", name="load", to="fill").json["data"]["text"]
    alice.post("/workflows/analyse", json={"text": edited})

    assert read == [text, edited]


def test_offsets_count_utf16_units(alice):
    changes = _edit(alice, op="rename_task", name="load", to="fill").json["data"]["changes"]

    units = TEXT.encode("utf-16-le")
    assert [units[2 * c["from"] : 2 * c["to"]].decode("utf-16-le") for c in changes] == ["load", "load"]
    assert [c["insert"] for c in changes] == ["fill", "fill"]


def test_a_problem_is_told_with_a_fix_that_can_be_applied(alice):
    broken = TEXT.replace("on_success: sail", "on_success: sial")
    problems = alice.post("/workflows/analyse", json={"text": broken}).json["data"]["problems"]
    fix = next(problem["fix"] for problem in problems if problem["fix"])

    answer = _edit(alice, broken, **fix["operation"])

    assert answer.json["data"]["text"] == TEXT


@pytest.mark.parametrize(
    ("operation", "word"),
    [
        ({"op": "rename_task", "name": "nobody", "to": "x"}, "nobody"),
        ({"op": "rename_task", "name": "load", "to": "sail"}, "sail"),
        ({"op": "rename_task", "name": "load", "to": "item"}, "item"),
        ({"op": "add_task"}, "action"),
        ({"op": "sink"}, "sink"),
        ({}, "op"),
        ({"op": "connect", "from": "load", "to": "sail", "kind": "succeeded"}, "already"),
        ({"op": "disconnect", "from": "load", "to": "sail", "kind": "failed"}, "does not lead"),
        ({"op": "connect", "from": "load", "to": "sail", "kind": "custom"}, "when"),
        ({"op": "set_field", "path": ["ref", "deep"], "value": 1}, "ref"),
        ({"op": "set_field", "path": []}, "path"),
        ({"op": "set_field", "path": ["vars"]}, "value"),
        ({"op": "unset_field", "path": ["vars", "n"]}, "vars.n"),
    ],
)
def test_what_makes_no_sense_is_422_with_the_reason(alice, operation, word):
    answer = _edit(alice, **operation)

    assert answer.status_code == 422
    assert answer.json["code"] == "VALIDATION_ERROR"
    assert word in answer.json["error"]
    assert {"path", "message"} <= set(answer.json["details"][0])


def test_a_target_inside_a_broken_region_is_refused_and_others_are_not(alice):
    broken = TEXT.replace("on_success: sail", "on_success: [sail")

    refused = _edit(alice, broken, op="rename_task", name="load", to="fill")
    edited = _edit(alice, broken, op="set_field", path=["tasks", "sail", "input", "message"], value="ho")

    assert refused.status_code == 422
    assert "can't be read" in refused.json["error"]
    assert edited.status_code == 200, edited.text
    assert edited.json["data"]["text"] == broken.replace('"{{ task.load.status }}"', "ho")


def test_a_body_of_the_wrong_shape_is_422(alice):
    assert alice.post("/workflows/edit", json={"text": TEXT}).status_code == 422
    assert alice.post("/workflows/edit", json={"text": TEXT, "operation": "add_task"}).status_code == 422
    assert alice.post("/workflows/edit", json={"text": 5, "operation": {"op": "add_task"}}).status_code == 422


def test_a_text_above_one_mebibyte_is_413(alice):
    answer = _edit(alice, "# " + "x" * 1024 * 1024, op="add_task", action="core.noop")

    assert answer.status_code == 413


def test_anybody_who_is_signed_in_may_edit_a_text(mallory, client):
    assert _edit(mallory, op="remove_task", name="load").status_code == 200
    assert client.post("/api/v1/workflows/edit", json={}).status_code == 401


def test_the_method_is_post(alice):
    assert alice.put("/workflows/edit", json={}).status_code in (404, 405, 422)


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "rename_task", "name": "load", "to": "fill"},
        {"op": "add_task", "action": "core.noop", "name": "fill", "from": "load", "kind": "failed"},
        {"op": "insert_between", "from": "load", "to": "sail", "action": "core.noop", "name": "fill"},
        {"op": "remove_task", "name": "load"},
        {"op": "set_field", "path": ["tasks", "sail", "input", "message"], "value": "ho"},
    ],
)
def test_an_edit_reads_the_new_text_once_and_the_old_one_not_again(alice, monkeypatch, operation):
    text = TEXT.replace("load", f"load_{operation['op']}")
    operation = {key: value.replace("load", f"load_{operation['op']}") if value == "load" else value for key, value in operation.items()}
    alice.post("/workflows/analyse", json={"text": text})
    parse, read = yaml.parse, []
    monkeypatch.setattr(yaml, "parse", lambda stream, *more: read.append(stream) or parse(stream, *more))

    answer = _edit(alice, text, **operation)

    assert answer.status_code == 200, answer.text
    assert read == [text, answer.json["data"]["text"]]  # where its nodes stand, and what the new one says
