"""Verifying only what is new, and what witnesses said: what counts, and what an earlier verification stands for."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as some
from typer.testing import CliRunner

from ledger import Checkpoint, MalformedError, OriginMismatchError, verify_keyless
from ledger.__main__ import app
from ledger.cosigning import WitnessKey
from ledger.merkle import CompactRange
from ledger.trust import TrustPolicy
from ledger.verified import NOTHING, Verified
from tests.support.ledger_room import ORIGIN, Chance, note
from tests.support.tampering import delete_row, flip, mend_head

WITNESS = WitnessKey.generate("witness.example.com/w1", Chance("w1"))
POLICY = TrustPolicy.from_text(f"witness security {WITNESS.cosigner.to_text()}\nquorum security\n")


def _verify(story, **more):
    with story.room.read() as connection:
        return verify_keyless(connection, story.room.log_key.verifier, **more)


def _wrong(report):
    return {step.title: step.problem for step in report.steps if step.problem}


def test_second_verification_reads_only_what_is_new(story):
    before = _verify(story).verified
    for _ in range(5):
        story.room.append(note("new"))
    story.checkpoint()
    told = []
    report = _verify(story, since=before, progress=lambda done, total: told.append((done, total)))
    assert report.sound, report.to_text()
    assert report.verified == _verify(story).verified
    assert "5 new ones in order, after 10 that were verified before and not read again" in report.to_text()


def test_nothing_new_is_sound_too(story):
    before = _verify(story).verified
    report = _verify(story, since=before)
    assert report.sound, report.to_text()
    assert report.verified == before


@pytest.mark.parametrize(
    ("statements", "title"),
    [
        ((flip(11, 80), mend_head), "Tree"),
        ((delete_row(11),), "Entries"),
        ((delete_row(12), delete_row(11), delete_row(10), delete_row(9), mend_head), "Entries"),
        (("INSERT INTO ledger_entry SELECT 1, -1, entry FROM ledger_entry LIMIT 1",), "Entries"),
        (('UPDATE ledger_entry SET "index" = \'x\' WHERE "index" = 12',), "Entries"),
        ((delete_row(5),), "Entries"),
    ],
)
def test_tampering_shows_after_an_earlier_verification_too(story, statements, title):
    before = _verify(story).verified
    for _ in range(3):
        story.room.append(note("new"))
    story.checkpoint()
    story.tamper(*statements)
    assert title in _wrong(_verify(story, since=before))


def test_history_that_was_rewritten_and_signed_again_does_not_continue_what_was_verified(story):
    before = _verify(story).verified
    story.room.append(note("new"))

    def resign(connection):
        mend_head(connection)
        connection.exec_driver_sql("DELETE FROM ledger_checkpoint")

    story.tamper(flip(5, 80), resign)
    story.checkpoint()
    assert "Tree" in _wrong(_verify(story, since=before))


def test_log_that_was_rolled_back_is_shorter_than_what_was_verified(story):
    before = _verify(story).verified
    story.tamper(delete_row(9), mend_head)
    assert "10 entries were verified before, but only 9 are left" in _wrong(_verify(story, since=before))["Entries"]


def test_note_of_another_log_is_refused(story):
    with pytest.raises(OriginMismatchError):
        _verify(story, since=replace(_verify(story).verified, origin="other.example.com"))


def test_older_checkpoint_than_what_was_verified_is_not_passed_over_in_silence(story):
    before = _verify(story).verified
    assert "were not read again" in _wrong(_verify(story, since=before, checkpoint=story.auditor))["Anchor"]


def test_witnesses_are_named_with_their_times(story):
    anchor = Checkpoint.from_text(story.auditor)
    signed = anchor.with_signatures([anchor.cosign(WITNESS, 1_772_366_400)]).to_text()
    report = _verify(story, checkpoint=signed, policy=POLICY)
    assert report.sound, report.to_text()
    assert report.level == "keyless, anchored, witnessed"
    assert "cosigned by security (2026-03-01 12:00 UTC)" in report.to_text()
    assert "not the quorum" in _wrong(_verify(story, checkpoint=story.auditor, policy=POLICY))["Witnesses"]


def test_policy_of_nobody_says_that_none_signed(story):
    report = _verify(story, checkpoint=story.auditor, policy=TrustPolicy.from_text("quorum none\n"))
    assert "cosigned by none, and none is asked for" in report.to_text()


def test_policy_without_a_checkpoint_cannot_be_run(story):
    with pytest.raises(MalformedError, match="kept elsewhere"):
        _verify(story, policy=POLICY)


_TREES = some.lists(some.binary(min_size=32, max_size=32), max_size=40).map(CompactRange().extend)


@given(_TREES, some.integers(0, 2**62))
def test_note_survives_its_text(tree, time):
    made = Verified(origin=ORIGIN, tree=tree, time=time)
    assert Verified.from_text(made.to_text()) == made


@given(some.text(max_size=60) | some.lists(some.text(max_size=50), max_size=6).map("\n".join))
def test_whatever_is_read_as_a_note_is_the_one_form_of_it(text):
    for candidate in (text, "cred-ledger-verified-1\n" + text):
        try:
            read = Verified.from_text(candidate)
        except MalformedError:
            continue
        assert read.to_text() == candidate


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: "",
        lambda text: text.removesuffix("\n"),
        lambda text: text.replace("-1", "-2", 1),
        lambda text: text.replace("\n10\n", "\n010\n"),
        lambda text: text.replace("\n10\n", "\n11\n"),
        lambda text: text + "\n",
        lambda text: text.replace("=", ""),
        lambda text: NOTHING.to_text(),
    ],
)
def test_note_has_one_form_only(story, spoil):
    with pytest.raises(MalformedError):
        Verified.from_text(spoil(_verify(story).verified.to_text()))


@pytest.fixture
def command(story, tmp_path):
    vkey = tmp_path / "log.vkey"
    vkey.write_text(story.room.log_key.verifier.to_text())

    def run(name, *arguments):
        where = () if name == "check" else ("--database", story.room.database)
        return CliRunner().invoke(app, [name, *map(str, [*arguments, *where, "--vkey", vkey])])

    return run


def test_command_notes_how_far_it_came_and_goes_on_from_there(command, story, tmp_path):
    path = tmp_path / "verified"
    assert "10 in order" in command("verify", "--since", path).stdout
    story.room.append(note("new"))
    assert "1 new ones in order, after 10" in command("verify", "--since", path).stdout
    before = path.read_text()
    story.tamper(delete_row(10))
    assert command("verify", "--since", path).exit_code == 1
    assert path.read_text() == before
    path.write_text("nonsense")
    result = command("verify", "--since", path)
    assert result.exit_code == 2
    assert str(path) in result.stderr


def test_command_opens_every_entry_or_reads_what_is_new_but_not_both(command, story, tmp_path):
    key = tmp_path / "cred.key"
    key.write_text(story.room.kek.to_text())
    key.chmod(0o600)
    result = command("verify", "--since", tmp_path / "verified", "--key", key)
    assert result.exit_code == 2
    assert "without --key" in result.stderr


def test_command_holds_proof_and_log_against_the_witnesses(command, story, tmp_path):
    anchor = Checkpoint.from_text(story.auditor)
    kept, policy, proof = tmp_path / "kept", tmp_path / "witnesses.txt", tmp_path / "p"
    kept.write_text(anchor.with_signatures([anchor.cosign(WITNESS, 1_772_366_400)]).to_text())
    policy.write_text(POLICY.to_text())
    assert command("verify", "--checkpoint", kept, "--policy", policy).exit_code == 0
    assert command("prove", 5, "--checkpoint", kept, "--out", proof).exit_code == 0
    result = command("check", proof, "--policy", policy)
    assert result.exit_code == 0, result.output
    assert "cosigned by security" in result.stdout
    assert command("prove", 5, "--out", proof).exit_code == 0
    result = command("check", proof, "--policy", policy)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "not the quorum security" in result.stderr
