"""The record of a closed inquiry: what was shown, what was answered, chained to the record before it.

The digest is SHA-256 over the record's canonical JSON (sorted keys, no spaces, UTF-8) without `digest` itself.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

FORMAT = 1


def seal(body: Mapping[str, Any], *, previous: str | None) -> dict[str, Any]:
    """The record with its place in the chain: `format`, `previous` (digest of the record before it) and `digest`."""
    record = {**body, "format": FORMAT, "previous": previous}
    return {**record, "digest": digest_of(record)}


def digest_of(record: Mapping[str, Any]) -> str:
    """`sha256:<hex>` of a record, whatever its `digest` says."""
    body = {k: v for k, v in record.items() if k != "digest"}
    text = json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return "sha256:" + hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def is_intact(record: Mapping[str, Any]) -> bool:
    """Whether nothing in the record was changed after it was sealed."""
    return record.get("digest") == digest_of(record)


def time_text(moment: datetime | None) -> str | None:
    """RFC 3339 in UTC with `Z`, as everywhere in the contract; None stays None."""
    return None if moment is None else moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
