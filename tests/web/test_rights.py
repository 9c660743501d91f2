"""Nobody is offered what would be refused: bob may write and run, carol may run, vera may only look."""

from __future__ import annotations

import pytest

from app.services import auth, identities, permissions, workflows
from tests.web.conftest import PASSWORD, eventually, words

ORQUESTA = "version: 1.0\ntasks:\n  a: {action: core.noop}\n"
SAVES = ("data-save ", "Save as draft", 'data-reh="save"')


@pytest.fixture(scope="module")
def _vera(server):
    by = auth.check_password("alice", PASSWORD)
    identities.create(login="vera", display_name="Vera", password=PASSWORD, attributes={}, by=by)
    permissions.assign(identity_id=None, identity_login="vera", permission_set_ref="core.viewer", by=by)


@pytest.fixture
def vera(_vera, browser_of):
    return browser_of("vera")


@pytest.fixture
def carol(browser_of):
    return browser_of("carol")


@pytest.fixture
def bob(browser_of):
    return browser_of("bob")


@pytest.mark.parametrize("path", ["/workflows", "/workflows/examples.tour", "/packs/examples", "/packs/core"])
def test_run_is_offered_to_those_who_may(path, carol, vera):
    assert 'href="/run/' in carol.get(path).text
    assert 'href="/run/' not in vera.get(path).text


def test_new_and_import_are_offered_to_those_who_may_write(bob, carol):
    offered = ("New workflow", "Import…")

    assert all(word in bob.get("/workflows").text for word in offered)
    assert not any(word in carol.get("/workflows").text for word in offered)


def test_the_form_of_a_start_says_why_there_is_no_button(carol, vera):
    assert "start-form" in carol.get("/run/core.echo").text
    page = vera.get("/run/core.echo")

    assert "not run it" in words(page) and "i-player-play" not in page.text and "btn-lg" not in page.text
    assert vera.post("/run/core.echo", {"f.message": "x"}).status_code == 403


def test_the_editor_offers_saving_to_those_who_may(bob, carol):
    page = carol.get("/workflows/examples.tour/edit")

    assert all(mark in bob.get("/workflows/examples.tour/edit").text for mark in SAVES)
    assert not any(mark in page.text for mark in SAVES)
    assert "Only to look at" in page.text and "data-run>" in page.text


def test_the_editor_offers_running_to_those_who_may(vera):
    assert "data-run>" not in vera.get("/workflows/examples.tour/edit").text


def test_saving_is_refused_to_those_it_is_not_offered_to(carol):
    assert carol.post("/workflows/examples.tour/edit", {"text": "tasks: []"}).status_code == 422
    assert "actions:update" in carol.post("/workflows/examples.tour/edit", {"text": "tasks: []"}).text
    assert carol.post("/workflows/new", {"pack": "examples", "name": "mine", "text": "tasks: []"}).status_code == 422


def test_a_new_workflow_says_who_may_make_one(carol):
    assert "You may not make workflows" in words(carol.get("/workflows/new"))
    answer = carol.get("/workflows/new?pack=examples&name=mine")

    assert answer.status_code == 422 and "data-page" not in answer.text


def test_an_import_may_be_looked_at_but_not_created(bob, carol):
    form = {"pack_ref": "examples", "name": "brought", "text": ORQUESTA}

    assert "Create workflow" in bob.post("/workflows/import", form).text
    page = carol.post("/workflows/import", form)
    assert "Create workflow" not in page.text and "but not create it" in words(page)


def test_one_task_is_run_alone_by_those_who_may(carol, vera):
    asked = {"text": "ref: examples.x\nlabel: X\nversion: 1.0.0\ntasks:\n  - name: a\n    action: core.noop\n", "task": "a"}
    shown = {login: one.client.post("/workflows/inspect", json=asked, headers={"X-CSRFToken": one.token()}) for login, one in (("carol", carol), ("vera", vera))}

    assert "data-run-task" in shown["carol"].text
    assert "data-act" in shown["vera"].text and "data-run-task" not in shown["vera"].text


ASKING = """\
ref: examples.rights_asking
version: 1.0.0
tasks:
  - {name: ask, action: core.ask, input: {prompt: "Go on?", assigned_to: alice}}
"""


@pytest.fixture(scope="module")
def asking(server):
    by = auth.check_password("alice", PASSWORD)
    return workflows.create(body={"ref": "examples.rights_asking", "pack_ref": "examples", "text": ASKING}, by=by).ref


@pytest.fixture
def waiting(asking, run, alice):
    found = run(asking)
    eventually(lambda: "/inbox/" in alice.get(f"/runs/{found}").text.partition("<main")[2])
    return found


STEERING = ("Pause", "Cancel…")


def test_steering_is_offered_to_who_started_a_run_and_to_holders_of_the_right(waiting, alice, vera):
    shown = {login: words(one.get(f"/runs/{waiting}")) for login, one in (("alice", alice), ("vera", vera))}

    assert all(word in shown["alice"] for word in STEERING)
    assert not any(word in shown["vera"] for word in STEERING)
    assert vera.post(f"/runs/{waiting}/pause").status_code == 403
    assert vera.post(f"/runs/{waiting}/cancel").status_code == 403


def test_resuming_is_offered_to_those_who_may(waiting, alice, vera):
    alice.post(f"/runs/{waiting}/pause")

    assert "Resume" in words(alice.get(f"/runs/{waiting}")) and "Resume" not in words(vera.get(f"/runs/{waiting}"))


def test_an_answer_is_asked_of_those_who_may_give_it(waiting, alice, bob, vera):
    assert "Answer the question" in words(alice.get(f"/runs/{waiting}"))

    for other in (bob, vera):
        page = words(other.get(f"/runs/{waiting}"))
        assert "waits for an answer" in page.lower() and "Answer" not in page.partition("What it is doing")[2]


@pytest.fixture
def stumbled(run, finished, server):
    by = auth.check_password("alice", PASSWORD)
    text = "ref: examples.rights_stumbling\nversion: 1.0.0\ntasks:\n  - {name: stumble, action: core.fail, input: {message: no}}\n"
    workflows.create(body={"ref": "examples.rights_stumbling", "pack_ref": "examples", "text": text}, by=by)
    return finished(run("examples.rights_stumbling"))


def test_a_retry_and_another_run_are_offered_to_those_who_may(stumbled, alice, vera):
    assert all(word in words(alice.get(f"/runs/{stumbled}")) for word in ("Retry…", "Run again…", "Run again from stumble"))

    page = words(vera.get(f"/runs/{stumbled}"))
    assert "Compare…" in page and "Retry…" not in page and "Run again" not in page
    assert vera.get(f"/runs/{stumbled}/retry").status_code == 403


def test_many_runs_are_steered_by_those_who_may_and_compared_by_all(waiting, alice, vera):
    assert 'name="do" value="cancel"' in alice.get("/runs").text

    page = vera.get("/runs")
    assert 'name="do"' not in page.text and "Compare…" in words(page) and f'value="{waiting}"' in page.text
    assert 'class="btn btn-primary" href="/workflows"' in alice.get("/runs").text
    assert 'class="btn btn-primary" href="/workflows"' not in page.text


def test_editing_and_copying_are_offered_to_those_who_may(bob, carol):
    assert 'href="/workflows/examples.tour/edit"' in bob.get("/workflows/examples.tour").text
    assert not any(word in carol.get("/workflows/examples.tour").text for word in ("/workflows/examples.tour/edit", "Make it your own"))
