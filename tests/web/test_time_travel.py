"""Looking back in a run: the slider, its links, and the graph and the variables as they were."""

from __future__ import annotations

import re

import pytest

from app.queries import events, past_states, workflow_executions
from app.services import auth, workflows
from app.web.event_words import event_words
from tests.web.conftest import PASSWORD, links, words

TEXT = """\
ref: examples.counting
version: 1.0.0
vars: {n: 0}
tasks:
  - name: one
    action: core.noop
    next: [{do: two, publish: [{n: 1}]}]
  - name: two
    action: core.noop
    next: [{publish: [{n: 2}]}]
"""


@pytest.fixture(scope="module")
def counting(server):
    by = auth.check_password("alice", PASSWORD)
    return workflows.create(body={"ref": "examples.counting", "pack_ref": "examples", "text": TEXT}, by=by).ref


@pytest.fixture
def counted(run, finished, counting):
    """A run that has ended, and its events."""
    execution_id = finished(run(counting))
    by = auth.check_password("alice", PASSWORD)
    return execution_id, events.list_events(execution_id=execution_id, by=by)


def _after(alice, execution_id, told, kind, task):
    seq = next(event["seq"] for event in told if event["type"] == kind and event["task_name"] == task)
    return alice.get(f"/runs/{execution_id}?at={seq}")


def _states(page):
    return {name: mark for mark, name in re.findall(r'class="n x-(\w+)[^"]*" id="node-(\w+)"', page.text)}


def test_the_graph_is_drawn_as_it_was_after_an_event(alice, counted):
    execution_id, told = counted

    page = _after(alice, execution_id, told, "published", "one")

    assert _states(page) == {"one": "ok", "two": "todo"}
    assert _states(alice.get(f"/runs/{execution_id}")) == {"one": "ok", "two": "ok"}


def test_the_variables_are_those_of_then(alice, counted):
    execution_id, told = counted
    by = auth.check_password("alice", PASSWORD)
    run = workflow_executions.run_of_execution(execution_id=execution_id, by=by)

    values = [past_states.state_at(workflow_execution_id=run["id"], seq=event["seq"], by=by).variables.get("n") for event in told]

    assert values == sorted(values, key=lambda n: -1 if n is None else n) and values[-1] == 2 and 1 in values and 0 in values
    assert "Variables then" in words(_after(alice, execution_id, told, "published", "one"))


def test_the_last_event_folds_to_what_the_tables_say(alice, counted):
    execution_id, told = counted
    by = auth.check_password("alice", PASSWORD)
    run = workflow_executions.run_of_execution(execution_id=execution_id, by=by)

    past = past_states.state_at(workflow_execution_id=run["id"], seq=told[-1]["seq"], by=by)

    now = workflow_executions.list_tasks(workflow_execution_id=run["id"], by=by)
    assert list(past.tasks) == now and past.status == "completed" and past.variables == run["variables"]


def test_every_event_can_be_stepped_to_by_links_alone(alice, counted):
    execution_id, told = counted
    page, seen = alice.get(f"/runs/{execution_id}?at=1"), []
    while True:
        seen.append(int(re.search(r'name="at"[^>]* value="(\d+)"', page.text)[1]))
        after = re.search(r'href="([^"]+)" aria-label="Event after"', page.text)
        if after is None:
            break
        page = alice.get(after[1].replace("&amp;", "&"))

    assert seen == [event["seq"] for event in told]


def test_a_page_that_looks_back_follows_nothing_and_leads_to_now(alice, counted):
    execution_id, _ = counted

    page = alice.get(f"/runs/{execution_id}?at=2")

    assert "data-ended" in page.text and "Back to now" in words(page)
    assert f"/runs/{execution_id}" in links(page)


def test_a_part_for_the_slider_is_no_last_update(alice, counted):
    execution_id, _ = counted

    assert alice.poll(f"/runs/{execution_id}/live?at=2").status_code == 200


def test_tasks_on_the_drawing_keep_the_time(alice, counted):
    execution_id, _ = counted

    assert f'href="/runs/{execution_id}?at=3&amp;task=one"' in alice.get(f"/runs/{execution_id}?at=3").text


def test_an_event_that_will_only_come_shows_the_last_there_is(alice, counted):
    execution_id, told = counted

    assert f"Event {told[-1]['seq']} of {told[-1]['seq']}" in words(alice.get(f"/runs/{execution_id}?at=99999"))


def test_somebody_without_rights_looks_back_at_nothing(mallory, counted):
    assert mallory.get(f"/runs/{counted[0]}?at=2").status_code == 404


@pytest.mark.parametrize(
    ("event", "said"),
    [
        ({"type": "task_ended", "task_name": "lint", "payload": {"outcome": "timed_out"}}, "lint timed out"),
        ({"type": "attempt_ended", "task_name": "probe", "attempt": 2, "payload": {"outcome": "failed"}}, "attempt 2 of probe failed"),
        ({"type": "task_ready", "task_name": "unit", "item": 3, "attempt": 1}, "unit started item 3"),
        ({"type": "published", "task_name": "a", "payload": {"variables": {"x": 1, "y": 2}}}, "a published x, y"),
        ({"type": "run_paused"}, "the run was paused"),
        ({"type": "dreamt_of", "task_name": "a"}, "dreamt of of a"),
    ],
    ids=lambda value: value["type"] if isinstance(value, dict) else "",
)
def test_an_event_is_said_in_words(event, said):
    assert event_words({"task_name": None, "item": None, "attempt": None, "payload": None, **event}) == said
