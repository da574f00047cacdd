"""The Merkle tree of RFC 6962, section 2.1: hashes and the compact range that lets a tree grow without its leaves.

Guarantees: the root of a `CompactRange` of n leaves is the Merkle tree hash of those n leaves, whatever way they came
in. A range is a value: appending gives another, so that whatever a transaction gave up leaves nothing behind. Pure.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from ledger.errors import MalformedError

HASH_BYTES = 32
EMPTY_ROOT = sha256(b"").digest()


def leaf_hash(entry: bytes) -> bytes:
    """SHA-256(0x00 ‖ entry)."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 ‖ left ‖ right): never the hash of a leaf, for the first byte differs."""
    return sha256(b"\x01" + left + right).digest()


@dataclass(frozen=True, slots=True)
class CompactRange:
    """The roots of the perfect subtrees that n leaves fall into, largest (leftmost) first: one for each 1 bit of n."""

    size: int = 0
    nodes: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        if len(self.nodes) != self.size.bit_count() or any(len(node) != HASH_BYTES for node in self.nodes):
            raise MalformedError(f"{len(self.nodes)} hashes cannot stand for a tree of {self.size} entries.")

    def append(self, leaf: bytes) -> "CompactRange":
        """The range with one more leaf hash at its right end."""
        return self.extend((leaf,))

    def extend(self, leaves: Iterable[bytes]) -> "CompactRange":
        """The range with these leaf hashes at its right end."""
        nodes, size = list(self.nodes), self.size
        for leaf in leaves:
            node, carry = leaf, size
            while carry & 1:  # a perfect subtree of this height waits on the left: the two become one
                node = node_hash(nodes.pop(), node)
                carry >>= 1
            nodes.append(node)
            size += 1
        return CompactRange(size, tuple(nodes))

    def root(self) -> bytes:
        """The Merkle tree hash of all leaves."""
        if not self.nodes:
            return EMPTY_ROOT
        *rest, root = self.nodes
        for node in reversed(rest):
            root = node_hash(node, root)
        return root

    def to_bytes(self) -> bytes:
        """The hashes one after the other; the size is kept beside them."""
        return b"".join(self.nodes)

    @classmethod
    def from_bytes(cls, size: int, packed: bytes) -> "CompactRange":
        """Raises `MalformedError` where the hashes do not fit the size."""
        return cls(size, tuple(packed[at : at + HASH_BYTES] for at in range(0, len(packed), HASH_BYTES)))


def root_of(leaves: Iterable[bytes]) -> bytes:
    """The Merkle tree hash of these leaf hashes."""
    return CompactRange().extend(leaves).root()
