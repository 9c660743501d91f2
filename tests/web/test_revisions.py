"""The history of a workflow in the browser: the list, a comparison, and the way back, without JavaScript."""

from __future__ import annotations

import re

import pytest

from tests.web.conftest import links, words

REF = "release.voyage"
URL = f"/workflows/{REF}/revisions"
TEXT = """\
ref: release.voyage
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
LONGER = TEXT + "    timeout: 90\n"


@pytest.fixture(scope="module")
def voyage(server):
    """Three revisions: bob's, alice's with a time limit, and bob's with a comment."""
    from app.services import auth, workflows
    from tests.web.conftest import PASSWORD

    alice, bob = (auth.check_password(login, PASSWORD) for login in ("alice", "bob"))
    workflows.create(body={"ref": REF, "pack_ref": "release", "text": TEXT}, by=bob)
    workflows.save_changes(ref=REF, body={"text": LONGER}, by=alice, note="Storms <b>take</b> long")
    workflows.save_changes(ref=REF, body={"text": LONGER + "# bob\n"}, by=bob)


@pytest.fixture
def carol(browser_of):
    return browser_of("carol")


def base_of(answer):
    return re.search(r'name="base" value="(\d+)"', answer.text)[1]


def test_the_workflow_page_leads_to_its_revisions(alice, voyage):
    assert URL in links(alice.get(f"/workflows/{REF}"))


def test_the_list_says_who_saved_what_and_why_newest_first(alice, voyage):
    page = alice.get(URL)

    assert words(page).index("bob, ") < words(page).index("alice, ")
    assert "Storms <b>take</b> long" in words(page) and "<b>take" not in page.text
    assert f"{URL}/1..2" in links(page) and f"{URL}/2/restore" in links(page) and f"{URL}/3/restore" not in links(page)


def test_two_that_were_chosen_are_compared_older_first(alice, voyage):
    assert alice.get(f"{URL}/compare?a=3&b=1").location.endswith(f"{URL}/1..3")


@pytest.mark.parametrize("query", ["", "?a=1", "?a=x&b=2", "?a=-1&b=2"])
def test_without_two_revisions_the_list_is_shown_again(alice, voyage, query):
    assert alice.get(f"{URL}/compare{query}").location.endswith(URL)


def test_a_comparison_says_the_change_in_words_and_shows_the_line(alice, voyage):
    page = alice.get(f"{URL}/1..2")

    assert "task sail: timeout" in words(page)
    assert re.search(r'<tr class="added">.*?timeout: 90', page.text)
    assert '<tr class="removed">' not in page.text


def test_a_changed_comment_is_only_a_changed_line(alice, voyage):
    page = alice.get(f"{URL}/2..3")

    assert "Both do the same." in words(page) and "# bob" in words(page)


def test_one_revision_is_shown_as_it_was_saved(alice, voyage):
    assert TEXT.strip() in alice.get(f"{URL}/1").text


@pytest.mark.parametrize("path", ["/9", "/1..9", "/9/restore", "/0", "/99999999999999999999", "/1..99999999999999999999"])
def test_a_revision_that_there_is_not_is_a_404(alice, voyage, path):
    assert alice.get(URL + path).status_code == 404


def test_rolling_back_is_asked_first_and_makes_a_new_revision(alice, voyage):
    asked = alice.get(f"{URL}/1/restore")
    assert "task sail: timeout" in words(asked)

    done = alice.post(f"{URL}/1/restore", {"base": base_of(asked), "note": "Calm again"})

    assert done.status_code == 303
    page = words(alice.get(URL))
    assert "Calm again" in page and "Storms" in page
    assert "Both do the same." in words(alice.get(f"{URL}/1..4"))


def test_rolling_back_over_what_was_not_seen_is_refused_and_shown_anew(alice, voyage):
    from app.services import auth, workflows
    from tests.web.conftest import PASSWORD

    asked = alice.get(f"{URL}/2/restore")
    workflows.save_changes(ref=REF, body={"text": TEXT + "# meanwhile\n"}, by=auth.check_password("bob", PASSWORD))

    refused = alice.post(f"{URL}/2/restore", {"base": base_of(asked)})

    assert refused.status_code == 409 and "bob saved revision" in words(refused)
    assert base_of(refused) != base_of(asked)


def test_who_may_only_look_is_offered_no_way_back(carol, voyage):
    assert f"{URL}/1/restore" not in links(carol.get(URL))
    assert 'name="base"' not in carol.get(f"{URL}/1/restore").text
    assert carol.post(f"{URL}/1/restore", {}).status_code == 403


@pytest.mark.parametrize("path", ["", "/1", "/1..2", "/1/restore"])
def test_nobody_sees_the_history_of_a_workflow_they_can_not_see(visitor, alice, voyage, path):
    assert visitor.get(URL + path).status_code == 303
    assert alice.get(f"/workflows/release.nothing/revisions{path}").status_code == 404


def test_a_comparison_of_very_long_texts_shows_as_much_as_a_page_can(alice, voyage):
    from app.services import auth, workflows
    from tests.web.conftest import PASSWORD

    by = auth.check_password("alice", PASSWORD)
    text = TEXT.replace("voyage", "long")
    workflows.create(body={"ref": "release.long", "pack_ref": "release", "text": text}, by=by)
    workflows.save_changes(ref="release.long", body={"text": text + "# a\n" * 2500}, by=by)

    page = alice.get("/workflows/release.long/revisions/1..2")

    assert "2,500 lines added" in words(page) and "503 lines more are not shown" in words(page)


def test_a_run_names_the_revision_it_keeps_and_leads_to_it(alice, run, voyage):
    from app.services import auth, workflows
    from tests.web.conftest import PASSWORD

    by = auth.check_password("alice", PASSWORD)
    text = TEXT.replace("voyage", "pinned")
    workflows.create(body={"ref": "release.pinned", "pack_ref": "release", "text": text}, by=by)
    execution_id = run("release.pinned")
    workflows.save_changes(ref="release.pinned", body={"text": text + "# later\n"}, by=by)

    page = alice.get(f"/runs/{execution_id}?tab=definition")
    assert "revision 1" in words(page) and "/workflows/release.pinned/revisions/1" in links(page)

    workflows.delete(ref="release.pinned", by=by)
    page = alice.get(f"/runs/{execution_id}?tab=definition")
    assert "revision 1" in words(page) and "/workflows/release.pinned/revisions/1" not in links(page)


def test_only_who_may_change_a_workflow_is_offered_the_editor(alice, carol, voyage):
    edit = f"/workflows/{REF}/edit"

    assert edit in links(alice.get(f"/workflows/{REF}"))
    assert edit not in links(carol.get(f"/workflows/{REF}"))
