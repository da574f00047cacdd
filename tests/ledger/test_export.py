"""A log as static files: whole, only what is new, and never another history."""

import os
from pathlib import Path

import pytest
from sqlalchemy import text

from ledger import BadProofError, Checkpoint, LogKey, MalformedError, NotKeptError, OriginMismatchError, RollbackError
from ledger.export import export
from ledger.merkle import leaf_hash, root_of
from ledger.sqlite import TRIGGERS
from ledger.tiles import Tile, tiles_of, unpack_entries, unpack_hashes
from tests.support.ledger_room import ORIGIN, Chance
from tests.support.made_up_log import MadeUpLog

SIZE = 1300


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    made = MadeUpLog(tmp_path_factory.mktemp("log"), SIZE)
    yield made
    made.close()


def _export(log, folder, size, **more):
    with log.engine.connect() as connection:
        return export(connection, log.verifier, folder, checkpoint=log.checkpoint(size), **more)


def _files(folder):
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("size", [1, 2, 255, 256, 257, 512, 1299])
def test_every_file_that_the_size_calls_for_is_there_and_right(log, tmp_path, size):
    done = _export(log, tmp_path, size)
    assert _files(tmp_path) == {"checkpoint", *(tile.path() for tile in tiles_of(size))}
    assert (done.checkpoint.size, done.files) == (size, len(_files(tmp_path)) - 1)
    assert Checkpoint.from_text((tmp_path / "checkpoint").read_text()) == log.checkpoint(size)
    for tile in tiles_of(size):
        packed = (tmp_path / tile.path()).read_bytes()
        start = tile.index * 256 * tile.leaves
        if tile.level is None:
            assert unpack_entries(packed) == tuple(log.entries[start : start + tile.width])
        else:
            spans = [(start + place * tile.leaves, start + (place + 1) * tile.leaves) for place in range(tile.width)]
            assert unpack_hashes(packed) == tuple(root_of(log.leaves[first:last]) for first, last in spans)


@pytest.mark.parametrize(
    "sizes", [(1, 2), (1, 256), (255, 256, 257), (256, 512), (3, 700, 701, 1299, 1300), (512, 512), (0, 5)]
)
def test_what_is_exported_bit_by_bit_is_what_is_exported_at_once(log, tmp_path, sizes):
    for size in sizes:
        _export(log, tmp_path / "steps", size)
    _export(log, tmp_path / "once", sizes[-1])
    once = _files(tmp_path / "once")
    kept = {name for name in _files(tmp_path / "steps") - once if ".p/" in name}
    assert _files(tmp_path / "steps") == once | kept
    for name in once:
        assert (tmp_path / "steps" / name).read_bytes() == (tmp_path / "once" / name).read_bytes(), name


def test_full_tiles_are_written_once_and_partial_ones_go_when_theirs_is_full(log, tmp_path):
    _export(log, tmp_path, 600)
    written = {name: (tmp_path / name).stat().st_ino for name in _files(tmp_path)}
    done = _export(log, tmp_path, 800)
    assert done.before == 600
    for tile in tiles_of(600):
        if tile.full:
            assert (tmp_path / tile.path()).stat().st_ino == written[tile.path()], tile
    left = {name for name in _files(tmp_path) if ".p/" in name}
    assert left == {"tile/0/003.p/32", "tile/entries/003.p/32", "tile/1/000.p/2", "tile/1/000.p/3"}
    assert done.files == 5  # tile and bundle 2, now full; tile and bundle 3; level 1
    assert done.checkpoint.size == 800


def test_nothing_new_writes_no_tile(log, tmp_path):
    _export(log, tmp_path, 600)
    assert _export(log, tmp_path, 600).files == 0


def test_same_size_takes_a_checkpoint_with_more_signatures(log, tmp_path):
    _export(log, tmp_path, 600)
    second = LogKey.generate(ORIGIN, Chance("second"))
    more = log.checkpoint(600).with_signatures(Checkpoint.sign(second, 600, bytes(32)).note.signatures)
    with log.engine.connect() as connection:
        export(connection, log.verifier, tmp_path, checkpoint=more)
    assert (tmp_path / "checkpoint").read_text() == more.to_text()


def test_folder_is_never_made_older_nor_another_history(log, tmp_path):
    _export(log, tmp_path, 600)
    with pytest.raises(RollbackError, match="does not continue"):
        _export(log, tmp_path, 599)
    other = Checkpoint.sign(log.key, 600, bytes(32))
    with log.engine.connect() as connection, pytest.raises(RollbackError):
        export(connection, log.verifier, tmp_path, checkpoint=other)
    assert (tmp_path / "checkpoint").read_text() == log.checkpoint(600).to_text()


def test_folder_of_another_history_is_not_continued(log, tmp_path):
    fork = MadeUpLog(tmp_path, 700, key=log.key, entry=lambda index: b"other %d" % index)
    _export(fork, tmp_path / "tiles", 600)
    fork.close()
    before = _files(tmp_path / "tiles")
    with pytest.raises(BadProofError, match="nothing was written"):
        _export(log, tmp_path / "tiles", 700)
    assert _files(tmp_path / "tiles") == before


def test_database_that_was_tampered_with_is_not_published(tmp_path):
    log = MadeUpLog(tmp_path, 700)
    _export(log, tmp_path / "tiles", 300)
    before = _files(tmp_path / "tiles")
    with log.engine.begin() as connection:
        for name in TRIGGERS:
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
        connection.execute(text("UPDATE ledger_entry SET entry = '' WHERE \"index\" = 650"))
    with pytest.raises(MalformedError, match="Entry 650"):
        _export(log, tmp_path / "tiles", 700)
    with log.engine.begin() as connection:
        connection.execute(text("UPDATE ledger_entry SET entry = x'00' WHERE \"index\" IN (290, 650)"))
    for size in (700, 640):  # 290 is below the old checkpoint, but in its last bundle
        with pytest.raises(BadProofError, match="nothing was written"):
            _export(log, tmp_path / "tiles", size)
    assert _files(tmp_path / "tiles") == before
    log.close()


def test_folder_that_was_changed_is_not_continued(log, tmp_path):
    _export(log, tmp_path, 600)
    tile = tmp_path / Tile(0, 2, 600 - 512).path()
    good = tile.read_bytes()
    for bad in (good[:-1], good[:-32], good[:-1] + bytes([good[-1] ^ 1]), None):
        if bad is None:
            tile.unlink()
        else:
            tile.write_bytes(bad)
        with pytest.raises(MalformedError, match="empty folder"):
            _export(log, tmp_path, 700)
    (tmp_path / "checkpoint").write_text("something else\n")
    with pytest.raises(MalformedError, match="no checkpoint of this log"):
        _export(log, tmp_path, 700)


def test_folder_of_another_log_is_not_touched(log, tmp_path):
    other = MadeUpLog(tmp_path, 5, key=LogKey.generate("other.example.com", Chance("other")))
    with pytest.raises(OriginMismatchError), other.engine.connect() as connection:
        export(connection, log.verifier, tmp_path / "tiles")
    _export(other, tmp_path / "tiles", 5)
    other.close()
    with pytest.raises(MalformedError, match="no checkpoint of this log"):
        _export(log, tmp_path / "tiles", 700)


def test_export_that_was_cut_short_is_finished_by_the_next(log, tmp_path, monkeypatch):
    _export(log, tmp_path, 300)
    replace, left = Path.replace, [3]

    def full(self, target):
        left[0] -= 1
        if left[0] < 0:
            raise OSError(28, os.strerror(28), str(target))
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(NotKeptError, match="No space left"):
        _export(log, tmp_path, 1300)
    assert (tmp_path / "checkpoint").read_text() == log.checkpoint(300).to_text()
    monkeypatch.undo()
    _export(log, tmp_path, 1300)
    for tile in tiles_of(1300):
        assert (tmp_path / tile.path()).is_file()
    assert unpack_hashes((tmp_path / "tile/0/001").read_bytes()) == tuple(log.leaves[256:512])


def test_progress_is_told(log, tmp_path):
    told = []
    _export(log, tmp_path, 600, progress=lambda done, total: told.append((done, total)))
    assert told == [(256, 600), (512, 600), (600, 600)]


def test_leaf_hash_of_a_published_entry_is_the_one_in_its_tile(log, tmp_path):
    _export(log, tmp_path, 700)
    for number in range(2):
        entries = unpack_entries((tmp_path / Tile(None, number).path()).read_bytes())
        assert tuple(map(leaf_hash, entries)) == unpack_hashes((tmp_path / Tile(0, number).path()).read_bytes())
