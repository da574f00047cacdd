"""From where a login came: the network of its address, and what its client calls itself. Pure."""

import ipaddress
from functools import lru_cache

from bot.domain.naming import clean
from bot.domain.secrecy import looks_secret

AGENT_MAX = 120
"""Characters that are kept of a `User-Agent`."""
AGENT_READ = 512
"""Characters that are looked at, before it is cleaned."""


@lru_cache(maxsize=4096)
def network_of(address: str, ipv4: int, ipv6: int) -> str:
    """`203.0.113.0/24`, by prefix lengths in bits; empty where the address is none. The same few come again and again.

    An IPv4 address that is mapped into IPv6 (`::ffff:203.0.113.9`) is taken for what it is.
    """
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return ""
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped is not None:
        parsed = parsed.ipv4_mapped
    return str(ipaddress.ip_network(f"{parsed}/{ipv4 if parsed.version == 4 else ipv6}", strict=False))  # noqa: PLR2004


def agent_of(header: str) -> str:
    """A `User-Agent` as it may be kept and shown: on one line, short; empty where a secret seems to stand in it."""
    seen = " ".join(clean(header[:AGENT_READ]).split())
    if looks_secret(seen):
        return ""
    return seen if len(seen) <= AGENT_MAX else f"{seen[: AGENT_MAX - 1]}…"
