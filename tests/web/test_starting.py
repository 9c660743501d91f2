"""Starting something from its form."""

from __future__ import annotations

import re

from app.queries import executions
from app.services import auth, workflows
from tests.web.conftest import PASSWORD, words


def test_the_form_has_a_field_for_each_parameter_filled_with_its_default(alice):
    html = alice.get("/run/examples.tour").text

    assert 'name="f.project"' in html and 'value="paper-boat"' in html
    assert "Test suites, one item each" in html


def test_sending_the_form_starts_the_run_and_shows_it(alice):
    answer = alice.post("/run/core.echo", {"f.message": "hello", "once": "a1"})

    assert answer.status_code == 303
    assert re.fullmatch(r"/runs/\d+", answer.location)


def test_the_same_form_sent_twice_starts_once(alice):
    first, second = (alice.post("/run/core.echo", {"f.message": "hello", "once": "b2"}) for _ in range(2))

    assert first.location == second.location


def test_a_value_that_does_not_fit_is_shown_at_its_field_with_what_was_expected(alice):
    answer = alice.post("/run/core.sleep", {"f.seconds": "soon"})

    assert answer.status_code == 422
    assert "“soon” does not fit: seconds takes" in words(answer)
    assert 'value="soon"' in answer.text and 'aria-invalid="true"' in answer.text


def test_run_again_is_filled_with_the_input_of_that_run(alice, run, finished):
    execution_id = finished(run("core.echo", message="as before"))

    html = alice.get(f"/run/core.echo?like={execution_id}").text

    assert "as before" in html and f"input of run {execution_id}" in html


def test_somebody_who_may_not_execute_is_told_so(mallory):
    answer = mallory.post("/run/core.echo", {"f.message": "hello"})

    assert answer.status_code == 403
    assert "actions:execute" in words(answer)


def test_an_unknown_action_is_a_404(alice):
    assert alice.get("/run/no.such").status_code == 404


TEAM = """\
ref: examples.started_with_a_team
version: 1.0.0
parameters:
  team:
    type: array
    items: {type: object, properties: {name: {type: string}, age: {type: integer}}}
tasks:
  - {name: greet, action: core.noop}
"""


def test_lists_of_objects_are_rows_that_come_and_go_and_fill_again(alice):
    by = auth.check_password("alice", PASSWORD)
    ref = workflows.create(body={"ref": "examples.started_with_a_team", "pack_ref": "examples", "text": TEAM}, by=by).ref
    one = {"f.team/#": "0", "f.team/0/name": "Ada", "f.team/0/age": "36"}
    assert 'name="f.team/0/name"' in alice.get(f"/run/{ref}").text and "<textarea" not in alice.get(f"/run/{ref}").text

    two = alice.post(f"/run/{ref}", {**one, "rows": "add:f.team"})
    assert two.status_code == 200 and 'name="f.team/1/name"' in two.text and 'value="Ada"' in two.text

    begun = alice.post(f"/run/{ref}", one).location
    shown = executions.get_execution(execution_id=int(begun.rpartition("/")[2]), by=by)
    assert shown["parameters"] == {"team": [{"name": "Ada", "age": 36}]}
    assert 'value="Ada"' in alice.get(f"/run/{ref}?like={shown['id']}").text
