"""`CRED_WITNESSES`: each checkpoint is cosigned while the program runs, and nobody waits for a witness."""

import logging
import socket

import pytest

from bot.config import load_policy, read_places
from bot.domain.ids import TeamId
from bot.main.assembly import build
from bot.main.opening import NotReadyError, open_house, read_keys
from bot.main.witnessing import Witnesses
from bot.store import SqlStore
from ledger import Checkpoint, Event, TrustPolicy
from ledger.cosigning import WitnessKey
from ledger.submission import Submission
from ledger.witnessing import Memory, Witness
from tests.main.test_program import running, settings_for
from tests.support.fakes import FakeClock
from tests.support.ledger_room import Chance
from tests.support.ports import reserved
from tests.support.program import POLICY, initialised
from tests.support.sandbox import PATIENCE, a_sandbox
from tests.support.witnesses import served


class Town:
    """A program's ledger, and two witnesses that watch it."""

    def __init__(self, folder):
        self.env, self.places = initialised(folder / "cred")
        self.folder = folder
        self.keys = read_keys(self.places)
        self.opened = open_house(self.places, self.keys)
        self.clock = FakeClock()
        self.store = SqlStore(self.opened.engine, self.opened.ledger, self.clock, TeamId("T1"))
        self.lines, self.witnesses = [], {}

    def witness(self, name):
        key = WitnessKey.generate(f"{name}.example.com", Chance(name))
        memory = Memory.create(self.folder / f"{name}.db")
        self.witnesses[name] = Witness(key, memory, [self.keys.log_key.verifier], lambda: 1_700_000_000.0)
        return self.witnesses[name]

    def at(self, name, url):
        self.lines.append(f"witness {name} {self.witnesses[name].key.cosigner.to_text()} {url}\n")

    def policy(self, count):
        names = " ".join(self.witnesses)
        file = self.folder / "witnesses.txt"
        file.write_text("".join(self.lines) + f"group some {count} {names}\nquorum some\n")
        return file

    def asking(self, count=1):
        places = read_places({**self.env, "CRED_WITNESSES": str(self.policy(count))})
        return Witnesses(places, self.store, self.clock)

    def sign(self):
        event = Event(kind="service:started", actor=None, via="start", body={"version": "1", "policy": "x"})
        with self.store.write() as connection:
            self.store.ledger.append(connection, event, at=self.clock.now())
        with self.store.write() as connection:
            return self.store.ledger.checkpoint(connection)

    def kept(self):
        file = self.places.checkpoints / "cosigned"
        return Checkpoint.from_text(file.read_text()) if file.exists() else None


@pytest.fixture
def nowhere():
    """An address at which nobody listens, for as long as the test lasts."""
    with reserved() as port:
        yield f"http://127.0.0.1:{port}/"


@pytest.fixture
def town(tmp_path):
    made = Town(tmp_path)
    yield made
    made.store.close()
    made.opened.close()


def test_newest_checkpoint_is_cosigned_and_kept_and_told(town):
    with served(town.witness("w1")) as one, served(town.witness("w2")) as two:
        town.at("w1", one)
        town.at("w2", two)
        asking = town.asking(2)
        assert asking.standing() == ()
        for _ in range(3):
            signed = town.sign()
            asking.ask()
            assert town.kept().size == signed.size
            TrustPolicy.read(town.policy(2)).check(town.kept())
        assert [(one.name, one.size, one.problem) for one in asking.standing()] == [
            ("w1", signed.size, ""),
            ("w2", signed.size, ""),
        ]
        assert [one.size for one in town.asking(2).standing()] == [signed.size] * 2, "known again after a start"


def test_witness_that_is_not_there_is_told_once_and_holds_up_nothing(town, nowhere, caplog):
    caplog.set_level(logging.INFO, logger="bot.main.witnessing")
    town.witness("w2")
    with served(town.witness("w1")) as one:
        town.at("w1", one)
        town.at("w2", nowhere)
        asking = town.asking(1)
        for _ in range(3):
            signed = town.sign()
            asking.ask()
            assert town.kept().size == signed.size, "one of two is enough for this policy"
    assert [record.message.startswith("The witness w2 could not be reached") for record in caplog.records] == [True]
    assert [bool(one.problem) for one in asking.standing()] == [False, True]


def test_witness_that_comes_back_is_told_too_and_asked_again_though_nothing_is_new(town, nowhere, caplog):
    caplog.set_level(logging.INFO, logger="bot.main.witnessing")
    town.witness("w1")
    town.at("w1", nowhere)
    asking = town.asking(1)
    signed = town.sign()
    asking.ask()
    assert town.kept() is None
    with served(town.witnesses["w1"]) as url:
        town.lines[:] = []
        town.at("w1", url)
        again = town.asking(1)
        again._silent = asking._silent
        again.ask()
        assert town.kept().size == signed.size
        again.ask()
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]


def test_silent_witness_is_asked_again_after_ten_minutes(town, nowhere):
    town.witness("w1")
    town.at("w1", nowhere)
    asking, asked = town.asking(1), []
    asking._gathering.ask = lambda: asked.append(town.clock.now())
    town.sign()
    for _ in range(21):
        asking.ask()
        town.clock.advance(minutes=1)
    assert len(asked) == 3
    town.sign()
    asking.ask()
    assert len(asked) == 4


def test_witness_that_saw_another_history_is_told_as_an_error(town, caplog):
    witness = town.witness("w1")
    forged = Checkpoint.sign(town.keys.log_key, 99, bytes(32))
    assert witness.answer(Submission(old=0, path=(), checkpoint=forged).to_text()).status == 200
    with served(witness) as url:
        town.at("w1", url)
        asking = town.asking(1)
        town.sign()
        asking.ask()
    (one,) = asking.standing()
    assert one.contradicts
    assert [record.levelname for record in caplog.records if record.name == "bot.main.witnessing"] == ["ERROR"]
    assert town.kept() is None


def test_without_a_policy_nobody_is_asked(town):
    nobody = Witnesses(town.places, town.store, town.clock)
    nobody.ask()
    assert nobody.standing() == ()


@pytest.mark.parametrize("text", [None, "quorum everybody\n", "witness w1 x\n"])
def test_policy_that_cannot_be_used_is_refused_at_the_start(town, text):
    file = town.folder / "policy.txt"
    if text is not None:
        file.write_text(text)
    with pytest.raises(NotReadyError, match="CRED_WITNESSES cannot be used"):
        Witnesses(read_places({**town.env, "CRED_WITNESSES": str(file)}), town.store, town.clock)


def test_program_asks_at_its_start_and_goes_on_while_a_witness_hangs(tmp_path):
    with (
        a_sandbox(mode="http", request_url="http://127.0.0.1:1/slack/events") as slack,
        socket.create_server(("127.0.0.1", 0)) as hanging,
    ):
        key = WitnessKey.generate("w1.example.com", Chance("w1")).cosigner.to_text()
        policy = tmp_path / "policy.txt"
        policy.write_text(f"witness w1 {key} http://127.0.0.1:{hanging.getsockname()[1]}/\nquorum w1\n")
        settings = settings_for(tmp_path / "cred", slack, CRED_WITNESSES=str(policy))
        hanging.settimeout(PATIENCE)
        with running(settings, load_policy(POLICY)) as program:
            asked, _ = hanging.accept()
            program.checkpoint()
            assert program.world.store.history.standing(()).signed > 3
            asked.close()
        policy.write_text("")
        with pytest.raises(NotReadyError):
            build(settings, load_policy(POLICY))
