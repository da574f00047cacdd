"""A JWKS over the network: from a host that the policy names, at an address that was checked, and nothing else.

What holds here (OWASP, server-side request forgery):

- The host's name is resolved once, and what is connected to is the address that was checked: no second answer counts.
- A host outside must have a public address only; one inside may have any, because the policy names it so.
- TLS is checked for the host's name. No redirect, no proxy, no cookie; so many bytes and seconds, and no more.
"""

import ipaddress
import socket
import time
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit

from bot.authority.key_sets import UnreadableError
from bot.domain.client_key import KeyHosts, address_problem

if TYPE_CHECKING:
    import httpx

SIZE_MAX = 64 * 1024
"""Bytes of a key set."""
TIME_MAX = 4.0
"""Seconds for all of it."""
_STEP_MAX = 2.0
"""Seconds for a connection, and between two pieces of an answer."""


class Fetcher:
    """`bot.authority.key_sets.Fetch`, for the hosts of a policy."""

    def __init__(self, hosts: KeyHosts) -> None:
        self._hosts = hosts

    def __call__(self, address: str) -> bytes:
        """The bytes at an address. Raises `UnreadableError`."""
        if address_problem(address, self._hosts) is not None:
            raise UnreadableError("the policy does not name its host any more")
        parts = urlsplit(address)
        return _read(parts, _checked(parts, inside=parts.hostname in self._hosts.inside))


def _checked(parts: SplitResult, *, inside: bool) -> str:
    """The numeric address of a host. Where one of several is not public, none counts."""
    addresses = _resolved(parts)
    if not inside and not all(_is_public(each) for each in addresses):
        raise UnreadableError("its host has a private address, and the policy names it as one outside")
    return addresses[0]


def _resolved(parts: SplitResult) -> list[str]:
    try:
        found = socket.getaddrinfo(parts.hostname, parts.port or parts.scheme, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise UnreadableError("its host has no address") from None
    return [str(each[4][0]) for each in found]


def _is_public(address: str) -> bool:
    found = ipaddress.ip_address(address.partition("%")[0])
    mapped = found.ipv4_mapped or found.sixtofour if isinstance(found, ipaddress.IPv6Address) else None
    return found.is_global and not found.is_multicast and (mapped is None or mapped.is_global)


def _read(parts: SplitResult, address: str) -> bytes:
    import httpx  # noqa: PLC0415 - slow to load, and few clients have a JWKS

    place = f"[{address}]" if ":" in address else address
    if parts.port is not None:
        place = f"{place}:{parts.port}"
    asked = {
        "Host": parts.netloc,
        "Accept": "application/jwk-set+json, application/json",
        "Accept-Encoding": "identity",
    }
    until, trusted = time.monotonic() + TIME_MAX, httpx.create_ssl_context()  # SSL_CERT_FILE counts, no proxy does
    try:
        with (
            httpx.Client(verify=trusted, timeout=_STEP_MAX, follow_redirects=False, trust_env=False) as client,
            client.stream(
                "GET",
                parts._replace(netloc=place).geturl(),
                headers=asked,
                extensions={"sni_hostname": parts.hostname},
            ) as answer,
        ):
            if answer.status_code != httpx.codes.OK:
                raise UnreadableError(f"it answered {answer.status_code}")
            return _whole(answer, until)
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        raise UnreadableError(f"it could not be reached ({type(error).__name__})") from None


def _whole(answer: "httpx.Response", until: float) -> bytes:
    content = bytearray()
    for piece in answer.iter_raw():
        content += piece
        if len(content) > SIZE_MAX:
            raise UnreadableError(f"it is longer than {SIZE_MAX} bytes")
        if time.monotonic() > until:
            raise UnreadableError("it takes too long")
    return bytes(content)
