"""A nested workflow is opened in place on the drawing of the run around it, follows its run, and leads there and back."""

from __future__ import annotations

import re

import pytest

from app.queries import inquiries as queries
from app.services import auth, inquiries, workflows
from tests.web.conftest import PASSWORD, eventually, words

INNER = """\
ref: examples.nested_inner
version: 1.0.0
tasks:
  - {name: look, action: core.noop, on_success: decide}
  - {name: decide, action: core.ask, input: {prompt: "Go on?"}, on_success: finish}
  - {name: finish, action: core.noop}
"""
OUTER = """\
ref: examples.nested_outer
label: Outer
version: 1.0.0
tasks:
  - {name: before, action: core.noop, on_success: within}
  - {name: within, action: examples.nested_inner, on_success: after}
  - {name: after, action: core.noop}
"""


@pytest.fixture(scope="module")
def outer(server):
    by = auth.check_password("alice", PASSWORD)
    for ref, text in (("examples.nested_inner", INNER), ("examples.nested_outer", OUTER)):
        workflows.create(body={"ref": ref, "pack_ref": "examples", "text": text}, by=by)


@pytest.fixture
def asking(outer, run, alice):
    """A run of `outer` in which the nested run waits for an answer."""
    execution_id = run("examples.nested_outer")
    eventually(lambda: "needs an answer" in alice.get(f"/runs/{execution_id}?open=within").text)
    return execution_id


def _opener(page, task):
    found = re.search(rf'id="node-{task}-open" href="([^"]+)" aria-label="([^"]+)"', page.text)
    return found and (found[1].replace("&amp;", "&"), found[2])


def _polled(page):
    return re.search(r'hx-get="(/runs/[^"]+/live[^"]*)"', page.text)[1].replace("&amp;", "&")


def test_a_nested_workflow_opens_in_its_box_and_closes_again_by_links(alice, asking):
    closed = alice.get(f"/runs/{asking}")
    where, says = _opener(closed, "within")

    opened = alice.get(where.partition("#")[0])
    back, hides = _opener(opened, "within")

    assert says == "Show the run inside within" and hides == "Hide the run inside within"
    assert 'id="in-within-node-decide"' in opened.text and 'id="in-within-node-decide"' not in closed.text
    assert "open=" not in back and _opener(opened, "before") is None


def test_what_stands_within_leads_to_its_own_run_and_from_there_back(alice, asking):
    opened = alice.get(f"/runs/{asking}?open=within")
    inner = re.search(r'id="in-within-node-decide" href="(/runs/(\d+)\?task=decide)"', opened.text)

    page = alice.get(inner[1])

    assert f'<a href="/runs/{asking}">Outer, run {asking}</a>' in page.text
    assert f'<a href="/runs/{asking}?task=within">within</a>' in page.text
    assert f"within run {inner[2]}" in words(page)


def test_a_page_with_a_nested_run_open_follows_that_run(alice, asking):
    address = _polled(alice.get(f"/runs/{asking}?open=within"))
    assert alice.poll(address).status_code == 204

    by = auth.check_password("alice", PASSWORD)
    newest = queries.list_inquiries(by=by, status="pending", limit=1)[0][0]
    inquiries.respond(inquiry_id=newest["id"], response={"approved": True}, by=by)
    update = eventually(lambda: (answer := alice.poll(address)).status_code == 286 and answer)

    assert 'id="in-within-node-finish"' in update.text and "needs an answer" not in update.text
    assert '<a id="in-within-node-look" data-same></a>' in update.text


def test_links_of_the_page_keep_what_is_open(alice, asking):
    page = alice.get(f"/runs/{asking}?open=within&open=nowhere")

    assert f'href="/runs/{asking}?open=within&amp;task=before"' in page.text
    assert f'href="/runs/{asking}?task=&amp;open=within" aria-label="Close the panel"' in page.text
    assert "nowhere" not in page.text.partition("<main")[2]


def test_looking_back_nothing_is_open(alice, asking):
    page = alice.get(f"/runs/{asking}?open=within&at=3")

    assert page.status_code == 200 and "in-within-" not in page.text
