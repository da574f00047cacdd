"""The local copy of the workspace: read anew where it matters, once for a crowd, and honest when Slack is away."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest

from bot.domain.ids import GroupId, UserId
from bot.domain.person import Member, Membership
from bot.ports import DirectoryUnavailableError
from bot.slack.wire.directory import SlackDirectory, _Readings, groups_of, member_of
from bot.slack.wire.web_api import web_client
from tests.slack.double import hangs_up, refuses, says
from tests.support import people
from tests.support.fakes import FakeClock


class Copy:
    """A roster in memory that can be full."""

    def __init__(self) -> None:
        self.members: dict[UserId, Member] = {}
        self.groups: dict[GroupId, frozenset[UserId]] = {}
        self.full = False

    def member(self, user):
        return self.members.get(user)

    def group(self, group):
        return self.groups.get(group, frozenset())

    def save_members(self, members, at: datetime):
        if self.full:
            raise OSError("no space")
        self.members.update({member.user: member for member in members})

    def save_group(self, group, users):
        self.groups[group] = users


@pytest.fixture
def copy():
    return Copy()


@pytest.fixture
def directory(slack, copy):
    slack.always["users.info"] = lambda args: {"user": account(args["user"])}
    slack.always["usergroups.users.list"] = lambda _args: {"users": [people.ANA, people.BEN]}
    return SlackDirectory(web_client("xoxb-made-up", slack.url), copy, FakeClock())


def account(user, **changes):
    return {"id": user, "team_id": people.HOME, "name": "x", "profile": {"display_name": "Ana"}, **changes}


def test_refreshed_person_is_known_by_name_and_team(directory):
    directory.refresh(frozenset({people.ANA}), frozenset())
    assert directory.member(people.ANA) == Member(user=people.ANA, team=people.HOME, name="Ana")


def test_groups_people_are_read_with_it_if_nobody_knows_them(slack, directory):
    directory.refresh(frozenset(), frozenset({people.APPROVERS}))
    assert directory.group(people.APPROVERS) == {people.ANA, people.BEN}
    assert directory.member(people.BEN) is not None
    directory.refresh(frozenset(), frozenset({people.APPROVERS}))
    assert len(slack.of("users.info")) == 2


@pytest.mark.parametrize(
    ("account_of", "membership", "active"),
    [
        ({}, Membership.MEMBER, True),
        ({"is_bot": True}, Membership.BOT, True),
        ({"is_workflow_bot": True}, Membership.BOT, True),
        ({"id": "USLACKBOT"}, Membership.BOT, True),
        ({"is_restricted": True}, Membership.GUEST, True),
        ({"is_ultra_restricted": True}, Membership.GUEST, True),
        ({"is_stranger": True}, Membership.GUEST, True),
        ({"deleted": True}, Membership.MEMBER, False),
    ],
)
def test_account_is_what_slack_says_of_it(account_of, membership, active):
    member = member_of(account("U0X", **account_of))
    assert (member.membership, member.active) == (membership, active)


def test_person_goes_by_the_name_beside_what_they_write_and_by_that_of_their_profile():
    member = member_of(account("U0X", profile={"display_name": "maya", "real_name": "Maya Okafor"}))
    assert (member.name, member.full_name) == ("maya", "Maya Okafor")
    assert [member.goes_by(name) for name in ("Maya", "maya  okafor", "okafor", "")] == [True, True, False, False]


def test_person_whom_slack_no_longer_knows_is_inactive(slack, directory):
    directory.refresh(frozenset({people.ANA}), frozenset())
    slack.next("users.info", refuses("user_not_found"))
    directory.refresh(frozenset({people.ANA}), frozenset())
    member = directory.member(people.ANA)
    assert member is not None
    assert not member.active


def test_person_whom_slack_never_knew_stays_unknown(slack, directory):
    slack.next("users.info", refuses("user_not_found"))
    directory.refresh(frozenset({people.ANA}), frozenset())
    assert directory.member(people.ANA) is None


def test_group_that_is_gone_has_nobody_in_it(slack, directory):
    directory.refresh(frozenset(), frozenset({people.APPROVERS}))
    slack.next("usergroups.users.list", refuses("no_such_subteam"))
    directory.refresh(frozenset(), frozenset({people.APPROVERS}))
    assert directory.group(people.APPROVERS) == frozenset()


@pytest.mark.parametrize(
    "answer", [refuses("ratelimited"), says({}, 429), says({}, 500), hangs_up, refuses("missing_scope")]
)
def test_silence_is_never_taken_for_an_answer(slack, directory, answer):
    slack.next("users.info", answer)
    with pytest.raises(DirectoryUnavailableError):
        directory.refresh(frozenset({people.ANA}), frozenset())
    assert directory.member(people.ANA) is None


def test_everybody_is_read_page_by_page(slack, directory):
    pages = {
        "": {"members": [account("U0ONE")], "response_metadata": {"next_cursor": "two"}},
        "two": {"members": [account("U0TWO")], "response_metadata": {"next_cursor": ""}},
    }
    slack.always["users.list"] = lambda args: pages[args.get("cursor", "")]
    directory.read_everybody(people.make_policy())
    assert directory.member(UserId("U0ONE")) is not None
    assert directory.member(UserId("U0TWO")) is not None
    assert directory.group(people.APPROVERS) == {people.ANA, people.BEN}


def test_policys_groups_are_those_that_it_names():
    assert groups_of(people.make_policy()) == {people.APPROVERS}


class Tickets:
    """Counts who has asked."""

    def __init__(self) -> None:
        self.taken = 0
        self.changed = threading.Condition()

    def __next__(self) -> int:
        with self.changed:
            self.taken += 1
            self.changed.notify_all()
            return self.taken


def test_crowd_that_asks_during_a_reading_shares_the_next_one():
    readings, tickets, go_on, read = _Readings(), Tickets(), threading.Event(), []
    readings._ticket = tickets

    def slowly():
        read.append(None)
        go_on.wait(60)

    with ThreadPoolExecutor(max_workers=21) as threads:
        asked = [threads.submit(readings.since_now, "U0ANA", slowly) for _ in range(21)]
        with tickets.changed:
            # One ticket for each who asks, and one for the reading that is under way.
            assert tickets.changed.wait_for(lambda: tickets.taken == 22, 60)
        go_on.set()
        for each in asked:
            each.result(60)
    assert len(read) <= 2


def test_answer_is_never_older_than_its_question(slack, directory):
    """What Slack said before somebody asked does not answer them, though it arrives after they asked."""
    under_way, go_on = threading.Event(), threading.Event()

    def old_news(request):
        under_way.set()
        go_on.wait(60)
        says({"ok": True, "user": account(people.ANA)})(request)

    slack.next("users.info", old_news, says({"ok": True, "user": account(people.ANA, deleted=True)}))
    with ThreadPoolExecutor(max_workers=2) as threads:
        early = threads.submit(directory.refresh, frozenset({people.ANA}), frozenset())
        assert under_way.wait(60)
        late = threads.submit(directory.refresh, frozenset({people.ANA}), frozenset())
        go_on.set()
        early.result(60)
        late.result(60)
    member = directory.member(people.ANA)
    assert member is not None
    assert not member.active


def test_reading_that_could_not_be_kept_counts_for_nobody(directory, copy):
    copy.full = True
    with pytest.raises(OSError, match="no space"):
        directory.refresh(frozenset({people.ANA}), frozenset())
    copy.full = False
    directory.refresh(frozenset({people.ANA}), frozenset())
    assert directory.member(people.ANA) is not None
