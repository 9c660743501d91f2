"""Look at a workflow text for the editor: what is wrong with it, how it is drawn, which tasks it has.

Nothing is stored; the text is the truth and comes with every call. Source: api.md 7.1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from app.engine.access import Caller
from app.engine.errors import TooLarge
from app.engine.graph.build import build_graph
from app.engine.recent import Recent
from app.engine.spec.catalog import ActionInfo
from app.engine.spec.limits import SpecLimits
from app.engine.spec.outline import OutlineTask, outline_of, with_tasks, worst_by_task
from app.engine.spec.problems import Problem
from app.engine.spec.validate import Checked, Unchecked, read_document
from app.engine.visibility import action_scope
from app.persistence import session
from app.persistence.session import Transaction
from app.services import workflow_documents, workflow_pictures
from app.services.workflow_catalog import StoredCatalog
from app.services.workflow_checks import limits
from app.services.workflow_pictures import DrawnGraph

MAX_TEXT = 1024 * 1024  # bytes of UTF-8 (api.md 7.1)
MAX_EDGES = 5_000  # more are no picture any more, and would take seconds to draw
_KEPT_BYTES = 16 * 1024 * 1024
_PLACES = ("line", "column", "end_line", "end_column")


@dataclass(frozen=True, slots=True)
class TextAnalysis:
    """What there is to know about a text without running it.

    Attributes:
        problems: ordered by place, each with the task it belongs to.
        graph: None when nothing can be drawn.
        outline: tasks in file order.
        stale: the text can't be read to its end; graph and outline show what could be.
    """

    problems: tuple[Problem, ...]
    graph: DrawnGraph | None
    outline: tuple[OutlineTask, ...]
    stale: bool

    def as_json(self, *, seen: str | None = None) -> dict[str, Any]:
        """The answer of POST /workflows/analyse.

        Args:
            seen: the `drawing` that the caller holds; its graph is not sent again (app.services.workflow_pictures).
        """
        return {
            "problems": self.problems_json(),
            "drawing": self.graph.version if self.graph is not None else None,
            "graph": self.graph.as_json(seen) if self.graph is not None else None,
            "outline": [task.as_json() for task in self.outline],
            "stale": self.stale,
        }

    def problems_json(self) -> list[dict[str, Any]]:
        """Problems of a text always have a place; what belongs to none of it is at its beginning."""
        return [_problem_json(problem) for problem in self.problems]


@dataclass(frozen=True, slots=True)
class _Kept:
    """An analysis, and what was installed of the actions it asked about."""

    actions: dict[str, ActionInfo | None]
    analysis: TextAnalysis


def analyse(text: str, *, pack_ref: str | None = None, by: Caller) -> TextAnalysis:
    """Problems, drawing and outline of a text.

    Args:
        pack_ref: the pack it is (or will be) in; a ref without a pack belongs there.
        by: actions that this caller may not read are unknown to it.

    Raises:
        TooLarge: the text is above 1 MiB.
    """
    encoded = check_size(text)
    key = (workflow_documents.digest(encoded), pack_ref)
    with session.reading() as tx:
        catalog = StoredCatalog(tx, scope=action_scope(by))
        kept = _analyses(tx).get(key)
        if kept is not None and catalog.expect(kept.actions) == kept.actions:
            return kept.analysis
        document = workflow_documents.read(text, key[0], limits())
        read = read_document(document, limits=limits(), ref=f"{pack_ref}.untitled" if pack_ref else None)
        actions = catalog.expect(read.action_refs)
        analysis = _analysed(read, catalog, limits())
        if None not in actions.values():  # else the near names count too, which are all there are
            _analyses(tx).put(key, _Kept(actions, analysis), weight=_weight(analysis))
        return analysis


def check_size(text: str) -> bytes:
    """The text in UTF-8. Raises TooLarge when it is above 1 MiB."""
    encoded = text.encode("utf-8", "surrogatepass")
    if len(encoded) > MAX_TEXT:
        raise TooLarge(f"The text has {len(encoded):,} bytes, at most {MAX_TEXT:,} are taken.")
    return encoded


def _analyses(tx: Transaction) -> Recent[tuple[bytes, str | None], _Kept]:
    kept: Recent[tuple[bytes, str | None], _Kept] = tx.database.kept.setdefault("analyses", Recent(_KEPT_BYTES))
    return kept


def _weight(analysis: TextAnalysis) -> int:
    """Bytes in memory, about; the graph is kept by `workflow_pictures` as well."""
    return 4_096 + 800 * (len(analysis.problems) + len(analysis.outline))


def _analysed(read: Unchecked, catalog: StoredCatalog, bounds: SpecLimits) -> TextAnalysis:
    checked = read.checked(catalog=catalog, limits=bounds)
    problems = with_tasks(checked.problems, checked.spec)
    outline = outline_of(checked.spec, checked.document, problems) if checked.spec is not None else ()
    return TextAnalysis(tuple(problems), _drawn(checked, problems, bounds), outline, not checked.document.complete)


def _drawn(checked: Checked, problems: Sequence[Problem], bounds: SpecLimits) -> DrawnGraph | None:
    """The graph with its picture; None when nothing of a broken text can be drawn, or it is too large for one."""
    spec, stale = checked.spec, not checked.document.complete
    if spec is None or (stale and not spec.tasks):
        return None
    graph = build_graph(spec)
    if len(graph.nodes) > bounds.max_tasks or len(graph.edges) > MAX_EDGES:
        return None
    return workflow_pictures.drawn(graph, worst_by_task(problems))


def _problem_json(problem: Problem) -> dict[str, Any]:
    whole = asdict(problem)
    return whole | {key: whole[key] if whole[key] is not None else 1 for key in _PLACES}
