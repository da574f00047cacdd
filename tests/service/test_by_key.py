"""A credential without a secret: its key is asked for, approved, revealed, rotated and ended like a secret."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.client_key import thumbprint
from bot.domain.credential import Delivery, ReceiptState, SecretState
from bot.domain.kind import Kind
from bot.domain.request import State, digest_of
from bot.service import lifecycle, requests
from bot.service.asking import Field
from bot.service.changing import ChangeCommand
from bot.service.handover import receipts, reconciling
from bot.service.handover.issuance import Press, Shown, reissue
from bot.service.requests import open_add
from bot.store.auditing import story_problems
from tests.support import doorway, signing
from tests.support.people import ANA, OLGA
from tests.support.vendors import SOPHOS, VENDOR

OLD, NEW, OTHER = signing.private("OKP", 1), signing.private("OKP", 2), signing.private("OKP", 3)


@pytest.fixture
def door(house):
    with doorway.sound(house) as door:
        yield door


@pytest.fixture
def shown(door):
    """What its owner is shown of a credential with a key."""
    return door.house.issued(owner=OLGA, key=signing.pem(OLD))


def now(door, shown):
    with door.house.store.read() as reader:
        return reader.credentials.get(shown.credential.id)


def asked_to_rotate(door, shown, key=NEW, **changes):
    values = {"submission": "rotate", "kind": Kind.ROTATE, "credential": shown.credential.id, "requester": OLGA}
    typed = "" if key is None else signing.pem(key)
    return requests.open_change(door.house.world, ChangeCommand(**{**values, "key": typed, **changes}))


def rotated(door, shown, **changes):
    made = door.house.reveal(asked_to_rotate(door, shown, **changes))
    assert isinstance(made, Shown), made
    return made


def test_there_is_no_secret_to_deliver_and_its_key_lets_it_in(door, shown):
    assert shown.secret is None
    assert now(door, shown) == shown.credential
    assert shown.credential.by_key
    assert shown.credential.newest.key == signing.client_key(OLD)
    assert door.takes(shown.credential, OLD)
    assert not door.takes(shown.credential, NEW)


def test_its_key_is_part_of_what_is_approved_and_of_the_entry(door):
    request = door.house.opened(key=signing.pem(OLD))
    other = replace(request.asked, key=signing.client_key(NEW))
    assert request.intact
    assert request.digest != digest_of(request.credential, other, request.permissions, request.policy)
    with door.house.store.connect() as connection:
        entries = [entry.event for entry in door.house.store.ledger.entries(connection)]
    told = next(event.body for event in entries if event.kind == "request:opened")
    assert told["key"] == thumbprint(signing.client_key(OLD))


def test_a_request_without_a_key_has_the_digest_that_it_always_had(house):
    request = house.opened()
    assert request.asked.key == ""
    assert digest_of(request.credential, request.asked, request.permissions, request.policy) == request.digest


def test_a_key_that_was_changed_in_the_table_is_nobodys_approval(house):
    request = house.approved(key=signing.pem(OLD))
    with house.store.write() as connection:
        connection.exec_driver_sql("UPDATE request SET key = ?", (signing.client_key(NEW),))
    assert not isinstance(house.reveal(request), Shown)
    with house.store.connect() as connection:
        assert any("digest" in problem for problem in story_problems(house.store.ledger, connection))


PRIVATE = signing.private_pem(OLD)


def test_a_private_key_is_refused_at_its_field_and_nowhere_kept(house, tmp_path, caplog):
    caplog.set_level(0)
    command = house.command(key=PRIVATE)
    (problem,) = open_add(house.world, command)
    assert problem.field is Field.KEY
    assert "private key" in problem.sentence
    inside = PRIVATE.splitlines()[1]
    for said in (problem.sentence, repr(command), caplog.text):
        assert inside not in said
    assert all(inside.encode() not in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())


def test_the_key_of_what_lives_elsewhere_is_given_there(house):
    house = house.under(replace(house.world.policy, vendors={SOPHOS: VENDOR}))
    (problem,) = open_add(house.world, house.command(authority=SOPHOS, key=signing.pem(OLD)))
    assert problem.field is Field.KEY


def test_both_keys_work_until_the_old_one_retires_at_its_instant(door, shown):
    receipts.stored(door.house.world, shown.credential.id, shown.credential.newest.id, OLGA)
    new = rotated(door, shown)
    assert [secret.key for secret in new.credential.secrets] == [signing.client_key(OLD), signing.client_key(NEW)]
    assert door.takes(shown.credential, OLD)
    assert door.takes(shown.credential, NEW)
    door.house.clock.advance(days=7)
    assert not door.takes(shown.credential, OLD)
    assert door.takes(shown.credential, NEW)


def test_a_key_that_may_be_compromised_ends_at_once(door, shown):
    request = asked_to_rotate(door, shown, compromised=True)
    assert not door.takes(shown.credential, OLD)
    door.house.reveal(request)
    assert door.takes(shown.credential, NEW)


@pytest.mark.parametrize("key", [None, OLD], ids=["none", "the same"])
def test_a_rotation_needs_another_key(door, shown, key):
    (problem,) = asked_to_rotate(door, shown, key)
    assert problem.field is Field.KEY
    assert door.takes(shown.credential, OLD)


def test_a_rotation_of_one_with_a_secret_takes_no_key(door):
    with_secret = door.house.issued(owner=OLGA)
    receipts.stored(door.house.world, with_secret.credential.id, with_secret.credential.newest.id, OLGA)
    made = rotated(door, with_secret)
    assert made.secret is not None
    assert door.opens(made.credential, made.secret)
    assert not door.takes(made.credential, NEW)


def test_what_ends_a_credential_ends_its_key_at_once(door, shown):
    assert door.takes(shown.credential, OLD)
    lifecycle.suspend(door.house.world, shown.credential.id, OLGA)
    assert not door.takes(shown.credential, OLD)
    resume = ChangeCommand(
        submission="resume", kind=Kind.RESUME, credential=shown.credential.id, requester=OLGA, reason="It must"
    )
    door.house.vote(requests.open_change(door.house.world, resume), ANA)
    assert door.takes(shown.credential, OLD)
    door.house.clock.time = shown.credential.expires_at
    assert not door.takes(shown.credential, OLD)


def test_a_deletion_that_was_approved_ends_it_at_once(door, shown):
    name = shown.credential.name
    delete = ChangeCommand(
        submission="delete",
        kind=Kind.DELETE,
        credential=shown.credential.id,
        requester=OLGA,
        reason="Over",
        typed_name=name,
    )
    door.house.vote(requests.open_change(door.house.world, delete), ANA)
    assert not door.takes(shown.credential, OLD)


def test_its_first_use_is_the_receipt(door, shown):
    assert door.takes(shown.credential, OLD)
    door.uses.flush(door.house.world, final=True)
    kept = now(door, shown).newest
    assert (kept.receipt, kept.last_used_at, kept.last_used_from) == (
        ReceiptState.USED,
        door.house.clock.now(),
        "192.0.2.7",
    )


def test_shown_again_it_is_the_same_key_under_a_new_name(door, shown):
    press = Press(credential=shown.credential.id, secret=shown.credential.newest.id, actor=OLGA)
    again = reissue(door.house.world, press)
    assert isinstance(again, Shown), again
    assert again.secret is None
    assert [secret.state for secret in again.credential.secrets] == [SecretState.RETIRED, SecretState.LIVE]
    assert door.takes(again.credential, OLD)


class Killed(BaseException):
    """The process is gone."""


class Dying:
    """An authority beside which the process dies: before it has done anything, or after."""

    name = "builtin"

    def __init__(self, real, *, after: bool) -> None:
        self.real, self.after = real, after

    def issue(self, order):
        if self.after:
            self.real.issue(order)
        raise Killed


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_killed_while_it_is_issued_it_is_revealed_again_and_is_one_credential(door, after):
    house, world = door.house, door.house.world
    request = house.approved(owner=OLGA, key=signing.pem(OLD))
    with pytest.raises(Killed):
        replace(house, world=replace(world, authority=Dying(world.authority, after=after))).reveal(request)
    reconciling.lose_unconfirmed(world, starting=True)
    reconciling.reclaim_lost(world)
    with house.store.read() as reader:
        assert reader.requests.get(request.id).state is State.APPROVED
    made = house.reveal(request)
    assert door.takes(made.credential, OLD)
    reconciling.settle_deliveries(world, starting=True)
    assert now(door, made).newest.delivery is Delivery.UNKNOWN
    assert [credential.id for credential in every(house)] == [made.credential.id]


def every(house):
    with house.store.read() as reader:
        return list(reader.credentials.each())


def test_a_jwk_is_taken_as_well_and_an_address_only_from_hosts_of_the_policy(door):
    jwk = json.dumps(signing.jwk(OTHER))
    assert door.house.opened(name="jwk", key=jwk).asked.key == signing.client_key(OTHER)
    (problem,) = open_add(door.house.world, door.house.command(name="jwks", key="https://login.example.com/jwks"))
    assert (problem.field, "does not name" in problem.sentence) == (Field.KEY, True)


def test_the_day_of_a_retirement_is_never_past_its_own_end(door, shown):
    receipts.stored(door.house.world, shown.credential.id, shown.credential.newest.id, OLGA)
    old = rotated(door, shown).credential.retiring
    assert old is not None
    assert old.retire_at == door.house.clock.now() + timedelta(days=7)
