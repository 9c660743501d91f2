"""POST /workflows/import: another engine's workflow as a text of ours; nothing is stored."""

from __future__ import annotations

SOURCE = """\
version: 1.0
input: [who]
tasks:
  greet:
    action: core.echo message="Hello <% ctx().who %>"
    next: [{when: <% succeeded() %>, publish: x=<% random() %>, do: bye}]
  bye: {action: acme.wave}
"""


def test_it_answers_the_text_the_ref_notes_with_places_and_problems(bob):
    answer = bob.post("/workflows/import", json={"text": SOURCE, "pack_ref": "ops", "name": "greet"})

    assert answer.status_code == 200
    data = answer.json["data"]
    assert data["ref"] == "ops.greet"
    assert 'input: {message: "Hello {{ parameters.who }}"}' in data["text"]
    refused = next(note for note in data["notes"] if note["severity"] == "error")
    assert (refused["line"], refused["source"], refused["was"]) == (6, "workflow", "<% random() %>")
    assert any("acme.wave" in problem["message"] for problem in data["problems"])


def test_metadata_gives_the_types_and_the_name(bob):
    metadata = "name: hello\nparameters: {who: {type: string, required: true}}\n"

    data = bob.post("/workflows/import", json={"text": SOURCE, "metadata": metadata, "pack_ref": "ops"}).json[
        "data"
    ]

    assert data["ref"] == "ops.hello"
    assert "who: {type: string, required: true}" in data["text"]


def test_what_it_answers_can_be_saved_and_nothing_was(bob):
    bob.post("/packs", json={"ref": "ops", "label": "Ops", "version": "1.0.0"})
    text = bob.post("/workflows/import", json={"text": SOURCE, "pack_ref": "ops", "name": "later"}).json[
        "data"
    ]["text"]

    assert bob.get("/workflows/ops.later").status_code == 404
    assert (
        bob.post("/workflows", json={"ref": "ops.later", "pack_ref": "ops", "text": text}).status_code == 201
    )


def test_what_is_no_workflow_is_answered_with_a_note(bob):
    data = bob.post("/workflows/import", json={"text": "- a\n", "pack_ref": "ops"}).json["data"]

    assert data["text"] == ""
    assert [note["severity"] for note in data["notes"]] == ["error"]


def test_a_text_above_the_limit_is_413(bob):
    assert (
        bob.post("/workflows/import", json={"text": "#" * (1024 * 1024 + 1), "pack_ref": "ops"}).status_code
        == 413
    )


def test_without_a_token_it_is_refused(client):
    assert (
        client.post("/api/v1/workflows/import", json={"text": SOURCE, "pack_ref": "ops"}).status_code == 401
    )


def test_without_a_pack_it_is_422(bob):
    assert bob.post("/workflows/import", json={"text": SOURCE}).status_code == 422
