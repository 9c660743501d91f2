"""The editor's page: what it starts from, its plain form, new workflows, and the token of its scripts."""

from __future__ import annotations

import html
import json
import re

import pytest

from app.engine.errors import NotFound
from app.services import ports

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
    again = bob.post("/workflows/examples.made_here/edit", {"base": form_value(page, "base"), "text": stored.replace("why", "what for")})

    assert again.status_code == 303
    assert page_data(bob.get("/workflows/examples.made_here/edit"))["text"] == stored.replace("why", "what for")


def test_what_is_wrong_is_listed_with_its_line_and_the_text_stays(bob):
    page = bob.get("/workflows/examples.tour/edit")
    broken = page_data(page)["text"] + "\n  - name: [\n"

    answer = bob.post("/workflows/examples.tour/edit", {"base": form_value(page, "base"), "text": broken})

    assert answer.status_code == 422
    assert "Line " in answer.text and "name: [" in html.unescape(answer.text)


def test_what_the_author_says_about_a_change_is_kept_with_the_revision(bob):
    page = bob.get("/workflows/examples.hello/edit")

    bob.post("/workflows/examples.hello/edit", {"base": form_value(page, "base"), "text": page_data(page)["text"] + "# end\n", "note": "An end"})

    assert "An end" in bob.get("/workflows/examples.hello/revisions").text


def test_a_new_workflow_becomes_a_file_of_its_pack(bob, server):
    text = TEXT.replace("made_here", "made_a_file").replace("\r", "")

    bob.post("/workflows/new", {"pack": "examples", "name": "made_a_file", "text": text})

    file = ports.settings().home_path / "packs" / "examples" / "workflows" / "made_a_file.yaml"
    assert file.read_bytes().decode() == text


def test_a_draft_can_be_gone_on_with_and_saving_it_ends_it(bob, server):
    from app.services import auth, drafts
    from tests.web.conftest import PASSWORD

    page = bob.get("/workflows/examples.parallel/edit")
    by = auth.check_password("bob", PASSWORD)
    base, text = int(form_value(page, "base")), page_data(page)["text"]
    drafts.keep(ref="examples.parallel", text=text + "# mine\n", base=base, by=by)

    offered = bob.get("/workflows/examples.parallel/edit")
    assert "/workflows/examples.parallel/edit?draft=1" in offered.text
    page = bob.get("/workflows/examples.parallel/edit?draft=1")
    assert "# mine" in page_data(page)["text"]
    bob.post("/workflows/examples.parallel/edit", {name: form_value(page, name) for name in ("base", "settles")} | {"text": text + "# mine, and more\n"})

    with pytest.raises(NotFound):
        drafts.get(ref="examples.parallel", by=by)


def test_a_new_workflow_that_cannot_be_saved_is_kept_and_found_again(bob):
    text = "ref: examples.unfinished\nlabel: Half\nversion: 1.0.0\ntasks:\n  - name: [\n"

    answer = bob.post("/workflows/new", {"pack": "examples", "name": "unfinished", "text": text})
    assert answer.status_code == 422 and "kept as a draft, under Workflows" in answer.text

    listed = bob.get("/workflows").text
    address = "/workflows/new?pack=examples&amp;name=unfinished"
    assert f'href="{address}">examples.unfinished</a>' in listed and "a new workflow, " in listed
    page = bob.get(html.unescape(address))
    assert page_data(page)["draft"]["text"] == text
    assert "name: [" in html.unescape(bob.get(html.unescape(address) + "&draft=1").text.partition("<textarea")[2])


def test_nobody_is_shown_the_drafts_of_others(bob, alice):
    bob.post("/workflows/new", {"pack": "examples", "name": "of_bob", "text": "tasks: ["})

    assert "examples.of_bob" in bob.get("/workflows").text
    assert "examples.of_bob" not in alice.get("/workflows").text


def test_the_page_says_which_file_a_workflow_lives_in(bob):
    bob.post("/workflows/new", {"pack": "examples", "name": "has_a_file", "text": TEXT.replace("made_here", "has_a_file")})

    assert ">workflows/has_a_file.yaml</code>" in bob.get("/workflows/examples.has_a_file/edit").text


def test_saving_another_text_leaves_the_draft_alone(bob, server):
    from app.services import auth, drafts
    from tests.web.conftest import PASSWORD

    page = bob.get("/workflows/examples.join_all/edit")
    by = auth.check_password("bob", PASSWORD)
    drafts.keep(ref="examples.join_all", text="half a thought", base=int(form_value(page, "base")), by=by)
    page = bob.get("/workflows/examples.join_all/edit")
    names = ("base", "settles")
    bob.post("/workflows/examples.join_all/edit", {name: form_value(page, name) for name in names} | {"text": page_data(page)["text"] + "# x\n"})

    assert drafts.get(ref="examples.join_all", by=by)["text"] == "half a thought"


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
