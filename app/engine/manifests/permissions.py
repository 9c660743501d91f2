"""Permission set files: who may do what, as a list of grants (api.md 14)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.engine.access import ACTIONS, RESOURCES
from app.engine.manifests.reading import Manifest, read_manifest
from app.engine.spec.findings import did_you_mean, what_came
from app.engine.spec.problems import Problem


@dataclass(frozen=True, slots=True)
class PermissionSetManifest:
    """A permission set; `grants` are {resource, actions[], constraints?}."""

    ref: str
    label: str
    description: str | None
    grants: list[dict[str, Any]]


def parse_permission_set(
    text: str | bytes, *, pack_ref: str, name: str
) -> tuple[PermissionSetManifest | None, list[Problem]]:
    """Read one file of `permission_sets/`. A grant may say `action: x` or `actions: [x, y]`."""
    manifest, problems = read_manifest(text, pack_ref=pack_ref, name=name)
    if manifest is None:
        return None, problems
    grants = [_grant(manifest, index, value) for index, value in enumerate(manifest.entries("grants"))]
    found = PermissionSetManifest(manifest.ref(), manifest.label(), manifest.fields.text("description"), grants)
    return (found if manifest.usable else None), problems


def _grant(manifest: Manifest, index: int, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        _error(manifest, (index,), f"A grant is a mapping of resource and actions, got {what_came(value)}.")
        return {}
    _check_word(manifest, (index, "resource"), value.get("resource"), RESOURCES)
    actions = value.get("actions", value.get("action"))
    listed = [actions] if isinstance(actions, str) else actions
    if not isinstance(listed, list) or not listed:
        _error(manifest, (index, "actions"), "A grant needs 'actions': a list of at least one.")
        return {}
    for action in listed:
        _check_word(manifest, (index, "actions"), action, ACTIONS)
    grant = {"resource": value.get("resource"), "actions": listed}
    return grant | ({"constraints": value["constraints"]} if isinstance(value.get("constraints"), dict) else {})


def _check_word(manifest: Manifest, at: tuple[str | int, ...], word: Any, known: tuple[str, ...]) -> None:
    if word not in known:
        hint = did_you_mean(word, known) if isinstance(word, str) else ""
        _error(manifest, at, f"{what_came(word)} is none of {', '.join(known)}.{hint}")


def _error(manifest: Manifest, at: tuple[str | int, ...], message: str) -> None:
    manifest.fields.findings.error(("grants", *at), "bad_grant", message)
