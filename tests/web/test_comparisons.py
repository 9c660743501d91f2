"""Two runs compared: where they part, and what differs."""

from __future__ import annotations

import re

import pytest

from app.services import auth, workflows
from tests.web.conftest import PASSWORD, links, words

TEXT = """\
ref: examples.gate
label: Gate
version: 1.0.0
parameters:
  opened: {type: boolean, default: true}
tasks:
  - name: look
    action: core.echo
    input: {message: "opened: {{ parameters.opened }}"}
    next:
      - {when: "{{ parameters.opened }}", do: pass_on}
      - {when: "{{ not parameters.opened }}", do: turn_back}
  - {name: pass_on, action: core.noop}
  - {name: turn_back, action: core.noop}
"""


def _me():
    return auth.check_password("alice", PASSWORD)


@pytest.fixture(scope="module")
def gate(server):
    return workflows.create(body={"ref": "examples.gate", "pack_ref": "examples", "text": TEXT}, by=_me()).ref


@pytest.fixture
def both(run, finished, gate):
    return finished(run(gate)), finished(run(gate, opened=False))


def test_the_first_difference_is_named_before_all_others(alice, both):
    page = words(alice.get(f"/runs/compare?a={both[0]}&b={both[1]}"))

    assert "They part at look" in page
    assert "A went on with pass_on, B with turn_back." in page


def test_a_node_shows_both_runs_and_an_edge_the_one_that_took_it(alice, both):
    html = alice.get(f"/runs/compare?a={both[0]}&b={both[1]}").text

    passed = re.search(r'id="node-pass_on".*?</g>', html, re.DOTALL)[0]
    assert "st-ok" in passed and "st-dead" in passed
    assert re.findall(r'class="only only-(\w)"', html) == ["A", "B"]


def test_input_and_results_that_differ_are_told(alice, both):
    page = words(alice.get(f"/runs/compare?a={both[0]}&b={both[1]}"))

    assert "1 of 1 differs" in page and "true became false" in page
    assert "opened: true became opened: false" in page.lower()


def test_two_revisions_are_told_in_words_and_lines(alice, run, finished, server):
    text = TEXT.replace("examples.gate", "examples.gate_changed")
    row = workflows.create(body={"ref": "examples.gate_changed", "pack_ref": "examples", "text": text}, by=_me())
    before = finished(run(row.ref))
    workflows.update(ref=row.ref, body={"text": text.replace("{name: turn_back, action: core.noop}", "{name: turn_back, action: core.echo}")}, by=_me())
    after = finished(run(row.ref))

    page = words(alice.get(f"/runs/compare?a={before}&b={after}"))

    assert "revision 1 and 2" in page and "turn_back" in page and "core.echo" in page
    assert "They went the same way" in page


def test_runs_of_two_workflows_are_not_compared(alice, run, finished, both):
    answer = alice.get(f"/runs/compare?a={both[0]}&b={finished(run('examples.hello'))}")

    assert answer.status_code == 422 and "Only runs of one workflow can be compared" in words(answer)


def test_the_other_run_is_chosen_from_those_of_the_same_workflow(alice, both, run, finished):
    other = finished(run("examples.hello"))

    page = alice.get(f"/runs/compare?a={both[1]}")

    assert f"/runs/compare?a={both[0]}&amp;b={both[1]}" in links(page)
    assert not any(str(other) in link for link in links(page) if "compare" in link)


def test_a_run_leads_to_its_comparison(alice, both):
    assert f"/runs/compare?a={both[0]}" in links(alice.get(f"/runs/{both[0]}"))


def test_two_chosen_in_the_list_are_compared_the_older_one_first(alice, both):
    two = alice.get(f"/runs/compare/chosen?run={both[1]}&run={both[0]}&status=failed")
    one = alice.get(f"/runs/compare/chosen?run={both[1]}")
    none = alice.get("/runs/compare/chosen?run=x&status=failed")

    assert two.location == f"/runs/compare?a={min(both)}&b={max(both)}" and one.location == f"/runs/compare?a={both[1]}"
    assert none.location == "/runs?status=failed" and "choose two" in words(alice.get(none.location))


def test_somebody_without_rights_compares_nothing(mallory, both):
    assert mallory.get(f"/runs/compare?a={both[0]}&b={both[1]}").status_code == 404
    assert mallory.get(f"/runs/compare?a={both[0]}").status_code == 404
