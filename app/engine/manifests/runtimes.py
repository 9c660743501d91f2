"""`runtimes/*.yaml`: interpreters that actions run in (api.md 5)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.engine.manifests.component import open_file, read_ref, read_texts, title_of
from app.engine.spec.problems import Problem


@dataclass(frozen=True, slots=True)
class RuntimeManifest:
    """One runtime; `aliases` in lower case. `execution_config.interpreter.binary` names the program."""

    ref: str
    name: str
    aliases: tuple[str, ...]
    description: str | None
    distributions: dict[str, Any]
    installation: dict[str, Any] | None
    execution_config: dict[str, Any]


def parse_runtime(
    text: str | bytes, *, pack_ref: str, name: str | None = None
) -> tuple[RuntimeManifest | None, list[Problem]]:
    """A runtime file."""
    fields, problems = open_file(text, "A runtime")
    if fields is None:
        return None, problems
    ref = read_ref(fields, pack_ref, name)
    manifest = RuntimeManifest(
        ref=ref,
        name=fields.text("name", max_length=255) or title_of(ref),
        aliases=tuple(alias.lower() for alias in read_texts(fields, "aliases")),
        description=fields.text("description"),
        distributions=fields.mapping("distributions") or {},
        installation=fields.mapping("installation"),
        execution_config=fields.mapping("execution_config") or {},
    )
    return manifest, problems
