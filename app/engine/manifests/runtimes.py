"""Runtime files: what can run an entry point, and under which names actions ask for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.engine.manifests.reading import read_manifest
from app.engine.spec.problems import Problem


@dataclass(frozen=True, slots=True)
class RuntimeManifest:
    """A runtime; keys as in the object Runtime of api.md 5."""

    ref: str
    name: str
    aliases: list[str]
    description: str | None
    distributions: dict[str, Any]
    installation: dict[str, Any] | None
    execution_config: dict[str, Any]


def parse_runtime(text: str | bytes, *, pack_ref: str, name: str) -> tuple[RuntimeManifest | None, list[Problem]]:
    """Read one file of `runtimes/`."""
    manifest, problems = read_manifest(text, pack_ref=pack_ref, name=name)
    if manifest is None:
        return None, problems
    runtime = RuntimeManifest(
        ref=manifest.ref(),
        name=manifest.fields.text(manifest.first("name", "label"), max_length=255) or name,
        aliases=manifest.texts("aliases"),
        description=manifest.fields.text("description"),
        distributions=manifest.mapping("distributions"),
        installation=manifest.fields.mapping("installation"),
        execution_config=manifest.mapping("execution_config"),
    )
    return (runtime if manifest.usable else None), problems
