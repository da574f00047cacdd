"""Asking witnesses for cosignatures, over the wire: what is taken, what is not, and what a contradiction is."""

from contextlib import ExitStack

import httpx
import pytest
from typer.testing import CliRunner
from witness_log import WitnessService

from ledger import Checkpoint, LogKey, RollbackError
from ledger.__main__ import app
from ledger.cosigning import WitnessKey
from ledger.keeping import COSIGNED, CheckpointFile
from ledger.proving import Prover
from ledger.trust import TrustPolicy
from ledger.witness import ask_witnesses, new_client
from ledger.witnessing import Memory, Witness
from tests.support.ledger_room import ORIGIN, Chance, note
from tests.support.made_up_log import MadeUpLog
from tests.support.tampering import delete_row, mend_head
from tests.support.witnesses import Theirs, answering, served


class Town:
    """A log, and witnesses that watch it: w1 and w2 are ours, w3 is witness-log's."""

    def __init__(self, folder, stack):
        self.log = MadeUpLog(folder, 600, key=LogKey.generate(ORIGIN, Chance("log")))
        stack.callback(self.log.close)
        self.client = stack.enter_context(new_client())
        self.lines = []
        for name in ("w1", "w2"):
            key = WitnessKey.generate(f"{name}.example.com", Chance(name))
            witness = Witness(key, Memory.create(folder / f"{name}.db"), [self.log.verifier], lambda: 1000.0)
            self.add(name, key.cosigner.to_text(), stack.enter_context(served(witness)))
        service = WitnessService.new("w3.example.com", Chance("w3")(32))
        service.add_log(ORIGIN, self.log.verifier.to_text())
        theirs = Theirs(service)
        self.add("w3", theirs.verifier, stack.enter_context(answering(lambda _, body: theirs.answer(body))))

    def add(self, name, key, url):
        self.lines.append(f"witness {name} {key} {url}\n")

    @property
    def policy(self):
        names = " ".join(line.split()[1] for line in self.lines)
        return TrustPolicy.from_text("".join(self.lines) + f"group most 2 {names}\nquorum most\n")

    def ask(self, size, before=None, log=None):
        log = log or self.log
        prover, checkpoint = Prover(1), log.checkpoint(size)

        def prove(old):
            with log.engine.connect() as connection:
                return prover.consistency(connection, old, checkpoint)

        return ask_witnesses(self.policy, checkpoint, before, prove, self.client)


@pytest.fixture
def town(tmp_path):
    with ExitStack() as stack:
        yield Town(tmp_path, stack)


def _problems(found):
    return {outcome.witness: outcome.problem for outcome in found.outcomes if outcome.line is None}


def test_checkpoint_comes_back_with_every_cosignature_and_they_verify(town):
    found = town.ask(5)
    assert set(town.policy.check(found.checkpoint)) == {"w1", "w2", "w3"}
    found.checkpoint.check(town.log.verifier)
    assert (found.contradictions, _problems(found)) == ((), {})


def test_growing_log_is_cosigned_again_and_again_whether_one_knows_what_they_saw_or_not(town):
    before = None
    for size in (1, 255, 256, 257, 512, 600, 600):
        found = town.ask(size, before)
        assert set(town.policy.check(found.checkpoint)) == {"w1", "w2", "w3"}
        before = found.checkpoint if size != 256 else None


def test_log_that_was_rolled_back_is_told_as_a_contradiction(town):
    town.ask(300)
    found = town.ask(200)
    assert {outcome.witness for outcome in found.contradictions} == {"w1", "w2", "w3"}
    assert "has cosigned 300 entries" in _problems(found)["w1"]
    assert town.policy.signed_by(found.checkpoint) == {}


@pytest.mark.parametrize("size", [300, 400])
def test_forked_log_is_told_as_a_contradiction(town, tmp_path, size):
    town.ask(300)
    (tmp_path / "fork").mkdir()
    fork = MadeUpLog(tmp_path / "fork", 500, key=town.log.key, entry=lambda index: b"forged %d" % index)
    for before in (None, town.log.checkpoint(300)):
        found = town.ask(size, before, log=fork)
        assert {outcome.witness for outcome in found.contradictions} == {"w1", "w2", "w3"}
    fork.close()


def test_witness_that_cannot_be_reached_is_no_contradiction(town):
    key = WitnessKey.generate("w4.example.com", Chance("w4"))
    town.add("w4", key.cosigner.to_text(), "http://127.0.0.1:1/")
    found = town.ask(5)
    assert "could not be reached" in _problems(found)["w4"]
    assert found.contradictions == ()
    assert set(town.policy.check(found.checkpoint)) == {"w1", "w2", "w3"}


def _line(name, size=5, key=None):
    log = LogKey.generate(ORIGIN, Chance("log"))
    return Checkpoint.sign(log, size, bytes(32)).cosign(WitnessKey.generate(name, Chance(key or name)), 5).line()


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ((200, "text/plain", ""), "end with a newline"),
        ((200, "text/plain", "nonsense\n"), "signature line"),
        ((200, "text/plain", _line("w4.example.com")), "does not fit"),
        ((200, "text/plain", _line("w4.example.com", key="other")), "without a cosignature by the key"),
        ((200, "text/plain", _line("w5.example.com")), "without a cosignature by the key"),
        ((200, "text/plain", "x" * 20_000), "more than any cosignature needs"),
        ((302, "text/plain", ""), "answered 302"),
        ((403, "text/plain", ""), "another verifier key"),
        ((404, "text/plain", ""), "does not watch this log"),
        ((409, "text/x.tlog.size", "many\n"), "without the size"),
        ((409, "text/x.tlog.size", "2\n"), "other sizes"),
        ((500, "text/plain", "oops"), "answered 500: 'oops'"),
    ],
)
def test_answer_that_is_no_good_cosignature_is_not_taken(town, answer, said):
    key = WitnessKey.generate("w4.example.com", Chance("w4.example.com"))
    with answering(lambda _path, _body: answer) as address:
        town.add("w4", key.cosigner.to_text(), address)
        found = town.ask(5)
    assert said in _problems(found)["w4"]
    assert set(town.policy.signed_by(found.checkpoint)) == {"w1", "w2", "w3"}
    assert found.contradictions == ()


def test_witness_without_an_address_is_believed_and_not_asked(town):
    key = WitnessKey.generate("w4.example.com", Chance("w4"))
    town.lines.append(f"witness w4 {key.cosigner.to_text()}\n")
    assert [outcome.witness for outcome in town.ask(5).outcomes] == ["w1", "w2", "w3"]


def test_other_submitter_in_between_is_no_contradiction(town):
    sizes = iter(["3\n", "4\n"])
    key = WitnessKey.generate("w4.example.com", Chance("w4.example.com"))
    cosigned = town.log.checkpoint(5).cosign(key, 7).line()

    def answer(_path, body):
        size = next(sizes, None)
        return (200, "text/plain", cosigned) if size is None else (409, "text/x.tlog.size", size)

    with answering(answer) as address:
        town.add("w4", key.cosigner.to_text(), address)
        assert town.policy.check(town.ask(5).checkpoint)["w4"] == 7


@pytest.fixture
def cosign(story, tmp_path):
    """`python -m ledger cosign` over a story, with one witness of ours."""
    key = WitnessKey.generate("w1.example.com", Chance("w1"))
    witness = Witness(key, Memory.create(tmp_path / "w1.db"), [story.room.log_key.verifier], lambda: 1000.0)
    vkey, policy = tmp_path / "log.vkey", tmp_path / "witnesses.txt"
    vkey.write_text(story.room.log_key.verifier.to_text())
    with served(witness) as address:
        policy.write_text(f"witness w1 {key.cosigner.to_text()} {address}\nquorum w1\n")

        def run(*more):
            where = ["--database", story.room.database, "--vkey", vkey, "--policy", policy]
            folder = ["--checkpoints", story.room.folder / "checkpoints"]
            return CliRunner().invoke(app, ["cosign", *map(str, [*where, *folder, *more])])

        run.story, run.policy, run.witness, run.vkey = story, policy, witness, vkey
        yield run


def test_command_keeps_the_cosigned_checkpoint_for_the_next_start_to_hold_the_database_against(cosign):
    result = cosign()
    assert result.exit_code == 0, result.output
    assert "✓  w1  cosigned 9 entries" in result.stdout
    kept = CheckpointFile(cosign.story.room.folder / "checkpoints", cosign.story.room.log_key.verifier, name=COSIGNED)
    assert TrustPolicy.read(cosign.policy).check(kept.read()) == {"w1": 1000}
    cosign.story.room.append(note("more"))
    cosign.story.checkpoint()
    assert cosign().exit_code == 0
    assert kept.read().size == 11
    assert cosign.story.room.open().origin == ORIGIN


def test_rollback_shows_at_the_next_start_by_the_cosigned_checkpoint_alone(cosign):
    assert cosign().exit_code == 0
    room = cosign.story.room
    (room.folder / "checkpoints" / "latest").unlink()
    cosign.story.tamper(delete_row(9), delete_row(8), "DELETE FROM ledger_checkpoint WHERE size > 8", mend_head)
    with pytest.raises(RollbackError):
        room.open()


def test_rolled_back_log_is_found_by_asking_a_witness(cosign):
    assert cosign().exit_code == 0
    room = cosign.story.room
    (room.folder / "checkpoints" / COSIGNED).unlink()
    cosign.story.tamper(delete_row(9), delete_row(8), "DELETE FROM ledger_checkpoint WHERE size > 8", mend_head)
    result = cosign()
    assert result.exit_code == 1
    assert "✗  w1  has cosigned 9 entries of this log, which has 8 signed ones" in result.stdout
    assert not (room.folder / "checkpoints" / COSIGNED).exists()


def test_too_few_cosignatures_exit_1_and_nothing_is_kept(cosign):
    key = WitnessKey.generate("w2.example.com", Chance("w2"))
    cosign.policy.write_text(f"witness w2 {key.cosigner.to_text()} http://127.0.0.1:1/\nquorum w2\n")
    result = cosign()
    assert result.exit_code == 1
    assert "no witness, which is not the quorum w2" in result.stderr
    assert not (cosign.story.room.folder / "checkpoints" / COSIGNED).exists()


def test_policy_that_cannot_be_read_exits_2(cosign):
    cosign.policy.write_text("quorum w9\n")
    result = cosign()
    assert result.exit_code == 2
    assert "line 1: no line above names w9" in result.stderr


def test_cosigned_checkpoint_makes_a_cosigned_proof_and_a_cosigned_export(cosign, tmp_path):
    cosign()
    kept = cosign.story.room.folder / "checkpoints" / COSIGNED
    where = ["--database", cosign.story.room.database, "--vkey", cosign.vkey, "--checkpoint", kept]
    for command in (["prove", "7", "--out", tmp_path / "p.tlog-proof"], ["export", tmp_path / "tiles"]):
        result = CliRunner().invoke(app, list(map(str, [*command, *where])))
        assert result.exit_code == 0, result.output
    assert (tmp_path / "p.tlog-proof").read_text().endswith(kept.read_text())
    assert (tmp_path / "tiles" / "checkpoint").read_text() == kept.read_text()


def test_client_waits_so_long_and_no_longer(town):
    assert town.client.timeout == httpx.Timeout(10.0, connect=5.0)
    assert not town.client.follow_redirects
