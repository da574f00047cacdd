"""What we publish, read by software that nobody here wrote: tlog-scales takes it, and refuses it with one flipped bit.

It rebuilds root, inclusion and consistency proofs from our files by code of its own, and checks the proofs that we
make. A reader's error, of whatever kind, is a refusal.
"""

import base64
import random
from functools import cache

import pytest
from tlog_scales.backend import LocalBackend
from tlog_scales.reader import TilesReader
from tlog_scales.signing import Vkey
from tlog_scales.tiles import leaf_hash as scales_leaf_hash
from tlog_scales.tlog import Checkpoint as ScalesCheckpoint
from tlog_scales.tlog import ConsistencyProof, InclusionProof

from ledger import Checkpoint
from ledger.cosigning import WitnessKey
from ledger.export import export
from ledger.proving import Prover
from ledger.tiles import tiles_of
from tests.support.ledger_room import Chance
from tests.support.made_up_log import MadeUpLog

SIZES = [1, 2, 255, 256, 257, 512, 65_536, 65_537, 70_000]
_WITNESS = WitnessKey.generate("witness.example.com/w1", Chance("w1"))


class Published:
    """One log, exported at each size into a folder of its own, and the proofs that we make of it."""

    def __init__(self, folder):
        self.folder = folder
        self.log = MadeUpLog(folder, max(SIZES))
        self.prover = Prover(1)
        self.random = random.Random(20)
        self.checkpoint = cache(self.log.checkpoint)

    def at(self, size):
        folder = self.folder / str(size)
        if not folder.exists():
            with self.log.engine.connect() as connection:
                export(connection, self.log.verifier, folder, checkpoint=self.checkpoint(size))
        return folder

    def reader(self, size):
        reader = TilesReader(LocalBackend(self.at(size)))
        return reader, reader.get_checkpoint()

    def root(self, size):
        return self.checkpoint(size).root

    def inclusion(self, index, size):
        with self.log.engine.connect() as connection:
            proof = self.prover.entry(connection, index, self.checkpoint(size))
        return InclusionProof(index, size, list(proof.path))

    def consistency(self, old, new):
        with self.log.engine.connect() as connection:
            return ConsistencyProof(old, new, list(self.prover.consistency(connection, old, self.checkpoint(new))))

    def flipped(self, blob):
        changed = bytearray(blob)
        changed[self.random.randrange(len(changed))] ^= 1 << self.random.randrange(8)
        return bytes(changed)

    def one_flipped(self, hashes):
        for place, hashed in enumerate(hashes):
            yield [*hashes[:place], self.flipped(hashed), *hashes[place + 1 :]]


def _places(size):
    return sorted({0, size // 3, size * 5 // 7, size - 1})


def _older(size):
    return sorted(other for other in {*SIZES, size // 3, size * 5 // 7, size} if 0 < other <= size)


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    made = Published(tmp_path_factory.mktemp("published"))
    yield made
    made.log.close()


def _accepts(check):
    try:
        check()
    except Exception:  # noqa: BLE001 - whatever it raises, it does not accept
        return False
    return True


@pytest.mark.parametrize("size", SIZES)
def test_it_accepts_checkpoint_and_tiles(published, size):
    reader, checkpoint = published.reader(size)
    checkpoint.verify(Vkey.from_string(published.log.verifier.to_text()))
    assert (checkpoint.origin, checkpoint.size) == (published.log.key.origin, size)
    assert reader.calculate_root_hash() == checkpoint.root_hash
    assert checkpoint.serialize() == (published.at(size) / "checkpoint").read_text()
    for index in _places(size):
        entry = reader.get_entry(index)
        assert entry == published.log.entries[index]
        assert scales_leaf_hash(entry) == reader.mth(index, index + 1)


@pytest.mark.parametrize("size", SIZES)
def test_it_makes_the_same_inclusion_proofs_and_accepts_ours(published, size):
    reader, checkpoint = published.reader(size)
    for index in _places(size):
        proof = published.inclusion(index, size)
        assert proof.node_hashes == reader.get_inclusion_proof(index, size).node_hashes
        proof.check(scales_leaf_hash(published.log.entries[index]), checkpoint.root_hash)


@pytest.mark.parametrize("size", SIZES)
def test_it_makes_the_same_consistency_proofs_and_accepts_ours(published, size):
    reader, checkpoint = published.reader(size)
    for old in _older(size):
        proof = published.consistency(old, size)
        assert proof.node_hashes == reader.get_consistency_proof(old, size).node_hashes
        proof.check(published.root(old), checkpoint.root_hash)


@pytest.mark.parametrize("size", SIZES)
def test_it_refuses_a_checkpoint_with_one_flipped_bit(published, size):
    vkey = Vkey.from_string(published.log.verifier.to_text())
    checkpoint = published.checkpoint(size)
    text, signature = checkpoint.note.text, checkpoint.note.signatures[0]
    assert _accepts(lambda: ScalesCheckpoint.from_text(checkpoint.to_text()).verify(vkey))
    for _ in range(60):
        changed = published.flipped(text.encode()).decode(errors="replace") + "\n" + signature.line()
        assert not _accepts(lambda note=changed: _verify_what_it_says(note, text, vkey)), changed
        assert not _accepts(lambda note=changed: Checkpoint.from_text(note).check(published.log.verifier)), changed
        blob = base64.b64encode(published.flipped(signature.key_id + signature.value)).decode()
        changed = f"{text}\n— {signature.name} {blob}\n"
        assert not _accepts(lambda note=changed: ScalesCheckpoint.from_text(note).verify(vkey)), changed


def _verify_what_it_says(note, text, vkey):
    """It takes some texts as another writing of the same (other line ends, stray bits of base64), which we refuse."""
    read = ScalesCheckpoint.from_text(note)
    assert read.serialize_body() != text
    read.verify(vkey)


@pytest.mark.parametrize("size", SIZES)
def test_it_refuses_a_tile_or_a_bundle_with_one_flipped_bit(published, size):
    tiles = list(tiles_of(size))
    for tile in {*tiles[:2], *tiles[-3:], *published.random.sample(tiles, min(5, len(tiles)))}:
        path = published.at(size) / tile.path()
        good = path.read_bytes()
        at = published.random.randrange(len(good))
        _read_carefully(published, size, tile, at)
        path.write_bytes(good[:at] + bytes([good[at] ^ 1 << published.random.randrange(8)]) + good[at + 1 :])
        assert not _accepts(lambda place=at, changed=tile: _read_carefully(published, size, changed, place)), tile
        path.write_bytes(good)


def _read_carefully(published, size, tile, at):
    """What tlog-scales makes of a tile: the entries of a bundle are leaves of the tree, a hash leads to its root.

    A hash shows in the proof of its neighbour; one without a neighbour is at the right edge, a part of the root.
    """
    reader, checkpoint = published.reader(size)
    if tile.level is None:
        for index in range(tile.index * 256, tile.index * 256 + tile.width):
            assert scales_leaf_hash(reader.get_entry(index)) == reader.mth(index, index + 1)
        return
    assert reader.calculate_root_hash() == checkpoint.root_hash
    neighbour = ((tile.index * 256 + at // 32) ^ 1) * tile.leaves
    if neighbour < size:
        proof = reader.get_inclusion_proof(neighbour, size)
        proof.check(scales_leaf_hash(reader.get_entry(neighbour)), checkpoint.root_hash)


@pytest.mark.parametrize("size", SIZES)
def test_it_refuses_an_inclusion_proof_with_one_flipped_bit(published, size):
    root = published.root(size)
    for index in _places(size):
        leaf, proof = scales_leaf_hash(published.log.entries[index]), published.inclusion(index, size)
        assert _accepts(lambda good=proof, hashed=leaf: good.check(hashed, root))
        assert not _accepts(lambda good=proof, hashed=leaf: good.check(published.flipped(hashed), root))
        assert not _accepts(lambda good=proof, hashed=leaf: good.check(hashed, published.flipped(root)))
        for hashes in published.one_flipped(proof.node_hashes):
            bad = InclusionProof(index, size, hashes)
            assert not _accepts(lambda changed=bad, hashed=leaf: changed.check(hashed, root))


@pytest.mark.parametrize("size", SIZES)
def test_it_refuses_a_consistency_proof_with_one_flipped_bit(published, size):
    root = published.root(size)
    for old in _older(size):
        proof, before = published.consistency(old, size), published.root(old)
        assert _accepts(lambda good=proof, first=before: good.check(first, root))
        assert not _accepts(lambda good=proof, first=before: good.check(published.flipped(first), root))
        assert not _accepts(lambda good=proof, first=before: good.check(first, published.flipped(root)))
        for hashes in published.one_flipped(proof.node_hashes):
            bad = ConsistencyProof(old, size, hashes)
            assert not _accepts(lambda changed=bad, first=before: changed.check(first, root))


def test_it_accepts_our_cosignatures_and_refuses_one_flipped_bit(published):
    checkpoint = published.checkpoint(257)
    line = checkpoint.cosign(_WITNESS, 1_679_315_147)
    vkey = Vkey.from_string(_WITNESS.cosigner.to_text())
    read = ScalesCheckpoint.from_text(checkpoint.with_signatures([line]).to_text())
    read.verify(vkey)
    read.verify(Vkey.from_string(published.log.verifier.to_text()))
    for _ in range(60):
        blob = base64.b64encode(published.flipped(line.key_id + line.value)).decode()
        changed = checkpoint.to_text() + f"— {line.name} {blob}\n"
        assert not _accepts(lambda note=changed: ScalesCheckpoint.from_text(note).verify(vkey))
