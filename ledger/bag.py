"""A keyed digest of (term, index) pairs in whatever order they come: equal sums, equal pairs.

Each pair goes through a CBC-MAC of two blocks under AES-256, which for messages of one length is a random function to
whoever lacks the key; the sum of what comes out stands for millions of pairs in a few bytes. The key is drawn for each
verification, so that nobody can have prepared pairs that make up for one another. Sums made apart add up.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

KEY_BYTES = 32
_BLOCK = 16


@dataclass(frozen=True, slots=True)
class Bag:
    """How many pairs, and the sums of the two halves of what each became."""

    size: int = 0
    high: int = 0
    low: int = 0

    def __add__(self, other: "Bag") -> "Bag":
        return Bag(self.size + other.size, self.high + other.high, self.low + other.low)


def bag_of(key: bytes, terms: Sequence[Any], places: Sequence[Any]) -> Bag:
    """The bag of pairs, given as two columns. A pair that no entry can make counts in the size alone."""
    if not _are_pairs(terms, places):
        pairs = [pair for pair in zip(terms, places, strict=True) if _is_pair(*pair)]
        made = bag_of(key, [term for term, _ in pairs], [place for _, place in pairs])
        return Bag(len(terms), made.high, made.low)
    blocks = [0] * (2 * len(places))
    blocks[1::2] = places
    # One block at a time is what a CBC-MAC is; no ciphertext leaves this function.
    encrypt = Cipher(algorithms.AES(key), modes.ECB()).encryptor().update  # noqa: S305
    first = int.from_bytes(encrypt(b"".join(terms)), "big")
    second = first ^ int.from_bytes(struct.pack(f">{len(blocks)}Q", *blocks), "big")
    halves = struct.unpack(f">{len(blocks)}Q", encrypt(second.to_bytes(_BLOCK * len(terms), "big")))
    return Bag(len(terms), sum(halves[::2]), sum(halves[1::2]))


def _are_pairs(terms: Sequence[Any], places: Sequence[Any]) -> bool:
    if not {*map(type, terms)} <= {bytes} or not {*map(type, places)} <= {int}:
        return False
    return {*map(len, terms)} <= {_BLOCK} and min(places, default=0) >= 0


def _is_pair(term: Any, place: Any) -> bool:
    return _are_pairs((term,), (place,))
