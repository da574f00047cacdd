"""Logins are told by batches that the ledger can prove: none twice, and at most what the policy says is lost."""

import json
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.clauses import Logins as Rules
from bot.domain.notice import NoticeKind
from bot.domain.origin import AGENT_MAX, agent_of, network_of
from bot.domain.refusals import ADDRESSES, UNKNOWN_CLIENT, WRONG_SECRET
from bot.ports import StoreBusyError
from bot.service.delivery.outbox import send_due
from bot.service.logins import gathering as logins
from bot.service.logins import guesses, networks
from bot.service.logins.batches import Login
from bot.service.logins.gathering import Logins
from bot.store.auditing import story_problems
from tests.support import people

pytestmark = pytest.mark.engines("sqlite", "postgresql")

RULES = Rules(guesses=3, new_networks=True)
HERE, ELSEWHERE = "192.0.2.7", "198.51.100.9"


@pytest.fixture
def house(house):
    return house.under(replace(house.world.policy, logins=RULES))


@pytest.fixture
def credential(house):
    return house.issued(owner=people.OLGA).credential


@pytest.fixture
def counted():
    return Logins(RULES)


def used(house, counted, credential, *, times=1, address=HERE, **changes):
    for _ in range(times):
        counted.accepted(_login(house, credential, credential.newest.id, address, **changes))


def refused(house, counted, credential=None, *, times=1, address=HERE, **changes):
    cause = UNKNOWN_CLIENT if credential is None else WRONG_SECRET
    for _ in range(times):
        counted.refused(_login(house, credential, cause, address, **changes))


def _login(house, credential, what, address, **changes):
    held = None if credential is None else credential.id
    return Login(credential=held, what=what, at=house.clock.now(), address=address, **changes)


def told(house, kind):
    with house.store.connect() as connection:
        entries = house.store.ledger.entries(connection)
        return [entry.event.body for entry in entries if entry.event.kind == kind]


def totals(house):
    with house.store.read() as reader:
        return reader.logins.each()


def wrong(house):
    with house.store.connect() as connection:
        return story_problems(house.store.ledger, connection)


def notices(house, *kinds):
    return [each for each in house.waiting() if each.kind in kinds]


# --- batches ----------------------------------------------------------------------------------------------------------


def test_logins_are_one_entry_once_their_time_has_come(house, counted, credential):
    used(house, counted, credential, times=3)
    assert counted.flush(house.world) == 0
    first = house.clock.now()
    house.clock.advance(minutes=5)
    used(house, counted, credential, address=ELSEWHERE)
    assert counted.flush(house.world) == 4
    (body,) = told(house, "credential:used")
    assert (body["credential"], body["secret"]) == (str(credential.id), str(credential.newest.id))
    assert (body["count"], body["others"], len(body["addresses"])) == (4, 0, 2)
    assert body["until"] - body["since"] == (house.clock.now() - first) // timedelta(microseconds=1)
    assert wrong(house) == []


def test_an_address_stands_in_no_entry_and_whoever_has_the_key_can_ask_for_it(house, counted, credential):
    used(house, counted, credential)
    counted.flush(house.world, final=True)
    (body,) = told(house, "credential:used")
    assert HERE not in json.dumps(body)
    assert networks.commitment(house.world, HERE) in body["addresses"]


def test_so_many_logins_are_told_before_their_time(house, counted, credential, monkeypatch):
    monkeypatch.setattr(logins, "MOST", 5)
    used(house, counted, credential, times=5)
    assert counted.flush(house.world) == 5


def test_what_is_refused_is_counted_by_cause_and_by_whether_there_is_such_a_client(house, counted, credential):
    refused(house, counted, credential, times=2)
    refused(house, counted, times=3)
    counted.flush(house.world, final=True)
    assert [(body["cause"], body["count"]) for body in told(house, "credential:refused")] == [(WRONG_SECRET, 2)]
    assert [body["count"] for body in told(house, "client:unknown")] == [3]
    assert {key: count for key, (count, _) in totals(house).items()} == {(str(credential.id), WRONG_SECRET): 2}
    assert wrong(house) == []


def test_two_processes_count_for_themselves_and_the_total_is_the_sum(house, credential):
    for _ in range(2):
        process = Logins(RULES)
        used(house, process, credential, times=4)
        process.flush(house.world, final=True)
    assert [body["count"] for body in told(house, "credential:used")] == [4, 4]
    assert [count for count, _ in totals(house).values()] == [8]
    assert wrong(house) == []


@pytest.mark.parametrize("committed", [False, True])
def test_a_batch_whose_commit_was_not_answered_is_told_once(house, counted, credential, committed):
    used(house, counted, credential, times=4)

    class Losing:
        """Its answer is lost, before the effect or after it."""

        @contextmanager
        def work(self):
            if committed:
                with house.store.work() as work:
                    yield work
            raise StoreBusyError("the connection is gone")

    assert counted.flush(replace(house.world, store=Losing()), final=True) == 0
    used(house, counted, credential)
    counted.flush(house.world, final=True)
    assert sum(body["count"] for body in told(house, "credential:used")) == 5
    assert wrong(house) == []


def test_a_batch_that_cannot_be_told_does_not_keep_the_others_waiting(house, counted, credential, monkeypatch):
    refused(house, counted, credential)
    monkeypatch.setattr(guesses, "note", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        counted.flush(house.world, final=True)
    monkeypatch.undo()
    used(house, counted, credential)
    assert counted.flush(house.world, final=True) == 1


def test_the_entries_of_logins_do_not_hide_what_happened_to_a_credential(house, counted, credential):
    before = [entry.kind for entry in house.store.history.about(credential.id, limit=50)]
    used(house, counted, credential)
    counted.flush(house.world, final=True)
    assert [entry.kind for entry in house.store.history.about(credential.id, limit=50)] == before
    assert [entry.kind for entry in house.store.history.logins(credential.id, limit=50)] == ["credential:used"]


@pytest.mark.parametrize(
    "tampering", ["UPDATE login SET times = 9", "DELETE FROM login", "UPDATE login SET last_at = 1"]
)
def test_totals_that_are_not_the_sum_of_the_entries_are_found(house, counted, credential, tampering):
    used(house, counted, credential)
    counted.flush(house.world, final=True)
    with house.store.write() as connection:
        connection.exec_driver_sql(tampering)
    assert wrong(house) == ["the logins that the table counts are not the sum of those that the entries tell of"]


# --- guesses ----------------------------------------------------------------------------------------------------------


def test_so_many_wrong_secrets_are_told_to_owner_and_security_once(house, counted, credential):
    kinds = (NoticeKind.OWNER_GUESSED, NoticeKind.GUESSED_CARD)
    for number in range(6):
        refused(house, counted, credential, address=f"192.0.2.{number}", mistyped=number > 3)
        counted.flush(house.world)
        house.clock.advance(minutes=1)
    owner, card = notices(house, *kinds)
    assert (owner.person, card.channel) == (people.OLGA, house.world.policy.security_channel)
    assert [body["count"] for body in told(house, "secret:guessed")] == [3]
    house.notifier.sent.clear()
    send_due(house.world, house.notifier)
    episode = next(about for notice, about, _ in house.notifier.sent if notice.kind in kinds).refusals
    assert (episode.count, len(episode.addresses), episode.elsewhere, episode.mistyped) == (6, ADDRESSES, True, 2)


def test_wrong_secrets_far_apart_are_nobodys_alarm_and_a_new_episode_is_told_anew(house, counted, credential):
    for _ in range(4):
        refused(house, counted, credential, times=2)
        counted.flush(house.world)
        house.clock.advance(minutes=10)
    assert notices(house, NoticeKind.OWNER_GUESSED) == []
    for _ in range(2):
        refused(house, counted, credential, times=3)
        counted.flush(house.world)
        house.clock.advance(minutes=10)
    assert len(notices(house, NoticeKind.OWNER_GUESSED)) == 2


def test_an_episode_that_goes_on_is_told_again_a_day_later(house, counted, credential):
    for _ in range(24 * 60 // 9 + 5):
        refused(house, counted, credential)
        counted.flush(house.world)
        house.clock.advance(minutes=9)
    assert len(notices(house, NoticeKind.OWNER_GUESSED)) == 2


def test_guesses_that_two_processes_saw_count_together(house, credential):
    for times in (1, 2):
        process = Logins(RULES)
        refused(house, process, credential, times=times)
        process.flush(house.world)
    assert len(notices(house, NoticeKind.OWNER_GUESSED)) == 1


def test_client_ids_that_there_are_not_are_one_line_an_hour_at_most(house, counted):
    for _ in range(90):
        refused(house, counted, times=2)
        counted.flush(house.world)
        house.clock.advance(minutes=1)
    lines = notices(house, NoticeKind.STRANGERS)
    assert [line.channel for line in lines] == [house.world.policy.security_channel] * 2
    assert told(house, "secret:guessed") == []
    house.notifier.sent.clear()
    send_due(house.world, house.notifier)
    about = next(about for notice, about, _ in house.notifier.sent if notice.kind is NoticeKind.STRANGERS)
    assert (about.credential, about.addresses) == (None, (HERE,))


def test_whoever_is_refused_for_another_reason_guesses_nothing(house, counted, credential):
    for _ in range(5):
        counted.refused(_login(house, credential, "not active", HERE))
    counted.flush(house.world)
    assert notices(house, NoticeKind.OWNER_GUESSED) == []
    with house.store.read() as reader:
        assert [(each.cause, each.count) for each in reader.logins.refusals_of(credential.id)] == [("not active", 5)]


# --- networks ---------------------------------------------------------------------------------------------------------


def test_the_first_use_from_another_network_is_told_to_the_owner_once(house, counted, credential):
    used(house, counted, credential)
    counted.flush(house.world)
    assert notices(house, NoticeKind.OWNER_NETWORK) == []
    for address in (ELSEWHERE, "198.51.100.200", "192.0.2.99"):
        used(house, counted, credential, address=address, agent="curl/8\t")
        counted.flush(house.world)
    (notice,) = notices(house, NoticeKind.OWNER_NETWORK)
    assert notice.person == people.OLGA
    assert [body["network"] for body in told(house, "network:met")] == [
        networks.commitment(house.world, "198.51.100.0/24")
    ]
    house.notifier.sent.clear()
    send_due(house.world, house.notifier)
    met = next(about for sent, about, _ in house.notifier.sent if sent.kind is NoticeKind.OWNER_NETWORK).met
    assert (met.network, met.address, met.agent) == ("198.51.100.0/24", ELSEWHERE, "curl/8")


def test_where_the_policy_does_not_say_so_no_network_is_remembered(house, credential):
    silent = Logins(Rules())
    for address in (HERE, ELSEWHERE):
        used(house, silent, credential, address=address)
    silent.flush(house.world, final=True)
    with house.store.read() as reader:
        assert reader.logins.networks(credential.id) == 0


def test_who_moves_about_is_told_of_no_more(house, counted, credential, monkeypatch):
    monkeypatch.setattr(networks, "MOST", 4)
    for number in range(9):
        used(house, counted, credential, address=f"10.0.{number}.1")
    counted.flush(house.world)
    assert len(notices(house, NoticeKind.OWNER_NETWORK)) == 3
    with house.store.read() as reader:
        assert reader.logins.networks(credential.id) == 4


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.9", "203.0.113.0/24"),
        ("::ffff:203.0.113.9", "203.0.113.0/24"),
        ("2001:db8:1:2::9", "2001:db8:1::/48"),
        ("", ""),
        ("testclient", ""),
    ],
)
def test_addresses_of_one_network(address, network):
    assert network_of(address, 24, 48) == network


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize(
    ("header", "agent"),
    [
        ("curl/8.5.0", "curl/8.5.0"),
        (" a\tb\r\nc\u202e\x00 ", "a b c"),
        ("x y" * 100, f"{('x y' * 100)[: AGENT_MAX - 1]}…"),
        ("crd_" + "0" * 43 + "4Z1hfO", "crd_" + "0" * 43 + "4Z1hfO"),
        ("ghp_16C7e42F292c6912E7710c838347Ae178B4a", ""),
        ("", ""),
    ],
)
def test_what_a_client_calls_itself_is_cleaned(header, agent):
    assert agent_of(header) == agent
