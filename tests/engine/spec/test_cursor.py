"""What is under the cursor."""

from __future__ import annotations

import pytest

from app.engine.spec.cursor import path_at, task_path
from app.engine.spec.document import load

TEXT = """\
version: 1.0.0

tasks:
  # the first one
  - name: build
    action: core.noop
    input: {message: "{{ x }}", exit_code: 0}
    retry:
      count: 3
  - name: both
    tasks:
      - name: left
        action: core.noop
"""
DOCUMENT = load(TEXT)


@pytest.mark.parametrize(
    ("line", "column", "path"),
    [
        (1, 3, ("version",)),
        (1, 12, ("version",)),
        (5, 1, ("tasks", 0, "name")),
        (5, 14, ("tasks", 0, "name")),
        (6, 8, ("tasks", 0, "action")),
        (7, 7, ("tasks", 0, "input")),
        (7, 14, ("tasks", 0, "input", "message")),
        (7, 24, ("tasks", 0, "input", "message")),
        (7, 40, ("tasks", 0, "input", "exit_code")),
        (9, 9, ("tasks", 0, "retry", "count")),
        (12, 12, ("tasks", 1, "tasks", 0, "name")),
    ],
)
def test_the_innermost_key_counts(line, column, path):
    assert path_at(DOCUMENT, line, column) == path


def test_behind_the_end_there_is_nothing():
    assert path_at(DOCUMENT, 90) == ()


@pytest.mark.parametrize(
    ("path", "task"),
    [
        (("version",), ()),
        (("tasks",), ()),
        (("tasks", 0), ("tasks", 0)),
        (("tasks", 0, "input", "tasks"), ("tasks", 0)),
        (("tasks", 1, "tasks", 0, "name"), ("tasks", 1, "tasks", 0)),
    ],
)
def test_the_innermost_task_of_a_path(path, task):
    assert task_path(path) == task
