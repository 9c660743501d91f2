"""How parameters and datastore keys reach a process: one document on stdin, or unexported shell variables.

Never by arguments or exported variables, which other processes can read. Source: api.md 5.2.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping
from typing import Any

import yaml

from app.engine.errors import RunnerError
from app.runners.base import RunRequest

# Names that mean something to bash or to the programs it starts: a parameter of such a name is only PARAM_<NAME>.
_RESERVED = re.compile(
    r"(PATH|HOME|PWD|OLDPWD|IFS|ENV|LANG|LANGUAGE|LC_.*|PS[0-4]|PPID|UID|EUID|SHELLOPTS|BASHOPTS|BASH|BASH_.*|_|TMPDIR"
    r"|CDPATH|GLOBIGNORE|EXECIGNORE|FIGNORE|POSIXLY_CORRECT|OPTIND|OPTARG|OPTERR|RANDOM|SRANDOM|SECONDS|LINENO|FUNCNAME"
    r"|FUNCNEST|DIRSTACK|GROUPS|PIPESTATUS|HISTCMD|SHLVL|SHELL|COMP_.*|EPOCH.*|LD_.*|ATTUNE_.*|TIMEFORMAT|TMOUT|MAPFILE"
    r"|REPLY|COPROC|HOST.*|MACHTYPE|OSTYPE)"
)


def stdin_document(request: RunRequest) -> bytes:
    """What the process reads: parameters, and for files the datastore keys beside them (parameters win).

    JSON: one line and a line end, keys in their order, `id` first. dotenv: `name='value'` per key, quoted for a
    shell, containers as JSON. yaml: a block document.
    """
    values = request.parameters if request.inline else {**request.datastore, **request.parameters}
    text = _FORMATS.get(request.parameter_format, _json)(id_first(values))
    return text.encode("utf-8", "replace")


def id_first(value: Any) -> Any:
    """The same value with `id` as the first key of every object that has one."""
    if isinstance(value, Mapping):
        ordered = {"id": value["id"], **value} if "id" in value else value
        return {key: id_first(item) for key, item in ordered.items()}
    if isinstance(value, list):
        return [id_first(item) for item in value]
    return value


def shell_variables(request: RunRequest) -> str:
    """Lines that define every datastore key and parameter for a bash script given inline.

    Each gets its own name (characters outside `[A-Za-z0-9_]` become `_`) and `PARAM_<UPPER>`. Text raw, other values
    as JSON text; null leaves the variable unset.

    Raises:
        RunnerError: a text contains NUL, which no shell variable can hold.
    """
    lines = []
    for name, value in {**request.datastore, **request.parameters}.items():
        lines += [_definition(variable, name, value) for variable in _variables(name)]
    return "\n".join(lines) + "\n"


def as_text(value: Any) -> str:
    """Text raw; everything else as compact JSON text."""
    return value if isinstance(value, str) else _compact(value)


def _variables(name: str) -> list[str]:
    plain = _plain(name)
    own = [plain] if plain and not plain[0].isdigit() and not _RESERVED.fullmatch(plain) else []
    return [*own, f"PARAM_{plain.upper()}"]


def _plain(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9_]", "_", name)


def _definition(variable: str, name: str, value: Any) -> str:
    if value is None:
        return f"unset -v {variable}"
    text = as_text(value)
    if "\0" in text:
        raise RunnerError(f"Parameter '{name}' contains a NUL character, which a shell variable cannot hold.")
    # an env_vars entry of the same name would keep the variable exported
    return f"declare +x {variable}={shlex.quote(text)}"


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _json(values: Mapping[str, Any]) -> str:
    return _compact(values) + "\n"


def _dotenv(values: Mapping[str, Any]) -> str:
    return "".join(
        f"{_plain(name)}='{_single_quoted(as_text(value))}'\n"
        for name, value in values.items()
        if value is not None
    )


def _single_quoted(text: str) -> str:
    return text.replace("'", "'\\''")


def _yaml(values: Mapping[str, Any]) -> str:
    return str(yaml.safe_dump(values, sort_keys=False, allow_unicode=True))


_FORMATS = {"json": _json, "dotenv": _dotenv, "yaml": _yaml}
