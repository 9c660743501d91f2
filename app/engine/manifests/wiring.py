"""Trigger, rule, sensor and queue files: what connects the outside to actions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.engine.manifests.reading import Manifest, read_manifest, with_pack
from app.engine.spec.problems import Problem


@dataclass(frozen=True, slots=True)
class TriggerManifest:
    """A trigger; keys as in the object Trigger of api.md 12."""

    ref: str
    label: str
    description: str | None
    enabled: bool
    param_schema: dict[str, Any] | None
    out_schema: dict[str, Any] | None
    webhook_config: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class RuleManifest:
    """A rule; keys as in the object Rule of api.md 13, refs with their packs."""

    ref: str
    label: str
    description: str | None
    trigger_ref: str
    action_ref: str
    conditions: Any
    action_params: dict[str, Any]
    trigger_params: dict[str, Any]
    enabled: bool


@dataclass(frozen=True, slots=True)
class WiredManifest:
    """A sensor or a queue: its identity, the action or triggers it serves, and the other keys as written."""

    ref: str
    label: str
    description: str | None
    enabled: bool
    serves: list[str]
    values: dict[str, Any]


def parse_trigger(text: str | bytes, *, pack_ref: str, name: str) -> tuple[TriggerManifest | None, list[Problem]]:
    """Read one file of `triggers/`."""
    manifest, problems = read_manifest(text, pack_ref=pack_ref, name=name)
    if manifest is None:
        return None, problems
    trigger = TriggerManifest(
        ref=manifest.ref(),
        label=manifest.label(),
        description=manifest.fields.text("description"),
        enabled=manifest.fields.boolean("enabled", True),
        param_schema=manifest.schema("parameters", "param_schema"),
        out_schema=manifest.schema("output", "output_schema", "out_schema"),
        webhook_config=manifest.fields.mapping("webhook_config"),
    )
    return (trigger if manifest.usable else None), problems


def parse_rule(text: str | bytes, *, pack_ref: str, name: str) -> tuple[RuleManifest | None, list[Problem]]:
    """Read one file of `rules/`; `trigger_ref` and `action_ref` without a dot belong to this pack."""
    manifest, problems = read_manifest(text, pack_ref=pack_ref, name=name)
    if manifest is None:
        return None, problems
    conditions = manifest.fields.get("conditions")
    rule = RuleManifest(
        ref=manifest.ref(),
        label=manifest.label(),
        description=manifest.fields.text("description"),
        trigger_ref=_other(manifest, "trigger_ref", "trigger"),
        action_ref=_other(manifest, "action_ref", "action"),
        conditions={} if conditions is None else conditions,
        action_params=manifest.mapping("action_params"),
        trigger_params=manifest.mapping("trigger_params"),
        enabled=manifest.fields.boolean("enabled", True),
    )
    return (rule if manifest.usable else None), problems


def parse_sensor(text: str | bytes, *, pack_ref: str, name: str) -> tuple[WiredManifest | None, list[Problem]]:
    """Read one file of `sensors/`."""
    return _wired(text, pack_ref, name, served="trigger_types")


def parse_queue(text: str | bytes, *, pack_ref: str, name: str) -> tuple[WiredManifest | None, list[Problem]]:
    """Read one file of `queues/`."""
    return _wired(text, pack_ref, name, served="dispatch_action_ref")


def _wired(
    text: str | bytes, pack_ref: str, name: str, *, served: str
) -> tuple[WiredManifest | None, list[Problem]]:
    manifest, problems = read_manifest(text, pack_ref=pack_ref, name=name)
    if manifest is None:
        return None, problems
    wired = WiredManifest(
        ref=manifest.ref(),
        label=manifest.label(),
        description=manifest.fields.text("description"),
        enabled=manifest.fields.boolean("enabled", True),
        serves=[with_pack(ref, pack_ref) for ref in manifest.texts(served)],
        values=manifest.fields.values,
    )
    return (wired if manifest.usable else None), problems


def _other(manifest: Manifest, *keys: str) -> str:
    found = manifest.required_text(manifest.first(*keys), max_length=255)
    return with_pack(found, manifest.pack_ref) if found else ""
