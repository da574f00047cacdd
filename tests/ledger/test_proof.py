"""The proof of one entry as a file: one form only, and it holds for its own entry, place and checkpoint only."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as some

from ledger import BadProofError, BadSignatureError, Checkpoint, LogKey, MalformedError, VerifierKey
from ledger.entry import Header, seal_entry
from ledger.merkle import leaf_hash, prove_inclusion, root_of
from ledger.proof import EntryProof
from ledger.sealing import SealingKey
from tests.support.ledger_room import ORIGIN, Chance

KEY = LogKey.generate(ORIGIN, Chance("log"))
DATA_KEY = SealingKey.of(b"k" * 32)
ENTRIES = [
    seal_entry(DATA_KEY, ORIGIN, Header(key_id=DATA_KEY.id, index=index, time=index, nonce=bytes(12)), b"payload")
    for index in range(11)
]
LEAVES = [leaf_hash(entry) for entry in ENTRIES]


def _prove(place, size=11, **changed):
    path = prove_inclusion(place, size, lambda start, stop: root_of(LEAVES[start:stop]))
    checkpoint = Checkpoint.sign(KEY, size, root_of(LEAVES[:size]))
    return replace(EntryProof(index=place, entry=ENTRIES[place], path=path, checkpoint=checkpoint), **changed)


@pytest.mark.parametrize("index", range(len(ENTRIES)))
def test_proof_of_every_entry_holds_and_says_its_time(index):
    assert EntryProof.from_text(_prove(index).to_text()).check(KEY.verifier).time == index


def test_proofs_are_the_golden_ones(vectors):
    known = vectors("tlog-proof-v1")
    verifier = VerifierKey.from_text(known["verifier"])
    for golden in known["proofs"]:
        proof = EntryProof.from_text(golden["text"])
        assert proof.check(verifier).index == golden["index"]
        assert (proof.entry.hex(), [hashed.hex() for hashed in proof.path]) == (golden["entry"], golden["path"])
        assert proof.to_text() == golden["text"]


def test_proof_of_a_log_with_one_entry_has_no_hashes():
    proof = _prove(0, size=1)
    assert proof.path == ()
    EntryProof.from_text(proof.to_text()).check(KEY.verifier)


@given(
    some.integers(0, 2**62),
    some.none() | some.binary(max_size=200),
    some.lists(some.binary(min_size=32, max_size=32), max_size=63),
)
def test_proof_survives_its_text(index, entry, path):
    proof = _prove(0, index=index, entry=entry, path=tuple(path))
    assert EntryProof.from_text(proof.to_text()) == proof


@given(some.data())
def test_whatever_is_read_as_a_proof_is_the_one_form_of_it(data):
    text = _prove(5).to_text()
    at = data.draw(some.integers(0, len(text)))
    changed = (
        text[:at] + data.draw(some.text(max_size=3)) + text[data.draw(some.integers(at, min(at + 3, len(text)))) :]
    )
    try:
        proof = EntryProof.from_text(changed)
    except MalformedError:
        return
    assert proof.to_text() == changed


@given(some.data())
def test_proof_with_one_flipped_bit_is_refused(data):
    text = bytearray(_prove(6).to_text().encode())
    text[data.draw(some.integers(0, len(text) - 1))] ^= 1 << data.draw(some.integers(0, 7))
    with pytest.raises((MalformedError, BadProofError, BadSignatureError)):
        EntryProof.from_text(text.decode(errors="replace")).check(KEY.verifier)


def test_proof_holds_for_its_own_entry_and_place_only():
    with pytest.raises(BadProofError):
        _prove(5, entry=ENTRIES[6]).check(KEY.verifier)
    with pytest.raises(BadProofError):
        _prove(5, index=6).check(KEY.verifier)
    with pytest.raises(BadProofError):
        _prove(5, path=_prove(6).path).check(KEY.verifier)
    with pytest.raises(BadProofError, match="without its entry"):
        _prove(5, entry=None).check(KEY.verifier)


def test_entry_that_was_put_in_another_place_is_no_proof_even_where_the_tree_has_it_there():
    path = (LEAVES[0],)
    checkpoint = Checkpoint.sign(KEY, 2, root_of([LEAVES[0], LEAVES[5]]))
    with pytest.raises(BadProofError, match="says that it is entry 5"):
        EntryProof(index=1, entry=ENTRIES[5], path=path, checkpoint=checkpoint).check(KEY.verifier)


def test_proof_by_another_log_is_refused():
    other = LogKey.generate("other.example.com", Chance("other"))
    with pytest.raises(BadSignatureError):
        _prove(5).check(other.verifier)


GOOD = _prove(5).to_text()


@pytest.mark.parametrize(
    "text",
    [
        "",
        GOOD.replace("@v1", "@v2"),
        GOOD.replace("index 5", "index 05"),
        GOOD.replace("index 5\n", ""),
        GOOD.replace("index 5", "index 5\nindex 5"),
        GOOD.replace("extra ", "extra  "),
        GOOD.replace("\n\n", "\n", 1),
        GOOD.replace("\n\n", "\n\n\n", 1),
        GOOD.replace("\n", "\r\n"),
        GOOD.replace("\n\n", "\n" + "\n".join(["AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="] * 64) + "\n\n", 1),
        GOOD.replace("\n\n", "\nAAAA\n\n", 1),
        GOOD.removesuffix("\n"),
        GOOD + "\n",
    ],
)
def test_proof_has_one_form_only(text):
    with pytest.raises(MalformedError):
        EntryProof.from_text(text)
