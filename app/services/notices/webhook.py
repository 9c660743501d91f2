"""Notices as HTTP posts of JSON to one address, signed, for chat bridges and other systems."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from app.engine.inquiries.answering import needed
from app.engine.inquiries.notices import verdict
from app.engine.inquiries.prompts import plain_text, split_prompt
from app.engine.times import iso
from app.runners.addresses import CheckedTransport
from app.services import ports
from app.services.inquiries.rows import Row, question
from app.services.notices.failures import NotDelivered
from app.settings import Settings

WAIT_S = 15.0
SIGNATURE = "X-Webhook-Signature"  # the same as triggers of Attune take
DELIVERY = "X-Attune-Delivery"


@dataclass(frozen=True, slots=True)
class Call:
    """One post: `key` is the same at each attempt, so that a receiver can drop what came twice."""

    key: str
    body: bytes


def call_of(row: Row, notice: Row, *, people: Mapping[int, str]) -> Call:
    """The post about a question as it is now. It holds no link that answers, and of a response its yes or no alone."""
    settings = ports.settings()
    base = (settings.public_url or settings.api_base).rstrip("/")
    title, rest = split_prompt(row["prompt"])
    document = {
        "event": f"inquiry.{notice['happening']}",
        "delivery": notice["key"],
        "at": notice["detail"].get("at"),
        "by": notice["detail"].get("by"),
        "inquiry": {**_facts(row), "title": title, "text": plain_text(rest), "url": f"{base}/inbox/{row['id']}"},
        "asked": {"people": sorted(people.values()), "roles": row["assignees"]["roles"]},
    }
    return Call(notice["key"], json.dumps(document, ensure_ascii=False).encode("utf-8", "replace"))


def _facts(row: Row) -> dict[str, Any]:
    open_ = row["status"] == "pending"
    return {
        "id": row["id"],
        "status": row["status"],
        "execution": row["execution"],
        "workflow_execution": row["workflow_execution"],
        "task_name": row["task_name"],
        "timeout_at": iso(row["timeout_at"]),
        "needed": needed(question(row)) if open_ else None,
        "approved": None if open_ else verdict(row["response"], row["policy"].get("decision_field") or "approved"),
    }


def send(call: Call, settings: Settings) -> None:
    """Post it to ATTUNE_NOTIFY_URL; anything but 2xx is no delivery. NotDelivered."""
    headers = {"Content-Type": "application/json", "User-Agent": "Attune", DELIVERY: call.key}
    if settings.notify_secret:
        headers[SIGNATURE] = signature(call.body, settings.notify_secret)
    try:
        status = asyncio.run(_post(settings, call.body, headers))
    except TimeoutError as error:
        raise NotDelivered(f"ATTUNE_NOTIFY_URL did not answer within {WAIT_S:g} s.") from error
    except (httpx.HTTPError, httpx.InvalidURL, ssl.SSLError, UnicodeError, OSError) as error:
        raise NotDelivered(f"ATTUNE_NOTIFY_URL can't be reached: {str(error) or type(error).__name__}") from error
    if not 200 <= status < 300:
        raise NotDelivered(f"ATTUNE_NOTIFY_URL answered {status}.")


def signature(body: bytes, secret: str) -> str:
    """`sha256=<hex>`: HMAC of the body."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


async def _post(settings: Settings, body: bytes, headers: Mapping[str, str]) -> int:
    transport: httpx.AsyncBaseTransport = httpx.AsyncHTTPTransport(trust_env=False)
    if not settings.allow_private_addresses:
        transport = CheckedTransport(transport)
    # no redirects: the address that was configured answers, or nobody does
    client = httpx.AsyncClient(transport=transport, timeout=None, trust_env=False)  # noqa: S113 - the limit is below
    async with client, asyncio.timeout(WAIT_S), client.stream("POST", settings.notify_url, content=body, headers=headers) as answer:
        return answer.status_code
