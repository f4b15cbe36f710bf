"""Requests that reach public addresses alone: what somebody pasted into a page must not look into private networks.

A name is looked up once for each connection, the addresses are checked, and the connection goes to one that was checked:
what the name answers afterwards does not matter. Redirects are connections like all others.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Final
from urllib.request import getproxies, proxy_bypass

import httpcore
import httpx

from notion2jekyll.tls import trust

Resolver = Callable[[str, int], Sequence[str]]
"""A host name and a port → its addresses. Raises OSError where there are none."""

_INTERNET: Final = ipaddress.ip_network("2000::/3")
"""The part of IPv6 that is handed out for the public internet."""
_TRANSLATED: Final = ipaddress.ip_network("64:ff9b::/96")
"""IPv6 addresses that lead to the IPv4 address in their last 32 bits (RFC 6052)."""
_METADATA: Final = (ipaddress.ip_network("168.63.129.16/32"), ipaddress.ip_network("192.0.0.0/24"))
"""Where clouds tell their machines secrets, under addresses that may pass for public: Azure, on which GitHub's workflows
run, and Oracle."""


class Private(Exception):
    """An address leads into a private network."""

    def __init__(self, host: str) -> None:
        super().__init__(f"{host} is inside a private network")


def is_public(address: str) -> bool:
    """Return whether `address`, in digits, is on the public internet, and so is the IPv4 address that it may wrap."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv4Address):
        return found.is_global and not found.is_multicast and not any(found in net for net in _METADATA)
    inner = found.ipv4_mapped or found.sixtofour or (found.teredo[1] if found.teredo else None)
    if found in _TRANSLATED:
        inner = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
    return is_public(str(inner)) if inner else found.is_global and found in _INTERNET


def resolve(host: str, port: int) -> Sequence[str]:
    """Return the addresses of `host`, as the system knows them. Raises OSError where there are none."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(place[0]) for *_, place in found))


def origin(url: str) -> tuple[str, int]:
    """Return the host and port that `url` names. Raises httpx.InvalidURL."""
    parts = httpx.URL(url)
    return parts.host, parts.port or (443 if parts.scheme == "https" else 80)


class PublicOnly(httpx.BaseTransport):
    """Sends requests, to public addresses and to the `allowed` (host, port) pairs. Raises `Private` for all others.

    Where the machine reaches the internet through a proxy (`proxies`: scheme, or `all`, → its address), the proxy looks names up, too,
    and connects; then only what is known here beforehand is refused.
    """

    def __init__(
        self,
        allowed: Collection[tuple[str, int]] = (),
        *,
        lookup: Resolver = resolve,
        proxies: Mapping[str, str] | None = None,
    ) -> None:
        self._wire = _Wire(allowed, lookup)
        self._direct = httpx.HTTPTransport(verify=trust())
        # httpx has no way to hand in how to connect; httpcore, which it is made of, has.
        self._direct._pool = httpcore.ConnectionPool(  # noqa: SLF001
            ssl_context=trust(), network_backend=self._wire
        )
        known = getproxies() if proxies is None else proxies
        self._proxied = {
            scheme: httpx.HTTPTransport(verify=trust(), proxy=proxy)
            for scheme in ("http", "https")
            if (proxy := known.get(scheme) or known.get("all"))
        }

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send `request`. Raises Private, and what httpx raises."""
        proxied = self._proxied.get(request.url.scheme)
        host, port = origin(str(request.url))
        if proxied is None or proxy_bypass(host):
            return self._direct.handle_request(request)
        with suppress(httpcore.ConnectError):  # behind a proxy names of the internet may well be unknown
            self._wire.checked(host, port)
        return proxied.handle_request(request)

    def close(self) -> None:
        """Close all connections."""
        for transport in (self._direct, *self._proxied.values()):
            transport.close()


class _Wire(httpcore.SyncBackend):
    """Connects to addresses that were looked up and checked here, and lets nobody look them up again."""

    def __init__(self, allowed: Collection[tuple[str, int]], lookup: Resolver) -> None:
        self._allowed = frozenset(allowed)
        self._lookup = lookup

    def checked(self, host: str, port: int) -> Sequence[str]:
        """Return the addresses of `host` that may be connected to. Raises Private where none may, httpcore.ConnectError."""
        try:
            addresses = self._lookup(host, port)
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(f"{host} cannot be found") from error
        if (host, port) in self._allowed:
            return addresses
        public = [address for address in addresses if is_public(address)]
        if not public:
            raise Private(host)
        return public

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first address of `host` that answers."""
        trouble: Exception = httpcore.ConnectError(f"{host} has no address")
        for address in self.checked(host, port):
            try:
                return super().connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                trouble = error
        raise trouble
