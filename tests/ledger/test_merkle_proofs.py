"""Inclusion and consistency proofs, against the recursive definitions of RFC 6962, sections 2.1.1 and 2.1.2."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from ledger import BadProofError
from ledger.merkle import (
    EMPTY_ROOT,
    LONGEST_PROOF,
    check_consistency,
    check_inclusion,
    leaf_hash,
    prove_consistency,
    prove_inclusion,
    root_of,
)

_SIZES = some.integers(0, 140)


def _leaves(size):
    return [leaf_hash(b"%d" % number) for number in range(size)]


def _subtree(leaves):
    return lambda start, stop: root_of(leaves[start:stop])


def _split(size):
    split = 1
    while split * 2 < size:
        split *= 2
    return split


def _path(index, leaves):
    """PATH(m, D[n]), to the letter."""
    if len(leaves) == 1:
        return []
    k = _split(len(leaves))
    if index < k:
        return [*_path(index, leaves[:k]), root_of(leaves[k:])]
    return [*_path(index - k, leaves[k:]), root_of(leaves[:k])]


def _subproof(old, leaves, *, known):
    """SUBPROOF(m, D[n], b), to the letter."""
    if old == len(leaves):
        return [] if known else [root_of(leaves)]
    k = _split(len(leaves))
    if old <= k:
        return [*_subproof(old, leaves[:k], known=known), root_of(leaves[k:])]
    return [*_subproof(old - k, leaves[k:], known=False), root_of(leaves[:k])]


@some.composite
def _two_sizes(draw):
    new = draw(_SIZES)
    return draw(some.integers(0, new)), new


@some.composite
def _place(draw):
    size = draw(some.integers(1, 140))
    return draw(some.integers(0, size - 1)), size


@given(_place())
def test_inclusion_proof_is_the_recursive_definition_and_holds(place):
    index, size = place
    leaves = _leaves(size)
    path = prove_inclusion(index, size, _subtree(leaves))
    assert list(path) == _path(index, leaves)
    check_inclusion(leaves[index], index, size, path, root_of(leaves))


@given(_two_sizes())
def test_consistency_proof_is_the_recursive_definition_and_holds(sizes):
    old, new = sizes
    leaves = _leaves(new)
    path = prove_consistency(old, new, _subtree(leaves))
    assert list(path) == ([] if old == 0 else _subproof(old, leaves, known=True))
    check_consistency(old, root_of(leaves[:old]), new, root_of(leaves), path)


@given(_place(), some.data())
def test_inclusion_proof_with_anything_changed_is_refused(place, data):
    index, size = place
    leaves = _leaves(size)
    path, root = list(prove_inclusion(index, size, _subtree(leaves))), root_of(leaves)
    changed = data.draw(some.sampled_from(["leaf", "root", "path", "longer", "shorter", "index"]))
    good = {"leaf": leaves[index], "index": index, "size": size, "path": path, "root": root}
    bad = dict(good)
    match changed:
        case "leaf" | "root":
            bad[changed] = _flipped(good[changed], data)
        case "longer":
            bad["path"] = [*path, data.draw(some.sampled_from([root, *path]))]
        case "shorter":
            bad["path"] = path[:-1]
        case "index":
            bad["index"] = data.draw(some.integers(-3, size + 3))
        case "path" if path:
            bad["path"] = _one_flipped(path, data)
    if bad != good:
        with pytest.raises(BadProofError):
            check_inclusion(**bad)


@given(_two_sizes(), some.data())
def test_consistency_proof_with_anything_changed_is_refused(sizes, data):
    old, new = sizes
    leaves = _leaves(new)
    path = list(prove_consistency(old, new, _subtree(leaves)))
    good = {"old": old, "old_root": root_of(leaves[:old]), "new": new, "new_root": root_of(leaves), "path": path}
    bad = dict(good)
    match data.draw(some.sampled_from(["old_root", "new_root", "path", "longer", "shorter", "old"])):
        case "old_root":
            bad["old_root"] = _flipped(good["old_root"], data)
        case "new_root" if old:  # an empty tree is the front of any
            bad["new_root"] = _flipped(good["new_root"], data)
        case "longer":
            bad["path"] = [*path, bytes(32)]
        case "shorter":
            bad["path"] = path[:-1]
        case "old":
            bad["old"] = data.draw(some.integers(-2, new + 2).filter(lambda size: size != old))
        case "path" if path:
            bad["path"] = _one_flipped(path, data)
    if bad != good:
        with pytest.raises(BadProofError):
            check_consistency(**bad)


def test_history_that_was_rewritten_has_no_proof():
    old, new = _leaves(100), _leaves(150)
    new[40] = leaf_hash(b"another")
    path = prove_consistency(100, 150, _subtree(new))
    with pytest.raises(BadProofError, match="does not continue"):
        check_consistency(100, root_of(old), 150, root_of(new), path)


@pytest.mark.parametrize(("index", "size"), [(0, 0), (-1, 5), (5, 5)])
def test_entry_outside_of_the_tree_has_no_proof(index, size):
    with pytest.raises(BadProofError):
        prove_inclusion(index, size, _subtree(_leaves(5)))
    with pytest.raises(BadProofError):
        check_inclusion(bytes(32), index, size, [], bytes(32))


@pytest.mark.parametrize(("old", "new"), [(-1, 5), (6, 5)])
def test_smaller_tree_does_not_continue_a_larger_one(old, new):
    with pytest.raises(BadProofError):
        prove_consistency(old, new, _subtree(_leaves(6)))
    with pytest.raises(BadProofError):
        check_consistency(old, EMPTY_ROOT, new, EMPTY_ROOT, [])


@given(some.integers(2**60, 2**62), some.data())
def test_proofs_of_the_largest_trees_are_short(size, data):
    index = data.draw(some.integers(0, size - 1))
    nothing = bytes(32)
    assert len(prove_inclusion(index, size, lambda _start, _stop: nothing)) <= LONGEST_PROOF
    assert len(prove_consistency(index + 1, size, lambda _start, _stop: nothing)) <= LONGEST_PROOF


def _flipped(hashed, data):
    at = data.draw(some.integers(0, 255))
    return (int.from_bytes(hashed, "big") ^ (1 << at)).to_bytes(32, "big")


def _one_flipped(path, data):
    at = data.draw(some.integers(0, len(path) - 1))
    return [*path[:at], _flipped(path[at], data), *path[at + 1 :]]
