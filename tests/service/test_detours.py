"""What cannot go where it should goes where somebody reads it, says why, and shows nobody what was for another."""

import pytest

from bot.domain.notice import NoticeKind
from bot.domain.request import State
from bot.ports import Rejected, Sent, Undeliverable, Wait
from bot.service.delivery.outbox import send_due
from tests.support.people import ANA, BEN, CAI, LOGISTICS, MAYA

RETAIL_CHANNEL, SECURITY_CHANNEL = "C0RETAIL", "C0SECURITY"


class Closed:
    """A workspace in which some destinations take nothing, and some messages are refused."""

    def __init__(self, house, answers):
        self.real, self.answers, self.tried = house.notifier, answers, []

    def send(self, notice, about, posted):
        self.tried.append(notice)
        for fits, answer in self.answers:
            if fits(notice, posted):
                return answer
        return self.real.send(notice, about, posted)


def closed(house, *answers):
    """Answers by a destination's name, or by whatever fits a notice."""
    made = [
        (fits if callable(fits) else lambda notice, _posted, name=fits: notice.destination == name, answer)
        for fits, answer in answers
    ]
    return Closed(house, made)


def send(house, notifier=None):
    """Everything that can go now; what arrived since the last time."""
    house.notifier.sent.clear()
    due = send_due(house.world, notifier or house.notifier)
    while due is not None and due <= house.clock.now():
        due = send_due(house.world, notifier or house.notifier)
    return [notice for notice, _, _ in house.notifier.sent]


def arrived_at(house, channel):
    return [notice for notice, _, _ in house.notifier.sent if notice.channel == channel]


def outcomes(house):
    """What the ledger says became of the messages: outcome and channel."""
    with house.store.connect() as connection:
        return [
            (entry.event.outcome, entry.event.body["channel"])
            for entry in house.store.ledger.entries(connection)
            if entry.event.kind == "notice:sent"
        ]


def waiting(house):
    with house.store.read() as reader:
        return reader.notices.next_due()


@pytest.fixture
def archived(house):
    return closed(house, (RETAIL_CHANNEL, Undeliverable("is_archived")))


def test_a_card_whose_channel_is_closed_goes_to_the_security_channel_and_says_where_it_belongs(house, archived):
    request = house.opened()
    send(house, archived)
    (card,) = arrived_at(house, SECURITY_CHANNEL)
    assert (card.kind, card.request) == (NoticeKind.APPROVAL_CARD, request.id)
    assert (card.belongs, card.detour, card.plain) == (RETAIL_CHANNEL, "is_archived", False)
    assert outcomes(house)[0] == ("failed", RETAIL_CHANNEL)
    assert ("done", SECURITY_CHANNEL) in outcomes(house)
    assert waiting(house) is None


def test_a_card_on_a_detour_is_edited_where_it_stands_and_goes_on_saying_so(house, archived):
    request = house.opened()
    send(house, archived)
    house.vote(request, ANA)
    house.notifier.sent.clear()
    send_due(house.world, house.notifier)
    edits = [(n, posted) for n, about, posted in house.notifier.sent if n.kind is NoticeKind.APPROVAL_CARD]
    assert [posted.channel for _, posted in edits] == [SECURITY_CHANNEL]
    assert [(n.belongs, n.detour) for n, _ in edits] == [(RETAIL_CHANNEL, "is_archived")]


def test_a_card_whose_channel_closes_after_it_was_posted_stands_anew_in_the_security_channel(house):
    request = house.opened()
    send(house)
    house.vote(request, ANA)
    send(house, closed(house, (RETAIL_CHANNEL, Undeliverable("is_inactive"))))
    (found,) = [(about, posted) for n, about, posted in house.notifier.sent if n.channel == SECURITY_CHANNEL]
    assert (found[0].state, found[1]) == (State.APPROVED, None)


def test_a_detour_is_committed_with_the_failure_that_is_its_cause(house, archived, monkeypatch):
    house.opened()
    with monkeypatch.context() as patch:
        patch.setattr("bot.service.delivery.outbox._sent", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            send_due(house.world, archived)
    with house.store.read() as reader:
        assert reader.notices.first(SECURITY_CHANNEL) is None
        assert reader.notices.first(RETAIL_CHANNEL) is not None
    send(house, archived)
    assert len(arrived_at(house, SECURITY_CHANNEL)) == 1


def test_of_a_person_nobody_reaches_the_estates_channel_gets_a_line_for_each_message(house):
    house.opened()
    arrived = send(house, closed(house, (ANA, Undeliverable("user_disabled"))))
    (line,) = [notice for notice in arrived if notice.person == ANA]
    assert (line.channel, line.kind, line.detour, line.plain) == (
        RETAIL_CHANNEL,
        NoticeKind.APPROVER_ASKED,
        "user_disabled",
        True,
    )
    assert {notice.destination for notice in arrived} == {RETAIL_CHANNEL, BEN, CAI}


def test_a_line_about_somebody_is_never_edited_into_a_message_to_them(house):
    request = house.approved()
    send(house, closed(house, (MAYA, Undeliverable("user_disabled"))))
    assert [n.kind for n in arrived_at(house, RETAIL_CHANNEL) if n.person == MAYA] == [NoticeKind.OWNER_REVEAL]
    house.reveal(request)
    send(house)
    to_maya = [(n.destination, posted) for n, _, posted in house.notifier.sent if n.kind is NoticeKind.OWNER_REVEAL]
    assert to_maya
    assert set(to_maya) == {(MAYA, None)}


def test_a_line_about_somebody_is_not_put_into_what_stands_in_their_messages(house):
    request = house.approved()
    send(house)
    house.reveal(request)
    send(house, closed(house, (MAYA, Undeliverable("user_disabled"))))
    lines = [posted for n, _, posted in house.notifier.sent if n.person == MAYA and n.channel == RETAIL_CHANNEL]
    assert lines
    assert set(lines) == {None}


def test_a_line_that_the_estates_channel_does_not_take_goes_to_the_security_channel(house, archived):
    house.opened(estate=LOGISTICS)
    nobody = closed(house, (ANA, Undeliverable("user_disabled")), ("C0LOGISTICS", Undeliverable("not_in_channel")))
    send(house, nobody)
    lines = [n for n in arrived_at(house, SECURITY_CHANNEL) if n.person == ANA]
    assert [(line.detour, line.plain) for line in lines] == [("user_disabled", True)]


def test_a_message_that_slack_refuses_is_told_of_in_a_line_in_its_place(house):
    house.opened()
    full = closed(house, (lambda n, _: n.kind is NoticeKind.APPROVAL_CARD and not n.plain, Rejected("invalid_blocks")))
    send(house, full)
    (line,) = [n for n in arrived_at(house, RETAIL_CHANNEL) if n.kind is NoticeKind.APPROVAL_CARD]
    assert (line.detour, line.plain, line.person) == ("invalid_blocks", True, None)


def test_a_line_that_is_refused_too_goes_to_the_security_channel(house):
    house.opened()
    send(house, closed(house, (RETAIL_CHANNEL, Rejected("a_new_word")), (ANA, Rejected("a_new_word"))))
    assert [(n.plain, n.person) for n in arrived_at(house, SECURITY_CHANNEL)] == [(True, None), (True, ANA)]
    assert waiting(house) is None


@pytest.mark.parametrize("answer", [Undeliverable("is_archived"), Rejected("a_new_word")])
def test_what_the_security_channel_does_not_take_waits(house, archived, answer):
    house.opened()
    nowhere = closed(house, (RETAIL_CHANNEL, Undeliverable("is_archived")), (SECURITY_CHANNEL, answer))
    send(house, nowhere)
    assert (waiting(house) - house.clock.now()).total_seconds() == 600
    send(house, nowhere)
    assert arrived_at(house, SECURITY_CHANNEL) == []
    house.clock.advance(minutes=10)
    send(house)
    assert len(arrived_at(house, SECURITY_CHANNEL)) == 1
    assert waiting(house) is None


def test_a_pause_or_a_lost_answer_is_no_reason_for_a_detour(house):
    house.opened()
    busy = closed(house, (RETAIL_CHANNEL, Wait(30)))
    send(house, busy)
    house.clock.advance(minutes=1)
    send(house)
    assert arrived_at(house, SECURITY_CHANNEL) == []
    assert len(arrived_at(house, RETAIL_CHANNEL)) == 1


def test_buttons_of_a_card_on_a_detour_still_decide(house, archived):
    request = house.opened()
    send(house, archived)
    assert house.vote(request, ANA).state is State.APPROVED
    assert isinstance(house.notifier.send(archived.tried[0], request, None), Sent)
