"""What a proxy says of a request counts only from proxies that the operator named (`CRED_PROXIES`)."""

import ipaddress
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Proxies:
    """The proxies that are believed; nobody, where none is named."""

    def __init__(self, networks: Iterable[Network] = ()) -> None:
        self._networks = tuple(networks)
        self.has: Final = lru_cache(maxsize=1024)(self._has)
        """Whether an address is of one of them. The same few peers come again and again."""

    def _has(self, address: str) -> bool:
        try:
            parsed = ipaddress.ip_address(address)
        except ValueError:
            return False
        if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped is not None:
            parsed = parsed.ipv4_mapped
        return any(parsed in network for network in self._networks)

    def client(self, peer: str, forwarded: Iterable[str]) -> str:
        """From where a request came: the last address in `X-Forwarded-For` that no believed proxy has.

        What stands to the left of it, anybody may have written.
        """
        hops = [hop.strip() for header in forwarded for hop in header.split(",")]
        address = peer
        while hops and self.has(address):
            nearer = hops.pop()
            try:
                address = str(ipaddress.ip_address(nearer))
            except ValueError:
                break
        return address


class ProxyAware:
    """ASGI middleware: the client of a request is whoever stands behind the believed proxies."""

    def __init__(self, app: ASGIApp, *, proxies: Proxies) -> None:
        self._app = app
        self._proxies = proxies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        client = scope.get("client")
        if scope["type"] == "http" and client and self._proxies.has(client[0]):
            forwarded = [value.decode("latin-1") for name, value in scope["headers"] if name == b"x-forwarded-for"]
            scope = {**scope, "client": (self._proxies.client(client[0], forwarded), client[1]), PROXIED: True}
        await self._app(scope, receive, send)


PROXIED = "cred.proxied"
"""In a request's scope where a believed proxy passed it on."""
