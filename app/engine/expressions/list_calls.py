"""Functions and filters on lists and mappings."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from jinja2 import Undefined
from jinja2 import filters as jinja_filters

from app.engine.expressions.calls import entries_of, filters, functions, tests, text_of
from app.engine.expressions.operators import compare
from app.engine.expressions.refusals import Refused
from app.engine.expressions.values import dump, measure, to_json, type_name

if TYPE_CHECKING:
    from app.engine.expressions.context import RenderContext


@functions.add("length(value)", "number of entries or characters", filters)
def _length(context: RenderContext, value: Any) -> int:
    return len(value) if isinstance(value, str) else len(entries_of(value, "length"))


@functions.add("count(list, value)", "how often the value is in the list or text; without a value, the length", filters)
def _count(context: RenderContext, value: Any, wanted: Any = ...) -> int:
    if wanted is ...:
        return _length(context, value)
    if isinstance(value, str):
        return value.count(text_of(wanted, "count"))
    return sum(_same(context, entry, wanted) for entry in entries_of(value, "count"))


@functions.add("keys(mapping)", "list of its keys", filters)
def _keys(context: RenderContext, value: Any) -> list[Any]:
    return list(_mapping(value, "keys"))


@functions.add("values(mapping)", "list of its values", filters)
def _values(context: RenderContext, value: Any) -> list[Any]:
    return list(_mapping(value, "values").values())


@filters.add("items", "list of `[key, value]`; an empty list for a missing mapping", takes_missing=True)
def _items(context: RenderContext, value: Any) -> list[Any]:
    if isinstance(value, Undefined):
        return []
    return [[k, v] for k, v in _mapping(value, "items").items()]


@functions.add("contains(list, value)", "whether the value is in a list, a mapping's keys or a text", filters, tests)
def _contains(context: RenderContext, value: Any, wanted: Any) -> bool:
    return compare("in", wanted, value, context.budget)


@functions.add("reversed(list)", "the list (or text) from its end", filters)
def _reversed(context: RenderContext, value: Any) -> Any:
    return value[::-1] if isinstance(value, str) else entries_of(value, "reversed")[::-1]


@functions.add("sort(list, reverse=false)", "the list in order")
def _sort(context: RenderContext, value: Any, reverse: bool = False) -> list[Any]:
    return _sorted(context, entries_of(value, "sort"), reverse, case_sensitive=True, attribute=None)


@filters.add("sort(reverse=false, case_sensitive=false, attribute=null)", "the list in order, by that field when given")
def _sort_filter(
    context: RenderContext, value: Any, reverse: bool = False, case_sensitive: bool = False, attribute: Any = None
) -> list[Any]:
    return _sorted(context, entries_of(value, "sort"), reverse, case_sensitive=case_sensitive, attribute=attribute)


@functions.add("unique(list)", "the list without repeated entries, in the first order")
def _unique(context: RenderContext, value: Any) -> list[Any]:
    return _distinct(context, entries_of(value, "unique"), case_sensitive=True, attribute=None)


@filters.add("unique(case_sensitive=false, attribute=null)", "the list without repeated entries")
def _unique_filter(context: RenderContext, value: Any, case_sensitive: bool = False, attribute: Any = None) -> list[Any]:
    return _distinct(context, entries_of(value, "unique"), case_sensitive=case_sensitive, attribute=attribute)


@functions.add("flat(list)", "lists inside the list opened, one level", filters)
def _flat(context: RenderContext, value: Any) -> list[Any]:
    opened: list[Any] = []
    for entry in entries_of(value, "flat"):
        opened.extend(entry if isinstance(entry, list | tuple) else [entry])
        context.budget.entries(len(opened))
    return opened


@functions.add("zip(a, b, ...)", "list of lists of the entries with the same place, as long as the shortest", filters)
def _zip(context: RenderContext, *lists: Any) -> list[list[Any]]:
    return [list(row) for row in zip(*[entries_of(entry, "zip") for entry in lists], strict=False)]


@functions.add("range(stop) or range(start, stop, step=1)", "list of whole numbers, without `stop`")
def _range(context: RenderContext, *bounds: int) -> list[int]:
    if not all(isinstance(b, int) and abs(b) < 2**53 for b in bounds):
        raise Refused("range needs whole numbers", kind="type")
    if len(bounds) == 3 and bounds[2] == 0:
        raise Refused("The step of range must not be 0", kind="value")
    numbers = range(*bounds)
    context.budget.entries(len(numbers))
    return list(numbers)


@functions.add("slice(list, start, end=null)", "the part from `start` up to, without, `end`; also of a text")
def _slice(context: RenderContext, value: Any, start: int = 0, end: int | None = None) -> Any:
    return value[start:end] if isinstance(value, str) else entries_of(value, "slice")[start:end]


@filters.add("slice(slices, fill_with=null)", "the list cut into so many columns")
def _slice_filter(context: RenderContext, value: Any, slices: int, fill_with: Any = None) -> Any:
    if slices < 1:
        raise Refused("slice needs at least one column", kind="value")
    context.budget.entries(slices)
    return jinja_filters.sync_do_slice(entries_of(value, "slice"), slices, fill_with)


@filters.add("batch(size, fill_with=null)", "the list in rows of that many entries")
def _batch(context: RenderContext, value: Any, linecount: int, fill_with: Any = None) -> Any:
    if linecount < 1:
        raise Refused("batch needs rows of at least one entry", kind="value")
    context.budget.entries(linecount if fill_with is not None else 0)
    return jinja_filters.do_batch(entries_of(value, "batch"), linecount, fill_with)


@functions.add("chunks(list, size)", "the list in lists of at most that many entries", filters)
def _chunks(context: RenderContext, value: Any, size: int) -> list[list[Any]]:
    entries = entries_of(value, "chunks")
    if not isinstance(size, int) or size < 1:
        raise Refused("chunks needs a size of at least 1", kind="value")
    return [entries[i : i + size] for i in range(0, len(entries), size)]


@functions.add("index_of(list, value)", "place of the value in a list or text, from 0; -1 when it is not there", filters)
def _index_of(context: RenderContext, value: Any, wanted: Any) -> int:
    if isinstance(value, str):
        return value.find(text_of(wanted, "index_of"))
    entries = entries_of(value, "index_of")
    return next((i for i, entry in enumerate(entries) if _same(context, entry, wanted)), -1)


@functions.add("merge(a, b, ...)", "one mapping; later ones win, key by key", filters)
def _merge(context: RenderContext, *mappings: Any) -> dict[Any, Any]:
    merged: dict[Any, Any] = {}
    for mapping in mappings:
        merged.update(_mapping(mapping, "merge"))
    context.budget.entries(len(merged))
    return merged


@functions.add("append(list, value)", "the list with the value at its end", filters)
def _append(context: RenderContext, value: Any, entry: Any) -> list[Any]:
    return [*entries_of(value, "append"), entry]


@functions.add("prepend(list, value)", "the list with the value at its beginning", filters)
def _prepend(context: RenderContext, value: Any, entry: Any) -> list[Any]:
    return [entry, *entries_of(value, "prepend")]


@functions.add("from_json(text)", "the value a JSON text holds", filters)
def _from_json(context: RenderContext, value: Any) -> Any:
    text = text_of(value, "from_json")
    context.budget.text(len(text))
    try:
        return to_json(json.loads(text, parse_constant=_no_constant), context.budget)
    except (ValueError, RecursionError):
        raise Refused("from_json can't read this text: it is no JSON", kind="value") from None


@functions.add("to_json(value, indent=null)", "the value as JSON text", filters)
def _to_json(context: RenderContext, value: Any, indent: int | None = None, sort_keys: bool = False) -> str:
    if indent is not None and not 0 <= indent <= 16:
        raise Refused("to_json takes an indent of 0 to 16", kind="value")
    return dump(to_json(value, context.budget), context.budget, indent=indent, sort_keys=sort_keys)


@functions.add("type_of(value)", "null, boolean, integer, number, string, array or object", filters)
def _type_of(context: RenderContext, value: Any) -> str:
    words = {"text": "string", "list": "array", "mapping": "object"}
    return words.get(type_name(value), type_name(value))


@functions.add("now()", "the time of this step as ISO 8601 text in UTC; `system.timestamp` is the same as a number")
def _now(context: RenderContext) -> str:
    return context.scope.now_text()


def _sorted(
    context: RenderContext, entries: list[Any], reverse: bool, *, case_sensitive: bool, attribute: Any
) -> list[Any]:
    measure(entries, context.budget)

    def key(entry: Any) -> Any:
        value = entry if attribute is None else context.environment.at_path(entry, attribute)
        return value.lower() if isinstance(value, str) and not case_sensitive else value

    try:
        return sorted(entries, key=key, reverse=bool(reverse))
    except TypeError:
        raise Refused("sort can't put entries of different types in order", kind="type", hint="name an attribute") from None


def _distinct(context: RenderContext, entries: list[Any], *, case_sensitive: bool, attribute: Any) -> list[Any]:
    found: dict[str, Any] = {}
    for entry in entries:
        context.budget.turn()
        value = entry if attribute is None else context.environment.at_path(entry, attribute)
        value = value.lower() if isinstance(value, str) and not case_sensitive else value
        found.setdefault(_identity(value, context), entry)
    return list(found.values())


def _identity(value: Any, context: RenderContext) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # 1 and 1.0 are the same number
    return dump(to_json(value, context.budget), context.budget, sort_keys=True)


def _same(context: RenderContext, left: Any, right: Any) -> bool:
    return compare("eq", left, right, context.budget)


def _mapping(value: Any, who: str) -> Mapping[Any, Any]:
    if isinstance(value, Mapping):
        return value
    raise Refused(f"{who} needs a mapping, not {type_name(value)}", kind="type")


def _no_constant(word: str) -> None:
    raise ValueError(word)


filters.alias("tojson", "to_json")
filters.alias("reverse", "reversed")
