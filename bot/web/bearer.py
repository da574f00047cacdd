"""Bearer tokens of requests, and how those without a good one are refused (RFC 6750)."""

import re

from starlette.types import Scope

_TOKEN = re.compile(r"bearer +([A-Za-z0-9\-._~+/]+=*)", re.IGNORECASE)
"""RFC 6750, section 2.1."""


def headers_of(scope: Scope, name: bytes) -> list[str]:
    """Every header of a name."""
    return [value.decode("latin-1") for key, value in scope["headers"] if key == name]


def bearer(scope: Scope) -> str | None:
    """The token of a request; None where there is none, or more than one."""
    headers = headers_of(scope, b"authorization")
    found = _TOKEN.fullmatch(headers[0].strip(" ")) if len(headers) == 1 else None
    return None if found is None else found[1]


def challenge(*, error: str = "", scope: str = "") -> dict[str, str]:
    """`WWW-Authenticate` (section 3). Whoever sent no token at all is told no error."""
    parts = ['Bearer realm="cred"'] + [
        f'{name}="{value}"' for name, value in (("error", error), ("scope", scope)) if value
    ]
    return {"WWW-Authenticate": ", ".join(parts)}
