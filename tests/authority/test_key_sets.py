"""Key sets are read seldom, kept for a while, and never trusted for longer than they were read."""

import json
import threading

import pytest

from bot.authority.key_sets import FRESH, PAUSE, STALE, KeySets, UnreadableError
from bot.domain.client_key import ClientKey
from tests.support import signing
from tests.support.fakes import FakeClock

ADDRESS = ClientKey("https://login.example.com/jwks.json")
ONE, TWO = signing.private("OKP", 1), signing.private("EC")


class Page:
    """A JWKS, and how often it was read."""

    def __init__(self, *keys) -> None:
        self.keys = list(keys)
        self.read = 0
        self.down = False

    def __call__(self, _address: str) -> bytes:
        self.read += 1
        if self.down:
            raise UnreadableError("it is down")
        return json.dumps({"keys": self.keys}).encode()


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def page():
    return Page(signing.jwk(ONE, kid="one"), signing.jwk(TWO, kid="two"))


@pytest.fixture
def sets(page, clock):
    return KeySets(page, clock)


def test_a_set_is_read_once_for_many(sets, page):
    assert [sets.find(ADDRESS, "one", "EdDSA") for _ in range(5)] == [[ONE.public_key()]] * 5
    assert sets.find(ADDRESS, "two", "ES256") == [TWO.public_key()]
    assert page.read == 1


def test_without_a_name_every_fitting_key_may_have_signed(sets):
    assert sets.find(ADDRESS, None, "EdDSA") == [ONE.public_key()]
    assert sets.find(ADDRESS, "two", "EdDSA") == []


def test_a_name_that_is_new_has_the_set_read_again_but_not_at_once(sets, page, clock):
    sets.find(ADDRESS, "one", "EdDSA")
    newer = signing.private("OKP", 2)
    page.keys.append(signing.jwk(newer, kid="new"))
    assert sets.find(ADDRESS, "new", "EdDSA") == []
    clock.time += PAUSE
    assert sets.find(ADDRESS, "new", "EdDSA") == [newer.public_key()]
    assert page.read == 2


def test_names_that_are_made_up_have_nothing_read_in_between(sets, page, clock):
    for number in range(100):
        sets.find(ADDRESS, f"made up {number}", "EdDSA")
    assert page.read == 1


def test_a_key_that_was_taken_out_counts_no_longer_once_the_set_is_old(sets, page, clock):
    sets.find(ADDRESS, "one", "EdDSA")
    page.keys.pop(0)
    assert sets.find(ADDRESS, "one", "EdDSA")
    clock.time += FRESH
    assert sets.find(ADDRESS, "one", "EdDSA") == []


def test_what_was_read_counts_for_an_hour_while_the_page_is_down_and_no_longer(sets, page, clock):
    sets.find(ADDRESS, "one", "EdDSA")
    page.down = True
    clock.time += STALE - PAUSE
    assert sets.find(ADDRESS, "one", "EdDSA") == [ONE.public_key()]
    clock.time += PAUSE
    assert sets.find(ADDRESS, "one", "EdDSA") == []
    page.down = False
    clock.time += PAUSE
    assert sets.find(ADDRESS, "one", "EdDSA") == [ONE.public_key()]


def test_of_many_at_once_one_reads(clock):
    gate, began = threading.Event(), threading.Event()
    page = Page(signing.jwk(ONE, kid="one"))

    def slow(address: str) -> bytes:
        began.set()
        assert gate.wait(30)
        return page(address)

    sets, found = KeySets(slow, clock), []
    threads = [threading.Thread(target=lambda: found.append(sets.find(ADDRESS, "one", "EdDSA"))) for _ in range(6)]
    for thread in threads:
        thread.start()
    assert began.wait(30)
    gate.set()
    for thread in threads:
        thread.join(30)
    assert found == [[ONE.public_key()]] * 6
    assert page.read == 1


UNUSABLE = [
    {"use": "enc"},
    {"key_ops": ["sign"]},
    {"d": "c2VjcmV0"},
    {"x": "AQ"},
    {"crv": "X25519"},
    {"kty": "oct"},
    {"alg": "ES256"},
]


@pytest.mark.parametrize("members", UNUSABLE, ids=str)
def test_a_key_of_a_set_that_is_not_for_this_is_left_out(clock, members):
    page = Page("no key", {}, signing.jwk(ONE, **members), signing.jwk(TWO, kid="two"))
    sets = KeySets(page, clock)
    assert sets.find(ADDRESS, None, "EdDSA") == []
    assert sets.find(ADDRESS, "two", "ES256") == [TWO.public_key()]


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"keys": 7}', b"\xff", b"[" * 5000])
def test_what_is_no_jwks_has_no_keys(clock, content):
    assert KeySets(lambda _address: content, clock).find(ADDRESS, None, "EdDSA") == []
