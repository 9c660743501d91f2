"""Two people on one workflow, without JavaScript: the second sees both texts and loses nothing."""

from __future__ import annotations

import html
import re
from itertools import count

import pytest

from app.engine.errors import NotFound
from app.services import auth, drafts, workflows
from tests.web.conftest import PASSWORD, words

TEXT = """\
ref: {ref}
label: Voyage
version: 1.0.0
tasks:
  - name: load
    action: core.noop
    timeout: 10
    next:
      - do: sail

  - name: sail
    action: core.noop
    timeout: 20
"""
NUMBERS = count(1)


@pytest.fixture
def bob(browser_of):
    return browser_of("bob")


@pytest.fixture
def people(server):
    return {login: auth.check_password(login, PASSWORD) for login in ("alice", "bob")}


@pytest.fixture
def voyage(people):
    """Ref and text of a new workflow."""
    ref = f"release.voyage_{next(NUMBERS)}"
    text = TEXT.format(ref=ref)
    workflows.create(body={"ref": ref, "pack_ref": "release", "text": text}, by=people["alice"])
    return ref, text


@pytest.fixture
def raced(voyage, people, bob):
    """alice saves while bob's form is open; bob sends `text` then. Gives ref and the answer to bob."""

    def race(theirs, yours):
        ref, text = voyage
        page = bob.get(f"/workflows/{ref}/edit")
        workflows.save_changes(ref=ref, body={"text": theirs(text)}, by=people["alice"])
        return ref, bob.post(f"/workflows/{ref}/edit", {"base": hidden(page)["base"], "text": yours(text)})

    return race


def sail_30(text):
    return text.replace("timeout: 20", "timeout: 30")


def sail_40(text):
    return text.replace("timeout: 20", "timeout: 40")


def load_5(text):
    return text.replace("timeout: 10", "timeout: 5")


def hidden(answer):
    return {name: value for name, value in re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', answer.text) if name != "csrf_token"}


def ticked(answer):
    found = re.findall(r'<input type="radio" name="(r\d+)" value="(\w+)" required( checked)?>', answer.text)
    return {name: value for name, value, checked in found if checked}


def stored(ref, people):
    from app.queries import workflows as queries

    return queries.source_text(queries.get_workflow(ref=ref, by=people["alice"])["revision"])


def has_draft(ref, by):
    try:
        return drafts.get(ref=ref, by=by)["text"]
    except NotFound:
        return None


def test_the_second_is_led_to_both_texts_and_nothing_is_overwritten(raced, bob, people):
    ref, answer = raced(sail_30, sail_40)

    assert answer.status_code == 303 and answer.location.endswith(f"/workflows/{ref}/conflict")
    page = bob.get(answer.location)
    assert "alice saved revision 2" in words(page)
    assert "timeout: 30" in page.text and "timeout: 40" in page.text
    assert "task sail: timeout 20 → 30" in words(page) and "task sail: timeout 20 → 40" in words(page)
    assert "timeout: 30" in stored(ref, people) and "timeout: 40" in has_draft(ref, people["bob"])


def test_changes_in_different_places_are_merged_by_one_press(raced, bob, people):
    ref, answer = raced(sail_30, load_5)
    page = bob.get(answer.location)

    done = bob.post(f"/workflows/{ref}/conflict", {**hidden(page), **ticked(page)})

    assert done.status_code == 303 and done.location.endswith(f"/workflows/{ref}")
    assert "timeout: 30" in stored(ref, people) and "timeout: 5" in stored(ref, people)
    assert has_draft(ref, people["bob"]) is None


@pytest.mark.parametrize(("side", "kept"), [("theirs", "timeout: 30"), ("yours", "timeout: 40")])
def test_where_both_changed_a_line_the_chosen_side_is_saved(raced, bob, people, side, kept):
    ref, answer = raced(sail_30, sail_40)
    page = bob.get(answer.location)
    assert ticked(page) == {}
    field = re.search(r'name="(r\d+)"', page.text)[1]

    refused = bob.post(f"/workflows/{ref}/conflict", hidden(page))
    done = bob.post(f"/workflows/{ref}/conflict", {**hidden(page), field: side})

    assert refused.status_code == 422 and "Choose a side" in words(refused)
    assert done.status_code == 303 and kept in stored(ref, people)


@pytest.mark.parametrize("side", ["neither", "", "<b>"])
def test_a_side_that_there_is_not_saves_nothing(raced, bob, people, side):
    ref, answer = raced(sail_30, sail_40)
    page = bob.get(answer.location)
    field = re.search(r'name="(r\d+)"', page.text)[1]

    assert bob.post(f"/workflows/{ref}/conflict", {**hidden(page), field: side}).status_code == 422
    assert stored(ref, people) == sail_30(TEXT.format(ref=ref))


def test_both_sides_may_be_kept_where_they_add(raced, bob, people):
    ref, answer = raced(lambda text: text + "# alice\n", lambda text: text + "# bob\n")
    page = bob.get(answer.location)
    field = re.search(r'name="(r\d+)"', page.text)[1]

    bob.post(f"/workflows/{ref}/conflict", {**hidden(page), field: "both"})

    assert stored(ref, people).endswith("# alice\n# bob\n")


def test_a_choice_made_before_somebody_saved_again_is_asked_again(raced, bob, people):
    ref, answer = raced(sail_30, load_5)
    page = bob.get(answer.location)
    workflows.save_changes(ref=ref, body={"text": TEXT.format(ref=ref) + "# alice again\n"}, by=people["alice"])

    again = bob.post(f"/workflows/{ref}/conflict", {**hidden(page), **ticked(page)})

    assert again.status_code == 409 and "# alice again" in again.text
    assert "timeout: 5" not in stored(ref, people)


def test_a_merge_that_would_not_be_valid_goes_back_to_the_editor_with_its_text(raced, bob, people):
    ref, answer = raced(lambda text: text.replace("name: sail", "name: cruise").replace("do: sail", "do: cruise"), lambda text: text + "    next:\n      - do: sail\n")
    page = bob.get(answer.location)
    field = re.search(r'name="(r\d+)"', page.text)

    answer = bob.post(f"/workflows/{ref}/conflict", {**hidden(page), **ticked(page), **({field[1]: "yours"} if field and not ticked(page) else {})})

    assert answer.status_code == 422 and "name: cruise" in html.unescape(answer.text)
    assert "- do: sail" in html.unescape(answer.text)
    assert has_draft(ref, people["bob"]) is not None


def test_a_merge_by_hand_is_saved_on_top_of_the_head(raced, bob, people):
    ref, answer = raced(sail_30, sail_40)
    page = bob.get(answer.location)

    done = bob.post(f"/workflows/{ref}/edit", {**hidden(page), "text": TEXT.format(ref=ref).replace("timeout: 20", "timeout: 35")})

    assert done.status_code == 303 and "timeout: 35" in stored(ref, people)
    assert has_draft(ref, people["bob"]) is None


def test_marks_that_were_left_in_the_text_are_said(raced, bob, people):
    ref, answer = raced(sail_30, sail_40)
    page = bob.get(answer.location)
    marked = html.unescape(re.search(r"<textarea[^>]*>\n(.*?)</textarea>", page.text, re.S)[1])

    refused = bob.post(f"/workflows/{ref}/edit", {**hidden(page), "text": marked})

    assert "<<<<<<<" in marked
    assert refused.status_code == 422 and "Both sides of a conflict are still in the text" in words(refused)


def test_giving_up_takes_a_tick_and_throws_only_the_draft_away_that_was_seen(raced, bob, people):
    ref, answer = raced(sail_30, sail_40)
    page = bob.get(answer.location)
    address = f"/workflows/{ref}/conflict/discard"

    bob.post(address, hidden(page))
    assert has_draft(ref, people["bob"])
    bob.post(address, {**hidden(page), "settles": "2020-01-01T00:00:00Z", "sure": "1"})
    assert has_draft(ref, people["bob"])
    bob.post(address, {**hidden(page), "sure": "1"})

    assert has_draft(ref, people["bob"]) is None and "timeout: 30" in stored(ref, people)


def test_without_a_conflict_the_page_leads_to_the_editor(voyage, bob):
    answer = bob.get(f"/workflows/{voyage[0]}/conflict")

    assert answer.status_code == 303 and answer.location.endswith(f"/workflows/{voyage[0]}/edit")


def test_who_may_not_change_the_workflow_sees_no_conflict_page(voyage, browser_of):
    assert browser_of("carol").get(f"/workflows/{voyage[0]}/conflict").status_code == 403


def test_a_file_that_changed_on_the_disk_is_shown_and_can_be_written_over(server, bob, people, tmp_path):
    from app.services import packs, ports

    directory = ports.settings().home_path / "packs" / "harbour"
    (directory / "workflows").mkdir(parents=True)
    (directory / "pack.yaml").write_text("ref: harbour\nlabel: Harbour\nversion: 1.0.0\n")
    file, text = directory / "workflows" / "dock.yaml", TEXT.format(ref="harbour.dock")
    file.write_text(text)
    packs.register_directory(path=directory, by=people["alice"])
    page = bob.get("/workflows/harbour.dock/edit")
    file.write_text(sail_30(text))

    answer = bob.post("/workflows/harbour.dock/edit", {"base": hidden(page)["base"], "text": load_5(text)})
    shown = bob.get(answer.location)
    assert "workflows/dock.yaml of the pack harbour says something else" in words(shown) and file.read_text() == sail_30(text)
    bob.post("/workflows/harbour.dock/conflict", {**hidden(shown), **ticked(shown)})

    assert file.read_text() == sail_30(load_5(text))
