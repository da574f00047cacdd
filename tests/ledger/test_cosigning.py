"""Cosignatures: the published example, several signatures under one note, and each key for its own purpose only."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from ledger import BadSignatureError, Checkpoint, LogKey, MalformedError, VerifierKey
from ledger.checkpoint import Note, signatures_from
from ledger.cosigning import CosignerKey, WitnessKey, time_of
from tests.support.ledger_room import ORIGIN, Chance

LOG = LogKey.generate(ORIGIN, Chance("log"))
FIRST = WitnessKey.generate("witness.example.com/w1", Chance("w1"))
SECOND = WitnessKey.generate("witness.example.com/w2", Chance("w2"))
CHECKPOINT = Checkpoint.sign(LOG, 7, bytes(32))


def test_cosignatures_are_the_golden_ones(vectors):
    known = vectors("cosignature-v1")
    for golden in known["cosignatures"]:
        key = WitnessKey.from_text(golden["key"])
        assert (key.to_text(), key.cosigner.to_text()) == (golden["key"], golden["verifier"])
        checkpoint = Checkpoint.from_text(golden["checkpoint"])
        line = checkpoint.cosign(key, golden["time"])
        assert line.line() == golden["line"]
        signed = Checkpoint.from_text(golden["checkpoint"] + golden["line"])
        assert signed == checkpoint.with_signatures([line])
        signed.note.check(CosignerKey.from_text(golden["verifier"]))


def test_several_signatures_stand_under_one_checkpoint_and_each_is_found():
    both = CHECKPOINT.with_signatures([CHECKPOINT.cosign(FIRST, 100), CHECKPOINT.cosign(SECOND, 200)])
    read = Checkpoint.from_text(both.to_text())
    read.check(LOG.verifier)
    for key, time in ((FIRST, 100), (SECOND, 200)):
        read.note.check(key.cosigner)
        assert [time_of(signature.value) for signature in read.note.by(key.cosigner)] == [time]


def test_newer_line_of_a_witness_takes_the_place_of_its_older_one():
    older, newer = CHECKPOINT.cosign(FIRST, 100), CHECKPOINT.cosign(FIRST, 160)
    both = CHECKPOINT.with_signatures([older]).with_signatures([newer])
    assert both.note.by(FIRST.cosigner) == (newer,)
    assert both.with_signatures([newer, newer]) == both
    assert len(both.note.signatures) == 2


def test_cosignature_of_another_checkpoint_says_nothing_here():
    other = Checkpoint.sign(LOG, 8, bytes(32)).cosign(FIRST, 100)
    with pytest.raises(BadSignatureError):
        CHECKPOINT.with_signatures([other]).note.check(FIRST.cosigner)


def test_good_cosignature_does_not_make_up_for_a_bad_one_by_the_same_witness():
    good, bad = CHECKPOINT.cosign(FIRST, 100), Checkpoint.sign(LOG, 8, bytes(32)).cosign(FIRST, 100)
    for lines in ((good, bad), (bad, good)):
        with pytest.raises(BadSignatureError):
            Note(CHECKPOINT.note.text, lines).check(FIRST.cosigner)


def test_plain_signature_is_no_cosignature_and_the_other_way_round():
    text = CHECKPOINT.note.text.encode()
    with pytest.raises(BadSignatureError):
        CosignerKey(LOG.origin, LOG.verifier.public).check(text, LOG.sign(text))
    with pytest.raises(BadSignatureError):
        VerifierKey(FIRST.name, FIRST.cosigner.public).check(text, FIRST.cosign(text, 1)[8:])


def test_key_of_a_witness_is_no_key_of_a_log_and_the_other_way_round():
    for kind, text in (
        (VerifierKey, FIRST.cosigner.to_text()),
        (LogKey, FIRST.to_text()),
        (CosignerKey, LOG.verifier.to_text()),
        (WitnessKey, LOG.to_text()),
    ):
        with pytest.raises(MalformedError):
            kind.from_text(text)


@given(some.integers(0, 2**63 - 1), some.integers(0, 72 * 8 - 1))
def test_cosignature_with_one_flipped_bit_is_refused(time, bit):
    text = CHECKPOINT.note.text.encode()
    signature = FIRST.cosign(text, time)
    FIRST.cosigner.check(text, signature)
    assert time_of(signature) == time
    flipped = bytearray(signature)
    flipped[bit // 8] ^= 1 << bit % 8
    with pytest.raises(BadSignatureError):
        FIRST.cosigner.check(text, bytes(flipped))


@pytest.mark.parametrize("signature", [b"", bytes(71), bytes(73), b"\xff" * 72])
def test_what_is_no_cosignature_is_refused(signature):
    with pytest.raises(BadSignatureError):
        FIRST.cosigner.check(b"text", signature)


def test_lost_letter_in_a_witness_key_is_noticed_and_not_repeated():
    for kind, text in ((WitnessKey, FIRST.to_text()), (CosignerKey, FIRST.cosigner.to_text())):
        for place, letter in enumerate(text):
            for changed in (
                text[:place] + text[place + 1 :],
                text[:place] + ("A" if letter != "A" else "B") + text[place + 1 :],
            ):
                with pytest.raises(MalformedError) as refused:
                    kind.from_text(changed)
                assert text[-20:] not in str(refused.value)
    assert FIRST.seed.hex() not in repr(FIRST)
    assert repr(FIRST.seed) not in repr(FIRST)


@given(some.text(max_size=120) | some.from_regex("(— [a-z ]{1,5} [A-Za-z0-9+/]{8,12}={0,2}\n){1,3}", fullmatch=True))
def test_whatever_is_read_as_signature_lines_is_the_one_form_of_them(text):
    try:
        lines = signatures_from(text)
    except MalformedError:
        return
    assert "".join(signature.line() for signature in lines) == text
