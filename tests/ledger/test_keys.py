"""Keys: committed to, wrapped for one purpose, masked, and taken only from files that are ours alone."""

import os
import shlex
import sys

import pytest

from ledger import KeyEncryptionKey, KeyFileError, LogKey, MalformedError, NamedKey, VerifierKey, WrongKeyError
from ledger.keyring import Keyring
from ledger.people import Identity
from ledger.sealing import SealingKey, blind, key_id
from tests.support.ledger_room import Chance

KEK = KeyEncryptionKey.generate(Chance("kek"))
LOG_KEY = LogKey.generate("example.com", Chance("log"))


def test_key_ids_are_the_golden_ones(vectors):
    for golden in vectors("keys-v1")["key_ids"]:
        assert key_id(bytes.fromhex(golden["key"])).hex() == golden["id"]


def test_wrapped_keys_are_the_golden_ones(vectors):
    for golden in vectors("keys-v1")["wrapped"]:
        kek = KeyEncryptionKey.from_text(golden["kek_text"])
        assert kek.to_text() == golden["kek_text"]
        key = SealingKey.of(bytes.fromhex(golden["key"]))
        ring = Keyring(1, golden["origin"], kek, lambda _, n=golden["nonce"]: bytes.fromhex(n))
        assert ring.wrap(key, golden["purpose"]) == {
            "wrapped": bytes.fromhex(golden["wrapped"]),
            "wrapped_by": key_id(bytes.fromhex(golden["kek"])),
        }
        assert ring.unwrap(key.id, golden["purpose"], bytes.fromhex(golden["wrapped"])) == key


def test_blind_terms_are_the_golden_ones(vectors):
    for golden in vectors("keys-v1")["blind"]:
        assert blind(bytes.fromhex(golden["key"]), golden["name"], golden["value"]).hex() == golden["term"]


def test_commitments_to_people_are_the_golden_ones(vectors):
    for golden in vectors("keys-v1")["commitments"]:
        identity = Identity(golden["team"], golden["user"], bytes.fromhex(golden["nonce"]))
        assert identity.commitment().hex() == golden["commitment"]


def test_commitment_tells_team_and_user_apart():
    assert Identity("T1", "U12", b"n" * 32).commitment() != Identity("T1U", "12", b"n" * 32).commitment()


@pytest.mark.parametrize("other", ["origin", "purpose", "id", "kek", "bytes"])
def test_wrapped_key_opens_as_itself_only(other):
    ring = Keyring(1, "example.com", KEK, os.urandom)
    key, second = ring.draw(), ring.draw()
    wrapped = ring.wrap(key, "pepper")["wrapped"]
    origin = "example.org" if other == "origin" else "example.com"
    kek = KeyEncryptionKey.generate(os.urandom) if other == "kek" else KEK
    taken = wrapped[:-1] + bytes([wrapped[-1] ^ 1]) if other == "bytes" else wrapped
    with pytest.raises(WrongKeyError):
        Keyring(1, origin, kek, os.urandom).unwrap(
            second.id if other == "id" else key.id, "index" if other == "purpose" else "pepper", taken
        )


@pytest.mark.parametrize(
    "key", [KEK, LOG_KEY, NamedKey(b"i" * 32, b"secret secret secret secret secr"), SealingKey.of(b"s" * 32)]
)
def test_keys_do_not_show_themselves(key):
    secret = key.to_text() if hasattr(key, "to_text") else key.secret.decode()
    for shown in (repr(key), str(key), f"{key}"):
        assert secret not in shown
        assert secret[-20:] not in shown


def test_lost_letter_in_a_key_encryption_key_is_noticed():
    text = KEK.to_text()
    for place, letter in enumerate(text):
        for changed in (
            text[:place] + text[place + 1 :],
            text[:place] + ("A" if letter != "A" else "B") + text[place + 1 :],
        ):
            with pytest.raises(MalformedError) as refused:
                KeyEncryptionKey.from_text(changed)
            assert text[-20:] not in str(refused.value)


@pytest.mark.parametrize("key", [KEK, LOG_KEY])
def test_key_is_read_from_a_file_that_is_ours_alone(tmp_path, key):
    path = tmp_path / "a.key"
    path.write_text(key.to_text() + "\n")
    path.chmod(0o600)
    assert type(key).read(path) == key


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666, 0o610])
def test_key_file_open_to_others_is_refused(tmp_path, mode):
    path = tmp_path / "a.key"
    path.write_text(KEK.to_text())
    path.chmod(mode)
    with pytest.raises(KeyFileError, match="chmod 600"):
        KeyEncryptionKey.read(path)


def test_key_file_of_somebody_else_is_refused(tmp_path, monkeypatch):
    path = tmp_path / "a.key"
    path.write_text(KEK.to_text())
    path.chmod(0o600)
    monkeypatch.setattr(os, "geteuid", lambda: path.stat().st_uid + 1)
    with pytest.raises(KeyFileError, match="another user"):
        KeyEncryptionKey.read(path)


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"cred-kek-1+00+AAAA", LOG_KEY.to_text().encode()])
def test_file_without_a_key_is_refused_without_repeating_it(tmp_path, content):
    path = tmp_path / "a.key"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(KeyFileError, match=r"a\.key") as refused:
        KeyEncryptionKey.read(path)
    assert LOG_KEY.to_text()[-20:] not in str(refused.value)


def test_missing_key_file_is_named(tmp_path):
    for kind in (KeyEncryptionKey, LogKey, VerifierKey):
        with pytest.raises(KeyFileError, match=r"none\.key"):
            kind.read(tmp_path / "none.key")


def _prints(text, *, then="pass"):
    return shlex.join([sys.executable, "-c", f"print({text!r}); {then}"])


def test_key_is_read_from_what_a_command_prints():
    assert KeyEncryptionKey.from_command(_prints(KEK.to_text())) == KEK


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("", "cannot be run"),
        ("'", "cannot be run"),
        ("/none/such", "cannot be run"),
        (_prints(KEK.to_text(), then="raise SystemExit(3)"), "failed with exit code 3"),
        (_prints("nothing of the kind"), "printed"),
        (_prints(LOG_KEY.to_text()), "printed"),
        (_prints(KEK.to_text()[:-3]), "printed"),
    ],
)
def test_command_that_gives_no_key_is_told_without_what_it_printed(command, said):
    with pytest.raises(KeyFileError, match=said) as refused:
        KeyEncryptionKey.from_command(command)
    for secret in (KEK.to_text(), LOG_KEY.to_text()):
        assert secret[-20:-3] not in str(refused.value)


def test_command_that_does_not_end_is_given_up(monkeypatch):
    monkeypatch.setattr("ledger.keyfile._PATIENCE", 0.1)
    with pytest.raises(KeyFileError, match="did not end"):
        KeyEncryptionKey.from_command(_prints("", then="import time; time.sleep(60)"))


def test_verifier_key_may_be_read_by_all(tmp_path):
    path = tmp_path / "log.vkey"
    path.write_text(LOG_KEY.verifier.to_text() + "\n")
    path.chmod(0o644)
    assert VerifierKey.read(path) == LOG_KEY.verifier
