"""The Merkle tree of RFC 6962, section 2.1: hashes, the compact range that lets a tree grow without its leaves, proofs.

Guarantees: the root of a `CompactRange` of n leaves is the Merkle tree hash of those n leaves, whatever way they came
in, one by one or in runs that were hashed apart. A range is a value: appending gives another, so that whatever a
transaction gave up leaves nothing behind. A proof is accepted only if it has exactly the hashes that its sizes call
for, and they make the very roots given. Pure.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice

from ledger.errors import BadProofError, MalformedError

HASH_BYTES = 32
LONGEST_PROOF = 63
"""The hashes that a proof for a tree of up to 2^62 entries has; witnesses take no more lines than that."""
Subtree = Callable[[int, int], bytes]
"""The Merkle tree hash of the leaves from a start up to and without a stop."""
EMPTY_ROOT = sha256(b"").digest()
_RUN = 4096
"""Leaves that are held at once: a power of two."""


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
        return CompactRange(self.size + 1, _carried(list(self.nodes), self.size, leaf))

    def extend(self, leaves: Iterable[bytes]) -> "CompactRange":
        """The range with these leaf hashes at its right end."""
        grown, coming = self, iter(leaves)
        while run := list(islice(coming, min(grown.size & -grown.size or _RUN, _RUN))):
            while run:
                block = 1 << len(run).bit_length() - 1
                grown = grown.join(CompactRange(block, (_perfect(run[:block]),)))
                run = run[block:]
        return grown

    def join(self, right: "CompactRange") -> "CompactRange":
        """The range of both, where the leaves of `right` follow: made apart, perhaps by another process.

        `right` is no longer than the largest power of two that divides this size (any, from nothing): only then are its
        perfect subtrees those of the whole. Raises `MalformedError`.
        """
        if self.size and right.size > self.size & -self.size:
            raise MalformedError(f"{right.size} entries that begin at {self.size} make no range of their own.")
        nodes, size = self.nodes, self.size
        heights = (height for height in reversed(range(right.size.bit_length())) if right.size >> height & 1)
        for height, node in zip(heights, right.nodes, strict=True):
            nodes = _carried(list(nodes), size >> height, node)
            size += 1 << height
        return CompactRange(size, nodes)

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


def _carried(nodes: list[bytes], carry: int, node: bytes) -> tuple[bytes, ...]:
    """One node more: where a perfect subtree of its height waits on its left, the two become one, and so on."""
    while carry & 1:
        node = node_hash(nodes.pop(), node)
        carry >>= 1
    nodes.append(node)
    return tuple(nodes)


def _perfect(level: list[bytes]) -> bytes:
    """The root of a power of two of leaves, level by level."""
    while len(level) > 1:
        level = [sha256(b"\x01" + left + right).digest() for left, right in zip(level[::2], level[1::2], strict=True)]
    return level[0]


def root_of(leaves: Iterable[bytes]) -> bytes:
    """The Merkle tree hash of these leaf hashes."""
    return CompactRange().extend(leaves).root()


def prove_inclusion(index: int, size: int, subtree: Subtree) -> tuple[bytes, ...]:
    """The audit path of one leaf, the leaf's neighbour first (RFC 6962, 2.1.1). Raises `BadProofError`."""
    if not 0 <= index < size:
        raise BadProofError(f"A tree of {size} entries has no entry {index}.")
    start, stop, path = 0, size, []
    while stop - start > 1:
        middle = start + _split(stop - start)
        if index < middle:
            path.append(subtree(middle, stop))
            stop = middle
        else:
            path.append(subtree(start, middle))
            start = middle
    return tuple(reversed(path))


def prove_consistency(old: int, new: int, subtree: Subtree) -> tuple[bytes, ...]:
    """That the tree of `old` leaves is the front of the tree of `new` (RFC 6962, 2.1.2). Raises `BadProofError`.

    Empty where there is nothing to prove: from an empty tree, or from a tree to itself.
    """
    if not 0 <= old <= new:
        raise BadProofError(f"A tree of {old} entries does not come before one of {new}.")
    start, stop, path = 0, new, []
    while 0 < old < stop:
        middle = start + _split(stop - start)
        if old <= middle:
            path.append(subtree(middle, stop))
            stop = middle
        else:
            path.append(subtree(start, middle))
            start = middle
    if start:  # the old tree's last part is no tree of its own: whoever checks cannot know its hash
        path.append(subtree(start, stop))
    return tuple(reversed(path))


def check_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> None:
    """Raises `BadProofError` unless the path leads from this leaf, in this place, to the root (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        raise BadProofError(f"A tree of {size} entries has no entry {index}.")
    node, place, last = leaf, index, size - 1
    for hashed in path:
        if not last:
            raise BadProofError("The inclusion proof has more hashes than the tree has levels.")
        if place & 1 or place == last:
            node = node_hash(hashed, node)
            place, last = _risen(place, last)
        else:
            node = node_hash(node, hashed)
        place, last = place >> 1, last >> 1
    if last or node != root:
        raise BadProofError(f"The inclusion proof does not lead from entry {index} to the root of {size} entries.")


def check_consistency(old: int, old_root: bytes, new: int, new_root: bytes, path: Sequence[bytes]) -> None:
    """Raises `BadProofError` unless the new tree continues the old one (RFC 9162, 2.1.4.2)."""
    if not 0 <= old <= new:
        raise BadProofError(f"A tree of {old} entries does not come before one of {new}.")
    if old in (0, new):
        if path or old_root != (new_root if old == new else EMPTY_ROOT):
            raise BadProofError(f"Two trees of {old} and {new} entries need no proof, but these two do not agree.")
        return
    nodes = path if old & (old - 1) else (old_root, *path)  # the old tree is a part of the new one as it is
    if not nodes:
        raise BadProofError("The consistency proof is empty.")
    front = whole = nodes[0]
    place, last = old - 1, new - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    for hashed in nodes[1:]:
        if not last:
            raise BadProofError("The consistency proof has more hashes than the tree has levels.")
        if place & 1 or place == last:
            front, whole = node_hash(hashed, front), node_hash(hashed, whole)
            place, last = _risen(place, last)
        else:
            whole = node_hash(whole, hashed)
        place, last = place >> 1, last >> 1
    if last or front != old_root or whole != new_root:
        raise BadProofError(f"The tree of {new} entries does not continue the one of {old}: the proof leads elsewhere.")


def _risen(place: int, last: int) -> tuple[int, int]:
    """A lone node at the right edge rises without a neighbour, up to where it has one on its left."""
    while place and not place & 1:
        place, last = place >> 1, last >> 1
    return place, last


def _split(size: int) -> int:
    """The largest power of two below a size of two or more: where its tree falls into two."""
    return 1 << ((size - 1).bit_length() - 1)
