"""Methods of Orquesta's expressions (`x.len()`), by name. Each takes the writer, the owner and the call."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from app.engine.orquesta import queries
from app.engine.orquesta.functions import constant_text
from app.engine.orquesta.notes import Untranslatable
from app.engine.orquesta.tree import Call, Literal
from app.engine.orquesta.written import COMPARE, Written, call, literal, pipe

if TYPE_CHECKING:
    from app.engine.orquesta.writer import Writer

Method = Callable[["Writer", Written, Call], Written]


def _function(name: str, kind: str = "any") -> Method:
    """`x.name(a)` as `name(x, a)`."""

    def write(writer: Writer, owner: Written, wanted: Call) -> Written:
        return call(name, owner, *[writer.write(arg) for arg in wanted.args], kind=kind)

    return write


def _filter(name: str) -> Method:
    def write(writer: Writer, owner: Written, wanted: Call) -> Written:
        if wanted.args:
            raise Untranslatable(
                f"{wanted.name}() takes no default here.", hint=f"Write `x | {name}`.", offset=wanted.at
            )
        return pipe(owner, name)

    return write


def _itself(writer: Writer, owner: Written, wanted: Call) -> Written:
    return owner


def _get(writer: Writer, owner: Written, wanted: Call) -> Written:
    """`x.get(key, default)`: null without a default, as in YAQL."""
    if not wanted.args:
        raise Untranslatable("get() needs a key.", hint="Write it anew.", offset=wanted.at)
    default = writer.write(wanted.args[1]) if len(wanted.args) > 1 else Written("null")
    key = wanted.args[0]
    if isinstance(key, Literal):
        found = writer.names.field_of(owner, constant_text(key, wanted))
    else:
        found = Written(f"{owner.atom}[{writer.write(key).text}]")
    return pipe(found, f"default({default.text})")


def _join(writer: Writer, owner: Written, wanted: Call) -> Written:
    """`list.join(',')`, also `','.join(list)`."""
    other = writer.write(wanted.args[0]) if wanted.args else literal("")
    entries, separator = (other, owner) if owner.kind == "string" else (owner, other)
    return call("join", entries, separator, kind="string")


def _match(writer: Writer, owner: Written, wanted: Call) -> Written:
    """`text.matches(pattern)`, `regex(pattern).matches(text)`."""
    other = writer.write(wanted.args[0]) if wanted.args else literal("")
    pattern, text = (owner, other) if owner.kind == "pattern" else (other, owner)
    return call("match", pattern, text, kind="boolean")


def _contains(writer: Writer, owner: Written, wanted: Call) -> Written:
    return call("contains", owner, *[writer.write(arg) for arg in wanted.args], kind="boolean")


def _empty(writer: Writer, owner: Written, wanted: Call) -> Written:
    return Written(f"length({owner.text}) == 0", COMPARE, "boolean")


def _skip(writer: Writer, owner: Written, wanted: Call) -> Written:
    return call("slice", owner, *[writer.write(arg) for arg in wanted.args], kind="array")


def _limit(writer: Writer, owner: Written, wanted: Call) -> Written:
    return call("slice", owner, Written("0"), *[writer.write(arg) for arg in wanted.args], kind="array")


def _items(writer: Writer, owner: Written, wanted: Call) -> Written:
    return pipe(owner, "items", kind="array")


def _set(writer: Writer, owner: Written, wanted: Call) -> Written:
    """`x.set(key, value)`."""
    if len(wanted.args) != 2 or not isinstance(wanted.args[0], Literal):
        raise Untranslatable(
            "set() with a calculated key has no counterpart here.",
            hint="Let an action make it.",
            offset=wanted.at,
        )
    pair = Written(f"{{{writer.write(wanted.args[0]).text}: {writer.write(wanted.args[1]).text}}}")
    return call("merge", owner, pair, kind="object")


def _append(writer: Writer, owner: Written, wanted: Call) -> Written:
    for arg in wanted.args:
        owner = call("append", owner, writer.write(arg), kind="array")
    return owner


METHODS: dict[str, Method] = {
    "len": _function("length", "integer"), "count": _function("length", "integer"), "keys": _function("keys", "array"),
    "values": _function("values", "array"), "items": _items, "get": _get, "first": _filter("first"), "last": _filter("last"),
    "sum": _function("sum"), "max": _function("max"), "min": _function("min"), "join": _join,
    "split": _function("split", "array"), "trim": _function("trim", "string"), "strip": _function("trim", "string"),
    "toUpper": _function("upper", "string"), "upper": _function("upper", "string"), "toLower": _function("lower", "string"),
    "lower": _function("lower", "string"), "startsWith": _function("starts_with", "boolean"),
    "startswith": _function("starts_with", "boolean"), "endsWith": _function("ends_with", "boolean"),
    "endswith": _function("ends_with", "boolean"), "replace": _function("replace", "string"), "contains": _contains,
    "containsKey": _contains, "distinct": _function("unique", "array"), "reverse": _function("reversed", "array"),
    "flatten": _function("flat", "array"), "toList": _itself, "toSet": _function("unique", "array"), "skip": _skip,
    "limit": _limit, "take": _limit, "indexOf": _function("index_of", "integer"), "isEmpty": _empty, "set": _set,
    "append": _append, "matches": _match, "match": _match,
    "select": queries.select, "where": queries.where, "orderBy": queries.order_by,
    "orderByDescending": queries.order_by_descending, "any": queries.any_of, "all": queries.all_of,
}  # fmt: skip
