"""JSON values: what comes out of an expression, how it looks inside a text, and how large it is."""

from __future__ import annotations

import json
import math
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from types import GeneratorType
from typing import Any

from jinja2 import Undefined

from app.engine.expressions.budget import Budget
from app.engine.expressions.missing import Missing
from app.engine.expressions.refusals import OUTPUT_SETTING, Refused, too_much


class View(ABC):
    """An object templates may look into without seeing Python: fields by name, and a JSON form."""

    __slots__ = ()

    @abstractmethod
    def field(self, name: str) -> Any:
        """Value of a field; raises KeyError."""

    @abstractmethod
    def field_names(self) -> Iterable[str]:
        """Names that exist, for near names."""

    @abstractmethod
    def as_json(self) -> Any:
        """The whole, as mappings, lists, scalars and other views."""


TYPE_NAMES: dict[type, str] = {
    type(None): "null", bool: "boolean", int: "integer", float: "number", str: "text", list: "list", tuple: "list",
    dict: "mapping", range: "list",
}  # fmt: skip


def type_name(value: Any) -> str:
    """The word for a value's type in messages."""
    if isinstance(value, Undefined):
        return "undefined"
    if isinstance(value, Mapping | View):
        return "mapping"
    return TYPE_NAMES.get(type(value), type(value).__name__)


class JsonConversion:
    """One walk over a value that makes plain JSON of it, within the limits of a budget."""

    def __init__(self, budget: Budget, *, lenient: bool = False) -> None:
        self._budget = budget
        self._lenient = lenient
        self._nodes = budget.limits.nodes
        self._chars = budget.limits.value_chars

    def convert(self, value: Any, depth: int = 0) -> Any:
        """Plain JSON; raises Refused for what is no JSON, too deep or too large."""
        self._nodes -= 1
        if self._nodes < 0:
            raise too_much("The value", f"{self._budget.limits.nodes} entries")
        if not self._nodes & 4095:
            self._budget.check_time()
        kind = type(value)
        if kind is str:
            return self._text(value)
        if kind is bool or value is None:
            return value
        if kind is int or kind is float:
            return self._number(value)
        if depth > self._budget.limits.depth:
            raise too_much("The nesting of the value", self._budget.limits.depth)
        return self._container(value, depth)

    @property
    def nodes_made(self) -> int:
        """Values converted so far."""
        return self._budget.limits.nodes - self._nodes

    def _text(self, value: str) -> str:
        self._chars -= len(value)
        if self._chars < 0:
            raise too_much("The value", f"{self._budget.limits.value_chars} characters")
        return value

    def _number(self, value: float) -> float:
        if isinstance(value, float) and not math.isfinite(value):
            raise Refused("The value is not a number that JSON knows (infinite or NaN)", kind="type")
        if isinstance(value, int):
            check_integer(value, self._budget)
        return value

    def _container(self, value: Any, depth: int) -> Any:
        if isinstance(value, Mapping):
            return {self._key(k): self.convert(v, depth + 1) for k, v in value.items()}
        if isinstance(value, list | tuple | range | GeneratorType):
            return [self.convert(v, depth + 1) for v in value]
        if isinstance(value, View):
            return self.convert(value.as_json(), depth)
        if isinstance(value, Undefined):
            return self._undefined(value)
        return self._scalar(value)

    def _key(self, key: Any) -> str:
        if isinstance(key, str):
            return self._text(str(key))
        raise Refused(f"A key of a mapping must be text, not {type_name(key)}", kind="type", hint="write string(x)")

    def _undefined(self, value: Undefined) -> None:
        if isinstance(value, Missing) and not self._lenient:
            raise value.refusal()

    def _scalar(self, value: Any) -> Any:
        for kind in (bool, int, float, str):
            if isinstance(value, kind):  # an enum, a lazy text: the plain value of it
                return self.convert(kind(value))
        raise Refused(f"The value is no JSON: its type is {type_name(value)}", kind="type")


def to_json(value: Any, budget: Budget, *, lenient: bool = False) -> Any:
    """`value` as plain JSON data. Scalars pass at once; with `lenient`, missing names become null."""
    if value is None or value is True or value is False:
        return value
    conversion = JsonConversion(budget, lenient=lenient)
    plain = conversion.convert(value)
    budget.count_made(conversion.nodes_made)
    return plain


def as_text(value: Any, budget: Budget, *, lenient: bool = False) -> str:
    """How a value looks inside a text: text as it is, everything else as JSON, never as Python."""
    if type(value) is str:
        return value
    if isinstance(value, Undefined) and not isinstance(value, Missing):
        return ""  # an `if` without an `else`
    plain = to_json(value, budget, lenient=lenient)
    return plain if isinstance(plain, str) else dump(plain, budget)


def dump(plain: Any, budget: Budget, *, indent: int | None = None, sort_keys: bool = False) -> str:
    """Compact JSON text of plain data, refused as soon as it grows too long."""
    encoder = json.JSONEncoder(
        ensure_ascii=False, separators=(",", ":") if indent is None else (",", ": "), indent=indent, sort_keys=sort_keys
    )
    if not isinstance(plain, dict | list):
        return encoder.encode(plain)
    pieces: list[str] = []
    size = 0
    for piece in encoder.iterencode(plain):
        size += len(piece)
        if size > budget.limits.output_chars:
            raise too_much("A text", f"{budget.limits.output_chars} characters", setting=OUTPUT_SETTING)
        pieces.append(piece)
    return "".join(pieces)


def check_integer(value: int, budget: Budget) -> None:
    if value.bit_length() > budget.limits.integer_bits:
        raise too_much("A whole number", f"{budget.limits.integer_bits} bits")


def measure(value: Any, budget: Budget) -> None:
    """Refuse values whose comparison could take for ever (a list may hold the same list many times over)."""
    todo = [value]
    seen = 0
    while todo:
        current = todo.pop()
        seen += 1
        if seen > budget.limits.nodes:
            raise too_much("The value", f"{budget.limits.nodes} entries")
        if not seen & 4095:
            budget.check_time()
        if isinstance(current, Undefined):
            require(current)
        elif isinstance(current, Mapping):
            todo.extend(current.values())
        elif isinstance(current, list | tuple):
            todo.extend(current)


def require(value: Any) -> Any:
    """The value; raises Refused when it is undefined."""
    if isinstance(value, Missing):
        raise value.refusal()
    if isinstance(value, Undefined):
        raise Refused("An `if` without `else` gave no value", kind="undefined", hint="add `else ...`")
    return value
