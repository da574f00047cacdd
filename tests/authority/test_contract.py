"""What every authority must do, whichever system is behind it. A new one is one more line in `AUTHORITIES`."""

import pickle
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from bot.authority.builtin import BuiltinAuthority, Pepper
from bot.domain import secret_format
from bot.domain.credential import Credential, State
from bot.domain.ids import CredentialId, EstateKey, RequestId, RoleKey, UserId, Words
from bot.domain.role import READ_ONLY
from bot.ports import Authority, Issued, Order
from tests.support.fakes import FakeAuthority, FakeEntropy

AUTHORITIES = {
    "builtin": lambda: BuiltinAuthority([Pepper(key_id=b"i" * 32, key=b"k" * 32)], FakeEntropy()),
    "fake": FakeAuthority,
}


@pytest.fixture(params=sorted(AUTHORITIES))
def authority(request) -> Authority:
    return AUTHORITIES[request.param]()


def order() -> Order:
    return Order(
        correlation=CredentialId(uuid4()),
        name="nightly-report",
        role=READ_ONLY.key,
        permissions=tuple(sorted(READ_ONLY.permissions)),
        expires_at=datetime.now(UTC) + timedelta(days=90),
    )


def credential_of(made: Order, issued: Issued) -> Credential:
    return Credential(
        id=made.correlation,
        client_id=issued.client_id,
        request=RequestId(uuid4()),
        authority="builtin",
        name=made.name,
        description=Words(""),
        estate=EstateKey("retail"),
        role=RoleKey(made.role),
        permissions=READ_ONLY.permissions,
        owner=UserId("U1"),
        requester=UserId("U1"),
        state=State.ACTIVE,
        created_at=made.expires_at - timedelta(days=90),
        expires_at=made.expires_at,
    )


def test_it_has_a_name(authority):
    assert authority.name


def test_each_order_gets_a_client_and_a_secret_of_its_own(authority):
    issued = [authority.issue(order()) for _ in range(20)]
    assert len({i.client_id for i in issued}) == 20
    assert len({i.secret.disclose() for i in issued}) == 20
    assert len({i.record for i in issued}) == 20


def test_a_reissue_keeps_the_client_and_changes_the_secret(authority):
    asked = order()
    first = authority.issue(asked)
    second = authority.reissue(credential_of(asked, first))
    assert second.client_id == first.client_id
    assert second.secret.disclose() != first.secret.disclose()
    assert second.record != first.record


def test_a_secret_has_only_characters_that_survive_careless_clients(authority):
    assert set(authority.issue(order()).secret.disclose()) <= set(secret_format.ALPHABET + "_-")


def test_the_secret_stands_neither_in_the_record_nor_in_a_repr_nor_in_a_pickle(authority):
    issued = authority.issue(order())
    secret = issued.secret.disclose()
    assert secret.encode() not in issued.record
    assert secret not in repr(issued)
    with pytest.raises(TypeError):
        pickle.dumps(issued)


def test_an_order_that_nobody_placed_left_no_orphan(authority):
    assert authority.remove_orphan(CredentialId(uuid4())) is False
