"""Short forms of Orquesta: `core.local cmd="date" timeout=<% ctx(t) %>` and `publish: a=1 b="two"`.

Source: the language's description of inline parameters; values are YAQL, Jinja, brackets, quoted, or JSON scalars.
"""

from __future__ import annotations

import json
import re
from typing import Any

_PARAMETER = re.compile(
    r"""(\w+)=(
      \[.*\]\s* | "[^"]*"\s* | '[^']*'\s* | -?\d*\.\d+ | -?\d+ | (?i:true|false) | null | <%.*?%> | {{.*?}}
    )""",
    re.VERBOSE,
)


def inline_parameters(text: str) -> list[tuple[str, Any]]:
    """`name=value` pairs of a text, in order."""
    return [(name, _value(value.strip())) for name, value in _PARAMETER.findall(text)]


def split_action(text: str) -> tuple[str, list[tuple[str, Any]], str]:
    """An action with what stands behind it: (`core.local`, [("cmd", "date")], what of it can't be read)."""
    if text.lstrip().startswith(("<%", "{{")):
        return text.strip(), [], ""
    name, _, rest = text.strip().partition(" ")
    return name, inline_parameters(rest), _PARAMETER.sub("", rest).strip(" ,;\n")


def _value(text: str) -> Any:
    quoted = len(text) > 1 and text[0] == text[-1] and text[0] in "\"'"
    inner = text[1:-1] if quoted else text
    if quoted and not (inner.startswith("{") and inner.endswith("}")):
        return inner
    try:
        return json.loads(inner.lower() if inner.lower() in ("true", "false") else inner)
    except ValueError:
        return inner
