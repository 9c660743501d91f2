"""`sensors/*.yaml`: programs that watch for events (api.md 4, 18)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.engine.manifests.component import (
    first_of,
    full_ref,
    open_file,
    read_label,
    read_ref,
    read_schema,
    read_texts,
)
from app.engine.spec.problems import Problem


@dataclass(frozen=True, slots=True)
class SensorManifest:
    """One sensor. `runtime` is its name, alias or ref as written; refs of triggers without a dot have got their pack."""

    ref: str
    label: str
    description: str | None
    runtime: str | None
    entrypoint: str
    trigger_types: tuple[str, ...]
    enabled: bool
    param_schema: dict[str, Any] | None
    config: dict[str, Any] | None


def parse_sensor(
    text: str | bytes, *, pack_ref: str, name: str | None = None
) -> tuple[SensorManifest | None, list[Problem]]:
    """A sensor file."""
    fields, problems = open_file(text, "A sensor")
    if fields is None:
        return None, problems
    ref = read_ref(fields, pack_ref, name)
    triggers = read_texts(fields, "trigger_types", "trigger_type", "trigger_ref", "trigger")
    manifest = SensorManifest(
        ref=ref,
        label=read_label(fields, ref),
        description=fields.text("description"),
        runtime=fields.text(first_of(fields, "runner_type", "runtime_ref", "runtime"), max_length=255),
        entrypoint=fields.text(first_of(fields, "entry_point", "entrypoint"), max_length=65536) or "",
        trigger_types=tuple(full_ref(trigger, pack_ref) for trigger in triggers),
        enabled=fields.boolean("enabled", True),
        param_schema=read_schema(fields, "parameters", "param_schema"),
        config=fields.mapping("config"),
    )
    return manifest, problems
