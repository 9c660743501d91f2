"""Pieces of our expression language on their way to a whole text, with what is needed to put them together."""

from __future__ import annotations

import keyword
from dataclasses import dataclass, replace
from typing import Any

# How tight a piece holds together, as Jinja2's parser climbs.
CHOICE, OR, AND, NOT, COMPARE, ADD, CONCAT, MULTIPLY, UNARY, FILTER, ATOM = range(11)
SIGN_LEVELS = {
    "or": OR, "and": AND, "==": COMPARE, "!=": COMPARE, "<": COMPARE, ">": COMPARE, "<=": COMPARE, ">=": COMPARE,
    "in": COMPARE, "not in": COMPARE, "+": ADD, "-": ADD, "~": CONCAT, "*": MULTIPLY, "/": MULTIPLY, "//": MULTIPLY,
    "%": MULTIPLY,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Written:
    """A piece of text.

    Attributes:
        level: one of the constants above.
        kind: what is known of its value: boolean, integer, number, string, array, object, text of `type_of`,
            or what its fields mean: context, st2, result, items, record, status, item; `any`.
        task: name (in Orquesta) of the task whose result or record it is.
    """

    text: str
    level: int = ATOM
    kind: str = "any"
    task: str = ""

    def within(self, level: int) -> str:
        """The text as a part of something of that level: in parentheses when it holds less tight."""
        return self.text if self.level >= level else f"({self.text})"

    def of(self, kind: str) -> Written:
        return replace(self, kind=kind)

    @property
    def atom(self) -> str:
        return self.within(ATOM)


def call(name: str, *args: Written, kind: str = "any") -> Written:
    """`name(a, b)`."""
    return Written(f"{name}({', '.join(arg.text for arg in args)})", kind=kind)


def pipe(owner: Written, text: str, *, kind: str = "any", task: str = "") -> Written:
    """`owner | text`."""
    return Written(f"{owner.within(FILTER)} | {text}", FILTER, kind, task)


def member(owner: Written, name: str) -> Written:
    """`owner.name`, or `owner['a b']`."""
    return Written(owner.atom + f".{name}" if is_plain(name) else f"{owner.atom}[{quoted(name)}]")


def literal(value: Any) -> Written:
    """Text, number, boolean or null as our expressions write it."""
    if value is None:
        return Written("null")
    if isinstance(value, bool):
        return Written("true" if value else "false", kind="boolean")
    if isinstance(value, int | float):
        return Written(repr(value), kind="integer" if isinstance(value, int) else "number")
    return Written(quoted(str(value)), kind="string")


def quoted(text: str) -> str:
    """A text in single quotes; Jinja2 reads escapes as Python does."""
    escaped = (
        text.replace("\\", "\\\\")
        .replace("'", "\\'")
        .replace("\n", "\\n")
        .replace("\r", "\\r")
        .replace("\t", "\\t")
    )
    return f"'{escaped}'"


def is_plain(name: str) -> bool:
    """Whether a name can stand behind a dot."""
    return name.isidentifier() and name.isascii() and not keyword.iskeyword(name)
