"""Revisions over HTTP: the history, conflicts between two savers, and the way back."""

from __future__ import annotations

import pytest

TEXT = """\
# how we sail
ref: ship.voyage
label: Voyage
version: 1.0.0
tasks:
  - name: load
    action: core.noop
    next:
      - do: sail

  - name: sail
    action: core.noop
"""
URL = "/workflows/ship.voyage"


@pytest.fixture(autouse=True)
def pack(app, alice):
    alice.post("/packs", json={"ref": "ship", "label": "Ship", "version": "1"})


@pytest.fixture
def voyage(alice):
    return alice.post("/workflows", json={"ref": "ship.voyage", "pack_ref": "ship", "text": TEXT}).json["data"]


def history(who):
    return [row["number"] for row in who.get(f"{URL}/revisions").json["items"]]


def test_the_history_is_listed_newest_first_with_who_when_and_why(alice, bob, voyage):
    bob.put(URL, json={"text": TEXT + "# bob\n", "note": "said something"})

    answer = alice.get(f"{URL}/revisions?page_size=1").json
    row = answer["items"][0]

    assert (row["number"], row["login"], row["note"], row["size"], row["current"]) == (2, "bob", "said something", len(TEXT) + 6, True)
    assert (answer["pagination"]["total_items"], answer["pagination"]["has_next"]) == (2, True)
    assert "text" not in row and "definition" not in row


def test_one_revision_is_shown_whole(alice, voyage):
    alice.put(URL, json={"text": TEXT.replace("Voyage", "Trip")})

    first = alice.get(f"{URL}/revisions/1").json["data"]

    assert (first["text"], first["saved_as"], first["current"]) == (TEXT, "text", False)
    assert first["definition"]["label"] == "Voyage"
    for number in ("3", "0", "99999999999999999999"):
        assert alice.get(f"{URL}/revisions/{number}").status_code == 404
    assert alice.get(f"{URL}/revisions/x").status_code == 400
    assert alice.get("/workflows/no.such/revisions").status_code == 404


def test_what_came_as_json_is_shown_as_text_too(alice):
    definition = {"tasks": [{"name": "a", "action": "core.noop"}]}
    alice.post("/workflows", json={"ref": "ship.voyage", "pack_ref": "ship", "label": "V", "version": "1", "definition": definition})

    shown = alice.get(f"{URL}/revisions/1").json["data"]

    assert shown["saved_as"] == "json"
    assert "tasks:\n- action: core.noop\n  name: a\n" in shown["text"]


def test_rolling_back_makes_a_new_revision_and_rewrites_nothing(alice, voyage):
    alice.put(URL, json={"text": TEXT.replace("Voyage", "Trip")})

    back = alice.post(f"{URL}/revisions/1/restore").json["data"]

    assert (back["label"], history(alice)) == ("Voyage", [3, 2, 1])
    third = alice.get(f"{URL}/revisions/3").json["data"]
    assert (third["text"], third["note"], third["id"]) == (TEXT, "Back to revision 1", back["revision"])
    assert third["content_hash"] == alice.get(f"{URL}/revisions/1").json["data"]["content_hash"]


def test_rolling_back_to_a_definition_that_came_as_json_brings_all_of_it_back(alice):
    definition = {"tasks": [{"name": "a", "action": "core.noop"}], "vars": {"n": 1}}
    schema = {"n": {"type": "integer"}}
    body = {"ref": "ship.voyage", "pack_ref": "ship", "label": "V", "version": "1", "definition": definition, "param_schema": schema}
    first = alice.post("/workflows", json={**body, "tags": ["sea"]}).json["data"]
    alice.put(URL, json={"text": TEXT})

    back = alice.post(f"{URL}/revisions/1/restore", json={"note": "the old way"}).json["data"]

    same = ("label", "version", "definition", "param_schema", "out_schema", "tags", "description")
    assert {key: back[key] for key in same} == {key: first[key] for key in same}
    assert alice.get(f"{URL}/revisions").json["items"][0]["note"] == "the old way"


def test_rolling_back_is_refused_to_who_may_not_change_and_when_the_head_moved_on(alice, carol, voyage):
    alice.put(URL, json={"text": TEXT + "# two\n"})

    assert carol.post(f"{URL}/revisions/1/restore").status_code == 403
    assert alice.post(f"{URL}/revisions/1/restore", json={"base": voyage["revision"]}).status_code == 409
    assert alice.post(f"{URL}/revisions/7/restore").status_code == 404
    assert history(alice) == [2, 1]


def test_the_second_of_two_savers_is_told_and_nothing_is_overwritten(alice, bob, voyage):
    bob.put(URL, json={"text": TEXT.replace("label: Voyage", "label: Trip"), "base": voyage["revision"]})
    yours = TEXT.replace("name: sail\n    action: core.noop", "name: sail\n    action: core.echo")

    refused = alice.put(URL, json={"text": yours}, headers={"If-Match": f'"{voyage["revision"]}"'})

    details = refused.json["details"]
    assert (refused.status_code, details["kind"]) == (409, "revision")
    assert "bob saved revision 2" in refused.json["error"]
    assert (details["base"]["number"], details["base"]["text"]) == (1, TEXT)
    assert (details["head"]["number"], details["head"]["login"]) == (2, "bob")
    assert details["yours"] == yours
    assert details["merge"]["clean"] is True
    assert "label: Trip" in details["merge"]["text"] and "core.echo" in details["merge"]["text"]
    assert alice.get(URL).json["data"]["label"] == "Trip"


def test_the_merge_of_a_conflict_can_be_saved_on_top_of_the_head(alice, bob, voyage):
    bob.put(URL, json={"text": TEXT.replace("Voyage", "Trip"), "base": voyage["revision"]})
    yours = TEXT + "# mine\n"
    details = alice.put(URL, json={"text": yours, "base": voyage["revision"]}).json["details"]

    saved = alice.put(URL, json={"text": details["merge"]["text"], "base": details["head"]["id"]})

    assert saved.status_code == 200
    assert alice.get(f"{URL}/revisions/3").json["data"]["text"] == TEXT.replace("Voyage", "Trip") + "# mine\n"


def test_two_changes_of_one_line_are_both_shown_and_neither_is_taken(alice, bob, voyage):
    bob.put(URL, json={"text": TEXT.replace("Voyage", "Trip"), "base": voyage["revision"]})

    merge = alice.put(URL, json={"text": TEXT.replace("Voyage", "Cruise"), "base": voyage["revision"]}).json["details"]["merge"]

    assert (merge["clean"], merge["text"]) == (False, None)
    conflicts = [r for r in merge["regions"] if r["kind"] == "conflict"]
    assert [(c["base"], c["yours"], c["theirs"]) for c in conflicts] == [("label: Voyage\n", "label: Cruise\n", "label: Trip\n")]


def test_a_merge_that_would_not_be_a_workflow_is_not_clean(alice, bob, voyage):
    ported = TEXT.replace("# how we sail\n", "# how we sail\ndescription: by bob\n")
    bob.put(URL, json={"text": ported, "base": voyage["revision"]})
    doubled = TEXT + "description: by alice\n"

    merge = alice.put(URL, json={"text": doubled, "base": voyage["revision"]}).json["details"]["merge"]

    assert merge["text"] is not None and merge["clean"] is False
    assert any("description" in p["message"] for p in merge["problems"])


def test_the_loser_of_a_conflict_keeps_a_draft(alice, bob, voyage):
    bob.put(URL, json={"text": TEXT.replace("Voyage", "Trip"), "base": voyage["revision"]})
    alice.put(URL, json={"text": TEXT + "# mine\n", "base": voyage["revision"]})

    draft = alice.get(f"{URL}/drafts/mine").json["data"]

    assert (draft["text"], draft["base"], draft["head_number"]) == (TEXT + "# mine\n", voyage["revision"], 2)


def test_a_base_nobody_knows_is_a_conflict_without_a_base(alice, voyage):
    other = {"ref": "ship.other", "pack_ref": "ship", "text": TEXT.replace("ship.voyage", "ship.other")}
    elsewhere = alice.post("/workflows", json=other).json["data"]["revision"]

    for base in (elsewhere, 999_999):
        details = alice.put(URL, json={"text": TEXT + "#\n", "base": base}).json["details"]
        assert (details["base"], details["head"]["number"]) == (None, 1)


def test_there_and_back_again_is_no_conflict(alice, bob, voyage):
    bob.put(URL, json={"text": TEXT + "# two\n"})
    bob.post(f"{URL}/revisions/1/restore")

    assert alice.put(URL, json={"text": TEXT + "# mine\n", "base": voyage["revision"]}).status_code == 200


def test_a_definition_is_checked_against_its_base_too(alice, bob, voyage):
    bob.put(URL, json={"text": TEXT + "# two\n"})

    answer = alice.put(URL, json={"label": "New", "base": voyage["revision"]})

    assert answer.status_code == 409
    assert (answer.json["details"]["yours"], answer.json["details"]["merge"]) == (None, None)


def test_without_a_base_the_last_one_wins_as_ever_and_history_has_both(alice, bob, voyage):
    bob.put(URL, json={"text": TEXT + "# two\n"})

    assert alice.put(URL, json={"text": TEXT + "# three\n"}).status_code == 200
    assert history(alice) == [3, 2, 1]


def test_two_revisions_are_compared_in_words_and_line_by_line(alice, carol, voyage):
    alice.put(URL, json={"text": TEXT.replace("- do: sail", "- do: [sail, wave]") + "  - name: wave\n    action: core.noop\n"})

    found = carol.get(f"{URL}/revisions/1/diff/2").json["data"]

    assert found["words"] == ["task wave added: core.noop, runs after load, whatever comes of it"]
    assert (found["old"]["number"], found["new"]["number"], found["complete"]) == (1, 2, True)
    changed = [(line["kind"], line["text"], line["old"], line["new"]) for hunk in found["hunks"] for line in hunk if line["kind"] != "same"]
    assert changed == [
        ("removed", "      - do: sail\n", 9, None),
        ("added", "      - do: [sail, wave]\n", None, 9),
        ("added", "  - name: wave\n", None, 13),
        ("added", "    action: core.noop\n", None, 14),
    ]
    assert carol.get(f"{URL}/revisions/1/diff/1").json["data"]["words"] == []
    assert carol.get(f"{URL}/revisions/1/diff/9").status_code == 404


def test_a_draft_that_can_not_be_read_whole_is_compared_as_far_as_it_goes(alice, voyage):
    alice.put(f"{URL}?draft=true", json={"text": "tasks: [\n"})

    found = alice.get(f"{URL}/revisions/1/diff/2").json["data"]

    assert found["complete"] is False
    assert found["hunks"]
