"""`pack.yaml`: what a pack says about itself (api.md 4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.engine.manifests.component import (
    MAX_LABEL,
    PACK_REF,
    first_of,
    open_file,
    read_schema,
    read_texts,
    read_version,
    title_of,
)
from app.engine.spec.fields import Fields
from app.engine.spec.problems import Problem

_ABOUT = ("author", "authors", "email", "license", "homepage", "repository", "keywords")


@dataclass(frozen=True, slots=True)
class PackManifest:
    """`is_standard` is what the file claims; whether it counts is the server's decision."""

    ref: str
    label: str
    version: str
    description: str | None
    conf_schema: dict[str, Any]
    config: dict[str, Any]
    meta: dict[str, Any]
    tags: tuple[str, ...]
    runtime_deps: tuple[str, ...]
    dependencies: tuple[str, ...]
    is_standard: bool


def parse_pack(text: str | bytes) -> tuple[PackManifest | None, list[Problem]]:
    """The manifest of a pack."""
    fields, problems = open_file(text, "A pack")
    return (None if fields is None else _read(fields)), problems


def _read(fields: Fields) -> PackManifest:
    ref = _read_ref(fields)
    return PackManifest(
        ref=ref,
        label=fields.text(first_of(fields, "label", "name"), max_length=MAX_LABEL) or title_of(ref),
        version=read_version(fields),
        description=fields.text("description"),
        conf_schema=read_schema(fields, "conf_schema", "config_schema") or {},
        config=fields.mapping("config") or {},
        meta={
            **{key: fields.get(key) for key in _ABOUT if fields.has(key)},
            **(fields.mapping("meta") or {}),
        },
        tags=read_texts(fields, "tags"),
        runtime_deps=read_texts(fields, "runtime_deps"),
        dependencies=read_texts(fields, "dependencies"),
        is_standard=fields.boolean(first_of(fields, "is_standard", "system"), False),
    )


def _read_ref(fields: Fields) -> str:
    ref = fields.text("ref", max_length=MAX_LABEL)
    if not ref:
        fields.error("ref", "missing_ref", "A pack needs 'ref', for example ref: my_pack")
        return ""
    if not PACK_REF.match(ref):
        message = (
            f"'{ref}' can't name a pack: begin with a lower-case letter, then letters, digits, '_' and '-'."
        )
        fields.error("ref", "bad_ref", message)
    return ref
