"""Answers about rules, events and enforcements."""

from __future__ import annotations

from typing import Any, Literal

from app.api.answers import Answer, Json, TimeText


class RuleRow(Answer):
    id: int
    ref: str
    pack_ref: str
    label: str
    description: str | None
    action_ref: str
    trigger_ref: str
    action_params: Json
    trigger_params: Json
    permission_set_refs: list[str] | None
    enabled: bool
    created: TimeText
    updated: TimeText


class Rule(RuleRow):
    pack: int
    action: int | None
    trigger: int | None
    conditions: Any
    is_adhoc: bool
    owner_identity: int | None


class Event(Answer):
    id: int
    trigger: int | None
    trigger_ref: str
    config: Json | None
    payload: Any
    source: int | None
    source_ref: str | None
    rule: int | None
    rule_ref: str | None
    has_payload: bool
    created: TimeText


class Enforcement(Answer):
    id: int
    rule: int | None
    rule_ref: str
    trigger_ref: str
    event: int | None
    status: Literal["created", "processed", "disabled"]
    condition: Literal["all", "any"]
    conditions: Any
    config: Json | None
    payload: Any
    created: TimeText
    resolved_at: TimeText | None
