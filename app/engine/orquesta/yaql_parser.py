"""YAQL to a tree, by precedence climbing.

From tight to loose: `.`, `[]`, unary, `=~`, `* / mod`, `+ -`, comparisons and `in`, `not`, `and`, `or`, `->`.
"""

from __future__ import annotations

from app.engine.orquesta.notes import Untranslatable
from app.engine.orquesta.tree import (
    Binary,
    Call,
    Expression,
    Index,
    ListOf,
    Literal,
    Local,
    MapOf,
    Member,
    Unary,
)
from app.engine.orquesta.yaql_lexer import Token, tokens_of

MAX_SOURCE = 64 * 1024
MAX_DEPTH = 60
_LEVELS: dict[str, int] = {
    "->": 1, "or": 2, "and": 3,
    ">": 5, "<": 5, ">=": 5, "<=": 5, "!=": 5, "=": 5, "in": 5,
    "+": 6, "-": 6, "*": 7, "/": 7, "mod": 7, "=~": 8, "!~": 8,
}  # fmt: skip
_NOT_LEVEL = 4
_UNARY_LEVEL = 9
_OURS = {"=": "==", "mod": "%"}


def parse_yaql(source: str) -> Expression:
    """The tree of an expression, without its `<% %>`. Raises Untranslatable."""
    if len(source) > MAX_SOURCE:
        raise Untranslatable(
            f"The expression has {len(source):,} characters.", hint="Split it into several variables."
        )
    parser = _Parser(tokens_of(source))
    tree = parser.expression(0)
    parser.expect("end", "")
    return tree


class _Parser:
    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._place = 0
        self._depth = 0

    @property
    def _next(self) -> Token:
        return self._tokens[self._place]

    def _take(self) -> Token:
        token = self._next
        self._place += token.kind != "end"
        return token

    def _is(self, sign: str) -> bool:
        return self._next.kind == "sign" and self._next.value == sign

    def expect(self, kind: str, value: str) -> Token:
        token = self._take()
        if token.kind != kind or (value and token.value != value):
            what = f"'{token.value}'" if token.kind != "end" else "the end"
            wanted = f"'{value}'" if value else "the end"
            raise Untranslatable(
                f"This YAQL can't be read: {what} stands where {wanted} should be.",
                hint="Check the expression, and write it anew.",
                offset=token.at,
            )
        return token

    def expression(self, level: int) -> Expression:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise Untranslatable(
                "The expression is nested too deep.", hint="Split it into several variables."
            )
        left = self._prefix()
        while (found := self._sign_level()) is not None and found >= max(level, 1):
            token = self._take()
            if token.kind == "sign_open":
                right = self._in_parentheses(found)
            else:
                right = self.expression(found if token.value == "->" else found + 1)
            left = Binary(_OURS.get(token.value, token.value), left, right, token.at)
        self._depth -= 1
        return left

    def _sign_level(self) -> int | None:
        return _LEVELS.get(self._next.value) if self._next.kind in ("sign", "sign_open") else None

    def _in_parentheses(self, level: int) -> Expression:
        """What follows `in(`, whose parenthesis the lexer took with the name."""
        inner = self.expression(0)
        self.expect("sign", ")")
        return self._climb(self._postfix(inner), level + 1)

    def _climb(self, left: Expression, level: int) -> Expression:
        while (found := self._sign_level()) is not None and found >= level:
            token = self._take()
            left = Binary(_OURS.get(token.value, token.value), left, self.expression(found + 1), token.at)
        return left

    def _prefix(self) -> Expression:
        token = self._next
        if token.kind in ("sign", "sign_open") and token.value == "not":
            self._take()
            operand = (
                self._in_parentheses(_NOT_LEVEL) if token.kind == "sign_open" else self.expression(_NOT_LEVEL)
            )
            return Unary("not", operand)
        if token.kind == "sign" and token.value in "+-":
            self._take()
            return Unary(token.value, self.expression(_UNARY_LEVEL))
        return self._postfix(self._atom())

    def _atom(self) -> Expression:
        token = self._take()
        if token.kind == "literal":
            return Literal(token.value)
        if token.kind == "word":
            return Literal(token.value)  # a bare word is a text
        if token.kind == "dollar":
            return Local(token.value)
        if token.kind == "function":
            return self._call(token)
        if token.kind == "sign" and token.value == "(":
            inner = self.expression(0)
            self.expect("sign", ")")
            return inner
        if token.kind == "sign" and token.value == "[":
            return ListOf(self._list("]"))
        if token.kind == "sign" and token.value == "{":
            return self._map()
        self._place -= token.kind != "end"
        self.expect("value", "a value")
        raise AssertionError

    def _postfix(self, owner: Expression) -> Expression:
        while True:
            token = self._next
            if self._is(".") or self._is("?."):
                self._take()
                owner = Member(owner, self._member(), safe=token.value == "?.", at=token.at)
            elif self._is("["):
                self._take()
                owner = Index(owner, self.expression(0), token.at)
                self.expect("sign", "]")
            else:
                return owner

    def _member(self) -> str | Call:
        token = self._take()
        if token.kind == "function":
            return self._call(token)
        if token.kind in ("word", "literal") and isinstance(token.value, str):
            return str(token.value)
        if token.kind == "sign" and token.value.isalpha():
            return str(token.value)
        self._place -= token.kind != "end"
        self.expect("word", "a name")
        raise AssertionError

    def _call(self, token: Token) -> Call:
        args: list[Expression] = []
        named: list[tuple[str, Expression]] = []
        while not self._is(")"):
            first = self.expression(0)
            if self._is("=>"):
                self._take()
                named.append((_name_of(first, token), self.expression(0)))
            else:
                args.append(first)
            if not self._is(")"):
                self.expect("sign", ",")
        self._take()
        return Call(token.value, tuple(args), tuple(named), token.at)

    def _list(self, close: str) -> tuple[Expression, ...]:
        entries: list[Expression] = []
        while not self._is(close):
            entries.append(self.expression(0))
            if not self._is(close):
                self.expect("sign", ",")
        self._take()
        return tuple(entries)

    def _map(self) -> Expression:
        pairs: list[tuple[Expression, Expression]] = []
        while not self._is("}"):
            key = self.expression(0)
            self.expect("sign", "=>")
            pairs.append((key, self.expression(0)))
            if not self._is("}"):
                self.expect("sign", ",")
        self._take()
        return MapOf(tuple(pairs))


def _name_of(key: Expression, token: Token) -> str:
    if isinstance(key, Literal) and isinstance(key.value, str):
        return key.value
    raise Untranslatable(
        f"An argument of '{token.value}' has a name that is calculated.",
        hint="Write it anew.",
        offset=token.at,
    )
