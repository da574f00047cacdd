"""Nothing that must reach somebody is lost, and nothing is sent twice but what Slack's lost answer made unsure."""

import pytest

from bot.domain.notice import NoticeKind, Posted
from bot.ports import Lost, Sent, Undeliverable, Wait
from bot.service.outbox import send_due
from tests.support.people import ANA, BEN, CAI


def send(house):
    send_due(house.world, house.notifier)
    return [(notice.kind, notice.person or notice.channel) for notice, _, _ in house.notifier.sent]


def test_what_is_due_goes_out_in_order_and_once(house):
    house.opened()
    expected = [
        (NoticeKind.APPROVAL_CARD, "C0RETAIL"),
        *((NoticeKind.APPROVER_ASKED, who) for who in (ANA, BEN, CAI)),
    ]
    assert send(house) == expected
    assert send(house) == expected
    assert house.kinds().count("notice:sent") == 4


def test_the_card_is_edited_where_it_stands(house):
    request = house.opened()
    send(house)
    house.vote(request, ANA)
    house.notifier.sent.clear()
    send(house)
    cards = [(about, posted) for n, about, posted in house.notifier.sent if n.kind is NoticeKind.APPROVAL_CARD]
    assert [(about.state, posted) for about, posted in cards] == [
        ("approved", Posted(channel="C0RETAIL", ts="1.000100"))
    ]


def test_a_card_shows_what_holds_when_it_is_sent(house):
    request = house.opened()
    house.vote(request, ANA)
    send(house)
    assert {about.state for _, about, _ in house.notifier.sent} == {"approved"}


def test_a_pause_holds_back_only_its_own_destination(house):
    house.opened()
    house.opened(name="another")
    house.notifier.answers.append(Wait(30))
    sent = send(house)
    assert sent.count((NoticeKind.APPROVAL_CARD, "C0RETAIL")) == 1, "the second card waits behind the first"
    assert sent.count((NoticeKind.APPROVER_ASKED, ANA)) == 2
    assert send(house) == sent, "nor does it overtake it later"
    house.clock.advance(seconds=31)
    assert send(house).count((NoticeKind.APPROVAL_CARD, "C0RETAIL")) == 3


def test_after_a_lost_answer_it_is_sent_again_and_marked(house):
    house.opened()
    house.notifier.answers.append(Lost())
    send(house)
    house.clock.advance(minutes=1)
    send(house)
    cards = [n for n, _, _ in house.notifier.sent if n.kind is NoticeKind.APPROVAL_CARD]
    assert [card.possibly_repeated for card in cards] == [False, True]
    assert cards[0].id == cards[1].id


class Killed(BaseException):
    """The process ends here."""


def killed_after_sending(house, monkeypatch):
    """The first message reaches Slack, and the program dies before it writes the answer down."""
    real = house.notifier.send

    def send(notice, about, posted):
        real(notice, about, posted)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(house.notifier, "send", send)
        with pytest.raises(Killed):
            send_due(house.world, house.notifier)


def test_what_was_sent_before_a_crash_is_sent_again_and_marked(house, monkeypatch):
    house.opened()
    killed_after_sending(house, monkeypatch)
    send(house)
    cards = [n for n, _, _ in house.notifier.sent if n.kind is NoticeKind.APPROVAL_CARD]
    assert [card.possibly_repeated for card in cards] == [False, True]
    others = [n for n, _, _ in house.notifier.sent if n.kind is not NoticeKind.APPROVAL_CARD]
    assert not any(other.possibly_repeated for other in others)


def test_an_edit_that_is_made_again_is_no_repeat(house, monkeypatch):
    request = house.opened()
    send(house)
    house.vote(request, ANA)
    house.notifier.sent.clear()
    killed_after_sending(house, monkeypatch)
    send(house)
    cards = [n for n, _, _ in house.notifier.sent if n.kind is NoticeKind.APPROVAL_CARD]
    assert [card.possibly_repeated for card in cards] == [False, False]


@pytest.mark.parametrize(("before", "marked"), [([Wait(1)], False), ([Lost(), Wait(1)], True)])
def test_a_pause_that_slack_asked_for_leaves_the_mark_as_it_was(house, before, marked):
    house.opened()
    for answer in before:
        house.notifier.answers.append(answer)
        send(house)
        house.clock.advance(minutes=1)
    send(house)
    cards = [n for n, _, _ in house.notifier.sent if n.kind is NoticeKind.APPROVAL_CARD]
    assert cards[-1].possibly_repeated is marked


def test_lost_answers_are_asked_for_ever_more_slowly(house):
    house.opened()
    pauses = []
    for _ in range(12):
        house.notifier.answers.extend([Lost()] * 4)
        due = send_due(house.world, house.notifier)
        house.notifier.answers.clear()
        pauses.append((due - house.clock.now()).total_seconds())
        house.clock.time = due
    assert pauses == [min(2.0 * 2**n, 600.0) for n in range(12)]


def test_what_slack_will_never_take_is_given_up_on_record(house):
    house.opened()
    house.notifier.answers.append(Undeliverable("channel_not_found"))
    send(house)
    house.clock.advance(hours=1)
    assert send(house).count((NoticeKind.APPROVAL_CARD, "C0RETAIL")) == 1
    assert house.kinds().count("notice:sent") == 4


def test_the_next_due_time_is_told(house):
    assert send_due(house.world, house.notifier) is None
    house.opened()
    house.notifier.answers.extend([Wait(30), *[Sent(Posted(channel="D", ts="1"))] * 3])
    due = send_due(house.world, house.notifier)
    assert (due - house.clock.now()).total_seconds() == 30


def test_what_waits_behind_another_is_not_due_before_it(house):
    house.opened()
    house.opened(name="another")
    house.notifier.answers.append(Wait(30))
    due = send_due(house.world, house.notifier)
    assert (due - house.clock.now()).total_seconds() == 30, "a second card waits, due by its own time"
    house.clock.time = due
    assert send_due(house.world, house.notifier) is None
