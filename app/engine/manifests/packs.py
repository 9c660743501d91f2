"""pack.yaml: what a pack is called, what it needs, and how it can be configured."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from app.engine.manifests.reading import Manifest, read_manifest
from app.engine.spec.problems import Problem

_REF = re.compile(r"[a-z][a-z0-9_-]*\Z")
_KEPT_IN_META = ("author", "email", "license", "homepage", "repository", "keywords")


@dataclass(frozen=True, slots=True)
class PackManifest:
    """A pack as its file describes it; keys as in the object Pack of api.md 4."""

    ref: str
    label: str
    version: str
    description: str | None
    conf_schema: dict[str, Any]
    config: dict[str, Any]
    meta: dict[str, Any]
    tags: list[str]
    runtime_deps: list[Any]
    dependencies: list[Any]
    is_standard: bool


def parse_pack(text: str | bytes) -> tuple[PackManifest | None, list[Problem]]:
    """Read pack.yaml. `ref` is required; `label` and `version` have defaults."""
    manifest, problems = read_manifest(text, pack_ref="", name="")
    if manifest is None:
        return None, problems
    pack = _pack(manifest)
    return (pack if manifest.usable else None), problems


def _pack(manifest: Manifest) -> PackManifest:
    ref = _ref(manifest)
    return PackManifest(
        ref=ref,
        label=manifest.fields.text(manifest.first("label", "name"), max_length=255) or ref.replace("_", " ").title(),
        version=manifest.version("0.0.0"),
        description=manifest.fields.text("description"),
        conf_schema=manifest.schema("conf_schema", "config_schema") or {},
        config=manifest.mapping("config"),
        meta=_meta(manifest),
        tags=manifest.texts("tags"),
        runtime_deps=manifest.entries("runtime_deps"),
        dependencies=manifest.entries("dependencies"),
        is_standard=manifest.fields.boolean("is_standard", False),
    )


def _ref(manifest: Manifest) -> str:
    ref = manifest.required_text("ref", max_length=255)
    if ref and not _REF.match(ref):
        message = f"'{ref}' is no pack ref; it begins with a lower-case letter, then a-z, 0-9, _ and -."
        manifest.fields.error("ref", "bad_ref", message)
    return ref


def _meta(manifest: Manifest) -> dict[str, Any]:
    extra = {key: manifest.fields.get(key) for key in _KEPT_IN_META if manifest.fields.has(key)}
    return extra | manifest.mapping("meta")
