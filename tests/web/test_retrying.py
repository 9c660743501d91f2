"""The plan that is shown before a run is retried: what is kept, what runs again, what has effects outside."""

from __future__ import annotations

import re

import pytest

from app.queries import workflow_executions
from app.services import auth, workflow_reruns, workflows
from tests.web.conftest import PASSWORD, words

TEXT = """\
ref: examples.stumbling
version: 1.0.0
tasks:
  - name: ready
    action: core.noop
    next: [{when: "{{ succeeded() }}", do: [many, aside]}]
  - {name: aside, action: core.noop}
  - name: many
    action: core.noop
    with_items: "{{ [0, 0, 1] }}"
    input: {exit_code: "{{ item }}"}
    next: [{when: "{{ succeeded() }}", do: [publish, confirm]}]
  - {name: publish, action: examples.step}
  - {name: confirm, action: core.ask, input: {prompt: "Well?"}}
"""


@pytest.fixture(scope="module")
def stumbling(server):
    by = auth.check_password("alice", PASSWORD)
    return workflows.create(body={"ref": "examples.stumbling", "pack_ref": "examples", "text": TEXT}, by=by).ref


@pytest.fixture
def failed(run, finished, stumbling):
    return finished(run(stumbling))


def _plan(execution_id, **how):
    by = auth.check_password("alice", PASSWORD)
    run = workflow_executions.run_of_execution(execution_id=execution_id, by=by)
    return workflow_reruns.planned(workflow_execution_id=run["id"], by=by, **how)


def test_from_what_failed_only_the_failed_items_run_again(failed):
    plan = _plan(failed, mode="failed")

    assert (plan.kept, plan.again, plan.later) == (("ready", "aside"), ("many",), ("publish", "confirm"))
    assert plan.items == {"many": (1, 3)}
    assert (plan.acting, plan.asking) == (("publish",), ("confirm",))


def test_from_a_task_that_task_runs_whole(failed):
    plan = _plan(failed, mode="from_task", task="aside")

    assert (plan.kept, plan.again) == (("ready",), ("aside", "many"))


def test_everything_again_keeps_nothing(failed):
    plan = _plan(failed, mode="all")

    assert (plan.kept, plan.again, plan.items) == ((), ("ready",), {})
    assert set(plan.later) == {"aside", "many", "publish", "confirm"}


def test_the_plan_is_what_then_happens(alice, failed, finished):
    page = alice.get(f"/runs/{failed}/retry?mode=failed")
    answer = alice.post(f"/runs/{failed}/retry", {"mode": "failed"})

    again = finished(int(re.search(r"/runs/(\d+)", answer.location)[1]))
    by = auth.check_password("alice", PASSWORD)
    run = workflow_executions.run_of_execution(execution_id=again, by=by)
    items = next(task for task in workflow_executions.list_tasks(workflow_execution_id=run["id"], by=by) if task["name"] == "many")["items"]
    assert "1 item of 3" in words(page) and (items["completed"], items["failed"]) == (2, 1)


def test_the_page_tells_effects_and_questions_before_the_button(alice, failed):
    page = words(alice.get(f"/runs/{failed}/retry?mode=failed"))

    told = ["Kept", "Runs again", "May follow", "Has effects outside of Attune: publish", "Asks people again: confirm", "Start the new run"]
    places = [page.find(text) for text in told]
    assert -1 not in places and places == sorted(places)


def test_what_can_not_be_retried_says_why(alice, run, finished):
    answer = alice.get(f"/runs/{finished(run('examples.hello'))}/retry?mode=failed", follow_redirects=True)

    assert "nothing in it failed" in words(answer)


def test_somebody_without_rights_sees_no_plan(mallory, failed):
    assert mallory.get(f"/runs/{failed}/retry?mode=all").status_code == 404


def test_whoever_may_only_look_gets_no_plan(browser_of, failed):
    assert browser_of("carol").get(f"/runs/{failed}/retry?mode=all").status_code in (403, 404)
