"""Expressions of Orquesta as a tree: YAQL and Jinja become the same nodes, and one writer makes ours of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Literal:
    """Text, number, boolean or null."""

    value: Any


@dataclass(frozen=True, slots=True)
class Local:
    """A name the expression itself gives a meaning to: `$`, `$.x` of a lambda, a variable of a Jinja loop."""

    name: str


@dataclass(frozen=True, slots=True)
class Call:
    """A function, or with an owner (`Member.name`) a method."""

    name: str
    args: tuple[Expression, ...] = ()
    named: tuple[tuple[str, Expression], ...] = ()
    at: int = 0


@dataclass(frozen=True, slots=True)
class Member:
    """`owner.name`, `owner.method(...)`; `safe`: `owner?.name`."""

    owner: Expression
    name: str | Call
    safe: bool = False
    at: int = 0


@dataclass(frozen=True, slots=True)
class Index:
    """`owner[key]`."""

    owner: Expression
    key: Expression
    at: int = 0


@dataclass(frozen=True, slots=True)
class ListOf:
    entries: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class MapOf:
    pairs: tuple[tuple[Expression, Expression], ...]


@dataclass(frozen=True, slots=True)
class Unary:
    """`-`, `+` or `not`."""

    sign: str
    operand: Expression


@dataclass(frozen=True, slots=True)
class Binary:
    """Signs as we write them (`==`, `and`, `%`, `~`), and `=~`, `!~`, `->` of YAQL."""

    sign: str
    left: Expression
    right: Expression
    at: int = 0


@dataclass(frozen=True, slots=True)
class Choice:
    """`then if condition else otherwise`."""

    condition: Expression
    then: Expression
    otherwise: Expression


@dataclass(frozen=True, slots=True)
class Piped:
    """A Jinja filter (`x | name(...)`), or with `test` a test (`x is name(...)`)."""

    owner: Expression
    call: Call
    test: bool = False
    negated: bool = False


Expression = Literal | Local | Call | Member | Index | ListOf | MapOf | Unary | Binary | Choice | Piped


def locals_in(tree: Any) -> set[str]:
    """Every `$` and other local name an expression uses."""
    if isinstance(tree, Local):
        return {tree.name}
    if isinstance(tree, tuple):
        return set().union(*map(locals_in, tree))
    names = getattr(type(tree), "__slots__", ())
    return set().union(*(locals_in(getattr(tree, name)) for name in names))
