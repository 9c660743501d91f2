"""The editor's page: what it starts from, its plain form, new workflows, and the token of its scripts."""

from __future__ import annotations

import html
import json
import re

import pytest

TEXT = "ref: examples.made_here\r\nlabel: Made here\r\nversion: 1.0.0\r\n# why\r\ntasks:\r\n  - name: a\r\n    action: core.noop\r\n"


@pytest.fixture
def bob(browser_of):
    return browser_of("bob")


def page_data(answer):
    found = re.search(r'data-page="([^"]*)"', answer.text)
    assert found
    return json.loads(html.unescape(found[1]))


def form_value(answer, name):
    return re.search(rf'name="{name}" value="([^"]*)"', answer.text)[1]


def test_the_page_starts_from_the_text_as_it_was_saved(alice, server):
    from app.queries import workflows

    data = page_data(alice.get("/workflows/examples.tour/edit"))

    with server.app_context():
        revision = data["revision"]
        assert data["text"] == workflows.source_text(revision)
    assert data["ref"] == "examples.tour" and data["packRef"] == "examples"


def test_the_plain_form_saves_and_leads_back_to_the_workflow(bob):
    page = bob.get("/workflows/new?pack=examples&name=made_plainly")
    text = page_data(page)["text"].replace("tasks:\n", "tasks:\n  - name: a\n    action: core.noop\n")

    answer = bob.post("/workflows/new", {"pack": "examples", "name": "made_plainly", "text": text.replace("\n", "\r\n")})

    assert answer.status_code == 303 and answer.location.endswith("/workflows/examples.made_plainly")
    assert page_data(bob.get("/workflows/examples.made_plainly/edit"))["text"] == text


def test_a_text_with_crlf_keeps_it(bob):
    assert bob.post("/workflows/new", {"pack": "examples", "name": "made_here", "text": TEXT}).status_code == 303
    page = bob.get("/workflows/examples.made_here/edit")

    stored = page_data(page)["text"]
    again = bob.post("/workflows/examples.made_here/edit", {"updated": form_value(page, "updated"), "text": stored.replace("why", "what for")})

    assert again.status_code == 303
    assert page_data(bob.get("/workflows/examples.made_here/edit"))["text"] == stored.replace("why", "what for")


def test_what_is_wrong_is_listed_with_its_line_and_the_text_stays(bob):
    page = bob.get("/workflows/examples.tour/edit")
    broken = page_data(page)["text"] + "\n  - name: [\n"

    answer = bob.post("/workflows/examples.tour/edit", {"updated": form_value(page, "updated"), "text": broken})

    assert answer.status_code == 422
    assert "Line " in answer.text and "name: [" in html.unescape(answer.text)


def test_somebody_else_saved_meanwhile(alice, bob):
    made = page_data(bob.get("/workflows/new?pack=examples&name=raced"))["text"].replace("tasks:\n", "tasks:\n  - name: a\n    action: core.noop\n")
    bob.post("/workflows/new", {"pack": "examples", "name": "raced", "text": made})
    before = form_value(bob.get("/workflows/examples.raced/edit"), "updated")
    alice.post("/workflows/examples.raced/edit", {"updated": before, "text": made + "# alice\n"})

    answer = bob.post("/workflows/examples.raced/edit", {"updated": before, "text": made + "# bob\n"})

    assert answer.status_code == 422
    assert "# bob" in answer.text
    assert "# alice" in page_data(bob.get("/workflows/examples.raced/edit"))["text"]


@pytest.mark.parametrize(("name", "words"), [("Deploy Shop", "can’t be a name"), ("tour", "already")])
def test_a_name_that_cannot_be_is_refused_before_the_editor_opens(bob, name, words):
    answer = bob.get("/workflows/new", query_string={"pack": "examples", "name": name})

    assert answer.status_code == 422 and words in answer.text


def test_who_may_not_read_finds_no_editor(mallory):
    assert mallory.get("/workflows/release.nothing/edit").status_code == 404


def test_the_token_of_a_page_is_given_for_session_and_form_token_together(alice):
    refused = alice.client.post("/session/token")
    given = alice.client.post("/session/token", headers={"X-CSRFToken": alice.token()})

    assert refused.status_code == 400
    answer = alice.client.get("/api/v1/workflows/examples.tour", headers={"Authorization": f"Bearer {given.json['access_token']}"})
    assert given.json["expires_in"] <= 600 and answer.status_code == 200


def test_only_the_editor_lets_scripts_add_style_sheets_and_only_with_its_word(alice):
    first, second = (alice.get("/workflows/examples.tour/edit") for _ in range(2))

    policy = first.headers["Content-Security-Policy"]
    assert f"'nonce-{page_data(first)['styleNonce']}'" in policy and "unsafe" not in policy
    assert page_data(first)["styleNonce"] != page_data(second)["styleNonce"]
    assert "nonce" not in alice.get("/workflows").headers["Content-Security-Policy"]
