"""One task of a workflow text, looked at closely: its normal form, the names in scope, what is wrong with it.

Nothing is stored; the text is the truth and comes with every call.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import get_args

from app.engine.access import Caller
from app.engine.graph.inspect import Shape
from app.engine.spec.catalog import ActionInfo
from app.engine.spec.cursor import path_at, task_path
from app.engine.spec.known_names import KnownNames
from app.engine.spec.model import TaskSpec, WorkflowSpec
from app.engine.spec.names_at import NameAt, names_at
from app.engine.spec.places import Path, path_of
from app.engine.spec.problems import Problem
from app.engine.spec.source import Document
from app.engine.spec.template_sites import Moment
from app.engine.spec.validate import read_definition
from app.engine.visibility import action_scope
from app.persistence import session
from app.services import workflow_texts
from app.services.workflow_catalog import StoredCatalog
from app.services.workflow_checks import limits


@dataclass(frozen=True, slots=True)
class Inspection:
    """A text with one of its tasks.

    Attributes:
        task: None when nothing is selected, or when the text that could be read has no such task.
        action: what is installed under the task's `action`, as the caller may see it.
        names: by moment, what an expression of this task may look up.
        cursor: the path under the cursor, `()` where there is none.
        stale: the text can't be read to its end; `spec` holds what could be.
    """

    spec: WorkflowSpec
    document: Document
    task: TaskSpec | None = None
    action: ActionInfo | None = None
    names: Mapping[Moment, tuple[NameAt, ...]] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    cursor: Path = ()
    stale: bool = False


def inspect(
    text: str, *, task: str | None, pack_ref: str | None = None, line: int | None = None, column: int = 1, by: Caller
) -> Inspection | None:
    """Look at a task, and at the key under the cursor; None when nothing of the text can be read.

    Args:
        line, column: the cursor, from 1, in UTF-16 units.

    Raises:
        TooLarge: the text is above 1 MiB.
    """
    analysis = workflow_texts.analyse(text, pack_ref=pack_ref, by=by)
    read = read_definition(text, limits=limits(), ref=f"{pack_ref}.untitled" if pack_ref else None)
    spec, document = read.parsed.spec, read.document
    if spec is None:
        return None
    cursor = path_at(document, line, column) if line else ()
    found = next((one for one in spec.all_tasks() if one.name == task), None)
    whole = Inspection(spec, document, found, cursor=cursor, stale=analysis.stale)
    return whole if found is None else _with_names(whole, found, analysis.problems, by)


def _with_names(whole: Inspection, task: TaskSpec, problems: tuple[Problem, ...], by: Caller) -> Inspection:
    names = KnownNames(Shape.of(whole.spec))
    with session.reading() as tx:
        catalog = StoredCatalog(tx, scope=action_scope(by))
        catalog.expect({one.action for one in whole.spec.all_tasks() if one.action})
        return Inspection(
            whole.spec,
            whole.document,
            task,
            action=catalog.action(task.action) if task.action else None,
            names={moment: names_at(names, task, moment, catalog=catalog) for moment in _MOMENTS},
            problems=tuple(problem for problem in problems if problem.task == task.name),
            cursor=whole.cursor,
            stale=whole.stale,
        )


_MOMENTS: tuple[Moment, ...] = tuple(m for m in get_args(Moment) if m not in ("vars", "output"))


def is_inside(path: Path, task: TaskSpec) -> bool:
    """Whether a path lies in this very task, not in one of its children."""
    return task_path(path) == path_of(task.path)
