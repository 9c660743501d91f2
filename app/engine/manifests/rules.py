"""`rules/*.yaml`: when this happens, run that (api.md 4, 13)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.engine.manifests.component import first_of, full_ref, open_file, read_label, read_ref, read_texts
from app.engine.rules.conditions import condition_problems
from app.engine.spec.fields import Fields
from app.engine.spec.problems import Problem


@dataclass(frozen=True, slots=True)
class RuleManifest:
    """One rule; refs without a dot have got their pack. `conditions` as written, `{}` when absent."""

    ref: str
    label: str
    description: str | None
    trigger_ref: str
    action_ref: str
    conditions: Any
    action_params: dict[str, Any]
    trigger_params: dict[str, Any]
    permission_set_refs: tuple[str, ...] | None
    enabled: bool


def parse_rule(
    text: str | bytes, *, pack_ref: str, name: str | None = None
) -> tuple[RuleManifest | None, list[Problem]]:
    """A rule file."""
    fields, problems = open_file(text, "A rule")
    if fields is None:
        return None, problems
    ref = read_ref(fields, pack_ref, name)
    permission_sets = read_texts(fields, "permission_set_refs")
    manifest = RuleManifest(
        ref=ref,
        label=read_label(fields, ref),
        description=fields.text("description"),
        trigger_ref=_required_ref(fields, pack_ref, "trigger_ref", "trigger"),
        action_ref=_required_ref(fields, pack_ref, "action_ref", "action"),
        conditions=read_conditions(fields),
        action_params=fields.mapping("action_params") or {},
        trigger_params=fields.mapping("trigger_params") or {},
        permission_set_refs=permission_sets if fields.has("permission_set_refs") else None,
        enabled=fields.boolean("enabled", True),
    )
    return manifest, problems


def read_conditions(fields: Fields) -> Any:
    """`{}`, `{expression: text}` or a list of `{field, operator, value}`; as written."""
    value = fields.get("conditions")
    for problem in condition_problems(value):
        fields.error("conditions", "bad_conditions", problem["message"])
    return {} if value is None else value


def _required_ref(fields: Fields, pack_ref: str, *keys: str) -> str:
    key = first_of(fields, *keys)
    ref = fields.text(key, max_length=255)
    if not ref:
        if not fields.has(key) or ref == "":
            fields.error(key, "missing_ref", f"A rule needs '{keys[0]}'.")
        return ""
    return full_ref(ref, pack_ref)
