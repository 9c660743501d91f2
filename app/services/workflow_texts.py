"""Look at a workflow text for the editor: what is wrong with it, how it is drawn, which tasks it has.

Nothing is stored; the text is the truth and comes with every call. Source: api.md 7.1.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from app.engine.access import Caller
from app.engine.errors import TooLarge
from app.engine.graph.build import Graph, build_graph
from app.engine.graph.icons import icons_of
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
        icons: action -> its icon.
        outline: tasks in file order.
        stale: the text can't be read to its end; graph and outline show what could be.
    """

    problems: tuple[Problem, ...]
    graph: Graph | None
    icons: Mapping[str, str]
    outline: tuple[OutlineTask, ...]
    stale: bool

    def as_json(self, *, seen: str | None = None, closed: Collection[str] = ()) -> dict[str, Any]:
        """The answer of POST /workflows/analyse.

        Args:
            seen: the `drawing` that the caller holds; its graph is not sent again (app.services.workflow_pictures).
            closed: parallel tasks of which only the box is drawn.
        """
        drawn = None
        if self.graph is not None:
            drawn = workflow_pictures.drawn(self.graph, worst_by_task(self.problems), self.icons, closed=closed)
        return {
            "problems": self.problems_json(),
            "drawing": drawn.version if drawn is not None else None,
            "graph": drawn.as_json(seen) if drawn is not None else None,
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
        icons = icons_of(action for action in actions.values() if action)
        analysis = _analysed(read, catalog, limits(), icons)
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
    """Bytes in memory, about."""
    parts = len(analysis.graph.nodes) + len(analysis.graph.edges) if analysis.graph is not None else 0
    return 4_096 + 600 * parts + 800 * (len(analysis.problems) + len(analysis.outline))


def _analysed(read: Unchecked, catalog: StoredCatalog, bounds: SpecLimits, icons: Mapping[str, str]) -> TextAnalysis:
    checked = read.checked(catalog=catalog, limits=bounds)
    problems = with_tasks(checked.problems, checked.spec)
    outline = outline_of(checked.spec, checked.document, problems) if checked.spec is not None else ()
    return TextAnalysis(tuple(problems), _graph(checked, bounds), icons, outline, not checked.document.complete)


def _graph(checked: Checked, bounds: SpecLimits) -> Graph | None:
    """None when nothing of a broken text can be drawn, or it is too large for a picture."""
    spec, stale = checked.spec, not checked.document.complete
    if spec is None or (stale and not spec.tasks):
        return None
    graph = build_graph(spec)
    return None if len(graph.nodes) > bounds.max_tasks or len(graph.edges) > MAX_EDGES else graph


def _problem_json(problem: Problem) -> dict[str, Any]:
    whole = asdict(problem)
    return whole | {key: whole[key] if whole[key] is not None else 1 for key in _PLACES}
