"""The lists of workflows and packs, and one of each."""

from __future__ import annotations

import pytest

from tests.web.conftest import links, words


def test_the_list_of_workflows_can_be_searched(alice):
    everything, found = links(alice.get("/workflows")), links(alice.get("/workflows?q=tour"))

    assert "/workflows/examples.tour" in found
    assert "/workflows/examples.hello" in everything and "/workflows/examples.hello" not in found


def test_a_workflow_shows_its_drawing_its_text_and_how_to_run_it(alice):
    answer = alice.get("/workflows/examples.tour")

    assert 'id="node-checkout"' in answer.text and "<svg" in answer.text
    assert "# The first minute" in words(answer)
    assert "/run/examples.tour" in links(answer)


def test_a_workflow_lists_its_last_runs(alice, run):
    execution_id = run("examples.hello")

    assert f"/runs/{execution_id}" in links(alice.get("/workflows/examples.hello"))


def test_a_pack_lists_its_workflows_and_actions(alice):
    page = words(alice.get("/packs/examples"))

    assert "Build and publish" in page and "examples.step" in page


@pytest.mark.parametrize("path", ["/workflows/no.such", "/packs/no-such"])
def test_what_does_not_exist_is_a_404_with_a_way_home(alice, path):
    answer = alice.get(path)

    assert answer.status_code == 404
    assert "/" in links(answer)


@pytest.mark.parametrize("offset", ["-1", "abc", "99999999999999999999", "500"])
def test_an_odd_offset_never_breaks_a_list(alice, offset):
    assert alice.get(f"/workflows?offset={offset}").status_code == 200
