"""`permission_sets/*.yaml`: named lists of grants (api.md 4, 14)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.engine.access import ACTIONS, RESOURCES
from app.engine.manifests.component import open_file, read_label, read_ref, read_texts
from app.engine.spec.fields import Fields
from app.engine.spec.findings import did_you_mean, what_came
from app.engine.spec.problems import Problem


@dataclass(frozen=True, slots=True)
class GrantManifest:
    """`action: x` and `actions: [x]` alike become a list."""

    resource: str
    actions: tuple[str, ...]
    constraints: dict[str, Any]

    def as_json(self) -> dict[str, Any]:
        """As stored and sent: `{resource, actions, constraints?}`."""
        found: dict[str, Any] = {"resource": self.resource, "actions": list(self.actions)}
        return {**found, "constraints": self.constraints} if self.constraints else found


@dataclass(frozen=True, slots=True)
class PermissionSetManifest:
    """One permission set; `roles` are attached to it when it is first registered."""

    ref: str
    label: str
    description: str | None
    grants: tuple[GrantManifest, ...]
    roles: tuple[str, ...]


def parse_permission_set(
    text: str | bytes, *, pack_ref: str, name: str | None = None
) -> tuple[PermissionSetManifest | None, list[Problem]]:
    """A permission set file."""
    fields, problems = open_file(text, "A permission set")
    if fields is None:
        return None, problems
    ref = read_ref(fields, pack_ref, name)
    grants = read_grants(fields)
    return PermissionSetManifest(
        ref, read_label(fields, ref), fields.text("description"), grants, read_texts(fields, "roles")
    ), problems


def read_grants(fields: Fields) -> tuple[GrantManifest, ...]:
    """The list at `grants`; what is wrong with any of them is noted."""
    grants = fields.get("grants")
    if not isinstance(grants, list):
        fields.error("grants", "wrong_type", f"'grants' takes a list of grants, got {what_came(grants)}.")
        return ()
    read = [_read_grant(grant, index, fields) for index, grant in enumerate(grants)]
    return tuple(grant for grant in read if grant is not None)


def _read_grant(grant: Any, index: int, fields: Fields) -> GrantManifest | None:
    path = (*fields.at("grants"), index)
    if not isinstance(grant, dict):
        message = f"A grant is a mapping with 'resource' and 'actions', got {what_came(grant)}."
        fields.findings.error(path, "wrong_type", message)
        return None
    below = Fields(grant, path, fields.findings)
    resource = below.text("resource")
    actions = read_texts(below, "actions", "action")
    _check_words(below, resource, actions)
    return GrantManifest(resource or "", actions, below.mapping("constraints") or {})


def _check_words(grant: Fields, resource: str | None, actions: tuple[str, ...]) -> None:
    if resource not in RESOURCES:
        hint = did_you_mean(resource or "", RESOURCES)
        grant.error(
            "resource", "bad_value", f"'{resource}' is no resource.{hint} Known: {', '.join(RESOURCES)}."
        )
    if not actions:
        grant.error("actions", "missing_actions", "A grant needs 'actions': a list of what it allows.")
    for action in actions:
        if action not in ACTIONS:
            hint = did_you_mean(action, ACTIONS)
            grant.error(
                "actions",
                "bad_value",
                f"'{action}' is no action of a grant.{hint} Known: {', '.join(ACTIONS)}.",
            )
