"""Answers about triggers and webhooks."""

from __future__ import annotations

from app.api.answers import Answer, Json, TimeText


class TriggerRow(Answer):
    id: int
    ref: str
    pack: int | None
    pack_ref: str | None
    label: str
    description: str | None
    enabled: bool
    webhook_enabled: bool
    is_adhoc: bool
    sensor: int | None
    sensor_ref: str | None
    created: TimeText
    updated: TimeText


class Trigger(TriggerRow):
    param_schema: Json | None
    out_schema: Json | None
    webhook_key: str | None
    webhook_url: str | None
    webhook_config: Json | None


class WebhookReceived(Answer):
    event_id: int
    trigger_ref: str
    received_at: TimeText
    message: str
