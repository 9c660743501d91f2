"""Running one task alone from the editor: its form, the real run, what it came to, and who may."""

from __future__ import annotations

import json
import re
from html import unescape

import pytest

from tests.web.conftest import eventually, words

TEXT = """\
version: 1.0.0
parameters: {name: {type: string, default: you}}
tasks:
  - name: greet
    action: core.echo
    input: {message: "Hello {{ parameters.name }}"}
  - {name: wait, action: core.sleep, input: {seconds: 0}}
  - {name: stop, action: core.fail, input: {message: not today}}
  - {name: box, type: parallel, tasks: [{name: a, action: core.noop}]}
"""


@pytest.fixture
def form(alice):
    def asked(task, by=alice, **more):
        body = {"text": TEXT, "task": task, **more}
        return by.client.post("/workflows/task-runs/form", json=body, headers={"X-CSRFToken": by.token()})

    return asked


def _start(browser, page, **changes):
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.text))
    return browser.client.post("/workflows/task-runs", data={**hidden, **changes})


def _ended(browser, page):
    def again():
        address = re.search(r'data-again="([^"]+)"', latest[0].text)
        if address is None:
            return latest[0]
        latest[0] = browser.get(unescape(address[1]))
        return None

    latest = [page]
    return eventually(again)


def _entry(page):
    return json.loads(unescape(re.search(r'data-use="([^"]+)"', page.text)[1]))


def test_the_form_is_filled_with_literals_and_says_what_only_a_run_could_tell(form):
    assert 'value="0"' in form("wait").text
    assert "message: only a run can tell what it is" in words(form("greet"))
    assert "This runs core.echo for real, now" in words(form("greet"))


def test_it_runs_the_action_for_real_and_hands_its_result_to_a_rehearsal(form, alice):
    page = form("greet")

    ended = _ended(alice, _start(alice, page, **{"f.message": "Hello there"}))

    assert "Succeeded" in words(ended)
    assert "Hello there" in words(ended)
    assert _entry(ended)["task"] == "greet"
    assert _entry(ended)["result"]["stdout"] == "Hello there\n"


def test_a_failure_is_handed_on_as_one(form, alice):
    ended = _ended(alice, _start(alice, form("stop"), **{"f.message": "not today"}))

    assert "not today" in words(ended)
    assert _entry(ended) == {"task": "stop", "error": {"type": "failed", "message": "not today"}}


def test_a_past_run_fills_the_form(form, run, finished):
    ran = finished(run("examples.items"))
    text = 'version: 1.0.0\ntasks:\n  - {name: say, action: core.echo, input: {message: "{{ task.greet.total_count }}"}}\n  - {name: greet, action: core.noop, on_success: say}\n'

    page = form("say", text=text, run=ran)

    assert f"Expressions have the values of run {ran}." in words(page)
    assert re.search(r'name="f.message"[^>]*>\s*3', page.text)


def test_a_second_press_starts_nothing_new(form, alice):
    page = form("wait")

    first, second = (_start(alice, page, **{"f.seconds": "0"}) for _ in range(2))

    assert re.findall(r"/runs/(\d+)", first.text) == re.findall(r"/runs/(\d+)", second.text)


def test_what_does_not_fit_comes_back_at_its_field(form, alice):
    answer = _start(alice, form("wait"), **{"f.seconds": "soon"})

    assert answer.status_code == 422
    assert "“soon” does not fit" in words(answer)


def test_it_takes_the_right_to_execute(form, browser_of):
    mallory = browser_of("mallory")
    page = form("wait", by=mallory)

    assert _start(mallory, page, **{"f.seconds": "0"}).status_code == 403


def test_a_container_has_no_action_to_run(form):
    assert form("box").status_code == 404
    assert form("nobody").status_code == 404
