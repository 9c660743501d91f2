"""Jinja's filters and tests: most are the same here, a few have other names, the rest is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.engine.expressions.calls import filters, tests
from app.engine.expressions.missing import near_names
from app.engine.orquesta.notes import Untranslatable
from app.engine.orquesta.tree import Call, Piped
from app.engine.orquesta.written import COMPARE, Written, pipe

if TYPE_CHECKING:
    from app.engine.orquesta.writer import Writer

_OTHER_NAMES = {
    "from_json_string": "from_json", "to_json_string": "to_json", "regex_match": "match", "regex_search": "match",
    "decrypt_kv": "", "json_dump": "to_json", "json_parse": "from_json", "zip": "zip", "count": "length",
}  # fmt: skip
_BOOLEAN = frozenset({"match", "contains", "starts_with", "ends_with", "bool"})


def filtered(writer: Writer, tree: Piped) -> Written:
    """`x | name(...)`."""
    owner, wanted = writer.write(tree.owner), tree.call
    name = _OTHER_NAMES.get(wanted.name, wanted.name)
    if name not in filters.calls:
        raise _unknown("filter", wanted, list(filters.calls))
    kind = "boolean" if name in _BOOLEAN else "any"
    return pipe(owner, name + _arguments(writer, wanted), kind=kind)


def tested(writer: Writer, tree: Piped) -> Written:
    """`x is name(...)`."""
    owner, wanted = writer.write(tree.owner), tree.call
    if wanted.name not in tests.calls:
        raise _unknown("test", wanted, list(tests.calls))
    word = "is not" if tree.negated else "is"
    return Written(
        f"{owner.within(COMPARE + 1)} {word} {wanted.name}{_arguments(writer, wanted)}", COMPARE, "boolean"
    )


def _arguments(writer: Writer, wanted: Call) -> str:
    parts = [writer.write(arg).text for arg in wanted.args]
    parts += [f"{name}={writer.write(value).text}" for name, value in wanted.named]
    return f"({', '.join(parts)})" if parts else ""


def _unknown(what: str, wanted: Call, known: list[str]) -> Untranslatable:
    near = near_names(wanted.name, known)
    hint = f"Perhaps {' or '.join(near)} will do." if near else "Let an action calculate it."
    return Untranslatable(f"There is no {what} '{wanted.name}' here.", hint=hint)
