"""Keys, signed notes and checkpoints: the published examples, and one form only."""

import base64
import os

import pytest
from hypothesis import given
from hypothesis import strategies as some

from ledger import BadSignatureError, Checkpoint, LogKey, MalformedError, VerifierKey
from ledger.checkpoint import Note, Signature
from tests.support.ledger_room import ORIGIN, Chance

KEY = LogKey.generate(ORIGIN, Chance("log"))
_NAMES = some.text(some.characters(categories=("L", "N"), include_characters="./-_"), min_size=1, max_size=40)


def test_published_notes_verify_under_their_published_keys(vectors):
    for known in vectors("signed-note")["notes"]:
        verifier = VerifierKey.from_text(known["verifier"])
        note = Note.from_text(known["text"] + "\n" + known["signature"])
        note.check(verifier)
        assert (note.text, verifier.to_text()) == (known["text"], known["verifier"])


def test_published_signer_signs_the_published_note(vectors):
    known = next(note for note in vectors("signed-note")["notes"] if note["signer"])
    key = LogKey.from_text(known["signer"])
    signature = Signature(key.origin, key.verifier.id, key.sign(known["text"].encode()))
    assert (signature.line(), key.to_text()) == (known["signature"], known["signer"])
    assert key.verifier.to_text() == known["verifier"]


def test_signatures_by_keys_nobody_asked_for_say_nothing(vectors):
    _, peter, enoch = vectors("signed-note")["notes"]
    note = Note.from_text(peter["text"] + "\n" + peter["signature"] + enoch["signature"])
    note.check(VerifierKey.from_text(peter["verifier"]))
    note.check(VerifierKey.from_text(enoch["verifier"]))
    with pytest.raises(BadSignatureError):
        note.check(KEY.verifier)


def test_checkpoints_are_the_golden_ones(vectors):
    known = vectors("checkpoint-v1")
    key = LogKey.from_text(known["signer"])
    assert key.verifier.to_text() == known["verifier"]
    for golden in known["checkpoints"]:
        made = Checkpoint.sign(key, golden["size"], bytes.fromhex(golden["root"]))
        assert made.to_text() == golden["note"]
        read = Checkpoint.from_text(golden["note"])
        read.check(key.verifier)
        assert read == made


@given(_NAMES, some.integers(0, 2**60), some.binary(min_size=32, max_size=32))
def test_checkpoint_survives_its_text(origin, size, root):
    made = Checkpoint.sign(LogKey.generate(origin, os.urandom), size, root)
    assert Checkpoint.from_text(made.to_text()) == made


@given(_NAMES, some.binary(min_size=32, max_size=32))
def test_keys_survive_their_text(origin, seed):
    key = LogKey(origin, seed)
    assert LogKey.from_text(key.to_text()) == key
    assert VerifierKey.from_text(key.verifier.to_text() + "\n") == key.verifier


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\u00a0b", "a\tb", "a\nb", "x" * 256])
def test_names_that_a_note_cannot_carry_are_refused(name):
    with pytest.raises(MalformedError):
        LogKey.generate(name, os.urandom)


def _with_text(text):
    return Note(text, Checkpoint.sign(KEY, 1, bytes(32)).note.signatures).to_text()


ROOT = base64.b64encode(bytes(32)).decode()
GOOD = Checkpoint.sign(KEY, 7, bytes(32)).to_text()


@pytest.mark.parametrize(
    "text",
    [
        _with_text(f"{ORIGIN}\n07\n{ROOT}\n"),
        _with_text(f"{ORIGIN}\n-7\n{ROOT}\n"),
        _with_text(f"{ORIGIN}\n+7\n{ROOT}\n"),
        _with_text(f"{ORIGIN}\n٧\n{ROOT}\n"),
        _with_text(f"{ORIGIN}\n7\n{ROOT}\nextension\n"),
        _with_text(f"{ORIGIN}\n7\n"),
        _with_text(f"{ORIGIN}\n7\n{ROOT[:-1]}\n"),
        _with_text(f"{ORIGIN}\n7\n{ROOT[:-2]}B=\n"),
        _with_text(f"{ORIGIN}\n7\n{base64.b64encode(bytes(31)).decode()}\n"),
        _with_text(f"\n7\n{ROOT}\n"),
        _with_text(f"{ORIGIN}\r\n7\n{ROOT}\n"),
        GOOD.removesuffix("\n"),
        GOOD + "\n",
        GOOD.replace("—", "-"),
        GOOD.replace("\n\n", "\n"),
        GOOD.partition("\n\n")[0] + "\n\n",
        GOOD.partition("\n\n")[0] + "\n\n" + f"— {ORIGIN} AAAA\n",
        GOOD + GOOD.partition("\n\n")[2] * 32,
        "",
    ],
)
def test_checkpoint_has_one_form_only(text):
    with pytest.raises(MalformedError):
        Checkpoint.from_text(text)


@pytest.mark.parametrize("change", ["size", "root", "origin", "signature"])
def test_changed_checkpoint_does_not_verify(change):
    changed = {
        "size": GOOD.replace("\n7\n", "\n8\n"),
        "root": GOOD.replace(ROOT, base64.b64encode(b"\x01" * 32).decode()),
        "origin": GOOD.replace(ORIGIN, ORIGIN + "x", 1),
        "signature": Note(GOOD.partition("\n\n")[0] + "\n", (Signature(ORIGIN, KEY.verifier.id, bytes(64)),)).to_text(),
    }[change]
    assert changed != GOOD
    with pytest.raises(BadSignatureError):
        Checkpoint.from_text(changed).check(KEY.verifier)


def test_log_cannot_vouch_for_another_origin():
    other = LogKey("other.example.com", KEY.seed)
    text = f"{ORIGIN}\n7\n{ROOT}\n"
    note = Note(text, (Signature(other.origin, other.verifier.id, other.sign(text.encode())),))
    with pytest.raises(BadSignatureError):
        Checkpoint.from_text(note.to_text()).check(other.verifier)


@pytest.mark.parametrize("kind", [LogKey, VerifierKey])
def test_lost_letter_in_a_key_is_noticed(kind):
    text = KEY.to_text() if kind is LogKey else KEY.verifier.to_text()
    for place in range(0, len(text), 3):
        with pytest.raises(MalformedError):
            kind.from_text(text[:place] + text[place + 1 :])
    for place, letter in enumerate(text):
        changed = text[:place] + ("A" if letter != "A" else "B") + text[place + 1 :]
        with pytest.raises(MalformedError):
            kind.from_text(changed)


def test_log_key_does_not_show_itself():
    assert KEY.seed.hex() not in repr(KEY)
    assert repr(KEY.seed) not in repr(KEY)
    with pytest.raises(MalformedError) as refused:
        LogKey.from_text(KEY.to_text()[:-3])
    assert KEY.to_text()[40:] not in str(refused.value)
