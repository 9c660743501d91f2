"""What a plain YAML scalar means: the YAML 1.2 core schema, without what JSON can't hold.

`yes`, `no`, `on`, `off` and dates are text, `010` is 10, `.inf` and `.nan` are refused.
Source: language.md 9 and 11 "Saving".
"""

from __future__ import annotations

import math
import re

MAX_DIGITS = 400

_CONSTANTS: dict[str, bool | None] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True,
    "false": False, "False": False, "FALSE": False,
}  # fmt: skip
_INTEGER = re.compile(r"[-+]?[0-9]+\Z")
_OCTAL = re.compile(r"0o[0-7]+\Z")
_HEXADECIMAL = re.compile(r"0x[0-9a-fA-F]+\Z")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
_NOT_FINITE = re.compile(r"([-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))\Z")
_NUMERIC_STARTS = frozenset("-+.0123456789")


class ScalarRefused(ValueError):
    """A scalar that has no JSON value; the message says why and what to write."""


def plain_value(text: str) -> str | int | float | bool | None:
    """The value of an unquoted scalar. Raises ScalarRefused for numbers JSON can't hold."""
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if text[0] not in _NUMERIC_STARTS:
        return text
    return _number_or_text(text)


def tagged_value(tag: str, text: str) -> str | int | float | bool | None:
    """The value of a scalar with one of the core tags (`!!int 7`). Raises ScalarRefused for every other tag."""
    kind = tag.removeprefix("tag:yaml.org,2002:")
    if tag == "!" or kind == "str":
        return text
    value = plain_value(text)
    fits = {
        "null": value is None,
        "bool": isinstance(value, bool),
        "int": isinstance(value, int) and not isinstance(value, bool),
        "float": isinstance(value, int | float) and not isinstance(value, bool),
    }
    if kind not in fits:
        raise ScalarRefused(f"The tag {_shown_tag(tag)} is not supported; leave it out and write plain data.")
    if not fits[kind]:
        raise ScalarRefused(f"'{_shortened(text)}' does not fit its tag {_shown_tag(tag)}.")
    return float(value) if kind == "float" and isinstance(value, int) else value


def _number_or_text(text: str) -> str | int | float:
    if len(text) > MAX_DIGITS and (_FLOAT.match(text) or _HEXADECIMAL.match(text) or _OCTAL.match(text)):
        raise ScalarRefused(
            f"A number of {len(text)} characters is too long; write it in quotes to keep it as text."
        )
    if _INTEGER.match(text):
        return int(text, 10)
    if _OCTAL.match(text):
        return int(text[2:], 8)
    if _HEXADECIMAL.match(text):
        return int(text[2:], 16)
    if _NOT_FINITE.match(text):
        raise ScalarRefused(f"{text} is no JSON number; write it in quotes if text is meant.")
    return _finite(text) if _FLOAT.match(text) else text


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ScalarRefused(f"The number {text} is too large; write it in quotes if text is meant.")
    return number


def _shown_tag(tag: str) -> str:
    return _shortened(tag.replace("tag:yaml.org,2002:", "!!"))


def _shortened(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "..."
