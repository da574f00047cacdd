"""The certificates that an HTTP client trusts by itself, read once for all clients of a run: reading takes 50 ms."""

from functools import cache
from typing import Any

from httpx._transports import default

_made = default.create_ssl_context
_usual = cache(lambda trust_env: _made(trust_env=trust_env))


def read_once() -> None:
    """For this process, and for those that are forked from it."""
    default.create_ssl_context = _context
    _usual(trust_env=False)


def _context(verify: Any = True, cert: Any = None, *, trust_env: bool = True) -> Any:  # noqa: FBT002 - httpx has it so
    if verify is True and cert is None:
        return _usual(trust_env=trust_env)
    return _made(verify=verify, cert=cert, trust_env=trust_env)
