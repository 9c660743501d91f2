"""The words of a YAQL expression.

Source: the grammar in YAQL's own documentation; a bare word is a text, `=` compares, `=>` names an argument.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from app.engine.orquesta.notes import Untranslatable

_TOKEN = re.compile(
    r"""
      (?P<space>\s+)
    | (?P<number>\d+(\.\d+)?\b)
    | (?P<dollar>\$\w*)
    | (?P<function>[^\W\d]\w*\()
    | (?P<word>[^\W\d]\w*)
    | (?P<text>'([^'\\]|\\.)*'|"([^"\\]|\\.)*"|`([^`\\]|\\.)*`)
    | (?P<sign>=>|->|\?\.|=~|!~|!=|>=|<=|[=><+\-*/.\[\]{}(),])
    """,
    re.VERBOSE | re.DOTALL,
)
_CONSTANTS: dict[str, Any] = {"true": True, "false": False, "null": None}
_WORD_SIGNS = frozenset({"and", "or", "not", "in", "mod"})
_ESCAPE = re.compile(r"\\(U[0-9a-fA-F]{8}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|[0-7]{1,3}|.)", re.DOTALL)
_SIMPLE = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}


@dataclass(frozen=True, slots=True)
class Token:
    """`kind`: literal, word, dollar, function (its `(` is part of it), sign, end. `at`: offset in the expression."""

    kind: str
    value: Any
    at: int


def tokens_of(source: str) -> list[Token]:
    """The words of the expression, with an `end` at its end. Raises Untranslatable at a character YAQL has not."""
    found: list[Token] = []
    at = 0
    while at < len(source):
        match = _TOKEN.match(source, at)
        if match is None:
            raise Untranslatable(
                f"'{source[at]}' can't be read in YAQL here.",
                hint="Check the expression, and write it anew.",
                offset=at,
            )
        if match.lastgroup != "space":
            found.append(_token(str(match.lastgroup), match.group(), at))
        at = match.end()
    return [*found, Token("end", "", len(source))]


def _token(group: str, text: str, at: int) -> Token:
    if group == "number":
        return Token("literal", float(text) if "." in text else int(text), at)
    if group == "text":
        return Token("literal", _unescaped(text), at)
    if group == "function":
        return _function(text[:-1], at)
    if group == "word" and text in _CONSTANTS:
        return Token("literal", _CONSTANTS[text], at)
    if group == "word" and text in _WORD_SIGNS:
        return Token("sign", text, at)
    return Token(group, text, at)


def _function(name: str, at: int) -> Token:
    # `not(x)` and `x in(...)` are operators with parentheses; the parser reads on behind the name
    return Token("sign_open" if name in _WORD_SIGNS else "function", name, at)


def _unescaped(text: str) -> str:
    inner = text[1:-1]
    return inner.replace("\\`", "`") if text[0] == "`" else _ESCAPE.sub(_character, inner)


def _character(match: re.Match[str]) -> str:
    code = match.group(1)
    if code[0] in "Uux" and len(code) > 1:
        return chr(min(int(code[1:], 16), 0x10FFFF))
    if code.isdigit() and code.isascii():
        return chr(int(code, 8)) if not set(code) & {"8", "9"} else match.group()
    return _SIMPLE.get(code, code if code in "\\'\"" else match.group())
