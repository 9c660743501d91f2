"""What a webhook asks of a request: its settings read once, and each check a question about plain values.

Source: api.md 12 (`webhook_config`, the order of checks).
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

ALGORITHMS = ("sha256", "sha512", "sha1")
PRIVATE_PROXIES = "127.0.0.0/8,::1/128,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,fc00::/7,fe80::/10,169.254.0.0/16"
MASK = "***"
_MOST = 10**9
_PARTS = ("hmac", "rate_limit", "ip_whitelist")

Problem = dict[str, str]


@dataclass(frozen=True, slots=True)
class WebhookSettings:
    """Settings as stored. Absent parts ask for nothing; a part without `enabled` is switched on.

    Attributes:
        rate: (requests, seconds).
        addresses: networks that may call; None: all.
        algorithm: of the signature; None: none is asked for.
    """

    algorithm: str | None = None
    rate: tuple[int, int] | None = None
    addresses: tuple[str, ...] | None = None
    largest_body: int | None = None


def settings_of(config: Mapping[str, Any] | None) -> WebhookSettings:
    """Settings of a config without problems."""
    given = config or {}
    signature, rate, listed = _part(given, "hmac"), _part(given, "rate_limit"), _part(given, "ip_whitelist")
    limit_kb = given.get("payload_size_limit_kb")
    return WebhookSettings(
        algorithm=signature.get("algorithm") or ALGORITHMS[0] if signature else None,
        rate=(rate["requests"], rate["window_seconds"]) if rate else None,
        addresses=tuple(listed.get("ips") or ()) if listed else None,
        largest_body=limit_kb * 1024 if limit_kb is not None else None,
    )


def config_problems(config: Any) -> list[Problem]:
    """What is wrong with a config as written: [{path, message}]."""
    if config is None:
        return []
    if not isinstance(config, Mapping):
        return [_problem("", "takes an object")]
    found = [_problem(name, "takes an object") for name in _PARTS if not isinstance(config.get(name) or {}, Mapping)]
    if found:
        return found
    found += [_problem(f"{name}.enabled", "takes true or false") for name in _PARTS if _odd_switch(config.get(name))]
    found += _signature_problems(_part(config, "hmac")) + _rate_problems(_part(config, "rate_limit"))
    found += _address_problems(_part(config, "ip_whitelist"))
    limit = config.get("payload_size_limit_kb")
    if limit is not None and not _is_count(limit):
        found.append(_problem("payload_size_limit_kb", "takes a whole number above 0"))
    return found


def client_address(peer: str, headers: Mapping[str, str], *, proxies: str = "") -> str:
    """Whose request it is: the peer, or, behind a trusted proxy, who the proxy says.

    Args:
        proxies: networks of trusted proxies, separated by commas; empty: loopback and private ones.
    """
    if not is_within(peer, (proxies or PRIVATE_PROXIES).split(",")):
        return peer
    forwarded = headers.get("X-Forwarded-For", "").split(",")[0].strip() or headers.get("X-Real-IP", "").strip()
    return forwarded or peer


def is_within(address: str, networks: Sequence[str]) -> bool:
    """Whether an address is one of these addresses or lies in one of these networks."""
    try:
        wanted = _plain(ipaddress.ip_address(address))
    except ValueError:
        return False
    return any(wanted in network for text in networks if (network := _network(text)) is not None)


def is_signed(body: bytes, header: str | None, *, secret: str, algorithm: str) -> bool:
    """Whether a header `<algorithm>=<hex>` signs the raw body; compared in constant time."""
    expected = hmac.new(secret.encode(), body, getattr(hashlib, algorithm)).hexdigest()
    return hmac.compare_digest(f"{algorithm}={expected}".encode(), (header or "").strip().lower().encode())


def _part(config: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """One part of the settings; empty when it is absent or switched off."""
    part = config.get(name)
    return part if isinstance(part, Mapping) and part.get("enabled", bool(part)) is not False else {}


def _odd_switch(part: Any) -> bool:
    return isinstance(part, Mapping) and not isinstance(part.get("enabled", True), bool)


def _signature_problems(part: Mapping[str, Any]) -> list[Problem]:
    if not part:
        return []
    found = []
    if not isinstance(part.get("secret"), str) or not part["secret"]:
        found.append(_problem("hmac.secret", "takes a text that is not empty"))
    if part.get("algorithm", ALGORITHMS[0]) not in ALGORITHMS:
        found.append(_problem("hmac.algorithm", f"is one of {', '.join(ALGORITHMS)}"))
    return found


def _rate_problems(part: Mapping[str, Any]) -> list[Problem]:
    wrong = [key for key in ("requests", "window_seconds") if part and not _is_count(part.get(key))]
    return [_problem(f"rate_limit.{key}", "takes a whole number above 0") for key in wrong]


def _address_problems(part: Mapping[str, Any]) -> list[Problem]:
    if not part:
        return []
    listed = part.get("ips")
    if not isinstance(listed, list):
        return [_problem("ip_whitelist.ips", "takes a list of addresses and networks")]
    wrong = [text for text in listed if not isinstance(text, str) or _network(text) is None]
    return [_problem("ip_whitelist.ips", f"'{str(text)[:60]}' is no address and no network") for text in wrong]


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value <= _MOST


def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(text.strip(), strict=False)
    except ValueError:
        return None


def _plain(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """An IPv4 address that came in IPv6 clothes as itself."""
    return getattr(address, "ipv4_mapped", None) or address


def _problem(path: str, message: str) -> Problem:
    place = f"webhook_config.{path}" if path else "webhook_config"
    return {"path": place, "message": f"{place} {message}"}
