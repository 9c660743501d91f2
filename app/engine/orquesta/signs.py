"""Signs between and before expressions, in our language: `+`, `=~`, `->` and the like."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from app.engine.orquesta.notes import Untranslatable
from app.engine.orquesta.tree import Binary, Call, Unary
from app.engine.orquesta.written import ATOM, COMPARE, NOT, SIGN_LEVELS, UNARY, Written, call

if TYPE_CHECKING:
    from app.engine.orquesta.writer import Writer

_STATUS_WORDS = {"canceled": "cancelled", "timeout": "timed_out", "expired": "timed_out"}


def unary(writer: Writer, tree: Unary) -> Written:
    """A sign before an expression."""
    operand = writer.write(tree.operand)
    if tree.sign == "not":
        return Written(f"not {operand.within(NOT)}", NOT, "boolean")
    return Written(f"{tree.sign}{operand.within(UNARY)}", UNARY, operand.kind)


def binary(writer: Writer, tree: Binary) -> Written:
    """A sign between two expressions. Raises Untranslatable where ours have none like it."""
    special: dict[str, Callable[[Writer, Binary], Written]] = {
        "->": _with_let, "=~": _match, "!~": _match, "/": _division, "+": _sum,
    }  # fmt: skip
    if tree.sign in special:
        return special[tree.sign](writer, tree)
    left, right = _alike(writer.write(tree.left), writer.write(tree.right))
    return _joined(left, tree.sign, right, _kind(tree.sign, left, right))


def _joined(left: Written, sign: str, right: Written, kind: str) -> Written:
    level = SIGN_LEVELS.get(sign)
    if level is None:
        raise Untranslatable(f"The sign '{sign}' has no counterpart here.", hint="Write it anew.")
    lowest = level + 1 if level == COMPARE else level  # a < b < c is one comparison in Jinja2
    return Written(f"{left.within(lowest)} {sign} {right.within(level + 1)}", level, kind)


def _kind(sign: str, left: Written, right: Written) -> str:
    if SIGN_LEVELS.get(sign) == COMPARE or (sign in ("and", "or") and left.kind == right.kind == "boolean"):
        return "boolean"
    return left.kind if left.kind == right.kind else "any"


def _alike(left: Written, right: Written) -> tuple[Written, Written]:
    """Words for statuses are not the same here: compared with a task's status, they are replaced."""
    if left.kind == "status":
        return left, _status_word(right)
    if right.kind == "status":
        return _status_word(left), right
    return left, right


def _status_word(made: Written) -> Written:
    for there, here in _STATUS_WORDS.items():
        made = replace(made, text=made.text.replace(f"'{there}'", f"'{here}'"))
    return made


def _sum(writer: Writer, tree: Binary) -> Written:
    left, right = writer.write(tree.left), writer.write(tree.right)
    if "object" in (left.kind, right.kind):
        return call("merge", left, right, kind="object")
    if "string" in (left.kind, right.kind):
        return _joined(left, "~", right, "string")
    return _joined(left, "+", right, _kind("+", left, right))


def _division(writer: Writer, tree: Binary) -> Written:
    left, right = writer.write(tree.left), writer.write(tree.right)
    if "number" in (left.kind, right.kind):
        return _joined(left, "/", right, "number")
    if not left.kind == right.kind == "integer":
        writer.remark(
            "YAQL divides whole numbers without a rest, so `//` was written; write `/` where fractions count."
        )
    return _joined(left, "//", right, "integer")


def _match(writer: Writer, tree: Binary) -> Written:
    found = call("match", writer.write(tree.right), writer.write(tree.left), kind="boolean")
    return found if tree.sign == "=~" else Written(f"not {found.text}", NOT, "boolean")


def _with_let(writer: Writer, tree: Binary) -> Written:
    if not (isinstance(tree.left, Call) and tree.left.name == "let"):
        raise Untranslatable("`->` is known behind let() only.", hint="Write it anew.", offset=tree.at)
    values = {f"${name}": _as_part(writer.write(value)) for name, value in tree.left.named}
    values |= {f"${i}": _as_part(writer.write(value)) for i, value in enumerate(tree.left.args, start=1)}
    return writer.with_locals(values).write(tree.right)


def _as_part(made: Written) -> Written:
    return replace(made, text=made.atom, level=ATOM)
