"""The key of a client that authenticates by its signature and has no secret (RFC 7523). Never its private half. Pure.

A key is one text: a public JWK in its canonical form (RFC 7638, section 3), or the address of a JWKS (RFC 7517,
section 5), whose keys change without anybody being asked here. A text says which of the two it is, and two keys are one
if their texts are.
"""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NewType
from urllib.parse import SplitResult, urlsplit

ClientKey = NewType("ClientKey", str)
"""What a client signs with; `NO_KEY` where it has a secret instead."""
NO_KEY = ClientKey("")

ALGORITHMS = ("EdDSA", "ES256", "PS256", "RS256")
"""How an assertion may be signed. Never with a key that both sides know, and never not at all."""
ADDRESS_MAX = 300
"""Characters of an address."""

_REQUIRED = {"EC": ("crv", "kty", "x", "y"), "OKP": ("crv", "kty", "x"), "RSA": ("e", "kty", "n")}
"""By type of key: RFC 7638, section 3.2, and RFC 8037, section 2."""
_ALGORITHMS_OF = {"EC": ("ES256",), "OKP": ("EdDSA",), "RSA": ("PS256", "RS256")}
_LOOPBACK = frozenset({"localhost", "127.0.0.1"})
_HTTPS = 443

_WHOLE = "Write the whole address of the JWKS, such as https://login.example.com/jwks.json."
_OTHER_PORT = "A JWKS is read at the usual port of https only: leave the port out."


@dataclass(frozen=True, slots=True)
class KeyHosts:
    """From which hosts a JWKS is read: by their names, in small letters."""

    outside: frozenset[str] = frozenset()
    """These must have a public address, whenever they are asked."""
    inside: frozenset[str] = frozenset()
    """These may have any, and any port."""


def canonical(jwk: Mapping[str, str]) -> ClientKey:
    """A public JWK without what is not needed to know it again. Raises `KeyError` where that is not all there."""
    required = {name: jwk[name] for name in _REQUIRED[jwk["kty"]]}
    return ClientKey(json.dumps(required, sort_keys=True, separators=(",", ":")))


def thumbprint(key: ClientKey) -> str:
    """The SHA-256 thumbprint of a canonical JWK, in base64url (RFC 7638)."""
    return base64.urlsafe_b64encode(hashlib.sha256(key.encode()).digest()).rstrip(b"=").decode()


def has_address(key: ClientKey) -> bool:
    """Whether it is the address of a JWKS."""
    return key != NO_KEY and not key.startswith("{")


def name_of(key: ClientKey) -> str:
    """What people and the ledger call it: its thumbprint, or its address."""
    return key if has_address(key) or key == NO_KEY else thumbprint(key)


def algorithms_of(key: ClientKey) -> tuple[str, ...]:
    """By which algorithms it can sign; by any, where it stands at an address."""
    return ALGORITHMS if has_address(key) else _ALGORITHMS_OF[json.loads(key)["kty"]]


def address_problem(text: str, hosts: KeyHosts) -> str | None:
    """Why a JWKS may not be read there, in a sentence; None if it may, as far as its address tells."""
    try:
        found = urlsplit(text)
        port = found.port
    except ValueError:
        return _WHOLE
    host = found.hostname or ""
    if len(text) > ADDRESS_MAX or not _is_whole(text, found):
        return _WHOLE
    if host not in hosts.outside | hosts.inside:
        return (
            f"The policy does not name {host} among the hosts whose JWKS are read. "
            "Give the public key itself, or ask whoever keeps the policy."
        )
    if found.scheme != "https" and not (host in _LOOPBACK and host in hosts.inside):
        return "The address must begin with https://."
    return _OTHER_PORT if host not in hosts.inside and port not in {None, _HTTPS} else None


def _is_whole(text: str, found: SplitResult) -> bool:
    """Whether it names one place, and nothing that different readers could take for another."""
    plain = text.isascii() and text.isprintable() and not set(text) & set(" \\\"'<>`{}|^#@")
    return plain and found.scheme in {"http", "https"} and bool(found.hostname) and found.path.startswith("/")
