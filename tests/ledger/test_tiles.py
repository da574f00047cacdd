"""The layout of a log in static files: paths, which files a size has, and what is in them."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from ledger import MalformedError, TooLargeError
from ledger.merkle import root_of
from ledger.tiles import (
    WIDTH,
    Tile,
    pack_entries,
    pack_hashes,
    tiles_of,
    unpack_entries,
    unpack_hashes,
)

_HASHES = some.lists(some.binary(min_size=32, max_size=32), min_size=1, max_size=WIDTH)
_BUNDLES = some.lists(some.binary(max_size=300), min_size=1, max_size=WIDTH)
_TILES = some.builds(
    Tile,
    some.none() | some.integers(0, 63),
    some.integers(0, 2**55 - 1) | some.integers(0, 2000),
    some.integers(1, 256),
)


def test_paths_are_the_golden_ones(vectors):
    for golden in vectors("tiles-v1")["paths"]:
        tile = Tile(golden["level"], golden["index"], golden["width"])
        assert tile.path() == golden["path"]
        assert Tile.from_path(golden["path"]) == tile


def test_sizes_have_the_golden_files(vectors):
    for golden in vectors("tiles-v1")["sizes"]:
        assert [tile.path() for tile in tiles_of(golden["size"]) if tile.index in golden["shown"]] == golden["paths"]
        assert sum(1 for _ in tiles_of(golden["size"])) == golden["count"]


def test_bundles_are_the_golden_ones(vectors):
    for golden in vectors("tiles-v1")["bundles"]:
        entries = tuple(map(bytes.fromhex, golden["entries"]))
        assert pack_entries(entries).hex() == golden["packed"]
        assert unpack_entries(bytes.fromhex(golden["packed"])) == entries


@given(_TILES)
def test_path_survives(tile):
    assert Tile.from_path(tile.path()) == tile


@given(some.text(max_size=40) | some.from_regex(r"tile/[0-9e]{1,3}/(x?[0-9]{2,4}/){0,3}[0-9]{3}(\.p/[0-9]{1,4})?"))
def test_whatever_is_read_as_a_path_is_the_one_form_of_it(path):
    try:
        tile = Tile.from_path(path)
    except MalformedError:
        return
    assert tile.path() == path


@pytest.mark.parametrize(
    "path",
    [
        "tile/0/1",
        "tile/00/001",
        "tile/64/001",
        "tile/-1/001",
        "tile/0/x000/001",
        "tile/0/x001/x067",
        "tile/0/001/067",
        "tile/0/0067",
        "tile/0/067.p/0",
        "tile/0/067.p/256",
        "tile/0/067.p/012",
        "tile/0/067.p/",
        "tile/0/067/",
        "/tile/0/067",
        "tile/0/067\n",
        "tile/0/٠٠١",
        "tile/entries",
        "tile/data/001",
        "tile/0/" + "x999/" * 6 + "999",
        "checkpoint",
        "",
    ],
)
def test_what_is_no_path_is_refused(path):
    with pytest.raises(MalformedError):
        Tile.from_path(path)


@given(_HASHES)
def test_tile_survives_its_bytes(hashes):
    assert unpack_hashes(pack_hashes(hashes)) == tuple(hashes)


@given(_BUNDLES)
def test_bundle_survives_its_bytes(entries):
    assert unpack_entries(pack_entries(entries)) == tuple(entries)


@given(some.binary(max_size=2000))
def test_whatever_is_read_as_a_bundle_is_packed_the_same(packed):
    try:
        entries = unpack_entries(packed)
    except MalformedError:
        return
    assert pack_entries(entries) == packed


@pytest.mark.parametrize("packed", [b"", bytes(31), bytes(33), bytes(32 * 257)])
def test_what_is_no_tile_is_refused(packed):
    with pytest.raises(MalformedError):
        unpack_hashes(packed)


@pytest.mark.parametrize("packed", [b"", b"\0", b"\0\1", b"\0\1a\0", bytes(2 * 257)])
def test_what_is_no_bundle_is_refused(packed):
    with pytest.raises(MalformedError):
        unpack_entries(packed)


def test_longest_entry_fits_and_no_longer_one():
    assert unpack_entries(pack_entries([bytes(65_535)])) == (bytes(65_535),)
    with pytest.raises(TooLargeError):
        pack_entries([bytes(65_536)])


@given(some.integers(0, 3 * 65_536), some.integers(0, 3 * 65_536))
def test_files_of_a_size_are_those_of_the_older_one_and_the_new_ones(first, second):
    old, new = sorted((first, second))
    full = {tile for tile in tiles_of(old) if tile.full}
    added = list(tiles_of(new, old))
    assert not full & set(added)
    assert full | set(added) == set(tiles_of(new))
    assert len(added) == len(set(added))


@given(some.integers(1, 2**20))
def test_tiles_of_a_size_hold_each_of_its_hashes_once(size):
    levels = {}
    for tile in tiles_of(size):
        levels[tile.level] = levels.get(tile.level, 0) + tile.width
    assert levels.pop(None) == size
    assert levels == {level: size // 256**level for level in range(len(levels))}


def test_full_tile_is_hashed_into_the_one_above_it():
    leaves = [bytes([number]) * 32 for number in range(256)]
    assert Tile(1, 0, 1).leaves == len(leaves)
    assert root_of(unpack_hashes(pack_hashes(leaves))) == root_of(leaves)
