"""What can be written at a place of a workflow text, and what stands there means: the editor's completion and hovers.

Nothing is stored; the text is the truth and comes with every call. Source: docs/reference/api.md "Suggestions".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.engine.access import Caller
from app.engine.errors import BadRequest
from app.engine.spec.catalog import Catalog
from app.engine.spec.cursor import path_at
from app.engine.spec.key_docs import key_doc
from app.engine.spec.model import WorkflowSpec
from app.engine.spec.source import Document
from app.engine.spec.validate import read_definition
from app.engine.suggestions.offers import Known, Suggestion, offers
from app.engine.suggestions.site import Site, site_at
from app.engine.visibility import action_scope
from app.persistence import session
from app.services import workflow_texts
from app.services.workflow_catalog import StoredCatalog
from app.services.workflow_checks import limits

MOST = 400  # more, nobody reads; typing narrows them


@dataclass(frozen=True, slots=True)
class Suggestions:
    """Offers for `text[start:end]` (UTF-16 units), and what is written there means: `about`, or None."""

    items: list[Suggestion]
    start: int
    end: int
    about: dict[str, Any] | None

    def as_json(self) -> dict[str, Any]:
        items = [item.as_json() for item in self.items]
        return {"items": items, "from": self.start, "to": self.end, "about": self.about}


def suggest(text: str, offset: int, *, pack_ref: str | None = None, by: Caller) -> Suggestions:
    """What can be written at an offset.

    Args:
        offset: in UTF-16 units, as browsers count.

    Raises:
        TooLarge: the text is above 1 MiB.
        BadRequest: the offset is outside of it.
    """
    workflow_texts.check_size(text)
    place = _characters(text, offset)
    site = site_at(text, place)
    ref = f"{pack_ref}.untitled" if pack_ref else None
    spec = read_definition(_without_word(text, site), limits=limits(), ref=ref).parsed.spec
    with session.reading() as tx:
        catalog = StoredCatalog(tx, scope=action_scope(by))
        _expect(catalog, spec, site)
        found = [one for one in offers(site, Known(spec, catalog)) if _fits(one, site)]
        about = _about(text, place, ref=ref, catalog=catalog)
    shift = offset - place
    found.sort(key=lambda one: not one.label.lower().startswith(site.word.lower()))  # stable: else in the order given
    return Suggestions(found[:MOST], site.start + shift, site.end + shift, about)


def _expect(catalog: StoredCatalog, spec: WorkflowSpec | None, site: Site) -> None:
    """Read every action that will be asked about at once."""
    refs = {task.action for task in spec.all_tasks() if task.action} if spec else set()
    if site.path[-1:] == ("action",):
        refs |= set(catalog.refs())
    catalog.expect(refs | ({site.task["action"]} if site.task.get("action") else set()))


def _fits(suggestion: Suggestion, site: Site) -> bool:
    return site.word.lower() in suggestion.label.lower() and suggestion.label != site.word


def _without_word(text: str, site: Site) -> str:
    """The text as it would be without the line that is being written, which hardly ever parses."""
    lines = text.split("\n")
    line = lines[site.line]
    if site.kind in ("key", "nothing"):
        lines[site.line] = "" if site.kind == "key" else line
    elif ":" in line:
        lines[site.line] = f"{line.partition(':')[0]}: ''" if "{{" not in line.partition(":")[0] else ""
    else:
        lines[site.line] = line[: len(line) - len(line.lstrip())] + "x"  # within a block of text
    return "\n".join(lines)


def _about(text: str, place: int, *, ref: str | None, catalog: Catalog) -> dict[str, Any] | None:
    """The key at a place, or the action: {title, docs, from, to} in UTF-16 units."""
    document = read_definition(text, limits=limits(), ref=ref).document
    start = text.rfind("\n", 0, place) + 1
    line, column = text.count("\n", 0, place) + 1, _units(text[start:place]) + 1
    path = path_at(document, line, column)
    if not path:
        return None
    mark = document.key_marks.get(path)
    on_key = mark is not None and mark.line == line and mark.column <= column <= mark.end_column
    return _key_about(path, document, text) if on_key else _action_about(path, document, text, catalog)


def _key_about(path: Any, document: Document, text: str) -> dict[str, Any] | None:
    doc = key_doc(path)
    if doc is None or doc.key != path[-1]:
        return None
    without = "" if doc.default in ("none", "required") else f" Without it: {doc.default}."
    words = f"{doc.text} Takes {doc.value}.{' Required.' if doc.default == 'required' else without}"
    return {"title": doc.key, "docs": words, **_span(document.key_marks[path], text)}


def _action_about(path: Any, document: Document, text: str, catalog: Catalog) -> dict[str, Any] | None:
    value, mark = document.value_at(path), document.marks.get(path)
    info = catalog.action(value) if path[-1] == "action" and isinstance(value, str) else None
    if info is None or mark is None:
        return None
    kind = "A workflow" if info.is_workflow else "An action"
    return {"title": info.ref, "docs": f"{kind}: {info.label or info.ref}.", **_span(mark, text)}


def _span(mark: Any, text: str) -> dict[str, int]:
    return {"from": _offset(text, mark.line, mark.column), "to": _offset(text, mark.end_line, mark.end_column)}


def _offset(text: str, line: int, column: int) -> int:
    """UTF-16 offset of a line and column, both from 1."""
    start = 0
    for _ in range(line - 1):
        start = text.find("\n", start) + 1
    return _units(text[:start]) + column - 1


def _characters(text: str, offset: int) -> int:
    """The place in characters of an offset in UTF-16 units."""
    encoded = text.encode("utf-16-le", "surrogatepass")
    if not 0 <= offset * 2 <= len(encoded):
        raise BadRequest(f"'offset' is {offset}; the text has {len(encoded) // 2:,} UTF-16 units.")
    return len(encoded[: offset * 2].decode("utf-16-le", "ignore"))


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
