"""The key of a trigger's webhook, and its settings as they are stored: the HMAC secret sealed, the rest in clear."""

from __future__ import annotations

from typing import Any

from app.engine.webhooks import MASK
from app.persistence.models import Trigger
from app.services import ports


def give_key(row: Trigger, *, anew: bool = False) -> None:
    """A key for a webhook that is switched on and has none; `anew`: another one. None when it is switched off."""
    if not row.webhook_enabled:
        row.webhook_key = None
    elif anew or row.webhook_key is None:
        token = ports.current().new_token
        row.webhook_key = f"wh_{token()}{token()}"


def configure(row: Trigger, config: dict[str, Any] | None) -> None:
    """Store settings that have been checked. A secret sent as `***`, as it was shown, stays what it is."""
    signature = (config or {}).get("hmac") or {}
    secret = signature.get("secret")
    if secret is None:
        row.webhook_config, row.webhook_secret = config, None
        return
    if secret != MASK or row.webhook_secret is None:
        row.webhook_secret = ports.current().sealer.seal(secret)
    row.webhook_config = {**(config or {}), "hmac": {**signature, "secret": MASK}}


def secret_of(row: Trigger) -> str:
    return str(ports.current().sealer.open(row.webhook_secret)) if row.webhook_secret is not None else ""
