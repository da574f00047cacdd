"""Our witness's memory: it never forgets what it signed, whatever happens to it."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as some
from typer.testing import CliRunner

from ledger import Checkpoint, LogKey
from ledger.__main__ import app
from ledger.commands.witnessing import _key_and_memory
from ledger.cosigning import CosignerKey, WitnessKey, time_of
from ledger.errors import WitnessError
from ledger.merkle import leaf_hash, prove_consistency, root_of
from ledger.submission import LONGEST, Submission
from ledger.witnessing import Memory, Witness
from tests.support.ledger_room import ORIGIN, Chance
from tests.support.witnesses import served

LOG = LogKey.generate(ORIGIN, Chance("log"))
KEY = WitnessKey.generate("witness.example.com/w1", Chance("w1"))
LEAVES = [leaf_hash(b"entry %d" % index) for index in range(64)]
OTHERS = [leaf_hash(b"other %d" % index) for index in range(64)]


class Clock:
    def __init__(self):
        self.now = 1000.5

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def witness(tmp_path, clock):
    return Witness(KEY, Memory.create(tmp_path / "witness.db"), [LOG.verifier], clock)


def _body(old, size, leaves=LEAVES, key=LOG):
    path = prove_consistency(old, size, lambda start, stop: root_of(leaves[start:stop]))
    return Submission(old=old, path=path, checkpoint=Checkpoint.sign(key, size, root_of(leaves[:size]))).to_text()


def test_what_it_signed_is_remembered_by_another_start(witness, tmp_path, clock):
    assert witness.answer(_body(0, 20)).status == 200
    again = Witness(KEY, Memory(tmp_path / "witness.db"), [LOG.verifier], clock)
    assert again.answer(_body(0, 10)).body == "20\n"
    assert again.answer(_body(20, 30)).status == 200


def test_what_could_not_be_remembered_is_not_signed(witness, tmp_path):
    with sqlite3.connect(tmp_path / "witness.db") as connection:
        connection.execute(
            "CREATE TRIGGER full BEFORE INSERT ON seen BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END"
        )
    with pytest.raises(WitnessError, match="nothing is signed"):
        witness.answer(_body(0, 20))
    with sqlite3.connect(tmp_path / "witness.db") as connection:
        connection.execute("DROP TRIGGER full")
    assert witness.answer(_body(0, 20)).status == 200


def test_two_histories_at_once_never_both_get_a_signature(witness, tmp_path, clock):
    second = Witness(KEY, Memory(tmp_path / "witness.db"), [LOG.verifier], clock)
    bodies = [(witness, _body(0, 20)), (second, _body(0, 20, OTHERS))] * 20
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda asked: asked[0].answer(asked[1]).status, bodies))
    assert answers.count(200) == 1
    assert answers.count(409) == len(bodies) - 1


def test_cosignature_times_never_go_backwards(witness, clock):
    times = []
    for old, size, now in ((0, 10, 2000), (10, 20, 1500), (20, 30, 2500)):
        clock.now = now
        line = witness.answer(_body(old, size)).body
        signed = Checkpoint.from_text(_body(old, size).partition("\n\n")[2] + line)
        times.append(time_of(signed.note.by(KEY.cosigner)[0].value))
    assert times == [2000, 2000, 2500]


def test_log_may_have_several_keys_while_one_takes_over_from_another(tmp_path, clock):
    new = LogKey.generate(ORIGIN, Chance("new"))
    witness = Witness(KEY, Memory.create(tmp_path / "w.db"), [LOG.verifier, new.verifier], clock)
    assert witness.answer(_body(0, 20)).status == 200
    assert witness.answer(_body(20, 30, key=new)).status == 200
    assert witness.answer(_body(0, 30, OTHERS, key=new)).status == 409


def test_empty_log_is_cosigned_as_an_empty_one_only(witness):
    assert witness.answer(_body(0, 0)).status == 200
    wrong = Submission(old=0, path=(), checkpoint=Checkpoint.sign(LOG, 0, bytes(32)))
    assert witness.answer(wrong.to_text()).status == 409
    assert witness.answer(_body(0, 5)).status == 200


@given(some.text(max_size=200) | some.binary(max_size=200).map(lambda blob: blob.decode("latin-1")))
def test_no_request_stops_it(body):
    class Unused:
        def turn(self):
            raise AssertionError("nothing like this is a submission")

    assert Witness(KEY, Unused(), [LOG.verifier], lambda: 0.0).answer(body).status == 400


def test_over_the_wire_it_cosigns_and_refuses(witness):
    with served(witness) as address, httpx.Client(base_url=address) as client:
        answer = client.post("/add-checkpoint", content=_body(0, 20))
        assert answer.status_code == 200
        checkpoint = Checkpoint.sign(LOG, 20, root_of(LEAVES[:20]))
        Checkpoint.from_text(checkpoint.to_text() + answer.text).note.check(KEY.cosigner)
        stale = client.post("/add-checkpoint", content=_body(0, 20))
        assert (stale.status_code, stale.headers["content-type"], stale.text) == (409, "text/x.tlog.size", "20\n")
        assert client.post("/add-checkpoint", content=b"\xff").status_code == 400
        assert client.post("/add-checkpoint", content=b"x" * (LONGEST + 1)).status_code == 413
        assert client.get("/add-checkpoint").status_code == 405
        assert client.post("/").status_code == 404


def test_over_the_wire_a_memory_that_fails_is_no_signature(witness, tmp_path):
    (tmp_path / "witness.db").unlink()
    with served(witness) as address, httpx.Client(base_url=address) as client:
        answer = client.post("/add-checkpoint", content=_body(0, 20))
    assert (answer.status_code, answer.text) == (500, "The witness cannot sign now.\n")


def test_first_start_makes_key_and_memory_and_the_next_goes_on_with_them(tmp_path):
    key, _ = _key_and_memory(tmp_path / "w", "witness.example.com/w1")
    assert (tmp_path / "w" / "witness.key").stat().st_mode & 0o777 == 0o600
    assert _key_and_memory(tmp_path / "w", None)[0] == key
    assert _key_and_memory(tmp_path / "w", key.name)[0] == key
    CosignerKey.from_text(key.cosigner.to_text())


@pytest.mark.parametrize("lost", ["witness.key", "witness.db"])
def test_witness_that_lost_its_memory_or_key_does_not_begin_anew(tmp_path, lost):
    _key_and_memory(tmp_path, "witness.example.com/w1")
    (tmp_path / lost).unlink()
    with pytest.raises(WitnessError, match=lost):
        _key_and_memory(tmp_path, "witness.example.com/w1")


def test_memory_that_is_none_is_refused(tmp_path):
    _key_and_memory(tmp_path, "witness.example.com/w1")
    (tmp_path / "witness.db").write_bytes(b"nonsense" * 1000)
    with pytest.raises(WitnessError, match="not the memory of a witness"):
        _key_and_memory(tmp_path, None)


def test_existing_memory_is_never_made_anew(tmp_path):
    Memory.create(tmp_path / "witness.db")
    with pytest.raises(WitnessError, match="cannot be made"):
        Memory.create(tmp_path / "witness.db")


def test_command_says_in_one_sentence_what_it_lacks(tmp_path):
    vkey = tmp_path / "log.vkey"
    vkey.write_text(LOG.verifier.to_text())
    for arguments, said in (
        ((tmp_path / "w", "--log", vkey), "--name"),
        ((tmp_path / "w", "--log", tmp_path / "none", "--name", "w"), "cannot be read"),
        ((tmp_path / "w", "--log", vkey, "--name", "a b"), "cannot name"),
        ((vkey / "w", "--log", vkey, "--name", "w"), "log.vkey"),
    ):
        result = CliRunner().invoke(app, ["witness", *map(str, arguments)])
        assert result.exit_code == 2, result.output
        assert said in result.stderr
        assert len(result.stderr.strip().splitlines()) == 1, result.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["log.vkey"]
