"""One action on many runs: a plan first, then each by itself, and what could not be done is said."""

from __future__ import annotations

import re

import pytest

from tests.web.conftest import eventually, words


@pytest.fixture
def waiting(alice, run):
    """Two runs that wait for an answer."""
    ids = [run("examples.inquiry") for _ in range(2)]
    for execution_id in ids:
        eventually(lambda i=execution_id: "waits for an answer" in words(alice.get(f"/runs/{i}")))
    return ids


def _form(page) -> dict[str, object]:
    """The hidden fields of the form that carries the plan out."""
    form = page.text.partition('<form method="post" action="/runs/bulk"')[2].partition("</form>")[0]
    fields = re.findall(r'name="(\w+)" value="([^"]*)"', form)
    return {**{name: value for name, value in fields if name != "csrf_token"}, "run": [value for name, value in fields if name == "run"]}


def test_the_plan_says_what_happens_to_which_and_why_not_to_others(alice, waiting, run, finished):
    ended = finished(run("core.noop"))

    page = alice.get(f"/runs/bulk?do=cancel&run={waiting[0]}&run={ended}&run=999999")

    assert "Cancel 1 run?" in words(page) and "can’t be taken back" in words(page)
    assert f"run {ended} core.noop Succeeded It has ended." in words(page)
    assert _form(page)["run"] == [str(waiting[0])]


def test_nothing_happens_before_the_plan_is_confirmed_and_then_to_all_of_it(alice, waiting):
    plan = alice.get(f"/runs/bulk?do=cancel&run={waiting[0]}&run={waiting[1]}")
    assert "Running" in words(alice.get(f"/runs/{waiting[0]}"))

    result = alice.post("/runs/bulk", _form(plan))

    assert "2 runs cancelled" in words(result)
    for execution_id in waiting:
        eventually(lambda i=execution_id: "Cancelled" in words(alice.get(f"/runs/{i}")))


def test_pausing_and_resuming_many(alice, waiting):
    paused = alice.post("/runs/bulk", _form(alice.get(f"/runs/bulk?do=pause&run={waiting[0]}&run={waiting[1]}")))
    again = alice.get(f"/runs/bulk?do=pause&run={waiting[0]}")
    resumed = alice.post("/runs/bulk", _form(alice.get(f"/runs/bulk?do=resume&run={waiting[0]}&run={waiting[1]}")))

    assert "2 runs paused" in words(paused) and "It is paused already." in words(again)
    assert "2 runs resumed" in words(resumed) and "Paused" not in words(alice.get(f"/runs/{waiting[0]}"))


def test_ended_runs_start_again_and_only_failed_ones_are_retried(alice, run, finished):
    failed, fine = finished(run("core.fail", message="no")), finished(run("core.noop"))

    plan = alice.get(f"/runs/bulk?do=retry&run={failed}&run={fine}")
    both = alice.post("/runs/bulk", _form(alice.get(f"/runs/bulk?do=rerun&run={failed}&run={fine}")))

    assert _form(plan)["run"] == [str(failed)] and "It did not fail." in words(plan)
    assert "2 runs started again" in words(both) and len(re.findall(r">now run (\d+)<", both.text)) == 2


def test_a_form_that_is_sent_twice_starts_nothing_twice(alice, run, finished):
    form = _form(alice.get(f"/runs/bulk?do=rerun&run={finished(run('core.noop'))}"))

    first, second = alice.post("/runs/bulk", form), alice.post("/runs/bulk", form)

    assert first.status_code == 200 and second.status_code == 303


def test_what_ended_meanwhile_is_told_and_stops_none_of_the_others(alice, waiting):
    form = _form(alice.get(f"/runs/bulk?do=cancel&run={waiting[0]}&run={waiting[1]}"))
    alice.post(f"/runs/{waiting[0]}/cancel")
    eventually(lambda: "Cancelled" in words(alice.get(f"/runs/{waiting[0]}")))

    result = words(alice.post("/runs/bulk", form))

    assert "1 run cancelled" in result and "Nothing was done to these" in result and "It has ended." in result


def test_everything_that_matches_is_chosen_also_from_other_pages(alice, waiting, run, finished):
    finished(run("core.noop"))

    plan = alice.get("/runs/bulk?do=cancel&every=1&workflow=examples.inquiry&status=running")

    assert {str(i) for i in waiting} <= set(_form(plan)["run"])
    assert "core.noop" not in words(plan)


def test_rights_are_asked_for_each(browser_of, alice, mallory, waiting):
    carol = browser_of("carol")

    assert "None of them is there" in words(mallory.get(f"/runs/bulk?do=cancel&run={waiting[0]}"))
    answer = words(mallory.post("/runs/bulk", {"do": "cancel", "run": str(waiting[0]), "once": "m"}))
    assert "0 runs cancelled" in answer
    assert "0 runs cancelled" in words(carol.post("/runs/bulk", {"do": "cancel", "run": str(waiting[0]), "once": "c"}))
    assert "Running" in words(alice.get(f"/runs/{waiting[0]}"))


def test_an_action_nobody_knows_is_refused(alice):
    assert alice.get("/runs/bulk?do=explode&run=1").status_code == 400
