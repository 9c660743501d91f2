"""A tree of Orquesta's expressions to the text of ours. What has no counterpart raises Untranslatable."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from app.engine.orquesta import functions, methods, pipes, signs
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
    CHOICE,
    COMPARE,
    OR,
    SIGN_LEVELS,
    Written,
    literal,
)


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
    Unary: signs.unary, Binary: signs.binary, Choice: _choice, Piped: _piped,
}  # fmt: skip
