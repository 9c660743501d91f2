"""Every key of the language is documented once, in the editor's words and in the reference."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.engine.spec.key_docs import docs_of, key_doc
from app.engine.spec.parse import WORKFLOW_KEYS
from app.engine.spec.tasks import RETRY_KEYS, TASK_KEYS
from app.engine.spec.transitions import BRANCH_KEYS, NEXT_KEYS

REFERENCE = Path(__file__).resolve().parents[3] / "docs/reference/workflow.md"


@pytest.mark.parametrize(
    ("place", "keys"),
    [
        ("workflow", WORKFLOW_KEYS),
        ("task", TASK_KEYS),
        ("retry", RETRY_KEYS),
        ("transition", NEXT_KEYS),
        ("branch", BRANCH_KEYS),
    ],
)
def test_the_parser_and_the_documentation_know_the_same_keys(place, keys):
    assert {doc.key for doc in docs_of(place)} == set(keys)


def test_every_documented_key_stands_in_the_reference():
    reference = REFERENCE.read_text()

    missing = [
        doc.key
        for place in ("workflow", "task", "retry", "transition", "branch")
        for doc in docs_of(place)
        if f"`{doc.key}`" not in reference
    ]

    assert missing == []


@pytest.mark.parametrize(
    ("path", "place", "key"),
    [
        (("version",), "workflow", "version"),
        (("tasks", 2, "name"), "task", "name"),
        (("tasks", "build", "retry", "count"), "retry", "count"),
        (("tasks", 0, "next", 1, "do"), "transition", "do"),
        (("tasks", 0, "next", 1, "publish", 0, "x"), "transition", "publish"),
        (("tasks", 0, "decision", 0, "next"), "branch", "next"),
        (("tasks", 0, "tasks", 1, "retry"), "task", "retry"),
        (("tasks", 0, "input", "timeout"), "task", "input"),
        (("tasks", 3), "workflow", "tasks"),
        (("parameters", "env"), "workflow", "parameters"),
        (("parameters", "env", "type"), "schema", "type"),
    ],
)
def test_a_path_has_the_documentation_of_its_key_or_of_the_one_above(path, place, key):
    found = key_doc(path)

    assert (found.place, found.key) == (place, key)


def test_nothing_is_said_about_the_authors_own_keys():
    assert key_doc(("x-mine", "a")) is None
    assert key_doc(()) is None
