"""The list of runs, one run live, and what one may do to it."""

from __future__ import annotations

import re

import pytest

from app.services import auth, workflows
from tests.web.conftest import PASSWORD, eventually, links, words

TABS = ("graph", "timeline", "tasks", "items", "variables", "log", "events", "definition")


@pytest.fixture
def waiting(alice, run):
    """A run that waits for an answer."""
    execution_id = run("examples.inquiry")
    eventually(lambda: "waits for an answer" in words(alice.get(f"/runs/{execution_id}")))
    return execution_id


def test_the_list_names_each_run_with_status_label_and_starter(alice, run, finished):
    finished(run("examples.hello"))

    page = words(alice.get("/runs"))

    assert "Succeeded" in page and "examples.hello" in page and "alice" in page


def test_the_list_can_be_narrowed_to_a_status_and_a_ref(alice, run, finished):
    failed, fine = finished(run("core.fail", message="no")), finished(run("core.noop"))

    found = links(alice.get("/runs?status=failed&q=core."))

    assert f"/runs/{failed}" in found and f"/runs/{fine}" not in found


def test_a_filter_that_finds_nothing_says_how_to_see_more(alice):
    assert "No run matches" in words(alice.get("/runs?q=nothing.like.this"))


def test_somebody_without_rights_sees_neither_the_list_s_rows_nor_the_run(alice, mallory, run, finished):
    execution_id = finished(run("core.noop"))

    assert f"/runs/{execution_id}" not in links(mallory.get("/runs"))
    assert mallory.get(f"/runs/{execution_id}").status_code == 404


def test_an_unknown_run_is_a_page_that_says_so(alice):
    answer = alice.get("/runs/999999")

    assert answer.status_code == 404
    assert "There is no execution 999999" in words(answer)


@pytest.mark.parametrize("tab", TABS)
def test_each_tab_of_a_workflow_s_run_is_a_page_of_its_own(alice, run, finished, tab):
    execution_id = finished(run("examples.items"))

    answer = alice.get(f"/runs/{execution_id}?tab={tab}")

    assert answer.status_code == 200
    assert f'tab={tab}" aria-current="page"' in answer.text or tab == "graph"


def test_a_tab_nobody_knows_shows_the_graph(alice, run, finished):
    assert "What it is doing" in words(alice.get(f"/runs/{finished(run('examples.hello'))}?tab=nonsense"))


def test_the_graph_draws_every_task_with_its_state(alice, run, finished):
    html = alice.get(f"/runs/{finished(run('examples.join_all'))}").text

    states = re.findall(r'class="n x-(\w+)[^"]*" id="node-', html)
    assert "ok" in states and set(states) <= {"ok", "dead"}


def test_a_waiting_run_says_in_a_sentence_what_it_waits_for_and_links_to_the_answer(alice, waiting):
    answer = alice.get(f"/runs/{waiting}")

    assert "waits for an answer. Asked" in words(answer)
    assert any(re.fullmatch(r"/inbox/\d+", link) for link in links(answer))


def test_the_panel_of_a_task_shows_input_result_and_transitions(alice, run, finished):
    execution_id = finished(run("examples.failure_handled"))
    task = re.search(r'data-task="([^"]+)"', alice.get(f"/runs/{execution_id}").text)[1]

    page = words(alice.get(f"/runs/{execution_id}?task={task}"))

    assert task in page and "Transitions" in page and "taken" in page


def test_a_poll_with_the_present_version_has_no_body(alice, waiting):
    address = re.search(r'hx-get="([^"]+)"', alice.get(f"/runs/{waiting}").text)[1].replace("&amp;", "&")

    answers = [alice.poll(address) for _ in range(2)]

    assert 204 in [answer.status_code for answer in answers]
    assert all(answer.data == b"" for answer in answers if answer.status_code == 204)


def test_an_update_says_its_version_so_that_the_next_poll_may_have_no_body(alice, waiting):
    update = alice.poll(f"/runs/{waiting}/live?version=old").text

    address = re.search(r'hx-get="([^"]+)"', update)[1].replace("&amp;", "&")
    assert re.search(r"version=[0-9a-f]{6,}", address)
    eventually(lambda: alice.poll(address).status_code == 204 or _fresh(alice, waiting, address))


def _fresh(alice, execution_id, address):
    """The clock of the page went on between the two; the next try asks with the version of now."""
    return alice.poll(re.search(r'hx-get="([^"]+)"', alice.poll(address).text)[1].replace("&amp;", "&")).status_code == 204


def test_a_poll_with_an_old_version_brings_the_same_fragment_the_page_includes(alice, waiting):
    answer = alice.poll(f"/runs/{waiting}/live?version=old")

    assert answer.status_code == 200
    assert answer.text.strip().startswith(f'<div id="run-{waiting}-live"')
    assert "<html" not in answer.text


def test_the_last_poll_of_an_ended_run_stops_the_polling(alice, run, finished):
    answer = alice.poll(f"/runs/{finished(run('core.noop'))}/live?version=old")

    assert answer.status_code == 286
    assert "data-ended" in answer.text


def test_pausing_resuming_and_cancelling_work_by_plain_forms(alice, waiting):
    paused = alice.post(f"/runs/{waiting}/pause", follow_redirects=True)
    resumed = alice.post(f"/runs/{waiting}/resume", follow_redirects=True)
    alice.post(f"/runs/{waiting}/cancel")

    assert "Paused" in words(paused)
    assert "Paused" not in words(resumed)
    eventually(lambda: "Cancelled" in words(alice.get(f"/runs/{waiting}")))


def test_cancelling_an_ended_run_explains_instead_of_failing(alice, run, finished):
    execution_id = finished(run("core.noop"))

    answer = alice.post(f"/runs/{execution_id}/cancel", follow_redirects=True)

    assert answer.status_code == 200
    assert 'class="flash note fail"' in answer.text


def test_somebody_without_rights_can_not_cancel(mallory, waiting):
    assert mallory.post(f"/runs/{waiting}/cancel").status_code in (403, 404)


def test_a_failed_run_names_its_reason_and_can_be_retried(alice, run, finished):
    execution_id = finished(run("core.fail", message="the disk is full"))

    page = alice.get(f"/runs/{execution_id}")
    again = alice.post(f"/runs/{execution_id}/retry")

    assert "the disk is full" in words(page)
    assert re.fullmatch(r"/runs/\d+", again.location) and again.location != f"/runs/{execution_id}"


def test_a_failed_workflow_shows_the_plan_before_it_is_retried(alice, run, finished):
    execution_id = finished(run("examples.fail_on_purpose"))

    page = words(alice.get(f"/runs/{execution_id}"))
    again = alice.post(f"/runs/{execution_id}/retry", {"mode": "all"})

    assert "this one stays as it is" in page and "From the failed tasks" in page
    assert again.status_code == 303 and again.location != f"/runs/{execution_id}"


def test_an_unknown_status_is_drawn_as_unknown():
    from app.web.vocabulary import run_look, task_look

    assert run_look("archived") == ("unk", "Unknown: archived")
    assert task_look("dreaming") == ("unk", "Unknown: dreaming")


def test_the_list_is_filtered_by_time_and_says_when_nothing_is_left(alice, run, finished):
    execution_id = finished(run("examples.hello"))

    recent, unknown = alice.get("/runs?since=1h"), alice.get("/runs?since=for-ever")

    assert f"/runs/{execution_id}" in recent.text and unknown.status_code == 200
    assert '<option value="1h" selected>' in recent.text


def test_an_ended_run_is_started_again_from_a_chosen_task(alice, run, finished):
    execution_id = finished(run("examples.failure_handled"))
    name = re.search(r'data-task="([^"]+)"', alice.get(f"/runs/{execution_id}").text)[1]
    assert f"Run again from {name}" in words(alice.get(f"/runs/{execution_id}?task={name}"))

    answer = alice.post(f"/runs/{execution_id}/retry", {"mode": "from_task", "task": name})

    again = alice.get(answer.headers["Location"])
    assert answer.status_code == 303 and f"again after run {execution_id}" in words(again)


def test_the_panel_of_what_holds_a_run_up_is_open_until_somebody_closes_it(alice, waiting):
    page, closed = alice.get(f"/runs/{waiting}"), alice.get(f"/runs/{waiting}?task=")

    assert "Answer the question" in words(page) and "by-itself" in page.text
    assert 'id="panel"' not in closed.text


def test_the_panel_of_a_nested_workflow_draws_the_run_inside(alice, run, finished):
    execution_id = finished(run("examples.nested"))

    page = alice.get(f"/runs/{execution_id}?task=first").text

    inside = re.search(r'class="inside".*?</svg>\s*</div>', page, re.DOTALL)[0]
    ids = re.findall(r' id="([^"]+)"', page)
    assert 'id="inside-node-' in inside and re.search(r'href="/runs/\d+\?task=', inside)
    assert len(ids) == len(set(ids))


BROKEN = """\
ref: examples.misspelt
version: 1.0.0
vars: {name: x}
tasks:
  - name: greet
    action: core.echo
    input:
      message: "{{ vars.name.nope.deeper }}"
"""


def test_an_error_in_an_expression_is_shown_with_its_line(alice, run, finished):
    by = auth.check_password("alice", PASSWORD)
    ref = workflows.create(body={"ref": "examples.misspelt", "pack_ref": "examples", "text": BROKEN}, by=by).ref
    execution_id = finished(run(ref))

    page = alice.get(f"/runs/{execution_id}?task=greet")

    assert "Line 8 : message: \"{{ vars.name.nope.deeper }}\"" in words(page).replace(" :", " :")
    assert f"/runs/{execution_id}?tab=definition#L8" in links(page)
    assert '<span class="ln" id="L8">' in alice.get(f"/runs/{execution_id}?tab=definition").text
