"""A tree of Orquesta's expressions to the text of ours. What has no counterpart raises Untranslatable."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from app.engine.orquesta import functions, methods, pipes
from app.engine.orquesta.names import Names
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
    locals_in,
)
from app.engine.orquesta.written import (
    ATOM,
    CHOICE,
    COMPARE,
    NOT,
    OR,
    SIGN_LEVELS,
    UNARY,
    Written,
    call,
    literal,
)

_STATUS_WORDS = {"canceled": "cancelled", "timeout": "timed_out", "expired": "timed_out"}
_NUMBERS = frozenset({"integer", "number"})


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes expressions at one place.

    Attributes:
        locals: values of `$name` given by `let(...)`.
        remarks: what is carried over but may mean something else; filled while writing.
    """

    names: Names
    locals: Mapping[str, Written] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)

    def write(self, tree: Expression) -> Written:
        """The expression in our language."""
        made = _WRITERS[type(tree)](self, tree)
        assert isinstance(made, Written)
        return made

    def condition(self, tree: Expression) -> Written:
        """The same, as something that is true or false: Orquesta asks whether a value is empty, we want a boolean."""
        if isinstance(tree, Binary) and tree.sign in ("and", "or"):
            level = SIGN_LEVELS[tree.sign]
            left, right = self.condition(tree.left), self.condition(tree.right)
            return Written(f"{left.within(level)} {tree.sign} {right.within(level + 1)}", level, "boolean")
        made = self.write(tree)
        if made.kind == "boolean":
            return made
        return Written(f"true if {made.within(OR)} else false", CHOICE, "boolean")

    def remark(self, text: str) -> None:
        if text not in self.remarks:
            self.remarks.append(text)

    def with_locals(self, values: Mapping[str, Written]) -> Writer:
        return replace(self, locals={**self.locals, **values})


def _literal(writer: Writer, tree: Literal) -> Written:
    return literal(tree.value)


def _local(writer: Writer, tree: Local) -> Written:
    if tree.name in writer.locals:
        return writer.locals[tree.name]
    what = "`$` outside of select() and where()" if tree.name.startswith("$") else f"The name '{tree.name}'"
    raise Untranslatable(f"{what} has no meaning here.", hint="Write ctx().name for a variable.")


def _call(writer: Writer, tree: Call) -> Written:
    if tree.name in functions.FUNCTIONS:
        return functions.FUNCTIONS[tree.name](writer, tree)
    if tree.args and tree.name in methods.METHODS:  # f(x, ...) is x.f(...)
        return methods.METHODS[tree.name](
            writer, writer.write(tree.args[0]), replace(tree, args=tree.args[1:])
        )
    raise Untranslatable(
        f"There is no function here for '{tree.name}()'.",
        hint="Calculate it in an action, or write it with the functions of docs/reference/expressions.md.",
        offset=tree.at,
    )


def _member(writer: Writer, tree: Member) -> Written:
    if isinstance(tree.name, Call):
        return _method(writer, tree, tree.name)
    if isinstance(tree.owner, Local) and tree.owner.name == "$" and f"${tree.name}" in writer.locals:
        return writer.locals[f"${tree.name}"]
    owner = writer.write(tree.owner)
    made = writer.names.field_of(owner, tree.name)
    if not tree.safe:
        return made
    return Written(f"{made.within(OR)} if {owner.within(COMPARE)} is not none else null", CHOICE)


def _method(writer: Writer, tree: Member, wanted: Call) -> Written:
    owner = writer.write(tree.owner)
    if wanted.name in methods.METHODS:
        return methods.METHODS[wanted.name](writer, owner, wanted)
    raise Untranslatable(
        f"There is no counterpart here for '.{wanted.name}()'.",
        hint="Calculate it in an action, or write it with the functions of docs/reference/expressions.md.",
        offset=wanted.at or tree.at,
    )


def _index(writer: Writer, tree: Index) -> Written:
    owner = writer.write(tree.owner)
    if isinstance(tree.key, Literal) and isinstance(tree.key.value, str):
        return writer.names.field_of(owner, tree.key.value)
    if locals_in(tree.key):
        return methods.METHODS["where"](writer, owner, Call("where", (tree.key,), at=tree.at))
    made = Written(f"{owner.atom}[{writer.write(tree.key).text}]")
    return replace(made, kind="item_result", task=owner.task) if owner.kind == "items" else made


def _list(writer: Writer, tree: ListOf) -> Written:
    return Written(f"[{', '.join(writer.write(entry).text for entry in tree.entries)}]", kind="array")


def _map(writer: Writer, tree: MapOf) -> Written:
    pairs = (f"{writer.write(key).text}: {writer.write(value).text}" for key, value in tree.pairs)
    return Written(f"{{{', '.join(pairs)}}}", kind="object")


def _unary(writer: Writer, tree: Unary) -> Written:
    operand = writer.write(tree.operand)
    if tree.sign == "not":
        return Written(f"not {operand.within(NOT)}", NOT, "boolean")
    return Written(f"{tree.sign}{operand.within(UNARY)}", UNARY, operand.kind)


def _binary(writer: Writer, tree: Binary) -> Written:
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


def _choice(writer: Writer, tree: Choice) -> Written:
    then, otherwise = writer.write(tree.then), writer.write(tree.otherwise)
    kind = then.kind if then.kind == otherwise.kind else "any"
    condition = writer.write(tree.condition)
    return Written(
        f"{then.within(OR)} if {condition.within(OR)} else {otherwise.within(CHOICE)}", CHOICE, kind
    )


def _piped(writer: Writer, tree: Piped) -> Written:
    return pipes.tested(writer, tree) if tree.test else pipes.filtered(writer, tree)


_WRITERS: dict[type, Callable[[Writer, Any], Written]] = {
    Literal: _literal, Local: _local, Call: _call, Member: _member, Index: _index, ListOf: _list, MapOf: _map,
    Unary: _unary, Binary: _binary, Choice: _choice, Piped: _piped,
}  # fmt: skip
