"""The built-in authority keeps a keyed hash of a secret, and knows the secret again by it."""

import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from bot.authority.builtin import BuiltinAuthority, Pepper
from bot.domain.ids import CredentialId
from bot.domain.role import READ_ONLY
from bot.domain.secret_format import is_secret
from bot.ports import Concealed, Order
from tests.support.fakes import FakeEntropy

OLD = Pepper(key_id=b"o" * 32, key=b"old pepper, as long as it must  ")
NEW = Pepper(key_id=b"n" * 32, key=b"new pepper, as long as it must  ")


@pytest.fixture
def asked() -> Order:
    return Order(
        correlation=CredentialId(uuid4()),
        name="x",
        role=READ_ONLY.key,
        permissions=(),
        expires_at=datetime.now(UTC) + timedelta(days=1),
    )


def authority(*peppers: Pepper) -> BuiltinAuthority:
    return BuiltinAuthority(peppers or (NEW,), FakeEntropy())


def test_a_record_is_the_peppers_name_and_the_hash_under_it(asked):
    issued = authority().issue(asked)
    told = str(issued.client_id).encode() + b"\x00" + issued.secret.disclose().encode()
    expected = hmac.new(NEW.key, told, hashlib.sha256).digest()
    assert issued.record == NEW.key_id + expected


def test_a_secret_has_the_form_that_scanners_know(asked):
    assert is_secret(authority().issue(asked).secret.disclose())


def test_a_secret_matches_its_own_record_and_no_other(asked):
    ours = authority()
    first, second = ours.issue(asked), ours.issue(asked)
    assert ours.which(str(first.client_id), first.secret, [first.record]) == 0
    assert ours.which(str(first.client_id), first.secret, [second.record]) is None


def test_a_record_lent_to_another_client_matches_nothing(asked):
    ours = authority()
    first, second = ours.issue(asked), ours.issue(asked)
    assert ours.which(str(second.client_id), first.secret, [first.record]) is None


def test_among_several_records_it_finds_the_secrets_own(asked):
    ours = authority(NEW, OLD)
    older = BuiltinAuthority([OLD], FakeEntropy(1))
    issued = [ours.issue(asked), older.issue(asked), ours.issue(asked)]
    records = [b"", *(one.record for one in issued), b""]
    assert [ours.which(str(one.client_id), one.secret, records) for one in issued] == [1, 2, 3]


def test_a_pepper_named_by_zeros_is_refused():
    with pytest.raises(ValueError, match="pepper"):
        authority(Pepper(key_id=bytes(32), key=b"k" * 32))


def test_a_record_under_an_older_pepper_still_matches(asked):
    before = authority(OLD).issue(asked)
    assert authority(NEW, OLD).which(str(before.client_id), before.secret, [before.record]) == 0


def test_new_records_are_under_the_first_pepper(asked):
    assert authority(NEW, OLD).issue(asked).record.startswith(NEW.key_id)


def test_a_record_under_a_pepper_that_is_gone_matches_nothing(asked):
    before = authority(OLD).issue(asked)
    assert authority(NEW).which(str(before.client_id), before.secret, [before.record]) is None


@pytest.mark.parametrize("record", [b"", b"n" * 32, b"n" * 31, bytes(64), b"n" * 32 + bytes(32), b"x" * 500])
def test_a_record_that_is_none_matches_nothing(record):
    assert authority().which("a client", Concealed("crd_anything"), [record]) is None


def test_a_presented_secret_may_be_any_text():
    assert authority().which("a client", Concealed("ключ 🗝\x00"), [bytes(64)]) is None


def test_a_pepper_does_not_show_its_key():
    assert "pepper, as" not in repr(NEW)


def test_an_authority_without_a_pepper_is_refused():
    with pytest.raises(ValueError, match="pepper"):
        BuiltinAuthority((), FakeEntropy())
