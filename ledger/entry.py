"""One event, and the one opaque blob that it becomes: the wire format of an entry, version 1.

    version u8 = 1 | suite u8 = 1 | key id 32 B | index u64 | time u64 (UTC µs) | nonce 12 B | ciphertext ‖ tag 16 B

big-endian, at most 65,535 bytes (the limit of C2SP tlog-tiles entry bundles). Suite 1 is AES-256-GCM; the associated
data is the log's origin and the header up to and including the nonce, so that an entry opens in its own place only.
Evolution rule: this layout never changes; another one has another first byte. Golden vectors: tests/ledger/vectors.
Pure: key, time and nonce are arguments.
"""

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TypeAlias, Union

from ledger.errors import MalformedError, TooLargeError
from ledger.sealing import TAG_BYTES, SealingKey

Json: TypeAlias = Union[str, int, bool, "list[Json]", "dict[str, Json]", None]

LONGEST_ENTRY = 65_535
_VERSION = 1
_SUITE_AES_256_GCM = 1
_HEADER = struct.Struct(">BB32sQQ12s")
LONGEST_PAYLOAD = LONGEST_ENTRY - _HEADER.size - TAG_BYTES
_SHORTEST_ENTRY = _HEADER.size + TAG_BYTES
_ABOUT, _ABOUT_BYTES = "H32xQQ", 50
"""Version and suite, index, time: what can be checked of a header without its key."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What happened: who did what, with what outcome, from where (PCI DSS 10.2.2), and what else its kind says."""

    kind: str
    """`subject:action`, registered with the ledger's `Schemas`."""
    actor: str | None
    """A person ID, 32 hex digits. None where the program itself acts."""
    via: str
    """From where: slack, web, sweep, cli, start; `ledger` for the ledger's own."""
    outcome: str = "done"
    """done, refused, failed or unknown."""
    body: Mapping[str, Json]
    index: tuple[tuple[str, str], ...] = ()
    """(field, value) pairs to find the entry by. Only fields of many values: see `ledger.sealing.blind`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenEntry:
    """An entry that was opened: its log and its place there, its time, what happened."""

    origin: str
    index: int
    at: datetime
    event: Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What of an entry can be read without its key. `time` in UTC microseconds."""

    key_id: bytes
    index: int
    time: int
    nonce: bytes

    def to_bytes(self) -> bytes:
        """62 bytes."""
        return _HEADER.pack(_VERSION, _SUITE_AES_256_GCM, self.key_id, self.index, self.time, self.nonce)

    @classmethod
    def from_bytes(cls, entry: bytes) -> "Header":
        """The header at the front of an entry. Raises `MalformedError`."""
        if not _SHORTEST_ENTRY <= len(entry) <= LONGEST_ENTRY:
            raise MalformedError(f"It has {len(entry)} bytes, which no entry has.")
        version, suite, key_id, index, time, nonce = _HEADER.unpack_from(entry)
        if (version, suite) != (_VERSION, _SUITE_AES_256_GCM):
            raise MalformedError(f"It is of version {version}, suite {suite}; this program reads version 1, suite 1.")
        return cls(key_id=key_id, index=index, time=time, nonce=nonce)


def check_fits(payload: bytes) -> None:
    """Raises `TooLargeError` for a payload whose entry would be over 65,535 bytes."""
    if len(payload) > LONGEST_PAYLOAD:
        raise TooLargeError(
            f"The event takes {len(payload):,} bytes and an entry holds {LONGEST_PAYLOAD:,}: shorten what was typed."
        )


def seal_entry(key: SealingKey, origin: str, header: Header, payload: bytes) -> bytes:
    """The entry. The header's key ID must be the key's, its nonce new. Raises `TooLargeError`."""
    check_fits(payload)
    front = header.to_bytes()
    return front + key.seal(header.nonce, payload, origin.encode() + front)


def open_entry(key: SealingKey, origin: str, header: Header, entry: bytes) -> bytes:
    """The payload. `header` is this entry's own. Raises `CannotOpenError`."""
    return key.open(header.nonce, entry[_HEADER.size :], origin.encode() + entry[: _HEADER.size])


def times_of(start: int, entries: Sequence[bytes]) -> tuple[int, ...] | None:
    """The times of entries that are well-formed, each in its place from `start` on; None where one of them is not.

    What `Header.from_bytes` and two comparisons say of each, for whoever checks millions. Of no entries: none.
    """
    lengths = [*map(len, entries)]
    if min(lengths, default=_SHORTEST_ENTRY) < _SHORTEST_ENTRY or max(lengths, default=0) > LONGEST_ENTRY:
        return None
    said = _abouts(len(entries)).unpack(b"".join([entry[:_ABOUT_BYTES] for entry in entries]))
    forms, places, times = said[0::3], said[1::3], said[2::3]
    if {*forms} - {_VERSION << 8 | _SUITE_AES_256_GCM} or places != tuple(range(start, start + len(entries))):
        return None
    return times


@lru_cache(maxsize=32)
def _abouts(count: int) -> struct.Struct:
    """For the fronts of so many entries, one after another: one call for all is a third of the cost."""
    return struct.Struct(">" + _ABOUT * count)


def key_id_of(entry: bytes) -> bytes:
    """Of the key that an entry is sealed under. The entry's form was checked before."""
    return entry[2:34]


def open_stored(key: SealingKey, origin: bytes, entry: bytes) -> bytes:
    """`open_entry` of one whose form and place were checked before. Raises `CannotOpenError`."""
    return key.open(entry[50:62], entry[62:], origin + entry[:62])


def micros(at: datetime) -> int:
    """UTC microseconds of an aware instant."""
    return (at - _EPOCH) // _MICROSECOND


def instant(micros: int) -> datetime:
    """The instant of UTC microseconds."""
    return _EPOCH + timedelta(microseconds=micros)
