"""What a witness does with our log: ours, and one that nobody here wrote (witness-log), held to the same sentences."""

import pytest
from witness_log import WitnessService

from ledger import Checkpoint, LogKey
from ledger.cosigning import CosignerKey, WitnessKey, time_of
from ledger.merkle import leaf_hash, prove_consistency, root_of
from ledger.submission import Submission
from ledger.witnessing import Memory, Witness
from tests.support.ledger_room import ORIGIN, Chance
from tests.support.witnesses import Ours, Theirs

LOG = LogKey.generate(ORIGIN, Chance("log"))
NOW = 1_772_366_400
LEAVES = [leaf_hash(b"entry %d" % index) for index in range(300)]
FORKED = [*LEAVES[:100], *(leaf_hash(b"forged %d" % index) for index in range(200))]


@pytest.fixture(params=["ours", "theirs"])
def witness(request, tmp_path):
    """A witness that watches our log, and was never asked before."""
    if request.param == "ours":
        key = WitnessKey.generate("witness.example.com/w1", Chance("w1"))
        return Ours(Witness(key, Memory.create(tmp_path / "witness.db"), [LOG.verifier], lambda: NOW))
    WitnessService.create_state(str(tmp_path / "state.json"))
    service = WitnessService.new("witness.example.com/w1", Chance("w1")(32), str(tmp_path / "state.json"))
    assert service.add_log(ORIGIN, LOG.verifier.to_text())
    return Theirs(service)


def _checkpoint(size, leaves=LEAVES, key=LOG):
    return Checkpoint.sign(key, size, root_of(leaves[:size]))


def _body(old, size, leaves=LEAVES, key=LOG):
    path = prove_consistency(old, size, lambda start, stop: root_of(leaves[start:stop]))
    return Submission(old=old, path=path, checkpoint=_checkpoint(size, leaves, key)).to_text()


def _cosigned(witness, old, size):
    status, _, said = witness.answer(_body(old, size))
    assert status == 200, said
    checkpoint = _checkpoint(size)
    signed = Checkpoint.from_text(checkpoint.to_text() + said)
    signed.note.check(CosignerKey.from_text(witness.verifier))
    return signed


def test_it_cosigns_our_log_as_it_grows_and_the_cosignatures_verify(witness):
    for old, size in ((0, 1), (1, 2), (2, 100), (100, 128), (128, 256), (256, 257), (257, 300)):
        signed = _cosigned(witness, old, size)
        assert len(signed.note.signatures) == 2


def test_it_may_begin_with_a_long_log(witness):
    _cosigned(witness, 0, 300)


def test_it_signs_the_same_size_again(witness):
    _cosigned(witness, 0, 100)
    _cosigned(witness, 100, 100)


def test_it_answers_a_stale_size_with_the_one_it_has_seen(witness):
    _cosigned(witness, 0, 100)
    for old in (0, 1, 99, 101):
        assert witness.answer(_body(old, 200)) == (409, "text/x.tlog.size", "100\n")


def test_it_refuses_a_shrunk_history(witness):
    _cosigned(witness, 0, 200)
    for old, size in ((0, 100), (100, 100), (0, 199)):
        assert witness.answer(_body(old, size)) == (409, "text/x.tlog.size", "200\n")


def test_it_refuses_another_history_of_the_same_length(witness):
    _cosigned(witness, 0, 200)
    status, _, _ = witness.answer(_body(200, 200, FORKED))
    assert status == (409 if isinstance(witness, Ours) else 422)  # the protocol says 409; a refusal it is either way
    _cosigned(witness, 200, 300)


def test_it_refuses_a_fork_that_is_longer(witness):
    _cosigned(witness, 0, 200)
    status, _, _ = witness.answer(_body(200, 300, FORKED))
    assert status == 422
    _cosigned(witness, 200, 300)


def test_it_refuses_a_history_that_was_rewritten_however_it_is_proven(witness):
    _cosigned(witness, 0, 200)
    rewritten = [*LEAVES[:50], leaf_hash(b"rewritten"), *LEAVES[51:]]
    honest = prove_consistency(200, 300, lambda start, stop: root_of(LEAVES[start:stop]))
    own = prove_consistency(200, 300, lambda start, stop: root_of(rewritten[start:stop]))
    for path in (honest, own, (), honest[:-1], (*honest, bytes(32))):
        body = Submission(old=200, path=path, checkpoint=_checkpoint(300, rewritten)).to_text()
        assert witness.answer(body)[0] == 422
    _cosigned(witness, 200, 300)


def test_it_refuses_a_proof_where_there_is_nothing_to_prove(witness):
    assert witness.answer(Submission(old=0, path=(bytes(32),), checkpoint=_checkpoint(5)).to_text())[0] in (400, 422)
    _cosigned(witness, 0, 5)


def test_it_refuses_an_old_size_above_the_new_one(witness):
    assert witness.answer(Submission(old=6, path=(), checkpoint=_checkpoint(5)).to_text())[0] == 400


def test_it_refuses_what_the_log_did_not_sign(witness):
    for key in (LogKey.generate(ORIGIN, Chance("another")), LogKey(ORIGIN, bytes(32))):
        assert witness.answer(_body(0, 5, key=key))[0] == 403


def test_it_refuses_a_log_that_it_does_not_watch(witness):
    assert witness.answer(_body(0, 5, key=LogKey.generate("other.example.com", Chance("other"))))[0] == 404


@pytest.mark.parametrize(
    "spoil",
    [
        lambda body: "",
        lambda body: body.replace("old 0", "old -1"),
        lambda body: body.replace("old 0\n", ""),
        lambda body: body.replace("old 0", "old 0 "),
        lambda body: body.partition("\n\n")[0],
        lambda body: body.replace("\n\n", "\n"),
    ],
)
def test_it_refuses_what_is_no_submission(witness, spoil):
    assert witness.answer(spoil(_body(0, 5)))[0] == 400


def test_it_ignores_signatures_of_others(witness):
    other = LogKey.generate("other.example.com", Chance("other"))
    more = _checkpoint(5).with_signatures(_checkpoint(5, key=other).note.signatures)
    status, _, _ = witness.answer(Submission(old=0, path=(), checkpoint=more).to_text())
    assert status == 200


def test_time_of_a_cosignature_is_the_witness_clocks(witness):
    if isinstance(witness, Theirs):
        status, _, said = witness.service.handle_add_checkpoint_http(_body(0, 5), NOW)
        assert status == 200
        signed = Checkpoint.from_text(_checkpoint(5).to_text() + said)
    else:
        signed = _cosigned(witness, 0, 5)
    (line,) = signed.note.by(CosignerKey.from_text(witness.verifier))
    assert time_of(line.value) == NOW
