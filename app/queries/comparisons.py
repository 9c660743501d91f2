"""Two runs of one workflow, read to be compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from app.engine.access import Caller
from app.engine.changes.lines import hunks, lines_of
from app.engine.changes.words import changes_in_words
from app.engine.divergence import Pair, pairs_of
from app.engine.errors import Conflict, Invalid
from app.engine.graph.build import Graph, build_graph
from app.persistence import session
from app.persistence.models import WorkflowRevision
from app.persistence.repositories import workflows
from app.persistence.session import Transaction
from app.queries.executions import get_execution
from app.queries.revisions import text_of
from app.queries.specs import spec_of
from app.queries.workflow_executions import get_workflow_execution, list_tasks


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two: its Execution and WorkflowExecution (api.md 8, 9), and the number of its revision."""

    execution: Mapping[str, Any]
    run: Mapping[str, Any]
    revision: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two runs. `graph` is that of B's definition; `words` and `hunks` say what its definition changed."""

    a: Side
    b: Side
    pairs: Sequence[Pair]
    graph: Graph
    words: Sequence[str]
    hunks: Sequence[Sequence[Mapping[str, Any]]]


def compare_runs(*, a: int, b: int, by: Caller) -> Comparison:
    """Compare two runs by their execution ids.

    Raises:
        NotFound: one is unknown, or not for this caller.
        Invalid: they are not runs of the same workflow.
        Conflict: the definition of one of them can't be read any more.
    """
    executions = [get_execution(execution_id=number, by=by) for number in (a, b)]
    runs = [_run(execution, by) for execution in executions]
    if runs[0]["workflow_ref"] != runs[1]["workflow_ref"]:
        raise Invalid(f"Only runs of one workflow can be compared: {a} ran {runs[0]['workflow_ref']}, {b} ran {runs[1]['workflow_ref']}.")
    tasks = [list_tasks(workflow_execution_id=run["id"], by=by, with_items=False) for run in runs]
    with session.reading() as tx:
        graph, words, changed, numbers = _definitions(tx, runs[0]["revision"], runs[1]["revision"])
    sides = [Side(*side) for side in zip(executions, runs, numbers, strict=True)]
    pairs = pairs_of(*tasks, began_a=runs[0]["started_at"], began_b=runs[1]["started_at"])
    return Comparison(sides[0], sides[1], pairs, graph, words, changed)


def _run(execution: Mapping[str, Any], by: Caller) -> dict[str, Any]:
    run_id = execution["workflow_execution"]
    if run_id is None:
        raise Invalid(f"Execution {execution['id']} is no run of a workflow.")
    return get_workflow_execution(workflow_execution_id=run_id, by=by)


def _definitions(tx: Transaction, a: int, b: int) -> tuple[Graph, list[str], list[Any], list[int]]:
    specs = [spec_of(tx, revision) for revision in (a, b)]
    before, after = (_revision(tx, revision) for revision in (a, b))
    if specs[0] is None or specs[1] is None:
        raise Conflict("The definition of one of the two runs can't be read any more.")
    graph, numbers = build_graph(specs[1]), [before.number, after.number]
    if a == b:
        return graph, [], [], numbers
    changed = hunks(lines_of(text_of(before)), lines_of(text_of(after)))
    return graph, changes_in_words(specs[0], specs[1]), [[asdict(line) for line in hunk] for hunk in changed], numbers


def _revision(tx: Transaction, revision_id: int) -> WorkflowRevision:
    found = workflows.revision(tx, revision_id)
    assert found is not None  # runs keep their revision
    return found
