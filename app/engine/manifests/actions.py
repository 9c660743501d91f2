"""Action files: what can be called, with which parameters, run by what; or the head of a linked workflow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.engine.manifests.reading import Manifest, read_manifest
from app.engine.spec.problems import Problem

FORMATS = ("text", "json", "yaml", "jsonl")


@dataclass(frozen=True, slots=True)
class ActionManifest:
    """An action as its file describes it.

    Attributes:
        runner: ref, name or alias of its runtime; None: none is named.
        entrypoint: file relative to `actions/`, or the script itself.
        workflow_file: graph of a linked workflow, relative to `actions/`; None for a plain action.
        columns: the remaining keys of the object Action (api.md 6), as stored.
    """

    ref: str
    label: str
    description: str | None
    runner: str | None
    entrypoint: str
    workflow_file: str | None
    param_schema: dict[str, Any] | None
    out_schema: dict[str, Any] | None
    tags: list[str]
    enabled: bool
    columns: dict[str, Any]


def parse_action(text: str | bytes, *, pack_ref: str, name: str) -> tuple[ActionManifest | None, list[Problem]]:
    """Read one file of `actions/`; `name` is the file's, without ending."""
    manifest, problems = read_manifest(text, pack_ref=pack_ref, name=name)
    if manifest is None:
        return None, problems
    action = _action(manifest)
    return (action if manifest.usable else None), problems


def _action(manifest: Manifest) -> ActionManifest:
    workflow_file = manifest.fields.text("workflow_file", max_length=1000)
    return ActionManifest(
        ref=manifest.ref(),
        label=manifest.label(),
        description=manifest.fields.text("description"),
        runner=manifest.fields.text(manifest.first("runner_type", "runtime_ref", "runtime", "runner"), max_length=255),
        entrypoint="workflow" if workflow_file else _entrypoint(manifest),
        workflow_file=workflow_file,
        param_schema=manifest.schema("parameters", "param_schema"),
        out_schema=manifest.schema("output", "output_schema", "out_schema"),
        tags=manifest.texts("tags"),
        enabled=manifest.fields.boolean("enabled", True),
        columns=_columns(manifest),
    )


def _entrypoint(manifest: Manifest) -> str:
    key = manifest.first("entry_point", "entrypoint")
    return manifest.required_text(key, max_length=65536).removeprefix("actions/")


def _columns(manifest: Manifest) -> dict[str, Any]:
    fields = manifest.fields
    return {
        "timeout_seconds": fields.number(manifest.first("timeout_seconds", "timeout"), above=0),
        "max_retries": fields.whole("max_retries", least=0, most=1000),
        "output_format": fields.choice("output_format", FORMATS, "text"),
        "parameter_delivery": fields.choice("parameter_delivery", ("stdin", "file"), "stdin"),
        "parameter_format": fields.choice("parameter_format", ("json", "dotenv", "yaml"), "json"),
        "accesses_mcp": fields.boolean("accesses_mcp", False),
        "runtime_version_constraint": fields.text("runtime_version_constraint", max_length=255),
        "required_worker_runtimes": manifest.mapping("required_worker_runtimes"),
        "worker_selector": manifest.mapping("worker_selector"),
        "worker_tolerations": manifest.entries("worker_tolerations"),
        "worker_affinity": manifest.mapping("worker_affinity"),
        "default_execution_permission_set_refs": manifest.texts("default_execution_permission_set_refs"),
        "artifact_retention_policy": fields.text("artifact_retention_policy", max_length=50),
        "artifact_retention_limit": fields.whole("artifact_retention_limit", least=0),
        "log_retention_policy": fields.text("log_retention_policy", max_length=50),
        "log_retention_limit": fields.whole("log_retention_limit", least=0),
    }
