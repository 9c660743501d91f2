"""The palette: what can be put in, and that every piece of it is a workflow that validates."""

from __future__ import annotations

from textwrap import dedent

import pytest
import yaml

from app.engine.graph.inspect import Shape
from app.engine.spec.catalog import ActionInfo, ActionList
from app.engine.spec.validate import check_text
from app.web.palette import ORDER, PATTERNS, piece_texts, pieces
from tests.web.conftest import ROOT

CORE = ActionList(
    [
        ActionInfo(value["ref"], value.get("parameters"), value.get("output"))
        for value in (yaml.safe_load(path.read_text()) for path in (ROOT / "packs/core/actions").glob("*.yaml"))
    ]
)


@pytest.mark.parametrize(("name", "text"), piece_texts(), ids=ORDER)
def test_every_piece_validates_without_a_finding(name, text):
    checked = check_text(text, catalog=CORE, ref=f"pattern.{name}")

    assert checked.problems == []
    assert len(Shape.of(checked.spec).graph.entry_points) == 1, "one place to connect it to"


def test_every_file_is_a_piece():
    assert {path.stem for path in PATTERNS.glob("*.yaml")} == set(ORDER)


def test_what_is_pasted_is_the_list_of_tasks_of_the_file():
    for group in pieces():
        for entry in group.entries:
            pasted = yaml.safe_load(dedent(entry.operation["tasks"]))
            assert [task["name"] for task in pasted]
            assert entry.operation["op"] == "paste"


def test_a_piece_that_goes_onto_a_task_says_the_same_as_its_own_task():
    onto = {entry.key: entry.onto for group in pieces() for entry in group.entries if entry.onto}

    assert set(onto) == {"flow:each_item", "flow:retry"}
    for name, text in piece_texts():
        if f"flow:{name}" in onto:
            [task] = yaml.safe_load(text)["tasks"]
            assert onto[f"flow:{name}"].items() <= task.items()


def test_the_page_lists_pieces_patterns_and_actions_by_pack(alice):
    page = alice.get("/workflows/examples.tour/edit").text

    assert 'data-key="flow:decision"' in page
    assert 'data-key="core.http_request"' in page
    assert page.index('data-pack="examples"') < page.index('data-pack="core"') < page.index('data-pack="release"')
    assert 'data-key="examples.tour"' not in page, "a workflow is not offered to itself"
