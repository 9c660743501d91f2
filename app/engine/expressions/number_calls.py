"""Functions and filters on numbers, and the casts."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

from jinja2 import filters as jinja_filters

from app.engine.expressions.calls import entries_of, filters, functions
from app.engine.expressions.operators import binary, compare
from app.engine.expressions.refusals import Refused
from app.engine.expressions.values import type_name

if TYPE_CHECKING:
    from app.engine.expressions.context import RenderContext

_INTEGER = re.compile(r"[+-]?\d{1,1200}")
_NUMBER = re.compile(r"[+-]?(\d{1,1200}(\.\d{0,400})?|\.\d{1,400})([eE][+-]?\d{1,3})?")


@functions.add("abs(number)", "the number without its sign", filters)
def _abs(context: RenderContext, value: Any) -> Any:
    return abs(_number_of(value, "abs"))


@functions.add("floor(number)", "largest whole number not above it", filters)
def _floor(context: RenderContext, value: Any) -> int:
    return math.floor(_finite(value, "floor"))


@functions.add("ceil(number)", "smallest whole number not below it", filters)
def _ceil(context: RenderContext, value: Any) -> int:
    return math.ceil(_finite(value, "ceil"))


@functions.add("round(number, digits=0)", "rounded, halves away from zero; a whole number when digits is 0")
def _round(context: RenderContext, value: Any, digits: int = 0) -> Any:
    number = _finite(value, "round")
    if isinstance(number, int) and digits >= 0:
        return number
    rounded = _half_up(number, digits)
    return int(rounded) if digits <= 0 else rounded


@filters.add('round(precision=0, method="common")', "rounded, as a number with a fraction; method common, ceil or floor")
def _round_filter(context: RenderContext, value: Any, precision: int = 0, method: str = "common") -> float:
    number = float(_finite(value, "round"))
    if method == "common":
        return _half_up(number, precision)
    if method not in ("ceil", "floor"):
        raise Refused("round knows the methods common, ceil and floor", kind="value")
    scale = 10.0 ** _digits(precision)
    return float((math.ceil if method == "ceil" else math.floor)(number * scale) / scale)


@functions.add("min(list) or min(a, b, ...)", "the smallest")
def _min(context: RenderContext, *values: Any) -> Any:
    return _extreme(context, "lt", "min", values)


@functions.add("max(list) or max(a, b, ...)", "the largest")
def _max(context: RenderContext, *values: Any) -> Any:
    return _extreme(context, "gt", "max", values)


@filters.add("min(attribute=null)", "the smallest entry, by that field of each when given")
def _min_filter(context: RenderContext, value: Any, case_sensitive: bool = False, attribute: Any = None) -> Any:
    return _extreme(context, "lt", "min", (value,), attribute)


@filters.add("max(attribute=null)", "the largest entry, by that field of each when given")
def _max_filter(context: RenderContext, value: Any, case_sensitive: bool = False, attribute: Any = None) -> Any:
    return _extreme(context, "gt", "max", (value,), attribute)


@functions.add("sum(list)", "all numbers added up")
def _sum(context: RenderContext, value: Any, start: Any = 0) -> Any:
    total = start
    for entry in entries_of(value, "sum"):
        context.budget.turn()
        total = binary("+", total, _number_of(entry, "sum"), context.budget)
    return total


@filters.add("sum(attribute=null, start=0)", "all numbers (or that field of each entry) added up")
def _sum_filter(context: RenderContext, value: Any, attribute: Any = None, start: Any = 0) -> Any:
    entries = entries_of(value, "sum")
    if attribute is not None:
        entries = [context.environment.at_path(entry, attribute) for entry in entries]
    return _sum(context, entries, start)


@functions.add("number(value)", "a number of a number, a numeric text or a boolean", filters)
def _number(context: RenderContext, value: Any) -> float:
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int | float):
        return value
    text = value.strip() if isinstance(value, str) else ""
    if _INTEGER.fullmatch(text):
        return int(text)
    if _NUMBER.fullmatch(text):
        return float(text)
    raise Refused(f"number can't read this {type_name(value)} as a number", kind="value")


@functions.add("int(value)", "a whole number; fractions are cut off")
def _int(context: RenderContext, value: Any) -> int:
    number = _number(context, value)
    return int(_finite(number, "int"))


@filters.add("int(default=0, base=10)", "a whole number, or the default when it can't be read as one")
def _int_filter(context: RenderContext, value: Any, default: Any = 0, base: int = 10) -> Any:
    if isinstance(value, str) and len(value) > 1200:
        return default
    return jinja_filters.do_int(value, default, base)


@filters.add("float(default=0.0)", "a number with a fraction, or the default when it can't be read as one")
def _float_filter(context: RenderContext, value: Any, default: Any = 0.0) -> Any:
    return jinja_filters.do_float(value, default)


@functions.add("bool(value)", "true or false of a boolean, a number, null, or the texts true/false, yes/no, on/off, 1/0", filters)
def _bool(context: RenderContext, value: Any) -> bool:
    if isinstance(value, str):
        word = value.strip().lower()
        if word in ("true", "yes", "on", "1"):
            return True
        if word in ("false", "no", "off", "0", ""):
            return False
        raise Refused("bool can't read this text as true or false", kind="value")
    return bool(value)


@filters.add("filesizeformat(binary=false)", "a number of bytes for people: `4.1 MB`")
def _filesizeformat(context: RenderContext, value: Any, binary: bool = False) -> str:
    return jinja_filters.do_filesizeformat(_number(context, value), binary)


def _extreme(context: RenderContext, sign: str, who: str, values: tuple[Any, ...], attribute: Any = None) -> Any:
    entries = entries_of(values[0], who) if len(values) == 1 else list(values)
    if not entries:
        raise Refused(f"{who} of an empty list", kind="value", hint=f"write `({who}(x)) if x else ...`")
    best, best_key = entries[0], _key(context, entries[0], attribute)
    for entry in entries[1:]:
        context.budget.turn()
        key = _key(context, entry, attribute)
        if compare(sign, key, best_key, context.budget):
            best, best_key = entry, key
    return best


def _key(context: RenderContext, entry: Any, attribute: Any) -> Any:
    return entry if attribute is None else context.environment.at_path(entry, attribute)


def _number_of(value: Any, who: str) -> Any:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    raise Refused(f"{who} needs a number, not {type_name(value)}", kind="type", hint="number(x) reads a text as a number")


def _finite(value: Any, who: str) -> float:
    number: float = _number_of(value, who)
    if isinstance(number, float) and not math.isfinite(number):
        raise Refused(f"{who} needs a finite number", kind="value")
    return number


def _digits(digits: int) -> int:
    if not isinstance(digits, int) or abs(digits) > 300:
        raise Refused("round takes at most 300 digits", kind="limit")
    return digits


def _half_up(number: float, digits: int) -> float:
    scale = 10.0 ** _digits(digits)
    scaled = abs(number) * scale
    if not math.isfinite(scaled) or scaled > 2**52:
        return float(number)
    nearest = math.floor(scaled + 0.5)
    return math.copysign(round(nearest / scale, max(digits, 0)), number)
