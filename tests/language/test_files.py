"""The layouts of files, and what is kept, refused and checked when a workflow is saved (language.md 1, 11 "Saving")."""

from __future__ import annotations

import io
import json
import tarfile
from typing import Any

import pytest

from tests.language.conftest import Judge

PACK = "ref: {ref}\nlabel: {ref}\nversion: 1.0.0\n"
GRAPH = """version: 1.0.0
vars: {{said: nothing}}
tasks:
  - name: a
    action: core.echo
    input: {{message: "{word}"}}
    on_success: b
    publish: [said: "{{{{ result().stdout | trim }}}}"]
  - {{name: b, action: core.noop}}
output_map: {{said: "{{{{ vars.said }}}}"}}
"""


def upload(judge: Judge, ref: str, files: dict[str, str]) -> Any:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name, text in {"pack.yaml": PACK.format(ref=ref), **files}.items():
            info = tarfile.TarInfo(name)
            info.size = len(text.encode())
            archive.addfile(info, io.BytesIO(text.encode()))
    packed.seek(0)
    return judge.alice.post(
        "/packs/upload", data={"pack": (packed, f"{ref}.tar.gz")}, content_type="multipart/form-data"
    )


@pytest.mark.parametrize("end", ["yaml", "yml"])
def test_a_standalone_file_holds_everything(judge: Judge, end: str) -> None:
    ref = f"alone{end}"
    text = f"ref: {ref}.flow\nlabel: Flow\ntags: [a]\n" + GRAPH.format(word="standalone")

    answer = upload(judge, ref, {f"workflows/flow.{end}": text})
    ended = judge.end_of(judge.execute(f"{ref}.flow"))

    assert answer.status_code == 201, answer.text
    assert ended["result"] == {"succeeded": True, "said": "standalone"}
    assert judge.alice.get(f"/workflows/{ref}.flow").json["data"]["tags"] == ["a"]


def test_a_linked_workflow_is_an_action_file_and_a_graph_file_and_the_action_file_wins(judge: Judge) -> None:
    action = (
        "ref: linked.flow\nlabel: From the action file\nworkflow_file: workflows/flow.workflow.yaml\n"
        "parameters: {n: {type: integer, default: 7}}\noutput: {said: {type: string}}\ntags: [x]\n"
    )
    graph = "label: From the graph\nparameters: {n: {type: integer, default: 1}}\n" + GRAPH.format(
        word="n is {{ parameters.n }}"
    )

    answer = upload(
        judge, "linked", {"actions/flow.yaml": action, "actions/workflows/flow.workflow.yaml": graph}
    )
    ended = judge.end_of(judge.execute("linked.flow"))
    shown = judge.alice.get("/workflows/linked.flow").json["data"]

    assert answer.status_code == 201, answer.text
    assert ended["result"] == {"succeeded": True, "said": "n is 7"}
    assert (shown["label"], shown["tags"]) == ("From the action file", ["x"])


def test_a_file_without_a_ref_gets_it_from_its_place(judge: Judge) -> None:
    upload(judge, "placed", {"workflows/here.yaml": GRAPH.format(word="x")})

    assert judge.alice.get("/workflows/placed.here").status_code == 200


def test_a_workflow_saved_to_files_is_written_standalone_and_can_be_read_again(judge: Judge) -> None:
    definition = {"tasks": [{"name": "a", "action": "core.noop", "ui": {"x": 3}}], "x-mine": [1]}
    body = {"name": "written", "label": "Written", "version": "2.0.0", "definition": definition}

    made = judge.alice.post("/packs/t/workflow-files", json=body)
    ended = judge.end_of(judge.execute("t.written"))

    assert made.status_code == 201, made.text
    assert judge.alice.get("/workflows/t.written").json["data"]["definition"] == definition
    assert ended["status"] == "completed"


def test_a_broken_workflow_in_a_pack_is_told_with_its_file(judge: Judge) -> None:
    answer = upload(
        judge,
        "broken",
        {"workflows/bad.yaml": "version: 1.0.0\ntasks: [{name: a, action: core.noop, on_success: z}]\n"},
    )

    assert "workflows/bad.yaml" in answer.text
    assert "'z'" in answer.text


@pytest.mark.parametrize("ref", ["t.a.b", "T.Upper", "nodot"])
def test_a_ref_is_lower_case_with_exactly_one_dot(judge: Judge, ref: str) -> None:
    _, answer = judge.save({"tasks": [{"name": "a", "action": "core.noop"}]}, ref)

    assert answer.status_code == 422


def test_a_draft_is_stored_with_its_errors_and_cannot_be_run(judge: Judge) -> None:
    body = {"ref": "t.draft", "pack_ref": "t", "label": "Draft", "version": "1", "definition": {"tasks": []}}

    saved = judge.alice.post("/workflows?draft=true", json=body)
    started = judge.alice.post("/workflows/t.draft/execute", json={})

    assert saved.status_code == 201 and saved.json["data"]["warnings"]
    assert started.status_code == 409


def test_a_run_keeps_the_revision_it_started_with(judge: Judge) -> None:
    ref, _ = judge.save(
        {
            "tasks": [
                {"name": "a", "action": "t.half", "next": [{"do": "b"}]},
                {"name": "b", "action": "core.noop"},
            ]
        }
    )
    execution_id = judge.execute(ref)

    judge.alice.put(
        f"/workflows/{ref}", json={"definition": {"tasks": [{"name": "z", "action": "core.fail"}]}}
    )
    ended = judge.end_of(execution_id)

    assert ended["status"] == "completed"
    assert set(judge.tasks_of(execution_id)) == {"a", "b"}


def test_parameters_beside_the_definition_win_with_a_warning(judge: Judge) -> None:
    definition = {
        "parameters": {"n": {"type": "integer", "default": 1}},
        "tasks": [{"name": "a", "action": "core.noop"}],
        "output_map": {"n": "{{ parameters.n }}"},
    }
    body = {"ref": "t.beside", "pack_ref": "t", "label": "x", "version": "1", "definition": definition}

    made = judge.alice.post(
        "/workflows", json={**body, "param_schema": {"n": {"type": "integer", "default": 2}}}
    )
    ended = judge.end_of(judge.execute("t.beside"))

    assert any(
        "parameters" in warning["path"] or "parameters" in warning["message"]
        for warning in made.json["data"]["warnings"]
    )
    assert ended["result"]["n"] == 2


def test_a_definition_keeps_its_order_and_vars_are_evaluated_in_it(judge: Judge) -> None:
    definition = {
        "vars": {"z": 1, "a": "{{ z + 1 }}"},
        "tasks": [{"name": "t", "action": "core.noop"}],
        "output_map": {"b": "{{ vars.a }}", "a": 1},
    }
    body = {"ref": "t.ordered", "pack_ref": "t", "label": "x", "version": "1", "definition": definition}

    made = judge.alice.post("/workflows", data=json.dumps(body), content_type="application/json")
    shown = json.loads(judge.alice.get("/workflows/t.ordered").text)["data"]["definition"]
    ended = judge.end_of(judge.execute("t.ordered"))

    assert made.status_code == 201, made.text
    assert json.dumps(shown) == json.dumps(definition)
    assert ended["result"] == {"succeeded": True, "b": 2, "a": 1}


def test_a_definition_is_checked_without_lines_and_with_the_schema_beside_it(judge: Judge) -> None:
    definition = {
        "tasks": [
            {
                "name": "a",
                "action": "core.echo",
                "input": {"message": "{{ parameters.m }}"},
                "next": [{"do": "z"}],
            }
        ]
    }

    answer = judge.check({"definition": definition, "param_schema": {"m": {"type": "string"}}})

    assert answer["valid"] is False
    assert [(e["path"], e["line"], e["column"], e["task"]) for e in answer["errors"]] == [
        ("tasks[0].next[0].do", None, None, "a")
    ]
    assert answer["warnings"] == []


def test_the_graph_names_kinds_and_entry_points(judge: Judge) -> None:
    ref, _ = judge.save(
        {
            "tasks": [
                {
                    "name": "a",
                    "action": "core.noop",
                    "on_success": "b",
                    "on_failure": "c",
                    "on_timeout": "d",
                    "on_complete": "e",
                },
                *({"name": n, "action": "core.noop"} for n in "bcde"),
                {
                    "name": "f",
                    "action": "core.noop",
                    "with_items": [1],
                    "next": [{"when": "result()[0].x == 1", "do": "b"}],
                },
            ]
        }
    )

    graph = judge.alice.get(f"/workflows/{ref}/graph").json["data"]

    kinds = {(e["from"], e["to"]): e["kind"] for e in graph["edges"]}
    assert kinds == {
        ("a", "b"): "succeeded",
        ("a", "c"): "failed",
        ("a", "d"): "timed_out",
        ("a", "e"): "always",
        ("f", "b"): "custom",
    }
    assert graph["entry_points"] == ["a", "f"]
    assert [n["name"] for n in graph["nodes"] if n["with_items"]] == ["f"]
