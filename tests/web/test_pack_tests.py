"""The pages of a pack's tests: played with one click, and one workflow with what its tests take."""

from __future__ import annotations

import shutil

import pytest

from app.engine.access import SYSTEM
from app.services import packs, ports
from tests.web.conftest import links, words

FLOW = """
ref: bakery.bake
label: Bake the bread
version: 1.0.0
tasks:
  - name: knead
    action: core.http_request
    input: {url: "http://oven.example"}
    next:
      - {when: succeeded(), do: sell}
      - {when: failed(), do: compost}
  - {name: sell, action: core.noop}
  - {name: compost, action: core.noop}
"""
GOOD = "description: It is <b>sold</b>.\nexpect: {path: [knead, sell]}\n"
BAD = "description: Nobody eats it.\nexpect:\n  path: [knead, compost]\n"


@pytest.fixture
def bakery(alice):
    """An installed pack with a test that passes; gives the folder of its tests."""
    home = ports.settings().home_path
    directory = home / "packs" / "bakery"
    files = {"pack.yaml": "ref: bakery\nlabel: Bakery\nversion: 1.0.0\n", "workflows/bake.yaml": FLOW, "tests/bake/sold.yaml": GOOD}
    for name, text in files.items():
        (directory / name).parent.mkdir(parents=True, exist_ok=True)
        (directory / name).write_text(text)
    packs.register_directory(path=directory, force=True, by=SYSTEM, standard=True)
    yield directory / "tests" / "bake"
    shutil.rmtree(directory)


def test_before_anything_is_played_the_page_counts_the_tests(alice, bakery):
    page = alice.get("/packs/bakery/tests")

    assert "Bake the bread" in words(page) and "1 test" in words(page)
    assert "/packs/bakery/tests/bake" in links(page)
    assert "Passed" not in words(page)


def test_one_click_plays_them_all(alice, bakery):
    page = words(alice.get("/packs/bakery/tests?play=all"))

    assert "1 test passed" in page and "1 of 2 transitions taken by a test" in page
    assert "knead → compost, when failed()" in page


def test_a_failure_says_what_was_expected_and_what_came(alice, bakery):
    (bakery / "eaten.yaml").write_text(BAD)

    page = words(alice.get("/packs/bakery/tests?play=all"))

    assert "1 of 2 tests failed" in page
    assert "path, line 3" in page
    assert '["knead", "compost"]' in page and '["knead", "sell"]' in page


def test_one_workflow_shows_its_tests_and_marks_what_none_of_them_takes(alice, bakery):
    page = alice.get("/packs/bakery/tests/bake")

    assert page.text.count('untested" id="edge-') == 1
    assert "knead to compost: failed(), no test takes it" in page.text
    assert "It is <b>sold</b>." in words(page) and "<b>sold</b>" not in page.text
    assert "expect: {path: [knead, sell]}" in words(page)


def test_a_workflow_without_tests_says_how_to_make_one(alice, bakery):
    (bakery / "sold.yaml").unlink()

    page = words(alice.get("/packs/bakery/tests/bake"))

    assert "No tests yet" in page and "tests/bake/" in page


def test_a_broken_workflow_never_blanks_the_page(alice, bakery):
    (bakery / "sold.yaml").write_text("expect: [")

    assert "Failed" in words(alice.get("/packs/bakery/tests?play=all"))
    assert alice.get("/packs/bakery/tests/bake").status_code == 200


def test_the_pack_leads_to_its_tests(alice):
    assert "/packs/examples/tests" in links(alice.get("/packs/examples"))


@pytest.mark.parametrize("path", ["/packs/none/tests", "/packs/none/tests?play=all", "/packs/examples/tests/none"])
def test_what_is_not_there_is_a_404(alice, path):
    assert alice.get(path).status_code == 404
