"""Filters and tests of Jinja2 that are safe, and the ones of it that have to see the whole context.

Left out: `random` (a run must be repeatable), `lipsum`, `pprint` (Python's own notation), `safe`, `urlize`, `xmlattr`,
`attr` (attributes are looked up as items here).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from jinja2 import Undefined
from jinja2 import filters as jinja_filters
from jinja2.utils import Namespace

from app.engine.expressions.calls import entries_of, filters, functions, tests, text_of
from app.engine.expressions.operators import binary, compare
from app.engine.expressions.refusals import Refused
from app.engine.expressions.values import measure

if TYPE_CHECKING:
    from app.engine.expressions.context import RenderContext


@filters.add('default(value="", also_empty=false)', "this value when the name or field is missing (or empty)", takes_missing=True)
def _default(context: RenderContext, value: Any, default_value: Any = "", boolean: bool = False) -> Any:
    if isinstance(value, Undefined) or (boolean and not value):
        return default_value
    return value


@filters.add("first", "the first entry")
def _first(context: RenderContext, value: Any) -> Any:
    return _end(value, 0, "first", context)


@filters.add("last", "the last entry")
def _last(context: RenderContext, value: Any) -> Any:
    return _end(value, -1, "last", context)


@filters.add("list", "the entries as a list; the characters of a text")
def _list(context: RenderContext, value: Any) -> list[Any]:
    return list(value) if isinstance(value, str) else list(entries_of(value, "list"))


@filters.add('dictsort(case_sensitive=false, by="key", reverse=false)', "list of `[key, value]` in order")
def _dictsort(
    context: RenderContext, value: Any, case_sensitive: bool = False, by: str = "key", reverse: bool = False
) -> list[Any]:
    if not isinstance(value, Mapping) or by not in ("key", "value"):
        raise Refused("dictsort needs a mapping, and `by` key or value", kind="type")
    measure(value, context.budget)
    place = 0 if by == "key" else 1

    def key(pair: list[Any]) -> Any:
        return pair[place].lower() if isinstance(pair[place], str) and not case_sensitive else pair[place]

    return sorted([[k, v] for k, v in value.items()], key=key, reverse=bool(reverse))


@filters.add("groupby(attribute, default=null)", "list of `[value, entries]` by that field, in order of the value")
def _groupby(context: RenderContext, value: Any, attribute: Any, default: Any = None) -> list[Any]:
    groups: list[tuple[Any, list[Any]]] = []
    keyed = [(_field(context, entry, attribute, default), entry) for entry in entries_of(value, "groupby")]
    measure([key for key, _ in keyed], context.budget)
    for key, entry in sorted(keyed, key=lambda pair: pair[0]):
        context.budget.turn()
        if not groups or groups[-1][0] != key:
            groups.append((key, []))
        groups[-1][1].append(entry)
    return [list(group) for group in groups]


@filters.add("map(filter, ...) or map(attribute=...)", "that filter, or that field, of every entry")
def _map(context: RenderContext, value: Any, *args: Any, **kwargs: Any) -> Any:
    _known_call(context.environment.filters, args[0] if args else None, "filter")
    return jinja_filters.sync_do_map(context, entries_of(value, "map"), *args, **kwargs)


@filters.add("select(test=null, ...)", "the entries for which the test holds (or that are not empty)")
def _select(context: RenderContext, value: Any, *args: Any, **kwargs: Any) -> Any:
    _known_call(context.environment.tests, args[0] if args else None, "test")
    return jinja_filters.sync_do_select(context, entries_of(value, "select"), *args, **kwargs)


@filters.add("reject(test=null, ...)", "the entries for which the test does not hold")
def _reject(context: RenderContext, value: Any, *args: Any, **kwargs: Any) -> Any:
    _known_call(context.environment.tests, args[0] if args else None, "test")
    return jinja_filters.sync_do_reject(context, entries_of(value, "reject"), *args, **kwargs)


@filters.add("selectattr(field, test=null, ...)", "the entries whose field passes the test")
def _selectattr(context: RenderContext, value: Any, *args: Any, **kwargs: Any) -> Any:
    _known_call(context.environment.tests, args[1] if len(args) > 1 else None, "test")
    return jinja_filters.sync_do_selectattr(context, entries_of(value, "selectattr"), *args, **kwargs)


@filters.add("rejectattr(field, test=null, ...)", "the entries whose field does not pass the test")
def _rejectattr(context: RenderContext, value: Any, *args: Any, **kwargs: Any) -> Any:
    _known_call(context.environment.tests, args[1] if len(args) > 1 else None, "test")
    return jinja_filters.sync_do_rejectattr(context, entries_of(value, "rejectattr"), *args, **kwargs)


@functions.add("namespace(name=value, ...)", "a place for values that a loop changes: `{% set ns.x = ... %}`")
def _namespace(context: RenderContext, *args: Any, **kwargs: Any) -> Namespace:
    return Namespace(*args, **kwargs)


@functions.add("dict(name=value, ...)", "a mapping of these names")
def _dict(context: RenderContext, *args: Any, **kwargs: Any) -> dict[Any, Any]:
    return dict(*args, **kwargs)


@tests.add("defined", "whether the name or field exists", takes_missing=True)
def _is_defined(context: RenderContext, value: Any) -> bool:
    return not isinstance(value, Undefined)


@tests.add("undefined", "whether the name or field is missing", takes_missing=True)
def _is_undefined(context: RenderContext, value: Any) -> bool:
    return isinstance(value, Undefined)


@tests.add("none", "whether it is null")
def _is_none(context: RenderContext, value: Any) -> bool:
    return value is None


@tests.add("boolean", "whether it is true or false")
def _is_boolean(context: RenderContext, value: Any) -> bool:
    return isinstance(value, bool)


@tests.add("true", "whether it is true itself")
def _is_true(context: RenderContext, value: Any) -> bool:
    return value is True


@tests.add("false", "whether it is false itself")
def _is_false(context: RenderContext, value: Any) -> bool:
    return value is False


@tests.add("integer", "whether it is a whole number")
def _is_integer(context: RenderContext, value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


@tests.add("float", "whether it is a number with a fraction")
def _is_float(context: RenderContext, value: Any) -> bool:
    return isinstance(value, float)


@tests.add("number", "whether it is a number")
def _is_number(context: RenderContext, value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


@tests.add("string", "whether it is text")
def _is_string(context: RenderContext, value: Any) -> bool:
    return isinstance(value, str)


@tests.add("mapping", "whether it is a mapping")
def _is_mapping(context: RenderContext, value: Any) -> bool:
    return isinstance(value, Mapping)


@tests.add("sequence", "whether it is a list, a text or a mapping")
def _is_sequence(context: RenderContext, value: Any) -> bool:
    return isinstance(value, list | tuple | str | range | Mapping)


@tests.add("odd", "whether the number is odd")
def _is_odd(context: RenderContext, value: Any) -> bool:
    return bool(binary("%", value, 2, context.budget) == 1)


@tests.add("even", "whether the number is even")
def _is_even(context: RenderContext, value: Any) -> bool:
    return bool(binary("%", value, 2, context.budget) == 0)


@tests.add("divisibleby(number)", "whether it can be divided by that number without a rest")
def _is_divisible(context: RenderContext, value: Any, number: int) -> bool:
    return bool(binary("%", value, number, context.budget) == 0)


@tests.add("lower", "whether the text is in lower case")
def _is_lower(context: RenderContext, value: Any) -> bool:
    return text_of(value, "lower").islower()


@tests.add("upper", "whether the text is in upper case")
def _is_upper(context: RenderContext, value: Any) -> bool:
    return text_of(value, "upper").isupper()


@tests.add("eq(value)", "whether both are equal")
def _is_equal(context: RenderContext, value: Any, other: Any) -> bool:
    return compare("eq", value, other, context.budget)


@tests.add("ne(value)", "whether they differ")
def _is_different(context: RenderContext, value: Any, other: Any) -> bool:
    return compare("ne", value, other, context.budget)


@tests.add("gt(value)", "whether it is greater")
def _is_greater(context: RenderContext, value: Any, other: Any) -> bool:
    return compare("gt", value, other, context.budget)


@tests.add("ge(value)", "whether it is greater or equal")
def _is_greater_or_equal(context: RenderContext, value: Any, other: Any) -> bool:
    return compare("gteq", value, other, context.budget)


@tests.add("lt(value)", "whether it is less")
def _is_less(context: RenderContext, value: Any, other: Any) -> bool:
    return compare("lt", value, other, context.budget)


@tests.add("le(value)", "whether it is less or equal")
def _is_less_or_equal(context: RenderContext, value: Any, other: Any) -> bool:
    return compare("lteq", value, other, context.budget)


@tests.add("in(list)", "whether it is in the list, mapping or text")
def _is_in(context: RenderContext, value: Any, entries: Any) -> bool:
    return compare("in", value, entries, context.budget)


def _end(value: Any, place: int, who: str, context: RenderContext) -> Any:
    entries = value if isinstance(value, str) else entries_of(value, who)
    if entries:
        return entries[place]
    return context.environment.undefined(f"{who} of an empty list", name=who)


def _field(context: RenderContext, entry: Any, attribute: Any, default: Any) -> Any:
    value = context.environment.at_path(entry, attribute)
    return default if isinstance(value, Undefined) and default is not None else value


def _known_call(known: Mapping[str, Any], name: Any, what: str) -> None:
    if name is not None and name not in known:
        raise Refused(f"There is no {what} of this name", kind="undefined")


for _alias, _name in {
    "d": "default",
}.items():
    filters.alias(_alias, _name)
for _alias, _name in {
    "==": "eq", "equalto": "eq", "sameas": "eq", "!=": "ne", ">": "gt", "greaterthan": "gt", ">=": "ge", "<": "lt",
    "lessthan": "lt", "<=": "le", "null": "none", "iterable": "sequence",
}.items():  # fmt: skip
    tests.alias(_alias, _name)
