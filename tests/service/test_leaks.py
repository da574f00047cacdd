"""A secret that somebody finds in a message: told to those who must know, once, and kept nowhere."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from bot.domain import secret_format
from bot.domain.clauses import Leaks
from bot.domain.credential import SecretState
from bot.domain.errors import Denied
from bot.domain.notice import NoticeKind
from bot.service import leaks
from bot.service.lifecycle import suspend
from bot.store.auditing import story_problems
from tests.support import people

TOLD = [NoticeKind.OWNER_LEAKED, NoticeKind.LEAK_CARD]


@pytest.fixture
def shown(house):
    """A secret that its owner was shown."""
    return house.issued()


@pytest.fixture
def lost(shown):
    """Its credential."""
    return shown.credential


@pytest.fixture
def secret(shown):
    """The secret, as somebody pasted it."""
    return shown.secret.disclose()


def _report(house, text, by=people.SAM):
    return leaks.report(house.world, text, by=by, channel="C0GENERAL")


def _told(house):
    return [(each.kind, each.person or each.channel) for each in house.waiting() if each.kind in TOLD]


def _secret(house, credential):
    with house.store.read() as reader:
        return reader.credentials.get(credential.id).newest


def test_its_owner_and_the_security_channel_are_told_once(house, lost, secret):
    text = f"curl -u {lost.client_id}:{secret} https://…"
    assert [_report(house, text).working for _ in range(2)] == [1, 1]
    assert _told(house) == [(TOLD[0], lost.owner), (TOLD[1], house.world.policy.security_channel)]
    assert house.kinds().count("secret:leaked") == 1
    leak = _secret(house, lost).leak
    assert (leak.by, leak.channel, leak.at) == (people.SAM, "C0GENERAL", house.clock.now())
    assert _secret(house, lost).state is SecretState.LIVE


def test_it_is_ended_at_once_where_the_policy_says_so(house, lost, secret):
    house = house.under(replace(house.world.policy, leaks=Leaks(retire=True)))
    assert _report(house, secret).ended
    assert _secret(house, lost).state is SecretState.RETIRED
    assert house.kinds()[-2:] == ["secret:leaked", "secret:retired"]
    assert len(_told(house)) == 2
    again = _report(house, secret)
    assert (again.working, again.other) == (0, 1)
    with house.store.connect() as connection:
        assert story_problems(house.store.ledger, connection) == []


def test_one_that_was_only_told_of_is_ended_once_the_policy_says_so(house, lost, secret):
    _report(house, secret)
    house = house.under(replace(house.world.policy, leaks=Leaks(retire=True)))
    assert _report(house, secret).ended
    assert _secret(house, lost).state is SecretState.RETIRED


def test_one_of_a_suspended_credential_counts_since_it_may_be_resumed(house, lost, secret):
    suspend(house.world, lost.id, people.MAYA)
    assert _report(house, secret).working == 1


@pytest.mark.parametrize("change", [lambda _: "", lambda s: s[:-1], lambda s: s[1:], lambda s: s[:-1] + "!"])
def test_what_is_no_secret_of_ours_does_nothing(house, lost, secret, change):
    found = _report(house, change(secret))
    assert (found.working, found.other, _told(house)) == (0, 0, [])


def test_what_only_looks_like_one_is_said_to_be_none_that_works(house, lost, secret):
    other = secret_format.mint(lambda size: bytes(reversed(range(size))))
    assert (_report(house, f"{other} {other}").working, _report(house, other).other) == (0, 1)
    assert "secret:leaked" not in house.kinds()


def test_a_client_id_is_named_to_those_alone_who_may_see_it(house, lost, secret):
    assert [each.name for each in _report(house, lost.client_id.upper()).named] == [lost.name]
    assert _report(house, lost.client_id, by=people.OLGA).named == ()


def test_strangers_tell_nothing(house, lost, secret):
    assert isinstance(_report(house, secret, by="U0NOBODY"), Denied)
    assert _told(house) == []


def test_nothing_of_the_message_is_kept(house, lost, secret):
    _report(house, f"password of the day: {secret} xyzzy-plugh")
    kept = b"".join(file.read_bytes() for file in Path(house.engine.url.database).parent.iterdir() if file.is_file())
    assert b"CI deploys" in kept
    assert b"xyzzy" not in kept
    assert secret.encode() not in kept


def test_a_secret_is_found_behind_any_number_of_others(house, secret):
    made_up = [secret_format.mint(os.urandom) for _ in range(700)]
    found = _report(house, "\n".join([*made_up, secret]))
    assert (found.working, found.other) == (1, 700)
