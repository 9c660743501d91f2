"""What to offer at a site: from the language, the text's own names, and the installed actions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from app.engine import schemas
from app.engine.expressions import expression_names
from app.engine.graph.inspect import Shape
from app.engine.spec.catalog import Catalog
from app.engine.spec.key_docs import docs_of, key_doc, place_of
from app.engine.spec.known_names import KnownNames
from app.engine.spec.model import TaskSpec, WorkflowSpec
from app.engine.spec.names_at import names_at
from app.engine.spec.places import Path
from app.engine.spec.template_sites import Moment
from app.engine.suggestions.site import Site

Kind = Literal["key", "action", "task", "parameter", "variable", "function", "filter", "value"]

TARGET_KEYS = frozenset({"do", "on_success", "on_failure", "on_timeout", "on_complete"})
_TYPES = ("string", "integer", "number", "boolean", "array", "object")
_WORDS: dict[tuple[str, str], tuple[str, ...]] = {
    ("task", "type"): ("action", "workflow", "parallel"),
    ("task", "join"): ("any", "all"),
    ("task", "batch_mode"): ("item", "list"),
    ("retry", "backoff"): ("constant", "linear", "exponential"),
    ("workflow", "cancellation_policy"): ("allow_finish", "cancel_running"),
    ("workflow", "fail_fast"): ("true", "false"),
    ("schema", "type"): _TYPES,
    ("schema", "required"): ("true", "false"),
    ("schema", "secret"): ("true", "false"),
}
_OPENED = frozenset({"input", "retry", "vars", "parameters", "output", "output_map", "wait_for", "properties", "items"})
_LISTS = frozenset({"next", "tasks", "decision"})
_KINDS: dict[str, Kind] = {"parameter": "parameter", "task": "task", "variable": "variable", "helper": "function"}


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One thing to write: `insert` in place of the word, shown as `label`, with a few words and a sentence or two."""

    label: str
    kind: Kind
    detail: str = ""
    docs: str = ""
    insert: str = ""

    def as_json(self) -> dict[str, Any]:
        return {
            "label": self.label,
            "kind": self.kind,
            "detail": self.detail,
            "docs": self.docs,
            "insert": self.insert or self.label,
        }


@dataclass(frozen=True, slots=True)
class Known:
    """What is known beside the site. `spec`: of the text as far as it can be read, or None."""

    spec: WorkflowSpec | None
    catalog: Catalog


def offers(site: Site, known: Known) -> list[Suggestion]:
    """Everything that fits at the site, the likeliest first."""
    match site.kind:
        case "key":
            return [*_entries(site, known), *_keys(site, known)]
        case "value":
            return list(_values(site, known))
        case "name":
            return [*_names(site, known), *_functions(("function", "name"))]
        case "filter":
            return list(_functions(("filter",)))
    return []


def _keys(site: Site, known: Known) -> Iterator[Suggestion]:
    place = place_of(site.path)
    for doc in docs_of(place) if place is not None else ():
        if doc.key not in site.siblings:
            yield Suggestion(doc.key, "key", doc.value, doc.text, _opened(doc.key, site))
    if site.path[-1:] == ("input",):
        yield from _inputs(site, known)


def _inputs(site: Site, known: Known) -> Iterator[Suggestion]:
    """Parameters of the task's action, the required ones first."""
    for name in sorted(_fields(site, known), key=lambda one: not one.required):
        if name.name not in site.siblings:
            word = f"{name.type or 'any'}{', required' if name.required else ''}"
            yield Suggestion(name.name, "parameter", word, _described(name), f"{name.name}: ")


def _entries(site: Site, known: Known) -> Iterator[Suggestion]:
    """Entries of a list of targets, one in a line."""
    if len(site.path) >= 2 and site.path[-1] == 0 and site.path[-2] in TARGET_KEYS:
        yield from _targets(site, known)


def _values(site: Site, known: Known) -> Iterator[Suggestion]:
    key = str(site.path[-1])
    place = place_of(site.path[:-1])
    if key == "action" and place == "task":
        yield from _actions(known)
    elif key in TARGET_KEYS or (key in ("next", "default") and place == "branch"):
        yield from _targets(site, known)
    elif key == "with_items" and not site.quoted:
        yield from (_quoted(one) for one in _names(site, known))
    elif place is not None:
        doc = key_doc((*site.path[:-1], key))
        yield from (Suggestion(word, "value", doc.value if doc else "") for word in _WORDS.get((place, key), ()))
    elif site.path[-2:-1] == ("input",) and not site.quoted:
        yield from _input_values(site, known, key)


def _input_values(site: Site, known: Known, key: str) -> Iterator[Suggestion]:
    field = next((one for one in _fields(site, known) if one.name == key), None)
    if field is not None and field.type == "boolean":
        yield from (Suggestion(word, "value") for word in ("true", "false"))
    for value in (field.enum if field is not None else None) or ():
        yield Suggestion(str(value), "value", _described(field))
    yield from (_quoted(one) for one in _names(site, known))


def _actions(known: Known) -> Iterator[Suggestion]:
    for ref in sorted(known.catalog.refs()):
        info = known.catalog.action(ref)
        yield Suggestion(ref, "action", "workflow" if info and info.is_workflow else "", info.label if info else "")


def _targets(site: Site, known: Known) -> Iterator[Suggestion]:
    own = site.task.get("name")
    for task in known.spec.all_tasks() if known.spec else ():
        if task.name != own and task.container is None:
            yield Suggestion(task.name, "task", task.action or task.type)
    yield Suggestion("fail", "value", "ends the workflow as failed")
    yield Suggestion("noop", "value", "handles it and starts nothing")


def _names(site: Site, known: Known) -> Iterator[Suggestion]:
    if known.spec is None:
        return
    task = _task_of(site, known.spec)
    moment = _moment(site.path)
    if task is None and moment not in ("vars", "output"):
        return
    names = KnownNames(Shape.of(known.spec))
    for name in names_at(names, task, moment, catalog=known.catalog):
        about = name.about if name.certain else f"{name.about}, perhaps not set here"
        yield Suggestion(name.text, _KINDS.get(name.kind, "variable"), about)


def _functions(kinds: Iterable[str]) -> Iterator[Suggestion]:
    for entry in expression_names():
        if entry.kind in kinds:
            call = f"{entry.name}(" if entry.kind == "function" else entry.name
            kind: Kind = "filter" if entry.kind == "filter" else "function"
            yield Suggestion(entry.name, kind, entry.signature, entry.doc, call)


def _quoted(name: Suggestion) -> Suggestion:
    return Suggestion(name.label, name.kind, name.detail, name.docs, f'"{{{{ {name.label} }}}}"')


def _task_of(site: Site, spec: WorkflowSpec) -> TaskSpec | None:
    name = site.task.get("name")
    return next((task for task in spec.all_tasks() if task.name == name), None)


def _moment(path: Path) -> Moment:
    """When what stands at a path is evaluated; see `template_sites`."""
    if path[:1] != ("tasks",):
        return "vars" if path[:1] == ("vars",) else "output"
    inside = path[path.index("tasks") + 2 :]
    while "tasks" in inside:
        inside = inside[inside.index("tasks") + 2 :]
    match inside[:1]:
        case ("when",) | ("with_items",):
            return "start"
        case ("input",) | ("wait_for",):
            return "run"
        case ("retry",):
            return "attempt"
    return "end"


def _fields(site: Site, known: Known) -> list[schemas.Field]:
    ref = site.task.get("action")
    info = known.catalog.action(ref) if ref else None
    return schemas.fields(info.param_schema) if info is not None and info.param_schema else []


def _described(field: schemas.Field | None) -> str:
    return field.description if field is not None else ""


def _opened(key: str, site: Site) -> str:
    """A key with what follows it: a new line for what holds more keys."""
    indent = " " * (site.column + 2)
    if key in _LISTS:
        return f"{key}:\n{indent}- "
    return f"{key}:\n{indent}" if key in _OPENED else f"{key}: "

