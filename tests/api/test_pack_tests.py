"""Tests of packs over HTTP: listed, read, saved to files, deleted, played."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.persistence import session
from app.persistence.repositories import packs as pack_rows
from tests.api.test_packs import upload

FLOW = """
ref: boat.flow
label: Flow
version: 1.0.0
tasks:
  - name: look
    action: boat.sail
    next:
      - {when: succeeded(), do: tell}
      - {when: failed(), do: fail}
  - {name: tell, action: core.echo, input: {message: "{{ pack.config.tone }} {{ task.look.found }}"}}
output_map: {text: "{{ task.tell.stdout | trim }}"}
"""
GOOD = "script:\n  - {task: look, result: {found: gold}}\nexpect:\n  output: {text: dry gold}\n"
FILES = {
    "pack.yaml": "ref: boat\nversion: 2.0.0\nconf_schema: {tone: {type: string, default: dry}}\n",
    "actions/sail.yaml": "runner_type: shell\nentry_point: exit 1\noutput: {found: {type: string}}\n",
    "workflows/flow.yaml": FLOW,
    "tests/flow/gold.yaml": GOOD,
}
LOST = {"script": [{"task": "look", "error": "lost"}], "expect": {"status": "failed", "error": "lost"}}
ONE = "/packs/boat/tests/flow/lost"


@pytest.fixture
def boat(alice, runtimes):
    assert upload(alice, FILES).status_code == 201
    return alice


@pytest.fixture
def runtimes(app):
    from app.persistence.models import PermissionSet
    from app.services import packs

    with session.transaction() as tx:
        for row in tx.session.query(PermissionSet).all():
            row.ref = f"test.{row.ref}"
    packs.load_shipped()


def directory() -> Path:
    with session.reading() as tx:
        return Path(pack_rows.by_ref(tx, "boat").storage_path)


def test_tests_that_came_with_the_pack_are_listed_and_read(boat):
    listed = boat.get("/packs/boat/tests").json
    one = boat.get("/packs/boat/tests/flow/gold").json["data"]

    assert listed["pagination"]["total_items"] == 1
    assert listed["items"][0].items() <= one.items()
    assert (one["workflow"], one["workflow_ref"], one["file"]) == ("flow", "boat.flow", "tests/flow/gold.yaml")
    assert (one["text"], one["valid"], one["problems"]) == (GOOD, True, [])
    assert one["content"]["script"] == [{"task": "look", "result": {"found": "gold"}}]
    assert boat.get("/packs/boat/tests?workflow=other").json["items"] == []


def test_playing_them_says_what_came_and_what_no_test_takes(boat):
    told = boat.post("/packs/boat/test", json={}).json["data"]

    assert (told["passed"], told["total"], told["failed"]) == (True, 1, 0)
    assert told["coverage"] == {"tasks": {"covered": 2, "total": 2}, "transitions": {"covered": 1, "total": 2}}
    [flow] = told["workflows"]
    assert flow["tests"][0]["path"] == ["look", "tell"]
    assert [(way["task"], way["target"]) for way in flow["coverage"]["transitions"]["missing"]] == [("look", "fail")]
    assert flow["taken"] == [{"task": "look", "index": 0, "tests": 1}]
    assert boat.get("/packs/boat/tests/latest").json["data"] == told


def test_nothing_is_run_and_nothing_is_stored_by_playing(boat):
    boat.post("/packs/boat/test", json={})

    assert boat.get("/executions").json["items"] == []


def test_a_configuration_that_people_set_does_not_change_what_a_test_says(boat):
    boat.put("/packs/boat", json={"config": {"tone": "wet"}})

    assert boat.post("/packs/boat/test", json={}).json["data"]["passed"] is True


def test_a_test_is_saved_to_a_file_and_played(boat):
    saved = boat.put(ONE, json={"content": LOST}).json["data"]

    assert saved["result"]["passed"] is True
    assert (directory() / "tests/flow/lost.yaml").read_text() == saved["text"]
    assert saved["content"] == LOST
    told = boat.post("/packs/boat/test", json={}).json["data"]
    assert told["coverage"]["transitions"] == {"covered": 2, "total": 2}


def test_a_text_is_kept_byte_for_byte(boat):
    text = "# why\nexpect:   {status:   failed}   # wide\nscript: [{task: look, error: no}]\n"
    boat.put(ONE, json={"text": text})

    assert (directory() / "tests/flow/lost.yaml").read_text() == text


def test_a_test_that_does_not_hold_is_saved_all_the_same_and_says_so(boat):
    saved = boat.put(ONE, json={"content": {"expect": {"status": "failed"}}}).json["data"]

    assert saved["result"]["passed"] is False
    assert saved["result"]["mismatches"][0].items() >= {"path": "status", "expected": "failed", "got": "completed"}.items()


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"content": {"script": []}}, "says what it expects"),
        ({"content": {"expect": {"ouput": {}}}}, "did you mean 'output'?"),
        ({"text": "expect: ["}, ""),
        ({}, "'text' or as 'content'"),
        ({"text": GOOD, "content": LOST}, "'text' or as 'content'"),
    ],
)
def test_what_is_no_test_is_refused_and_not_written(boat, body, said):
    refused = boat.put(ONE, json=body)

    assert refused.status_code == 422
    assert said in refused.json["error"]
    assert not (directory() / "tests/flow/lost.yaml").exists()


@pytest.mark.parametrize("name", ["Lost", "lost.yaml", "%2e%2e", ".lost", "a" * 101])
def test_a_name_that_can_be_none_is_refused(boat, name):
    assert boat.put(f"/packs/boat/tests/flow/{name}", json={"content": LOST}).status_code in (404, 422)
    assert [path.name for path in (directory() / "tests/flow").iterdir()] == ["gold.yaml"]


def test_nobody_overwrites_what_they_have_not_seen(boat):
    first = boat.put(ONE, json={"content": LOST}).json["data"]
    blind = boat.put(ONE, json={"content": LOST})
    seen = boat.put(ONE, json={"content": {**LOST, "description": "It is lost."}, "base": first["hash"]})
    stale = boat.put(ONE, json={"content": LOST, "base": first["hash"]})

    assert [answer.status_code for answer in (blind, seen, stale)] == [409, 200, 409]
    assert boat.get(ONE).json["data"]["description"] == "It is lost."


def test_a_test_is_deleted_with_its_file(boat):
    boat.put(ONE, json={"content": LOST})

    assert boat.delete(ONE).json["success"] is True
    assert not (directory() / "tests/flow/lost.yaml").exists()
    assert [boat.get(ONE).status_code, boat.delete(ONE).status_code] == [404, 404]
    assert boat.put(ONE, json={"content": LOST, "base": "gone"}).status_code == 409


def test_a_link_that_leads_out_of_the_pack_is_neither_read_nor_written_through(boat, tmp_path):
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/secret.yaml").write_text("expect: {status: failed}\n")
    (directory() / "tests/flow/secret.yaml").symlink_to(tmp_path / "outside/secret.yaml")

    read = boat.get("/packs/boat/tests/flow/secret").json["data"]
    written = boat.put("/packs/boat/tests/flow/secret", json={"content": LOST, "base": read["hash"]})

    assert (read["text"], read["valid"]) == ("", False)
    assert written.status_code == 400
    assert (tmp_path / "outside/secret.yaml").read_text() == "expect: {status: failed}\n"


@pytest.mark.parametrize("path", ["/packs/none/tests", "/packs/boat/tests/flow/none", "/packs/none/tests/latest"])
def test_unknown_is_404(boat, path):
    assert boat.get(path).status_code == 404


def test_playing_one_that_is_not_there_is_404_with_a_guess(boat):
    answer = boat.post("/packs/boat/test", json={"name": "flow/gild"})

    assert answer.status_code == 404
    assert "Did you mean 'flow/gold'?" in answer.json["error"]
    assert boat.post("/packs/boat/test", json={"name": "flow/gold"}).json["data"]["total"] == 1


def test_a_test_of_a_workflow_that_is_not_there_is_404(boat):
    assert boat.put("/packs/boat/tests/none/x", json={"content": LOST}).status_code == 404


def test_who_may_not_see_the_pack_sees_no_tests_of_it(boat, bob, carol, mallory):
    for person in (bob, carol, mallory):
        assert person.get("/packs/boat/tests").status_code in (403, 404)
        assert person.post("/packs/boat/test", json={}).status_code in (403, 404)
        assert person.put(ONE, json={"content": LOST}).status_code in (403, 404)
        assert person.delete("/packs/boat/tests/flow/gold").status_code in (403, 404)
    assert (directory() / "tests/flow/gold.yaml").exists()


def test_tests_of_a_standard_pack_are_read_and_played_by_all_but_written_by_editors_only(boat, bob, carol):
    with session.transaction() as tx:
        pack_rows.by_ref(tx, "boat").is_standard = True

    assert carol.post("/packs/boat/test", json={}).json["data"]["passed"] is True
    assert carol.put(ONE, json={"content": LOST}).status_code == 403
    assert bob.put(ONE, json={"content": LOST}).status_code == 200


def test_saving_a_test_of_a_pack_that_ships_copies_it_to_the_store_first(boat):
    saved = boat.put("/packs/examples/tests/hello/mine", json={"content": {"expect": {"status": "completed"}}})

    assert saved.json["data"]["result"]["passed"] is True
    with session.reading() as tx:
        kept = Path(pack_rows.by_ref(tx, "examples").storage_path)
    assert kept == Path(directory().parent / "examples")
    assert {path.name for path in (kept / "tests/hello").iterdir()} == {"world.yaml", "by_name.yaml", "mine.yaml"}


def test_what_is_wrong_with_a_test_is_a_warning_when_the_pack_is_loaded(alice, runtimes):
    loaded = upload(alice, {**FILES, "tests/flow/bad.yaml": "script: []\n", "tests/flwo/x.yaml": GOOD})

    assert loaded.status_code == 201
    warnings = {(row["file"], row["message"].split(";")[0].split(",")[0]) for row in loaded.json["data"]["warnings"]}
    assert warnings == {
        ("tests/flow/bad.yaml", "A test says what it expects"),
        ("tests/flwo/x.yaml", "The pack has no workflow 'flwo'"),
    }
