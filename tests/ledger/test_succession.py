"""A log's key that was replaced: who trusts the old one comes to the new one, and nobody else gets in between."""

import os
from dataclasses import replace

import pytest

from ledger import (
    BadSignatureError,
    Checkpoint,
    Ledger,
    LogKey,
    VerifierKey,
    WrongKeyError,
    newest_checkpoint,
    verify_keyless,
    verify_with_key,
)
from ledger.checkpoint import Signature
from ledger.export import export
from ledger.succession import Succession, sign_over
from tests.support.ledger_room import NOON, ORIGIN, Chance, note, schemas

ROOT = bytes(32)
FIRST, SECOND, THIRD, STRANGER = (LogKey.generate(ORIGIN, Chance(seed)) for seed in ("a", "b", "c", "x"))


def test_checkpoint_of_both_keys_is_the_golden_one(vectors):
    golden = vectors("succession-v1")
    old, new = LogKey.from_text(golden["old"]), LogKey.from_text(golden["new"])
    made = sign_over(old, new, golden["size"], bytes.fromhex(golden["root"]))
    assert made.to_text() == golden["note"]
    found = Succession.follow(VerifierKey.from_text(golden["old_verifier"]), [Checkpoint.from_text(golden["note"])])
    assert found.newest.to_text() == golden["new_verifier"]


def _chain():
    return [sign_over(FIRST, SECOND, 5, ROOT), Checkpoint.sign(SECOND, 6, ROOT), sign_over(SECOND, THIRD, 9, ROOT)]


@pytest.mark.parametrize("trusted", [FIRST, SECOND, THIRD])
def test_from_any_of_the_keys_all_are_found(trusted):
    found = Succession.follow(trusted.verifier, _chain())
    assert found.keys == ((0, FIRST.verifier), (5, SECOND.verifier), (9, THIRD.verifier))
    assert (found.first, found.newest, found.name) == (FIRST.verifier, THIRD.verifier, ORIGIN)


def test_stranger_trusts_nobody_and_is_trusted_by_nobody():
    found = Succession.follow(STRANGER.verifier, _chain())
    assert found.keys == ((0, STRANGER.verifier),)


@pytest.mark.parametrize(
    ("size", "by"), [(1, FIRST), (4, FIRST), (5, SECOND), (6, SECOND), (8, SECOND), (9, THIRD), (2**40, THIRD)]
)
def test_checkpoint_counts_under_the_key_of_its_size_only(size, by):
    found = Succession.follow(FIRST.verifier, _chain())
    for key in (FIRST, SECOND, THIRD):
        checkpoint = Checkpoint.sign(key, size, ROOT)
        if key == by:
            checkpoint.check(found)
        else:
            with pytest.raises(BadSignatureError):
                checkpoint.check(found)


def test_checkpoint_of_both_keys_is_read_back_and_holds_for_both():
    again = Checkpoint.from_text(sign_over(FIRST, SECOND, 5, ROOT).to_text())
    again.check(FIRST.verifier)
    again.check(SECOND.verifier)
    assert Succession.follow(FIRST.verifier, [again]).newest == SECOND.verifier


def _line(checkpoint):
    return checkpoint.note.signatures[-1]


def _with_line(checkpoint, line):
    kept = checkpoint.note.signatures[:-1]
    return replace(checkpoint, note=replace(checkpoint.note, signatures=(*kept, line)))


@pytest.mark.parametrize("bit", range(0, 192 * 8, 37))
def test_voucher_with_one_bit_changed_is_none(bit):
    checkpoint = sign_over(FIRST, SECOND, 5, ROOT)
    value = bytearray(_line(checkpoint).value)
    value[bit // 8] ^= 1 << bit % 8
    forged = _with_line(checkpoint, replace(_line(checkpoint), value=bytes(value)))
    assert len(Succession.follow(FIRST.verifier, [forged]).keys) == 1
    assert len(Succession.follow(SECOND.verifier, [forged]).keys) == 1


@pytest.mark.parametrize(("old", "new"), [(FIRST, STRANGER), (STRANGER, FIRST), (STRANGER, SECOND)])
def test_nobody_vouches_in_somebody_elses_name(old, new):
    """Whoever lacks one of the keys signs for it with their own."""
    value = old.verifier.public + new.verifier.public
    said = b"cred-ledger/1 successor\n" + value + Checkpoint.sign(FIRST, 5, ROOT).note.text.encode()
    line = _line(sign_over(FIRST, SECOND, 5, ROOT))
    forged = Signature(line.name, line.key_id, value + STRANGER.sign(said) + STRANGER.sign(said))
    checkpoint = _with_line(sign_over(FIRST, SECOND, 5, ROOT), forged)
    assert len(Succession.follow(FIRST.verifier, [checkpoint]).keys) == 1
    assert len(Succession.follow(SECOND.verifier, [checkpoint]).keys) == 1


def test_voucher_moved_to_another_checkpoint_is_none():
    line = _line(sign_over(FIRST, SECOND, 5, ROOT))
    moved = _with_line(sign_over(FIRST, SECOND, 4, ROOT), line)
    assert len(Succession.follow(FIRST.verifier, [moved]).keys) == 1


def _changed(room, seed="new"):
    new = LogKey.generate(ORIGIN, Chance(seed))
    room.append()
    with room.write() as connection:
        room.ledger.change_log_key(connection, new, at=NOON)
    old, room.log_key = room.log_key, new
    room.ledger = room.open()
    with room.write() as connection:
        room.ledger.checkpoint(connection)
    room.append(note("after"))
    with room.write() as connection:
        room.ledger.checkpoint(connection)
    return old


def _reports(room, verifier):
    with room.read() as connection:
        return (
            verify_keyless(connection, verifier, checkpoint=(room.folder / "checkpoints" / "latest").read_text()),
            verify_with_key(connection, verifier, room.kek, schemas()),
        )


def test_log_is_sound_for_whoever_has_the_old_key_or_the_new(room):
    keys = [_changed(room, "b"), _changed(room, "c"), room.log_key]
    for key in keys:
        for report in _reports(room, key.verifier):
            assert report.sound, report.to_text()
    assert f"on by {room.log_key.verifier.to_text()}" in _reports(room, keys[0].verifier)[0].to_text()
    assert room.kinds().count("log:key-changed") == 2


def test_old_key_opens_the_log_no_more(room):
    old = _changed(room)
    with pytest.raises(WrongKeyError):
        room.open(log_key=old)


def test_change_that_was_undone_leaves_the_old_key(room):
    with room.undone() as connection:
        room.ledger.change_log_key(connection, LogKey.generate(ORIGIN, Chance("new")), at=NOON)
    assert room.open().origin == ORIGIN
    assert room.kinds().count("log:key-changed") == 0


def test_what_an_old_key_signs_later_is_a_stranger_to_the_log(room):
    old = _changed(room)
    with room.read() as connection:
        left = room.ledger.promise(connection, "left")
    forged = Checkpoint.sign(old, left.size, left.root)
    (room.folder / "checkpoints" / "latest").write_text(forged.to_text())
    with pytest.raises(BadSignatureError, match="latest"):
        room.open()


def test_checkpoint_that_was_kept_before_the_change_is_a_promise_still(room):
    room.append()
    with room.write() as connection:
        kept = room.ledger.checkpoint(connection)
    _changed(room)
    (room.folder / "checkpoints" / "cosigned").write_text(kept.to_text())
    assert room.open().origin == ORIGIN


@pytest.mark.parametrize("act", ["voucher", "verifier", "both"])
def test_forged_change_of_the_key_is_found(room, act):
    """By somebody with the database: their own key put in place of the new one."""
    old = _changed(room)
    mallory = LogKey.generate(ORIGIN, Chance("mallory"))
    with room.write() as connection:
        for name in ("ledger_checkpoint_update", "ledger_checkpoint_insert"):
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
        if act != "verifier":
            rows = connection.exec_driver_sql("SELECT size, note FROM ledger_checkpoint WHERE size >= 5").all()
            for size, text in rows:
                made = Checkpoint.sign(mallory, size, Checkpoint.from_text(text).root).to_text()
                connection.exec_driver_sql("UPDATE ledger_checkpoint SET note = ? WHERE size = ?", (made, size))
        if act != "voucher":
            connection.exec_driver_sql("UPDATE ledger_log SET verifier = ?", (mallory.verifier.to_text(),))
    for key in (old, room.log_key):
        for report in _reports(room, key.verifier):
            assert not report.sound


def test_entry_of_a_change_that_no_checkpoint_vouches_for_is_found(room):
    with room.write() as connection:
        room.ledger.append(
            connection,
            replace(note(), kind="log:key-changed", via="ledger", body={"before": "a", "after": "b"}),
            at=NOON,
        )
    _, report = _reports_without_anchor(room)
    assert "other changes of the log's key" in report.to_text()


def _reports_without_anchor(room):
    with room.read() as connection:
        return (
            verify_keyless(connection, room.log_key.verifier),
            verify_with_key(connection, room.log_key.verifier, room.kek, schemas()),
        )


def test_log_is_exported_and_proven_across_the_change(room):
    folder = room.folder / "tiles"
    first = room.log_key.verifier
    with room.read() as connection:
        export(connection, first, folder)
    _changed(room)
    with room.read() as connection:
        export(connection, first, folder)
        assert newest_checkpoint(connection, first).size == room.ledger.size(connection)
        proof = room.ledger.prove(connection, 3)
    proof.check(room.log_key.verifier)
    Checkpoint.from_text((folder / "checkpoint").read_text()).check(room.log_key.verifier)


def test_new_origin_after_a_change_and_a_change_after_a_new_origin(room):
    _changed(room, "b")
    room.append(note("lost"))
    known = Checkpoint.sign(room.log_key, 99, os.urandom(32))
    with room.write() as connection:
        room.ledger = Ledger.continue_log(
            connection,
            kek=room.kek,
            log_key=room.log_key,
            schemas=schemas(),
            now=NOON,
            reason="why",
            checkpoints=room.folder / "checkpoints",
            known=[known],
        )
    _changed(room, "c")
    _changed(room, "d")
    for report in _reports(room, room.log_key.named(f"{ORIGIN}/2").verifier):
        assert report.sound, report.to_text()
