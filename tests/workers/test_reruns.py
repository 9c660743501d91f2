"""Retrying an ended run: what is copied, what runs again."""

from __future__ import annotations

import pytest

from app.engine.access import SYSTEM
from app.engine.errors import Conflict, Invalid
from app.services import workflow_executions as runs
from tests.workers.conftest import System

ONCE_BROKEN = '[ -e "$ATTUNE_ARTIFACTS_DIR/$mark" ] && echo fine'


@pytest.fixture
def failed(live: System) -> int:
    """A run that failed in `b` after `a` had published."""
    live.script("count", 'echo x >> "$ATTUNE_ARTIFACTS_DIR/count-$mark"; wc -l < "$ATTUNE_ARTIFACTS_DIR/count-$mark"')
    live.script("broken", ONCE_BROKEN)
    ref = live.workflow(
        "halves",
        """
        version: 1.0.0
        parameters: {mark: {type: string, default: m}}
        tasks:
          - {name: a, action: t.count, input: {mark: "{{ parameters.mark }}"}, next: [{publish: [n: "{{ result().stdout | trim }}"], do: b}]}
          - {name: b, action: t.broken, input: {mark: "{{ parameters.mark }}"}, next: [{when: succeeded(), do: c}]}
          - {name: c, action: core.noop}
        output_map: {n: "{{ vars.n }}"}
        """,
    )
    execution_id = live.start(ref, mark=f"m{id(live)}")
    assert live.end_of(execution_id).status == "failed"
    return execution_id


def _mend(live: System, execution_id: int) -> None:
    from app.services import ports

    mark = live.execution(execution_id).parameters["mark"]
    (ports.settings().home_path / "artifacts" / mark).touch()


def test_retry_of_what_failed_keeps_what_was_done(live: System, failed: int) -> None:
    _mend(live, failed)

    again = runs.retry(workflow_execution_id=live.run_of(failed).id, by=SYSTEM)
    ended = live.end_of(again.execution_id)

    assert (ended.status, ended.result, ended.original_execution) == ("completed", {"succeeded": True, "n": "1"}, failed)
    assert [(c.task_name, c.copied_from is not None) for c in live.children(ended.id)] == [
        ("a", True),
        ("b", False),
        ("c", False),
    ]
    assert live.execution(failed).status == "failed"


def test_retry_from_a_task_runs_it_again(live: System, failed: int) -> None:
    _mend(live, failed)

    again = runs.retry(workflow_execution_id=live.run_of(failed).id, mode="from_task", task="a", by=SYSTEM)

    assert live.end_of(again.execution_id).result == {"succeeded": True, "n": "2"}


def test_retry_of_all_starts_from_nothing_with_other_parameters(live: System, failed: int) -> None:
    again = runs.retry(workflow_execution_id=live.run_of(failed).id, mode="all", parameters={"mark": "other"}, by=SYSTEM)

    ended = live.end_of(again.execution_id)
    assert (ended.status, ended.parameters) == ("failed", {"mark": "other"})
    assert all(c.copied_from is None for c in live.children(ended.id))


def test_only_failed_items_run_again(live: System) -> None:
    live.script("broken", '[ $n -ne 2 ] || ' + ONCE_BROKEN)
    ref = live.workflow(
        "items",
        """
        version: 1.0.0
        parameters: {mark: {type: string, default: m}}
        tasks:
          - {name: each, with_items: [1, 2, 3], action: t.broken, input: {n: "{{ item }}", mark: "{{ parameters.mark }}"}}
        output_map: {count: "{{ task.each.succeeded_count }}"}
        """,
    )
    execution_id = live.start(ref, mark=f"i{id(live)}")
    assert live.end_of(execution_id).status == "failed"
    _mend(live, execution_id)

    again = runs.retry(workflow_execution_id=live.run_of(execution_id).id, by=SYSTEM)
    ended = live.end_of(again.execution_id)

    assert ended.result == {"succeeded": True, "count": 3}
    fresh = [c.task_index for c in live.children(ended.id) if c.copied_from is None]
    assert fresh == [1]


def test_what_makes_no_sense_is_refused(live: System, failed: int) -> None:
    run_id = live.run_of(failed).id

    with pytest.raises(Invalid):
        runs.retry(workflow_execution_id=run_id, mode="from_task", task="nope", by=SYSTEM)
    with pytest.raises(Invalid):
        runs.retry(workflow_execution_id=run_id, mode="sideways", by=SYSTEM)
    done = live.start(live.workflow("fine", "{version: '1', tasks: [{name: a, action: core.noop}]}"))
    live.end_of(done)
    with pytest.raises(Conflict):
        runs.retry(workflow_execution_id=live.run_of(done).id, by=SYSTEM)
