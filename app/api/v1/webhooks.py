"""Where strangers post what a trigger shall know (api.md 12)."""

from __future__ import annotations

from flask import request

from app.api import json_body
from app.api.answers.triggers import WebhookReceived
from app.api.envelopes import Reply, one
from app.api.routes import PUBLIC, One, Routes
from app.services import webhooks
from app.services.webhooks import Delivery

routes = Routes("webhooks")


@routes.post("/webhooks/{key}", access=PUBLIC, answer=One(WebhookReceived))
def receive_webhook(key: str) -> Reply:
    """Receive a webhook: `{"payload": any}`, or any JSON, which then is the payload."""
    delivery = Delivery(request.get_data(cache=True), request.headers, request.remote_addr or "")
    received = webhooks.receive(key=key, delivery=delivery, read=json_body.parse)
    return one({**received, "message": "Webhook received successfully"})
