"""Drafts and presence over HTTP: nobody's unsaved text is lost, and everybody knows who else is there."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.services import ports

TEXT = "ref: ship.voyage\nlabel: Voyage\nversion: 1.0.0\ntasks:\n  - name: a\n    action: core.noop\n"
MINE = "/workflows/ship.voyage/drafts/mine"


@pytest.fixture(autouse=True)
def pack(app, alice):
    alice.post("/packs", json={"ref": "ship", "label": "Ship", "version": "1"})


@pytest.fixture
def voyage(alice):
    return alice.post("/workflows", json={"ref": "ship.voyage", "pack_ref": "ship", "text": TEXT}).json["data"]


def test_a_draft_is_kept_shown_replaced_and_thrown_away(alice, voyage):
    kept = alice.put(MINE, json={"text": "tasks: [ unfinished", "base": voyage["revision"]}).json["data"]
    shown = alice.get(MINE).json["data"]

    assert (kept["base"], kept["base_number"], kept["head"], kept["others"]) == (voyage["revision"], 1, voyage["revision"], [])
    assert shown == {**kept, "text": "tasks: [ unfinished"}
    alice.put(MINE, json={"text": "second\r\n"})
    assert alice.get(MINE).json["data"]["text"] == "second\r\n"
    assert alice.delete(MINE).json["success"] is True
    assert (alice.get(MINE).status_code, alice.delete(MINE).status_code) == (404, 404)


def test_a_draft_of_a_workflow_that_is_not_there_yet_goes_by_the_ref_it_will_have(alice):
    kept = alice.put("/workflows/ship.planned/drafts/mine", json={"text": "x"}).json["data"]

    assert (kept["base"], kept["head"]) == (None, None)
    assert alice.get("/workflows/ship.planned/drafts/mine").json["data"]["text"] == "x"
    assert alice.put("/workflows/none.planned/drafts/mine", json={"text": "x"}).status_code == 404
    assert alice.put("/workflows/ship.Not a ref/drafts/mine", json={"text": "x"}).status_code == 422


def test_each_person_has_a_draft_of_their_own(alice, bob, voyage):
    alice.put(MINE, json={"text": "of alice"})
    bob.put(MINE, json={"text": "of bob"})

    assert [who.get(MINE).json["data"]["text"] for who in (alice, bob)] == ["of alice", "of bob"]


def test_who_may_not_change_the_workflow_has_no_draft_and_learns_nothing_of_others(carol, mallory, voyage):
    for who in (carol, mallory):
        assert who.get(MINE).status_code == 403
        assert who.put(MINE, json={"text": "x"}).status_code == 403
        assert who.post("/workflows/ship.voyage/presence").status_code == 403
        assert who.put("/workflows/ship.planned/drafts/mine", json={"text": "x"}).status_code == 403


def test_the_head_moves_on_while_the_draft_keeps_its_base(alice, bob, voyage):
    alice.put(MINE, json={"text": "mine", "base": voyage["revision"]})
    saved = bob.put("/workflows/ship.voyage", json={"text": TEXT + "# bob\n"}).json["data"]

    draft = alice.get(MINE).json["data"]

    assert (draft["base"], draft["head"]) == (voyage["revision"], saved["revision"])
    assert (draft["base_number"], draft["head_number"]) == (1, 2)


def test_saving_a_text_ends_the_draft_that_says_it_and_no_other(alice, voyage):
    alice.put(MINE, json={"text": "something else"})
    alice.put("/workflows/ship.voyage", json={"text": TEXT + "# more\n"})
    assert alice.get(MINE).status_code == 200

    alice.put(MINE, json={"text": TEXT + "# most\n"})
    alice.put("/workflows/ship.voyage", json={"text": TEXT + "# most\n"})

    assert alice.get(MINE).status_code == 404


def test_people_see_who_has_the_workflow_open_and_who_left_a_draft(alice, bob, voyage, monkeypatch):
    start = ports.now()
    clock = monkeypatch.setattr
    clock(ports.current(), "clock", lambda: start)
    bob.put(MINE, json={"text": "x"})

    told = alice.post("/workflows/ship.voyage/presence").json["data"]
    clock(ports.current(), "clock", lambda: start + timedelta(seconds=61))
    later = alice.post("/workflows/ship.voyage/presence").json["data"]
    gone = bob.post("/workflows/ship.voyage/presence", json={"leaving": True}).json["data"]

    assert [(o["login"], o["name"], o["is_open"], o["updated"] is not None) for o in told["others"]] == [("bob", "Bob", True, True)]
    assert [(o["login"], o["is_open"]) for o in later["others"]] == [("bob", False)]
    assert [(o["login"], o["is_open"], o["updated"]) for o in gone["others"]] == [("alice", True, None)]


def test_who_leaves_is_gone_at_once(alice, bob, voyage):
    bob.post("/workflows/ship.voyage/presence")
    bob.post("/workflows/ship.voyage/presence", json={"leaving": True})

    assert alice.post("/workflows/ship.voyage/presence").json["data"]["others"] == []


def test_a_draft_too_large_to_save_is_refused_with_the_setting(alice, voyage):
    answer = alice.put(MINE, json={"text": "x" * (1024 * 1024 + 1)})

    assert answer.status_code == 422
    assert "ATTUNE_MAX_DEFINITION" in answer.json["error"]
