"""The statements of open pages, on every database: what they tell, and that a change shows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.persistence import session
from app.persistence.models import Execution, Inquiry, WorkflowExecution, WorkflowRevision
from app.persistence.repositories import change_marks, executions, run_reads

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def _marks() -> tuple[object, object]:
    with session.reading() as tx:
        return change_marks.of_questions(tx), change_marks.of_everything(tx)


def _add(row):
    with session.transaction() as tx:
        tx.session.add(row)
        tx.flush()
        return row.id


def _execution(**values) -> int:
    return _add(Execution(**{"action_ref": "core.sleep", "status": "running", "created": NOW, "updated": NOW, **values}))


@pytest.mark.parametrize(
    ("values", "questions", "everything"),
    [
        ({}, False, True),
        ({"status": "completed"}, False, True),  # began and ended between two looks
        ({"parent": 1, "status": "completed"}, False, False),  # a part shows by the version of its run
    ],
)
def test_an_execution_shows_in_the_mark_of_what_lists_it(database, values, questions, everything):
    _execution()
    before = _marks()
    _execution(**values)

    assert [one != other for one, other in zip(_marks(), before, strict=True)] == [questions, everything]


def test_a_question_that_comes_changes_and_goes_shows_each_time(database):
    execution = _execution()
    seen = [_marks()]
    inquiry = _add(Inquiry(execution=execution, prompt="Which?", created=NOW, updated=NOW))
    seen.append(_marks())
    for change in ({"updated": NOW + timedelta(seconds=1)}, {"status": "responded"}):
        with session.transaction() as tx:
            found = tx.session.get(Inquiry, inquiry)
            for name, value in change.items():
                setattr(found, name, value)
        seen.append(_marks())

    questions, everything = zip(*seen, strict=True)
    assert len(set(questions)) == len(set(everything)) == 4


def test_the_state_of_a_run_tells_what_was_written_by_what_runs_in_it(database):
    top = _execution(kind="workflow")
    revision = _add(WorkflowRevision(workflow_ref="bench.x", content_hash="x", document={}))
    run = _add(WorkflowExecution(execution=top, workflow_ref="bench.x", revision=revision, status="running", running_tasks=1))
    part = _execution(parent=top, workflow_run=run, lease_owner="here", stdout_bytes=3)
    with session.transaction() as tx:
        executions.append_log(tx, part, "stderr", "four", now=NOW)

    with session.reading() as tx:
        assert [run_reads.version_of_execution(tx, one)["written"] for one in (top, part)] == [7, 7]

