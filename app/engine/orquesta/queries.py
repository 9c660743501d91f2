"""select(), where() and their like: the lambdas that can be written as filters of ours.

`$` is the entry. What is more than a field, a comparison of a field, or a plain conversion is refused: there are no
lambdas here.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from app.engine.orquesta.notes import Untranslatable
from app.engine.orquesta.tree import Binary, Call, Expression, Local, Member, Unary, locals_in
from app.engine.orquesta.written import COMPARE, Written, call, pipe, quoted

if TYPE_CHECKING:
    from app.engine.orquesta.writer import Writer

_TESTS = {"==": "eq", "!=": "ne", "<": "lt", "<=": "le", ">": "gt", ">=": "ge", "in": "in"}
_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
_CONVERSIONS = {
    "toUpper": "upper", "toLower": "lower", "trim": "trim", "str": "string", "int": "int", "float": "number", "len": "length",
    "keys": "keys", "values": "values", "abs": "abs",
}  # fmt: skip


def select(writer: Writer, owner: Written, wanted: Call) -> Written:
    """`x.select($.a)` as `x | map(attribute='a')`."""
    entry = _lambda(wanted)
    path = _path(writer, entry, owner)
    if path == "":
        return owner.of("array") if isinstance(entry, Local) else replace(owner, kind="items")
    if path is not None:
        found = pipe(owner, f"map(attribute={quoted(path)})", kind="array")
        return pipe(found, "map('trim')", kind="array") if writer.names.is_trimmed(owner, path) else found
    conversion = _conversion(writer, entry, owner)
    if conversion is None:
        raise _too_much(wanted)
    path, name = conversion
    mapped = pipe(owner, f"map(attribute={quoted(path)})") if path else owner
    return pipe(mapped, f"map({quoted(name)})", kind="array")


def where(writer: Writer, owner: Written, wanted: Call) -> Written:
    """`x.where($.a = 1)` as `x | selectattr('a', 'eq', 1)`; several conditions one after the other."""
    found = _filtered(writer, owner, _lambda(wanted), wanted, "select")
    return found if owner.kind == "items" else found.of("array")


def order_by(writer: Writer, owner: Written, wanted: Call) -> Written:
    return _ordered(writer, owner, wanted, "")


def order_by_descending(writer: Writer, owner: Written, wanted: Call) -> Written:
    return _ordered(writer, owner, wanted, "reverse=true, ")


def any_of(writer: Writer, owner: Written, wanted: Call) -> Written:
    found = where(writer, owner, wanted) if wanted.args else owner
    return Written(f"{call('length', found).text} > 0", COMPARE, "boolean")


def all_of(writer: Writer, owner: Written, wanted: Call) -> Written:
    """None of them for which it does not hold."""
    others = _filtered(writer, owner, _lambda(wanted), wanted, "reject")
    return Written(f"{call('length', others).text} == 0", COMPARE, "boolean")


def _ordered(writer: Writer, owner: Written, wanted: Call, reverse: str) -> Written:
    path = _path(writer, _lambda(wanted), owner)
    if path is None:
        raise _too_much(wanted)
    by = f", attribute={quoted(path)}" if path else ""
    return pipe(owner, f"sort({reverse}case_sensitive=true{by})", kind="array")


def _filtered(writer: Writer, owner: Written, condition: Expression, wanted: Call, mode: str) -> Written:
    if isinstance(condition, Binary) and condition.sign == "and" and mode == "select":
        return _filtered(
            writer, _filtered(writer, owner, condition.left, wanted, mode), condition.right, wanted, mode
        )
    if isinstance(condition, Unary) and condition.sign == "not":
        return _filtered(writer, owner, condition.operand, wanted, "reject" if mode == "select" else "select")
    path = _path(writer, condition, owner)
    if path is not None:
        return pipe(owner, _test(mode, path, ""), kind=owner.kind, task=owner.task)
    path, test, operand = _comparison(writer, condition, owner, wanted)
    return pipe(
        owner,
        _test(mode, path, f"{quoted(test)}, {writer.write(operand).text}"),
        kind=owner.kind,
        task=owner.task,
    )


def _test(mode: str, path: str, arguments: str) -> str:
    if not path:
        return f"{mode}({arguments})"
    return f"{mode}attr({quoted(path)}{', ' if arguments else ''}{arguments})"


def _comparison(
    writer: Writer, condition: Expression, owner: Written, wanted: Call
) -> tuple[str, str, Expression]:
    """(path of the field, test, what it is compared with)."""
    if isinstance(condition, Binary) and condition.sign in _TESTS:
        path = _path(writer, condition.left, owner)
        if path is not None and not _uses_entry(condition.right):
            return path, _TESTS[condition.sign], condition.right
        path = _path(writer, condition.right, owner)
        if path is not None and condition.sign in _TURNED and not _uses_entry(condition.left):
            return path, _TESTS[_TURNED[condition.sign]], condition.left
    raise _too_much(wanted)


def _path(writer: Writer, tree: Expression, owner: Written) -> str | None:
    """`$.a.b` as `a.b`, `$` as "", anything else as None. Of an item's record, `$.result` is the item's result."""
    names: list[str] = []
    while isinstance(tree, Member) and isinstance(tree.name, str):
        names.insert(0, tree.name)
        tree = tree.owner
    if not (isinstance(tree, Local) and tree.name in ("$", "$1")):
        return None
    if owner.kind == "items" and names[:1] == ["result"]:
        names = [writer.names.item_field(owner.task, name) for name in names[1:2]] + names[2:]
    return ".".join(names)


def _conversion(writer: Writer, tree: Expression, owner: Written) -> tuple[str, str] | None:
    """`str($.a)`, `$.a.toUpper()`: (path, filter)."""
    if isinstance(tree, Call) and len(tree.args) == 1 and tree.name in _CONVERSIONS:
        path = _path(writer, tree.args[0], owner)
        return None if path is None else (path, _CONVERSIONS[tree.name])
    if (
        isinstance(tree, Member)
        and isinstance(tree.name, Call)
        and not tree.name.args
        and tree.name.name in _CONVERSIONS
    ):
        path = _path(writer, tree.owner, owner)
        return None if path is None else (path, _CONVERSIONS[tree.name.name])
    return None


def _uses_entry(tree: Expression) -> bool:
    return not locals_in(tree).isdisjoint({"$", "$1"})


def _lambda(wanted: Call) -> Expression:
    if len(wanted.args) == 1 and not wanted.named:
        return wanted.args[0]
    raise _too_much(wanted)


def _too_much(wanted: Call) -> Untranslatable:
    return Untranslatable(
        f"This {wanted.name}() does more than the filters here can: they take a field, or compare a field with a value.",
        hint="Write it with map, select and selectattr, or a {% for %} loop, or let an action calculate it.",
        offset=wanted.at,
    )
