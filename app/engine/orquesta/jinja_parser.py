"""Jinja expressions of Orquesta to the same tree as YAQL's. Only read, never run: no environment of ours is involved."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from jinja2 import Environment, TemplateSyntaxError, nodes

from app.engine.orquesta.notes import Untranslatable
from app.engine.orquesta.tree import (
    Binary,
    Call,
    Choice,
    Expression,
    Index,
    ListOf,
    Literal,
    Local,
    MapOf,
    Member,
    Piped,
    Unary,
)
from app.engine.orquesta.yaql_parser import MAX_SOURCE

_COMPARED = {
    "eq": "==",
    "ne": "!=",
    "lt": "<",
    "lteq": "<=",
    "gt": ">",
    "gteq": ">=",
    "in": "in",
    "notin": "not in",
}


def parse_jinja(source: str) -> Expression:
    """The tree of an expression, without its braces. Raises Untranslatable."""
    if len(source) > MAX_SOURCE:
        raise Untranslatable(
            f"The expression has {len(source):,} characters.", hint="Split it into several variables."
        )
    # A reader without filters or functions: it makes a tree and nothing else.
    reader = Environment()  # noqa: S701 - nothing is rendered
    try:
        template = reader.parse("{{ " + source + " }}")
        [output] = template.body
        assert isinstance(output, nodes.Output)
        [expression] = output.nodes
        return _tree(expression)
    except TemplateSyntaxError as error:
        raise Untranslatable(f"This Jinja can't be read: {error.message}.", hint="Write it anew.") from None
    except (ValueError, AssertionError):
        raise Untranslatable("This is not one Jinja expression.", hint="Write it anew.") from None
    except RecursionError:
        raise Untranslatable(
            "The expression is nested too deep.", hint="Split it into several variables."
        ) from None


def _tree(node: Any) -> Expression:
    make = _MAKERS.get(type(node))
    if make is not None:
        return make(node)
    if isinstance(node, nodes.BinExpr):
        return Binary(node.operator, _tree(node.left), _tree(node.right))
    if isinstance(node, nodes.UnaryExpr):
        return Unary(node.operator, _tree(node.node))
    word = type(node).__name__.lower()
    raise Untranslatable(f"'{word}' of Jinja has no counterpart here.", hint="Write it anew.")


def _call(node: nodes.Call) -> Expression:
    if node.dyn_args is not None or node.dyn_kwargs is not None:
        raise Untranslatable("Arguments given as `*list` have no counterpart here.", hint="Write them out.")
    args = tuple(_tree(arg) for arg in node.args)
    named = tuple((keyword.key, _tree(keyword.value)) for keyword in node.kwargs)
    if isinstance(node.node, nodes.Name):
        return Call(node.node.name, args, named)
    if isinstance(node.node, nodes.Getattr):
        return Member(_tree(node.node.node), Call(node.node.attr, args, named))
    raise Untranslatable("What is called here has no name.", hint="Write it anew.")


def _compare(node: nodes.Compare) -> Expression:
    left, found = _tree(node.expr), []
    for operand in node.ops:
        right = _tree(operand.expr)
        found.append(Binary(_COMPARED[operand.op], left, right))
        left = right
    whole: Expression = found[0]
    for comparison in found[1:]:
        whole = Binary("and", whole, comparison)
    return whole


def _concat(node: nodes.Concat) -> Expression:
    first, *rest = (_tree(part) for part in node.nodes)
    for part in rest:
        first = Binary("~", first, part)
    return first


def _choice(node: nodes.CondExpr) -> Expression:
    otherwise = Literal(None) if node.expr2 is None else _tree(node.expr2)
    return Choice(_tree(node.test), _tree(node.expr1), otherwise)


def _index(node: nodes.Getitem) -> Expression:
    if isinstance(node.arg, nodes.Slice):
        return _slice(node)
    return Index(_tree(node.node), _tree(node.arg))


def _slice(node: nodes.Getitem) -> Expression:
    part = node.arg
    assert isinstance(part, nodes.Slice)
    if part.step is not None:
        raise Untranslatable("A slice with a step has no counterpart here.", hint="Write it anew.")
    start = Literal(0) if part.start is None else _tree(part.start)
    stop = () if part.stop is None else (_tree(part.stop),)
    return Call("slice", (_tree(node.node), start, *stop))


def _piped(node: Any, *, test: bool = False) -> Expression:
    args = tuple(_tree(arg) for arg in node.args)
    named = tuple((keyword.key, _tree(keyword.value)) for keyword in node.kwargs)
    return Piped(_tree(node.node), Call(node.name, args, named), test)


def _not(node: nodes.Not) -> Expression:
    if isinstance(node.node, nodes.Test):
        inner = _piped(node.node, test=True)
        assert isinstance(inner, Piped)
        return Piped(inner.owner, inner.call, test=True, negated=True)
    return Unary("not", _tree(node.node))


_MAKERS: dict[type[nodes.Node], Callable[[Any], Expression]] = {
    nodes.Const: lambda node: Literal(node.value),
    nodes.Name: lambda node: Literal(None) if node.name == "null" else Local(node.name),
    nodes.Getattr: lambda node: Member(_tree(node.node), node.attr),
    nodes.Getitem: _index,
    nodes.Call: _call,
    nodes.Compare: _compare,
    nodes.Concat: _concat,
    nodes.CondExpr: _choice,
    nodes.And: lambda node: Binary("and", _tree(node.left), _tree(node.right)),
    nodes.Or: lambda node: Binary("or", _tree(node.left), _tree(node.right)),
    nodes.Not: _not,
    nodes.List: lambda node: ListOf(tuple(_tree(entry) for entry in node.items)),
    nodes.Tuple: lambda node: ListOf(tuple(_tree(entry) for entry in node.items)),
    nodes.Dict: lambda node: MapOf(tuple((_tree(pair.key), _tree(pair.value)) for pair in node.items)),
    nodes.Filter: _piped,
    nodes.Test: lambda node: _piped(node, test=True),
}
