"""`triggers/*.yaml`: what may happen (api.md 12)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.engine.manifests.component import open_file, read_label, read_ref, read_schema
from app.engine.spec.problems import Problem
from app.engine.webhooks import config_problems


@dataclass(frozen=True, slots=True)
class TriggerManifest:
    """One trigger; schemas as written."""

    ref: str
    label: str
    description: str | None
    enabled: bool
    param_schema: dict[str, Any] | None
    out_schema: dict[str, Any] | None
    webhook_enabled: bool
    webhook_config: dict[str, Any] | None
    tags: tuple[str, ...] = ()


def parse_trigger(
    text: str | bytes, *, pack_ref: str, name: str | None = None
) -> tuple[TriggerManifest | None, list[Problem]]:
    """A trigger file."""
    fields, problems = open_file(text, "A trigger")
    if fields is None:
        return None, problems
    ref = read_ref(fields, pack_ref, name)
    for problem in config_problems(fields.get("webhook_config")):
        fields.error("webhook_config", "bad_webhook", problem["message"])
    manifest = TriggerManifest(
        ref=ref,
        label=read_label(fields, ref),
        description=fields.text("description"),
        enabled=fields.boolean("enabled", True),
        param_schema=read_schema(fields, "parameters", "param_schema"),
        out_schema=read_schema(fields, "output", "output_schema", "out_schema"),
        webhook_enabled=fields.boolean("webhook_enabled", False),
        webhook_config=fields.mapping("webhook_config"),
    )
    return manifest, problems
