"""Make a request for a runner from the rows of an execution. No SQL: orchestration loads the rows and calls this.

Source: api.md 5.1 (what an entrypoint means), 5.2 (time limit).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from app.engine.errors import RunnerError
from app.runners.base import RunRequest, Runtime
from app.runners.delivery import as_text
from app.runners.registry import BUILT_IN_REFS
from app.settings import Settings

Row = Any  # a mapping, or an object with attributes of the same names

_KINDS: dict[str, Runtime] = {
    "shell": "shell",
    "bash": "shell",
    "sh": "shell",
    "python": "python",
    "python3": "python",
    "node": "nodejs",
    "nodejs": "nodejs",
    "node.js": "nodejs",
    "native": "native",
}
_BY_SUFFIX: dict[str, Runtime] = {
    ".sh": "shell",
    ".py": "python",
    ".js": "nodejs",
}  # for actions that name no runtime
_LONGEST_PATH = 4096
_FILE_NAME = re.compile(r"[\w.@+-]+(/[\w.@+-]+)*")


def prepare(
    execution: Row,
    action: Row,
    pack: Row | None,
    runtime: Row | None,
    *,
    settings: Settings,
    parameters: Mapping[str, Any],
    datastore: Mapping[str, Any],
    api_token: str | None = None,
) -> RunRequest:
    """The request that runs `action` for `execution`.

    Args:
        execution: needs `id`; reads `env_vars`, `timeout_seconds`, `rule_ref`, `trigger_ref`.
        action: needs `ref`, `pack_ref`, `entrypoint`; reads `timeout_seconds` and the formats.
        pack: reads `storage_path`; None: the pack is gone or has no files.
        runtime: reads `ref`, `name`, `aliases`, `execution_config`; None: the action names none.
        parameters: after defaults and casting, secrets in clear.
        datastore: values of the keys owned by the pack or the action, by name, in clear.

    Raises:
        RunnerError: nothing can be run; the text of api.md 5.1 point 4.
    """
    kind, interpreter = _runtime(runtime)
    pack_dir = pack_dir_of(pack)
    entrypoint, inline = _entrypoint(action, kind, pack_dir)
    return RunRequest(
        execution_id=_field(execution, "id"),
        action_ref=_field(action, "ref"),
        pack_ref=_field(action, "pack_ref"),
        runtime=kind or _by_suffix(entrypoint),
        entrypoint=entrypoint,
        inline=inline,
        pack_dir=pack_dir,
        interpreter=interpreter,
        parameters=dict(parameters),
        datastore=dict(datastore),
        env_vars={name: as_text(value) for name, value in (_field(execution, "env_vars") or {}).items()},
        timeout_s=_timeout_s(execution, action, settings),
        output_format=_field(action, "output_format") or "text",
        parameter_format=_field(action, "parameter_format") or "json",
        parameter_delivery=_field(action, "parameter_delivery") or "stdin",
        home=settings.home_path,
        api_url=settings.api_base,
        api_token=api_token,
        rule_ref=_field(execution, "rule_ref"),
        trigger_ref=_field(execution, "trigger_ref"),
        max_output=settings.max_output,
        allow_private_addresses=settings.allow_private_addresses,
    )


def _field(row: Row, name: str) -> Any:
    return row.get(name) if isinstance(row, Mapping) else getattr(row, name, None)


def _by_suffix(entrypoint: str) -> Runtime:
    return _BY_SUFFIX.get(Path(entrypoint).suffix, "native")


def _timeout_s(execution: Row, action: Row, settings: Settings) -> float:
    asked = _field(execution, "timeout_seconds") or _field(action, "timeout_seconds")
    return float(asked or settings.default_timeout_s)


def runtime_of(action: Row, runtime: Row | None) -> Runtime:
    """What runs the action, as `prepare` decides; it need not have anything that can be run."""
    kind, _ = _runtime(runtime)
    return kind or _by_suffix(str(_field(action, "entrypoint") or "").strip())


def pack_dir_of(pack: Row | None) -> Path | None:
    """Where the files of a pack are; None: it has none."""
    stored = _field(pack, "storage_path") if pack is not None else None
    return Path(stored).resolve() if stored else None


def _runtime(runtime: Row | None) -> tuple[Runtime | None, dict[str, Any] | None]:
    """The kind of runner, and for a runtime that a pack brings the interpreter it names."""
    if runtime is None:
        return None, None
    ref = str(_field(runtime, "ref") or "")
    interpreter = (_field(runtime, "execution_config") or {}).get("interpreter") or {}
    if interpreter.get("binary") and not ref.startswith("core."):
        return "native", dict(interpreter)
    names = [ref.rpartition(".")[2], _field(runtime, "name") or "", *(_field(runtime, "aliases") or [])]
    return next((_KINDS[name.lower()] for name in names if name.lower() in _KINDS), "native"), None


def _entrypoint(action: Row, kind: Runtime | None, pack_dir: Path | None) -> tuple[str, bool]:
    """(path, False) or (text, True)."""
    ref, text = _field(action, "ref"), _field(action, "entrypoint") or ""
    if ref in BUILT_IN_REFS:
        return "", False
    if file := _file_of(text, pack_dir):
        return str(file), False
    if text.strip() and (kind == "shell" or (kind == "python" and _is_source(text))):
        return text, True
    raise RunnerError(
        f"No executable content found for action '{ref}': its pack has no file 'actions/{text.strip()[:100]}', "
        f"and its runtime does not run the entry point's text as a script."
    )


def _file_of(text: str, pack_dir: Path | None) -> Path | None:
    name = text.strip().removeprefix("actions/")
    if (
        not name
        or pack_dir is None
        or "\n" in name
        or "\0" in name
        or len(name) > _LONGEST_PATH
        or ".." in name
    ):
        return None
    actions = (pack_dir / "actions").resolve()
    try:
        file = (actions / name).resolve()
        return file if file.is_relative_to(actions) and file.is_file() else None
    except OSError:  # a component longer than a file name may be
        return None


def _is_source(text: str) -> bool:
    return "\n" in text.strip() or not _FILE_NAME.fullmatch(text.strip())
