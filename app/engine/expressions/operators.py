"""Arithmetic and comparison that a hostile operand cannot turn into gigabytes or minutes."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from typing import Any

from jinja2 import Undefined

from app.engine.expressions.budget import Budget
from app.engine.expressions.refusals import Refused, too_much
from app.engine.expressions.values import View, as_text, check_integer, measure, require, type_name

_PLAIN: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "//": operator.floordiv,
    "**": operator.pow, "%": operator.mod,
}  # fmt: skip
_WORDS = {"+": "added to", "-": "subtracted from", "*": "multiplied with", "/": "divided by", "//": "divided by",
          "**": "raised to", "%": "divided by"}  # fmt: skip


_FORMAT_CHARS = 10_000


def binary(sign: str, left: Any, right: Any, budget: Budget) -> Any:
    """`left sign right` for numbers, texts and lists, each within its limit."""
    require(left)
    require(right)
    if _is_number(left) and _is_number(right):
        return _numbers(sign, left, right, budget)
    if sign == "+" and type(left) is type(right) and isinstance(left, str | list | tuple):
        return _joined(left, right, budget)
    if sign == "*" and (_repeats(left, right) or _repeats(right, left)):
        return _repeated(left, right, budget)
    if sign == "%" and isinstance(left, str):
        return formatted(left, right, budget)
    raise Refused(f"{_said(left)} can't be {_WORDS[sign]} {_said(right)}", kind="type", hint=_way_out(sign, left, right))


def unary(sign: str, value: Any) -> Any:
    """`-value` or `+value` of a number."""
    if not _is_number(require(value)):
        raise Refused(f"`{sign}` needs a number, not {type_name(value)}", kind="type")
    return -value if sign == "-" else +value


def compare(sign: str, left: Any, right: Any, budget: Budget) -> bool:
    """`left sign right`; sign as Jinja2 names it (eq, ne, lt, lteq, gt, gteq, in, notin)."""
    if sign in ("in", "notin") and isinstance(right, View) and isinstance(left, str):
        return _has_field(right, left) == (sign == "in")
    left, right = _comparable(left, budget), _comparable(right, budget)
    if sign in ("in", "notin"):
        return _inside(left, right) == (sign == "in")
    try:
        return bool(_COMPARE[sign](left, right))
    except TypeError:
        raise Refused(f"{_said(left)} can't be compared with {_said(right)}", kind="type") from None


_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "eq": operator.eq, "ne": operator.ne, "lt": operator.lt, "lteq": operator.le, "gt": operator.gt, "gteq": operator.ge,
}  # fmt: skip


def formatted(pattern: str, values: Any, budget: Budget) -> str:
    """`'%s: %d' % (a, b)`; widths have at most three digits, containers appear as JSON."""
    if len(pattern) > _FORMAT_CHARS:
        raise too_much("A format", f"{_FORMAT_CHARS} characters")
    widths = 0
    for spec in re.findall(r"%(?:\([^)]*\))?([^a-zA-Z%]*)", pattern):
        if "*" in spec or re.search(r"\d{4}", spec):
            raise too_much("The width in a format", 999)
        widths += sum(int(n) for n in re.findall(r"\d+", spec))
    if isinstance(values, Mapping):
        arguments: Any = {str(k): _format_argument(v, budget) for k, v in values.items()}
    else:
        listed = values if isinstance(values, list | tuple) else (values,)
        arguments = tuple(_format_argument(v, budget) for v in listed)
    given = arguments.values() if isinstance(arguments, dict) else arguments
    longest = max((len(a) for a in given if isinstance(a, str)), default=0)
    budget.text(len(pattern) + widths + pattern.count("%") * max(longest, 1300))
    try:
        return str(pattern % arguments)
    except (TypeError, ValueError, KeyError, OverflowError):
        raise Refused("The format does not fit the values given", kind="type") from None


def _numbers(sign: str, left: Any, right: Any, budget: Budget) -> Any:
    if isinstance(left, int) and isinstance(right, int):
        _check_growth(sign, left, right, budget)
    try:
        value = _PLAIN[sign](left, right)
    except ZeroDivisionError:
        raise Refused("Division by zero", kind="value") from None
    except OverflowError:
        raise Refused("The number becomes too large", kind="limit") from None
    if isinstance(value, complex):
        raise Refused("A root of a negative number is no number here", kind="value")
    return value


def _check_growth(sign: str, left: int, right: int, budget: Budget) -> None:
    check_integer(left, budget)
    check_integer(right, budget)
    if sign == "**" and right > 1 and left.bit_length() * right > budget.limits.integer_bits + right:
        raise too_much("A whole number", f"{budget.limits.integer_bits} bits")
    if sign == "*" and left.bit_length() + right.bit_length() > budget.limits.integer_bits + 1:
        raise too_much("A whole number", f"{budget.limits.integer_bits} bits")


def _joined(left: Any, right: Any, budget: Budget) -> Any:
    size = len(left) + len(right)
    budget.text(size) if isinstance(left, str) else budget.entries(size)
    return left + right


def _repeats(what: Any, times: Any) -> bool:
    return isinstance(what, str | list | tuple) and isinstance(times, int) and not isinstance(times, bool)


def _repeated(left: Any, right: Any, budget: Budget) -> Any:
    what, times = (right, left) if isinstance(left, int) else (left, right)
    size = len(what) * max(times, 0)
    budget.text(size) if isinstance(what, str) else budget.entries(size)
    return what * times


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float)


def _said(value: Any) -> str:
    return {"boolean": "a boolean", "null": "null"}.get(type_name(value), f"{_article(type_name(value))}{type_name(value)}")


def _article(word: str) -> str:
    return "" if word == "text" else "an " if word[0] in "aeiou" else "a "


def _way_out(sign: str, left: Any, right: Any) -> str | None:
    if sign == "+" and (isinstance(left, str) or isinstance(right, str)):
        return "write `a ~ b` to join texts, or int(x) / number(x) to calculate"
    if sign == "+" and isinstance(left, Mapping) and isinstance(right, Mapping):
        return "write merge(a, b)"
    if isinstance(left, str) or isinstance(right, str):
        return "int(x) or number(x) makes a number of a text"
    return None


def _format_argument(value: Any, budget: Budget) -> Any:
    plain = _is_number(require(value)) and not isinstance(value, bool)
    return value if plain else as_text(value, budget)


def _comparable(value: Any, budget: Budget) -> Any:
    if isinstance(value, str | int | float) or value is None:
        return value
    if isinstance(value, Undefined):
        return require(value)
    if isinstance(value, View):
        value = value.as_json()
    measure(value, budget)
    return list(value) if isinstance(value, tuple | range) else value


def _has_field(view: View, name: str) -> bool:
    try:
        return not isinstance(view.field(name), Undefined)
    except KeyError:
        return False


def _inside(needle: Any, haystack: Any) -> bool:
    if isinstance(haystack, str):
        if not isinstance(needle, str):
            raise Refused(f"Only a text can be in a text, not {_said(needle)}", kind="type", hint="write string(x)")
        return needle in haystack
    if isinstance(haystack, Mapping):
        return isinstance(needle, str) and needle in haystack
    if isinstance(haystack, list):
        return needle in haystack
    raise Refused(f"`in` needs a list, a mapping or a text, not {_said(haystack)}", kind="type")
