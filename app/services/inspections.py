"""One task of a workflow text, looked at closely: its normal form, the names in scope, what is wrong with it.

Nothing is stored; the text is the truth and comes with every call.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import get_args

from app.engine.access import Caller
from app.engine.graph.inspect import Shape
from app.engine.recent import Recent
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
from app.persistence.session import Transaction
from app.services import workflow_texts
from app.services.workflow_catalog import StoredCatalog
from app.services.workflow_checks import limits

_KEPT_BYTES = 8 * 1024 * 1024
_PER_CHARACTER = 40  # bytes that a read text takes, about


@dataclass(frozen=True, slots=True)
class Inspection:
    """A text with one of its tasks.

    Attributes:
        problems: those of the task, or all.
        task: None when nothing is selected, or when the text that could be read has no such task.
        action: what is installed under the task's `action`, as the caller may see it.
        names: by moment, what an expression of this task may look up; without one, those of `vars` and `output_map`.
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
    with session.reading() as tx:
        read = _read(tx, text, pack_ref)
        if read is None:
            return None
        spec, document = read.names.shape.spec, read.document
        found = read.names.tasks.get(task or "")
        catalog = StoredCatalog(tx, scope=action_scope(by))
        catalog.expect({one.action for one in spec.all_tasks() if one.action})
        return Inspection(
            spec,
            document,
            found,
            action=catalog.action(found.action) if found is not None and found.action else None,
            names=_names(read.names, found, catalog),
            problems=tuple(problem for problem in analysis.problems if found is None or problem.task == found.name),
            cursor=path_at(document, line, column) if line else (),
            stale=analysis.stale,
        )


@dataclass(frozen=True, slots=True)
class _Read:
    """A text that could be read, with what is asked again and again while somebody looks around in it."""

    document: Document
    names: KnownNames


def _read(tx: Transaction, text: str, pack_ref: str | None) -> _Read | None:
    kept: Recent[tuple[str, str | None], _Read] = tx.database.kept.setdefault("inspected", Recent(_KEPT_BYTES))
    known = kept.get((text, pack_ref))
    if known is not None:
        return known
    read = read_definition(text, limits=limits(), ref=f"{pack_ref}.untitled" if pack_ref else None)
    if read.parsed.spec is None:
        return None
    found = _Read(read.document, KnownNames(Shape.of(read.parsed.spec)))
    return kept.put((text, pack_ref), found, weight=4_096 + _PER_CHARACTER * len(text))


def _names(names: KnownNames, task: TaskSpec | None, catalog: StoredCatalog) -> dict[Moment, tuple[NameAt, ...]]:
    if task is not None:
        return {moment: names_at(names, task, moment, catalog=catalog) for moment in _MOMENTS}
    nothing_above: frozenset[str] = frozenset()  # which ones are above differs from variable to variable
    return {
        "vars": names_at(names, None, "vars", variables_above=nothing_above),
        "output": names_at(names, None, "output", catalog=catalog),
    }


_MOMENTS: tuple[Moment, ...] = tuple(m for m in get_args(Moment) if m not in ("vars", "output"))


def is_inside(path: Path, task: TaskSpec) -> bool:
    """Whether a path lies in this very task, not in one of its children."""
    return task_path(path) == path_of(task.path)
