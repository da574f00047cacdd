"""An auditor reads the ledger in Slack: what it says of a credential, and the proof of an entry to take away."""

import json
import time
from dataclasses import replace

import pytest

from bot.ports import LogPlace, StoreBusyError
from bot.slack.ids import Action, EntryMark
from bot.store import SqlStore
from ledger import EntryProof
from tests.slack import lounge as lounges
from tests.slack.snapshots import slack_takes
from tests.support import people
from tests.support.house import ORIGIN
from tests.support.sandbox import PATIENCE

NAME = "CI deploys"
EPHEMERAL = {"container": {"type": "message", "is_ephemeral": True}}


@pytest.fixture
def credential(lounge):
    issued = lounge.house.issued().credential
    lounge.house.signed()
    return issued


def _audit(lounge, user, name=NAME):
    assert lounge.type(f"audit {name}", user) == {}
    return lounge.replies()[-1]


def _shown(card):
    slack_takes({key: card[key] for key in ("text", "blocks")})
    return json.dumps(card, ensure_ascii=False)


def _buttons(card):
    return [block["accessory"] for block in card["blocks"] if "accessory" in block]


def _press(lounge, value, user=people.SAM):
    lounge.press(Action.PROOF, value, user, **EPHEMERAL)
    lounge.settle()
    return lounge.replies()[-1]


def test_auditor_reads_what_the_ledger_says_and_that_is_an_entry(lounge, credential):
    before = len(lounge.house.kinds())
    card = _audit(lounge, people.SAM)
    told = _shown(card)
    assert f"<@{people.MAYA}>* asked for this credential" in told
    assert f"<@{people.ANA}>* approved the request" in told
    assert card["response_type"] == "ephemeral"
    assert lounge.house.kinds()[before:] == ["ledger:read"]
    assert "read entries" in json.dumps(_audit(lounge, people.SAM))


def test_proof_is_shown_to_copy_and_holds_with_the_verifier_key_alone(lounge, credential):
    card = _audit(lounge, people.SAM)
    mark = _buttons(card)[0]["value"]
    reply = _press(lounge, mark)
    _shown(reply)
    code = reply["blocks"][1]["text"]["text"]
    proof = EntryProof.from_text(code.removeprefix("```\n").removesuffix("```"))
    proof.check(lounge.house.log_key.verifier)
    assert proof.index == EntryMark.parse(mark).place.index
    assert lounge.house.kinds()[-1] == "ledger:read"


def test_reading_is_acknowledged_while_the_store_is_locked_and_answered_once_it_is_an_entry(lounge, credential):
    with lounge.house.store.write():
        began = time.monotonic()
        assert lounge.type(f"audit {NAME}", people.SAM) == {}
        assert time.monotonic() - began < PATIENCE / 2, "the house's store would have waited for all of it"
        assert [path for path, _ in lounge.slack.calls if path.startswith("response/")] == []
    assert "asked for this credential" in _shown(lounge.replies()[-1])
    assert lounge.house.kinds()[-1] == "ledger:read"


def test_reading_that_cannot_be_an_entry_shows_nothing_and_says_that(lounge, credential, monkeypatch):
    before = lounge.house.kinds()

    def locked(_store):
        raise StoreBusyError("The ledger cannot be written just now.")

    monkeypatch.setattr(SqlStore, "work", locked)
    assert _audit(lounge, people.SAM)["text"] == "The ledger cannot be written just now."
    assert lounge.house.kinds() == before


@pytest.mark.parametrize("user", [people.MAYA, people.ANA, people.CAI])
def test_nobody_but_auditors_reads_entries_or_takes_proofs(lounge, credential, user):
    before = lounge.house.kinds()
    assert "Only the auditors of the policy" in json.dumps(_audit(lounge, user))
    reply = _press(lounge, EntryMark(credential.id, LogPlace(ORIGIN, 5)).pack(), user)
    assert "tlog-proof" not in json.dumps(reply)
    assert lounge.house.kinds() == before


def test_entry_of_another_credential_or_none_is_no_entry_of_this_one(lounge, credential):
    other = lounge.house.issued(name="another").credential
    lounge.house.signed()
    place = EntryMark.parse(_buttons(_audit(lounge, people.SAM))[-1]["value"]).place
    wrong = (
        EntryMark(other.id, place),
        EntryMark(credential.id, LogPlace(ORIGIN, 10**9)),
        EntryMark(credential.id, LogPlace(ORIGIN, 0)),
        EntryMark(credential.id, replace(place, log="another.example/log")),
    )
    for mark in wrong:
        assert "no such entry" in json.dumps(_press(lounge, mark.pack()))
    assert "do not understand" in json.dumps(_press(lounge, "nonsense"))


def test_entry_that_is_not_signed_yet_says_when(lounge):
    issued = lounge.house.issued().credential
    with lounge.house.store.connect() as connection:
        newest = lounge.house.store.ledger.size(connection) - 1
    assert "signed within a minute" in json.dumps(_press(lounge, EntryMark(issued.id, LogPlace(ORIGIN, newest)).pack()))


def test_name_that_is_nothing_is_told_as_everywhere(lounge, credential):
    assert "Say which one" in json.dumps(lounge.type("audit", people.SAM))
    assert "I know no credential" in json.dumps(_audit(lounge, people.SAM, "nothing-like-it"))


def test_erased_people_are_told_as_erased(lounge, credential):
    store = lounge.house.store
    with store.write() as connection:
        ana = store.ledger.find_person(connection, team=people.HOME, user=people.ANA)
        store.ledger.erase(connection, ana, at=lounge.house.clock.now())
    told = json.dumps(_audit(lounge, people.SAM))
    assert f"erased person {ana[:4]}" in told
    assert people.ANA not in told


@pytest.fixture
def later(house, slack):
    """A lounge after the restore of a backup: a credential of the former log, of which one entry was never signed."""
    house.issued()
    house.signed()
    house.issued(name="unsigned")
    house = house.continued()
    house.opened(name="another")
    house.signed()
    made = lounges.furnish(house, slack)
    yield made
    made.face.background.stop()
    made.face.replies.close()


def test_entries_of_a_former_log_have_proofs_too_which_hold_with_that_logs_key(later):
    card = _audit(later, people.SAM)
    assert f"of the former log `{ORIGIN}`" in _shown(card)
    mark = _buttons(card)[-1]["value"]
    reply = _press(later, mark)
    code = reply["blocks"][1]["text"]["text"]
    proof = EntryProof.from_text(code.removeprefix("```\n").removesuffix("```"))
    proof.check(later.house.log_key.verifier)
    assert (proof.checkpoint.origin, proof.index) == (ORIGIN, EntryMark.parse(mark).place.index)
    assert "--vkey cred-ledger.vkey" in json.dumps(reply)
    told = json.dumps(_audit(later, people.SAM))
    assert f"took the proof of entry {proof.index} of the former log {ORIGIN}" in told
    newest = EntryMark.parse(_buttons(_audit(later, people.SAM))[0]["value"]).place
    later.house.signed()
    assert newest.log == f"{ORIGIN}/2"
    reply = _press(later, _buttons(_audit(later, people.SAM))[2]["value"])
    assert "--vkey cred-ledger-2.vkey" in json.dumps(reply)


def test_entry_that_its_former_log_never_signed_has_no_proof_and_says_why(later):
    newest = _buttons(_audit(later, people.SAM, "unsigned"))[0]["value"]
    assert "before a checkpoint covered it" in json.dumps(_press(later, newest))
