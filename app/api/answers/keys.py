"""Answers about keys."""

from __future__ import annotations

from typing import Any, Literal

from app.api.answers import Answer, TimeText


class KeyRow(Answer):
    id: int
    ref: str
    name: str
    owner_type: Literal["system", "identity", "pack", "action", "sensor"]
    owner: str | None
    owner_identity: int | None
    owner_pack: int | None
    owner_pack_ref: str | None
    owner_action: int | None
    owner_action_ref: str | None
    owner_sensor: int | None
    owner_sensor_ref: str | None
    encrypted: bool
    expires_at: TimeText | None
    created: TimeText
    updated: TimeText


class Key(KeyRow):
    value: Any
