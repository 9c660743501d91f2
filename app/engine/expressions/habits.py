"""Habits from other engines and from Python, and what to write instead."""

from __future__ import annotations

import re

METHOD_HINTS: dict[str, str] = {
    "append": "write append(list, x)", "capitalize": "write `x | capitalize`", "copy": "values never change",
    "count": "write count(x, y)", "endswith": "write ends_with(x, end)", "extend": "write a + b",
    "find": "write index_of(x, y)", "format": "write `a ~ b` or `'%s' | format(x)`", "get": "write `x.key | default(y)`",
    "index": "write index_of(x, y)", "isdigit": "write match('^[0-9]+$', x)", "items": "write `x | items`",
    "join": "write join(list, separator)", "keys": "write keys(x)", "length": "write length(x)", "lower": "write lower(x)",
   
    "lstrip": "write trim(x)", "pop": "write slice(x, ...)", "replace": "write replace(x, old, new)",
    "rstrip": "write trim(x)", "sort": "write sort(x)", "split": "write split(x, separator)",
    "splitlines": "write split(x, '\\n')", "startswith": "write starts_with(x, start)", "strip": "write trim(x)",
    "title": "write `x | title`", "update": "write merge(a, b)", "upper": "write upper(x)", "values": "write values(x)",
}  # fmt: skip

NAME_HINTS: dict[str, str] = {
    "ctx": "write vars.x, parameters.x or task.<name>.result", "env": "write parameters.x or config.x",
    "input": "write parameters.x", "inputs": "write parameters.x", "json": "write to_json(x) or from_json(x)",
    "needs": "write task.<name>.result", "output": "write task.<name>.result", "outputs": "write task.<name>.result",
    "params": "write parameters.x", "secrets": "write kv.get_secret('name')", "st2kv": "write kv.get('name')",
    "steps": "write task.<name>.result",
}  # fmt: skip
"""Names of other engines -> what is written here."""

_STRINGS = re.compile(r"'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\"", re.DOTALL)
_HABITS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"<%"), "write {{ ... }} instead of <% ... %>"),
    (re.compile(r"\$\s*\."), "write `vars.x`, `parameters.x` or `task.x.result` instead of `$.x`"),
    (re.compile(r"\$\{"), "write {{ ... }} instead of ${ ... }"),
    (re.compile(r"&&"), "write `a and b` instead of `a && b`"),
    (re.compile(r"\|\|"), "write `a or b` instead of `a || b`"),
    (re.compile(r"\?\.(?!\d)"), "write `a.b | default(none)` instead of `a?.b`"),
    (re.compile(r"\?\?"), "write `a | default(b)` instead of `a ?? b`"),
    (re.compile(r"\?"), "write `b if a else c` instead of `a ? b : c`"),
    (re.compile(r"===|!=="), "write `==` or `!=`"),
    (re.compile(r"!(?!=)"), "write `not x` instead of `!x`"),
    (re.compile(r"=>|\blambda\b"), "write `x | map(attribute='a')` or `x | selectattr('a', 'eq', 1)`; there are no lambdas"),
    (re.compile(r"\bfor\b.*\bin\b"), "write `x | map(...)` or `x | select(...)`; there are no comprehensions"),
    (re.compile(r"`"), "write 'text' ~ x to put a value into a text"),
    (re.compile(r"\bf''"), "write 'text' ~ x to put a value into a text"),
    (re.compile(r"(?<![=!<>])=(?!=)"), "`==` compares; `=` sets a value only in {% set x = ... %}"),
)


def habit_hint(source: str) -> str | None:
    """What to write instead, when a text that can't be read looks like another language's."""
    bare = _STRINGS.sub("''", source[:2000])
    return next((hint for pattern, hint in _HABITS if pattern.search(bare)), None)


def habit_in_value(source: str) -> str | None:
    """What a readable text probably does not mean: it would go on as it is written."""
    if looks_like_yaql(source):
        return "`<% %>` is not evaluated here; write {{ ... }}"
    if "${{" in source:
        return "the `$` before {{ ... }} stays in the text; write {{ ... }} alone"
    return None


def looks_like_yaql(source: str) -> bool:
    """Whether a text is written wholly in `<% %>`."""
    text = source.strip()
    return text.startswith("<%") and text.endswith("%>")
