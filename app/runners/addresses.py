"""Which addresses a request may go to. The address that is checked is the one that is connected to."""

from __future__ import annotations

import asyncio
import ipaddress
import socket

import httpx

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class AddressRefused(httpx.TransportError):
    """A name leads to a private, loopback or otherwise internal address, and the setting forbids these."""


class CheckedTransport(httpx.AsyncBaseTransport):
    """Looks the host up itself, refuses internal addresses, and connects to the very address it has checked.

    A second lookup, of the HTTP library, could give another answer (DNS rebinding). Every redirect passes here again.
    The Host header and the name in the certificate stay the ones of the URL.
    """

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self._inner = inner

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        host = request.url.host
        pinned = httpx.Request(
            request.method,
            request.url.copy_with(host=str(await _public_address(host, request.url.port or 0))),
            headers=request.headers,
            stream=request.stream,
            extensions={**request.extensions, "sni_hostname": host},
        )
        return await self._inner.handle_async_request(pinned)

    async def aclose(self) -> None:
        await self._inner.aclose()


def is_public(address: Address) -> bool:
    """Whether the address, or the IPv4 address that an IPv6 one stands for, is reachable from everywhere."""
    inside = _embedded(address)
    if inside is not None:
        return is_public(inside)
    return address.is_global and not address.is_multicast


async def _public_address(host: str, port: int) -> Address:
    found = await _look_up(host, port)
    for address in found:
        if not is_public(address):
            raise AddressRefused(
                f"{host} leads to {address}, which is not a public address. "
                "ATTUNE_ALLOW_PRIVATE_ADDRESSES=true would allow it."
            )
    return found[0]


async def _look_up(host: str, port: int) -> list[Address]:
    try:
        rows = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise httpx.ConnectError(f"{host} could not be found: {error}") from error
    # the zone of a link-local address ("fe80::1%eth0") is no part of the address
    return [ipaddress.ip_address(str(row[4][0]).partition("%")[0]) for row in rows]


def _embedded(address: Address) -> Address | None:
    if isinstance(address, ipaddress.IPv4Address):
        return None
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    if address.teredo:
        return address.teredo[1]
    return address.ipv4_mapped or address.sixtofour
