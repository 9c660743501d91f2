"""The action's metadata file of StackStorm: name, pack, description, parameters, tags, output schema."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from app.engine.orquesta.notes import Notes
from app.engine.spec.source import Document

_SCHEMA_KEYS = (
    "type", "description", "required", "default", "secret", "enum", "minimum", "maximum", "pattern", "minLength",
    "maxLength", "items", "properties", "additionalProperties", "format", "anyOf", "oneOf",
)  # fmt: skip
_TYPES = frozenset({"string", "integer", "number", "boolean", "array", "object"})
_RUNNERS = frozenset({"orquesta", "orchestra"})


@dataclass(slots=True)
class Metadata:
    """What the file says. `parameters`: flat schema; those of the runner itself are left out."""

    name: str = ""
    pack: str = ""
    description: str = ""
    parameters: dict[str, dict[str, Any]] = field(default_factory=dict)
    output: dict[str, Any] | None = None
    tags: list[str] = field(default_factory=list)


def read_metadata(document: Document, notes: Notes) -> Metadata:
    """Read the file; notes have its places."""
    whole = document.value
    if not isinstance(whole, dict):
        notes.error((), "The metadata is no mapping.", "Send the action's YAML file, or leave it out.")
        return Metadata()
    if whole.get("runner_type") not in (None, *_RUNNERS):
        notes.warning(
            ("runner_type",),
            f"The metadata is of a '{whole['runner_type']}' action.",
            "Send the file of the workflow.",
        )
    if whole.get("enabled") is False:
        notes.warning(
            ("enabled",),
            "The action is not enabled in StackStorm.",
            "Switch the workflow off after it was saved.",
        )
    output = whole.get("output_schema")
    return Metadata(
        name=str(whole.get("name") or ""),
        pack=str(whole.get("pack") or ""),
        description=str(whole.get("description") or "").strip(),
        parameters=_parameters(whole.get("parameters"), notes),
        output=output if isinstance(output, dict) and output else None,
        tags=[
            str(tag.get("value") or tag.get("name"))
            for tag in whole.get("tags") or ()
            if isinstance(tag, dict)
        ],
    )


def _parameters(raw: Any, notes: Notes) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for name, schema in (raw or {}).items() if isinstance(raw, dict) else ():
        if not isinstance(schema, dict):
            continue
        kept = {key: schema[key] for key in _SCHEMA_KEYS if schema.get(key) not in (None, False)}
        if schema.get("immutable"):
            notes.info(
                ("parameters", name),
                f"'{name}' can't be given in StackStorm (immutable).",
                "Make it a variable if nobody may set it.",
            )
        if isinstance(kept.get("default"), str) and "{{" in kept["default"]:
            notes.warning(
                ("parameters", name, "default"),
                f"The default of '{name}' is a template, which is plain text here.",
                "Make it a variable.",
                was=kept["default"],
            )
        if isinstance(kept.get("type"), str) and kept["type"] not in _TYPES:
            notes.warning(
                ("parameters", name, "type"),
                f"The type '{kept['type']}' is not known here and was left out.",
                "Choose another.",
            )
            del kept["type"]
        found[str(name)] = kept
    return found
