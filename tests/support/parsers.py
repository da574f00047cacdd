"""Every parser of what comes from outside, with something to begin from: for the tests that throw anything at them.

A parser reads one form and no other: what it accepts, it writes again as the very same bytes; the rest it refuses with
an error of the ledger's own.
"""

from collections.abc import Callable
from dataclasses import dataclass

from ledger import Checkpoint, EntryProof, LedgerError, LogKey
from ledger.checkpoint import Note
from ledger.cosigning import WitnessKey
from ledger.entry import Header, times_of
from ledger.merkle import CompactRange, leaf_hash
from ledger.sealing import SealingKey
from ledger.submission import Submission
from ledger.tiles import Tile
from ledger.trust import TrustPolicy
from ledger.verified import Verified
from tests.support.ledger_room import ORIGIN, Chance, note, schemas

_SCHEMAS = schemas()
_HEADER_BYTES = 62


@dataclass(frozen=True)
class Parser:
    """`again`: what was read, written again; it raises `LedgerError` for what is not read."""

    again: Callable[[bytes], bytes]
    seeds: tuple[bytes, ...]

    def look(self, data: bytes) -> None:
        """Raises `AssertionError` for two forms of one thing, and whatever a parser must never raise."""
        try:
            written = self.again(data)
        except LedgerError:
            return
        assert written == data


def _entry(data: bytes) -> bytes:
    header = Header.from_bytes(data)
    assert times_of(header.index, [data]) == (header.time,)  # the quick check of many says the same
    return header.to_bytes() + data[_HEADER_BYTES:]


def _payload(data: bytes) -> bytes:
    return _SCHEMAS.encode(_SCHEMAS.decode(data))


def _policy(data: bytes) -> bytes:
    TrustPolicy.from_text(TrustPolicy.from_text(_text(data)).to_text())
    return data  # it may hold comments, which are nobody's to repeat


def _of_text(again: Callable[[str], str]) -> Callable[[bytes], bytes]:
    def read(data: bytes) -> bytes:
        text = _text(data)
        return data if again(text) == text else b"another form of it"

    return read


def _text(data: bytes) -> str:
    """What is no UTF-8 never reaches a parser of text."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _parsers() -> dict[str, Parser]:
    chance = Chance("parsers")
    key, data_key = LogKey.generate(ORIGIN, chance), SealingKey.of(chance(32))
    payload = _SCHEMAS.encode(note("some words", actor="0" * 32, index=(("person", "0" * 32),)))
    header = Header(key_id=data_key.id, index=7, time=1_772_366_400_000_000, nonce=chance(12))
    entry = header.to_bytes() + data_key.seal(header.nonce, payload, header.to_bytes())
    leaves = [leaf_hash(b"%d" % n) for n in range(11)]
    tree = CompactRange().extend(leaves)
    checkpoint = Checkpoint.sign(key, 11, tree.root())
    witness = WitnessKey.generate("witness.example.com/w1", chance)
    cosigned = checkpoint.with_signatures([checkpoint.cosign(witness, 1_772_366_400)])
    proof = EntryProof(index=7, entry=entry, path=tuple(leaves[:4]), checkpoint=cosigned)
    asked = Submission(old=5, path=tuple(leaves[:3]), checkpoint=checkpoint)
    policy = f"witness security {witness.cosigner.to_text()} https://w.example.com/\nquorum security\n"
    verified = Verified(origin=ORIGIN, tree=tree, time=1_772_366_400_000_000)
    return {
        "entry": Parser(_entry, (entry,)),
        "payload": Parser(_payload, (payload,)),
        "note": Parser(_of_text(lambda text: Note.from_text(text).to_text()), (cosigned.to_text().encode(),)),
        "checkpoint": Parser(
            _of_text(lambda text: Checkpoint.from_text(text).to_text()), (checkpoint.to_text().encode(),)
        ),
        "proof": Parser(_of_text(lambda text: EntryProof.from_text(text).to_text()), (proof.to_text().encode(),)),
        "tile-path": Parser(
            _of_text(lambda text: Tile.from_path(text).path()), (b"tile/0/x001/x234/067.p/12", b"tile/entries/000")
        ),
        "witness-request": Parser(
            _of_text(lambda text: Submission.from_text(text).to_text()), (asked.to_text().encode(),)
        ),
        "witness-policy": Parser(_policy, (policy.encode(),)),
        "verified": Parser(_of_text(lambda text: Verified.from_text(text).to_text()), (verified.to_text().encode(),)),
    }


PARSERS = _parsers()
