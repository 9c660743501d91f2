"""Workflow texts over HTTP: analyse (api.md 7.1)."""

from __future__ import annotations

import re

import pytest

from app.persistence import session
from app.persistence.models import Action, Pack

CHAIN = """\
ref: fleet.chain
label: Chain
version: "1"
tasks:
  - name: a
    action: core.noop
    next: [{do: b}]
  - name: b
    action: core.noop
    next: [{do: c}]
  - name: c
    action: core.noop
"""
TEXT = """\
# a comment
ref: ship.voyage
label: Voyage
version: 1.0.0
tasks:
  - name: load
    action: ship.load
    input: {crates: 3}
    on_success: sail
    on_failure: [unload, fail]

  - name: sail
    type: parallel
    tasks:
      - name: steer
        action: ship.load
        input: {crates: 1}
    next:
      - when: succeeded()
        do: unload
  - name: unload
    action: ship.load
    input: {crates: 1}
"""


@pytest.fixture(autouse=True)
def installed(app, alice):
    alice.post("/packs", json={"ref": "ship", "label": "Ship", "version": "1"})
    schema = {"crates": {"type": "integer", "required": True}}
    with session.transaction() as tx:
        pack = tx.session.query(Pack).filter_by(ref="ship").one()
        tx.session.add(Action(ref="ship.load", pack=pack.id, pack_ref="ship", label="Load", description="", entrypoint="x.py", param_schema=schema))


def analysed(person, text, **more):
    answer = person.post("/workflows/analyse", json={"text": text, **more})
    assert answer.status_code == 200, answer.text
    return answer.json["data"]


def test_a_good_text_has_a_drawing_an_outline_and_no_problems(alice):
    found = analysed(alice, TEXT)

    assert found["problems"] == [] and found["stale"] is False
    assert [(task["name"], task["line"], task["end_line"], task["column"]) for task in found["outline"]] == [
        ("load", 6, 10, 5), ("sail", 12, 20, 5), ("unload", 21, 23, 5),
    ]  # fmt: skip
    [steer] = found["outline"][1]["children"]
    assert (steer["name"], steer["line"], steer["end_line"], steer["column"]) == ("steer", 15, 17, 9)
    assert [(t["kind"], t["targets"], t["line"]) for t in found["outline"][0]["transitions"]] == [
        ("succeeded", ["sail"], 9), ("failed", ["unload", "fail"], 10),
    ]  # fmt: skip


def test_a_drawing_that_the_caller_has_is_not_sent_again(alice):
    first = analysed(alice, TEXT)

    again = analysed(alice, TEXT.replace("crates: 3", "crates: 4"), drawing=first["drawing"])

    assert (again["drawing"], again["graph"]) == (first["drawing"], None)
    assert again["outline"] == first["outline"]


def test_of_a_drawing_that_differs_only_the_parts_that_do_are_sent(alice):
    first = analysed(alice, TEXT)
    text = TEXT.replace("input: {crates: 3}", "input: {crates: many}")

    found = analysed(alice, text, drawing=first["drawing"])

    empty = set(re.findall(r'<g id="([^"]+)" data-same></g>', found["graph"]["svg"]))
    assert found["drawing"] != first["drawing"]
    assert {node["id"] for node in found["graph"]["nodes"]} - empty == {"node-load"}  # which has a problem now
    assert {edge["id"] for edge in found["graph"]["edges"] if edge["points"]} <= empty
    assert found["graph"] | {"svg": ""} == analysed(alice, text)["graph"] | {"svg": ""}


def test_of_parts_that_are_the_same_at_another_place_only_the_place_is_sent(alice):
    first = analysed(alice, CHAIN)

    between = "next: [{do: e}]\n  - name: e\n    action: core.noop\n    next: [{do: b}]"
    found = analysed(alice, CHAIN.replace("next: [{do: b}]", between), drawing=first["drawing"])

    moved = dict(re.findall(r'<g id="(node-[^"]+)" data-same transform="translate\(([^)]+)\)"></g>', found["graph"]["svg"]))
    places = {node["id"]: f"{node['position']['x']:g} {node['position']['y']:g}" for node in found["graph"]["nodes"]}
    assert moved == {name: places[name] for name in ("node-b", "node-c")}
    assert '<g id="node-a" data-same></g>' in found["graph"]["svg"] and ' id="node-e" data-task="e"' in found["graph"]["svg"]


def test_who_names_a_drawing_that_nobody_remembers_gets_all_of_it(alice):
    whole = analysed(alice, TEXT)["graph"]

    assert analysed(alice, TEXT, drawing="of another server")["graph"] == whole
    assert "data-same" not in whole["svg"]


def test_a_closed_parallel_task_is_one_box_and_the_outline_still_has_all(alice):
    shown = analysed(alice, TEXT)

    found = analysed(alice, TEXT, closed=["sail"], drawing=shown["drawing"])

    assert [node["name"] for node in found["graph"]["nodes"]] == ["load", "sail", "unload"]
    assert "1 task inside" in found["graph"]["svg"] and 'aria-expanded="false"' in found["graph"]["svg"]
    assert found["outline"] == shown["outline"] and found["problems"] == shown["problems"]
    assert analysed(alice, TEXT)["drawing"] == shown["drawing"] != found["drawing"]


def test_every_node_has_its_place_and_every_edge_its_way(alice):
    graph = analysed(alice, TEXT)["graph"]

    boxes = {node["name"]: node["position"] for node in graph["nodes"]}
    assert boxes["sail"]["x"] < boxes["steer"]["x"] and boxes["sail"]["y"] < boxes["steer"]["y"]  # absolute, not within
    assert boxes["steer"]["x"] + boxes["steer"]["width"] < boxes["sail"]["x"] + boxes["sail"]["width"]
    for edge in graph["edges"]:
        start, source = edge["points"][0], boxes[edge["from"]]
        assert source["x"] <= start["x"] <= source["x"] + source["width"]
        assert len(edge["points"]) % 3 == 1
        assert f'id="{edge["id"]}"' in graph["svg"]
    assert all(f'id="{node["id"]}"' in graph["svg"] for node in graph["nodes"])
    assert [(end["from"], end["to"], end["kind"]) for end in graph["ends"]] == [("load", "fail", "failed")]
    assert [cap["from"] for cap in graph["caps"]] == ["load"]


def test_a_problem_has_its_place_its_task_and_a_fix_that_is_an_operation(alice):
    found = analysed(alice, TEXT.replace("do: unload", "do: unlaod"))

    [problem] = found["problems"]
    assert (problem["severity"], problem["task"], problem["path"]) == ("error", "sail", "tasks[1].next[0].do")
    assert [problem[key] for key in ("line", "column", "end_line", "end_column")] == [20, 13, 20, 19]
    assert problem["fix"] == {
        "label": "Lead to 'unload'",
        "operation": {"op": "retarget", "from": "sail", "to": "unlaod", "new_to": "unload"},
    }
    assert [(task["name"], task["problems"], task["errors"]) for task in found["outline"]] == [
        ("load", 0, 0), ("sail", 1, 1), ("unload", 0, 0),
    ]  # fmt: skip


def test_a_problem_of_the_text_itself_belongs_to_the_task_around_it(alice):
    found = analysed(alice, TEXT.replace("input: {crates: 3}", "input: {crates: 3, crates: 4}"))

    [problem] = found["problems"]
    assert (problem["code"], problem["task"], problem["line"]) == ("duplicate_key", "load", 8)


def test_with_a_syntax_error_what_still_parses_is_drawn(alice):
    found = analysed(alice, TEXT.replace("type: parallel", "type: [parallel"))

    assert found["stale"] is True
    assert [node["name"] for node in found["graph"]["nodes"]] == ["load", "unload"]
    assert [(task["name"], task["line"]) for task in found["outline"]] == [("load", 6), ("unload", 21)]
    assert all(problem["severity"] == "error" and problem["line"] >= 12 for problem in found["problems"])


def test_a_text_of_which_nothing_can_be_read_has_no_drawing(alice):
    found = analysed(alice, "tasks: [")

    assert (found["graph"], found["outline"], found["stale"]) == (None, [], True)
    assert found["problems"][0]["line"] == 1


@pytest.mark.parametrize("text", ["", "just words", "[]", "a: \x07", "\ufeff- x", "tasks: {a: {}}"], ids=repr)
def test_any_text_gets_an_answer_with_places(alice, text):
    problems = analysed(alice, text)["problems"]

    assert problems and all(problem["line"] >= 1 and problem["end_column"] >= 1 for problem in problems)


def test_columns_count_utf16_code_units(alice):
    text = 'version: 1.0.0\ntasks:\n  - {name: a, input: {x: "🚢"}, action: ship.load, on_success: b}\n'

    [problem] = [p for p in analysed(alice, text)["problems"] if p["code"] == "unknown_task"]

    line = text.splitlines()[2].encode("utf-16-le")
    assert line[2 * (problem["column"] - 1) : 2 * (problem["end_column"] - 1)].decode("utf-16-le") == "b"


def test_a_kept_answer_is_renewed_when_an_action_changes(alice):
    assert analysed(alice, TEXT)["problems"] == []

    with session.transaction() as tx:
        tx.session.query(Action).filter_by(ref="ship.load").one().param_schema = {"tons": {"type": "integer", "required": True}}

    assert {p["code"] for p in analysed(alice, TEXT)["problems"]} == {"missing_input", "unknown_input"}


def test_an_action_that_the_caller_may_not_read_is_unknown_to_the_answer(alice, mallory):
    assert analysed(alice, TEXT)["problems"] == []

    found = analysed(mallory, TEXT)["problems"]

    assert {problem["code"] for problem in found} == {"unknown_action"}
    assert all("Did you mean" not in problem["message"] for problem in found)


def test_validating_does_not_tell_either_which_actions_there_are(alice, mallory):
    body = {"yaml": TEXT.replace("ship.load", "ship.lod", 1)}

    told = alice.post("/workflows/validate", json=body).json["data"]["warnings"]
    found = mallory.post("/workflows/validate", json=body).json["data"]["warnings"]

    assert any("ship.load" in warning["message"] for warning in told)
    assert len(found) == 3 and not any("Did you mean" in warning["message"] for warning in found)


def test_a_ref_without_its_pack_belongs_to_the_pack_that_is_named(alice):
    short = TEXT.replace("ship.voyage", "voyage")

    assert [p["code"] for p in analysed(alice, short)["problems"]] == ["bad_ref"]
    assert analysed(alice, short, pack_ref="ship")["problems"] == []


def test_a_text_above_the_limit_is_413(alice):
    answer = alice.post("/workflows/analyse", json={"text": "é" * 524_289})

    assert (answer.status_code, answer.json["code"]) == (413, "PAYLOAD_TOO_LARGE")
    assert alice.post("/workflows/analyse", json={"text": "# " + "e" * 1_048_574}).status_code == 200


def test_without_a_token_or_a_text_there_is_no_answer(client, alice):
    assert client.post("/api/v1/workflows/analyse", json={"text": TEXT}).status_code == 401
    assert alice.post("/workflows/analyse", json={}).status_code == 422
    assert alice.get("/workflows/analyse").status_code == 404
