"""The tree is that of RFC 6962, by its published roots and by its recursive definition."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as some

from ledger import MalformedError
from ledger.merkle import CompactRange, leaf_hash, root_of

_LEAVES = some.lists(some.binary(max_size=40), max_size=70)


def _defined(entries):
    """RFC 6962, section 2.1, to the letter."""
    if not entries:
        return sha256(b"").digest()
    if len(entries) == 1:
        return sha256(b"\x00" + entries[0]).digest()
    split = 1
    while split * 2 < len(entries):
        split *= 2
    return sha256(b"\x01" + _defined(entries[:split]) + _defined(entries[split:])).digest()


def test_roots_are_the_published_ones(vectors):
    known = vectors("merkle")
    leaves = [leaf_hash(bytes.fromhex(leaf)) for leaf in known["leaves"]]
    assert [root_of(leaves[:size]).hex() for size in range(len(leaves) + 1)] == known["roots"]


@given(_LEAVES)
def test_root_is_the_recursive_definition(entries):
    assert root_of(map(leaf_hash, entries)) == _defined(entries)


@given(_LEAVES, _LEAVES)
def test_leaves_may_come_one_by_one_or_together(first, then):
    one_by_one = CompactRange()
    for entry in first + then:
        one_by_one = one_by_one.append(leaf_hash(entry))
    assert CompactRange().extend(map(leaf_hash, first)).extend(map(leaf_hash, then)) == one_by_one


@given(_LEAVES)
def test_range_survives_its_bytes(entries):
    tree = CompactRange().extend(map(leaf_hash, entries))
    assert CompactRange.from_bytes(tree.size, tree.to_bytes()) == tree


def test_appending_leaves_the_range_before_it_alone():
    before = CompactRange().append(leaf_hash(b"a"))
    root = before.root()
    before.append(leaf_hash(b"b"))
    assert (before.size, before.root()) == (1, root)


@pytest.mark.parametrize(("size", "packed"), [(1, b""), (2, bytes(64)), (1, bytes(31)), (3, bytes(65)), (0, bytes(32))])
def test_hashes_that_do_not_fit_the_size_are_refused(size, packed):
    with pytest.raises(MalformedError):
        CompactRange.from_bytes(size, packed)
