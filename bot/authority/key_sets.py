"""The key sets of clients, read from their addresses and kept for a while (RFC 7517, section 5).

What holds here:

- An address is read at most twice a minute, whatever assertions say, and by one of those who wait at a time.
- A key that was taken out of its set counts for ten minutes at most, or for an hour while the set cannot be read.
- What cannot be read is no key: nobody is let in, and nothing else fails.
"""

import json
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.domain.client_key import ClientKey
from bot.ports import Clock
from bot.service.public_key import PublicKey, algorithms, usable

FRESH = timedelta(minutes=10)
STALE = timedelta(hours=1)
PAUSE = timedelta(seconds=30)
"""Between two readings of one address, where an assertion names a key that the set does not have."""
_MOST = 50
"""Keys of a set that are looked at."""

_log = logging.getLogger(__name__)


class UnreadableError(Exception):
    """A key set could not be read; its message says why, for the log."""


Fetch = Callable[[str], bytes]
"""The bytes at an address. Raises `UnreadableError`."""


@dataclass(frozen=True, slots=True)
class _Key:
    """A key of a set."""

    id: str | None
    key: PublicKey
    algorithms: frozenset[str]


@dataclass(slots=True)
class _Set:
    """What is known of an address."""

    turn: threading.Lock = field(default_factory=threading.Lock)
    keys: tuple[_Key, ...] = ()
    read_at: datetime | None = None
    tried_at: datetime | None = None

    def younger(self, age: timedelta, now: datetime) -> bool:
        return self.read_at is not None and now - self.read_at < age

    def rests(self, now: datetime) -> bool:
        return self.tried_at is not None and now - self.tried_at < PAUSE

    def find(self, key_id: str | None, algorithm: str) -> list[PublicKey]:
        fitting = [each for each in self.keys if algorithm in each.algorithms]
        return [each.key for each in fitting if key_id is None or each.id in {None, key_id}]


class KeySets:
    """Asked from any thread."""

    def __init__(self, fetch: Fetch, clock: Clock) -> None:
        self._fetch = fetch
        self._clock = clock
        self._sets: dict[ClientKey, _Set] = {}
        self._lock = threading.Lock()

    def find(self, address: ClientKey, key_id: str | None, algorithm: str) -> list[PublicKey]:
        """The keys of a set that may have signed this; the set is read anew where it is old, or has no such key."""
        with self._lock:
            known = self._sets.setdefault(address, _Set())
        if not (known.younger(FRESH, self._clock.now()) and known.find(key_id, algorithm)):
            with known.turn:
                self._read(address, known, key_id, algorithm)
        return known.find(key_id, algorithm) if known.younger(STALE, self._clock.now()) else []

    def _read(self, address: ClientKey, known: _Set, key_id: str | None, algorithm: str) -> None:
        now = self._clock.now()
        if known.rests(now) or (known.younger(FRESH, now) and known.find(key_id, algorithm)):
            return  # somebody has just read it
        known.tried_at = now
        try:
            known.keys, known.read_at = _keys(self._fetch(address)), now
        except UnreadableError as error:
            _log.warning("A client's JWKS at %s cannot be read: %s.", address, error)


def _keys(content: bytes) -> tuple[_Key, ...]:
    """The keys of a set that can be used; others are left out (RFC 7517, section 5)."""
    try:
        listed = json.loads(content)["keys"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise UnreadableError("it is no JWKS") from None
    if not isinstance(listed, list):
        raise UnreadableError("it is no JWKS")
    return tuple(made for made in map(_key, listed[:_MOST]) if made is not None)


def _key(jwk: object) -> _Key | None:
    key = usable(jwk)
    if key is None or not isinstance(jwk, dict):
        return None
    name, only = jwk.get("kid"), jwk.get("alg")
    fitting = algorithms(key)
    return _Key(name if isinstance(name, str) else None, key, fitting if only is None else fitting & {only})
