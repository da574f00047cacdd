"""Nothing that must reach somebody is lost, and nothing is sent twice but what Slack's lost answer made unsure."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.ids import ChannelId, NoticeId
from bot.domain.notice import Notice, NoticeKind, Posted
from bot.ports import Gone, Lost, Sent, Unsent, Wait
from bot.service.delivery.outbox import send_due
from tests.support.people import ANA, BEN, CAI

pytestmark = pytest.mark.engines("sqlite", "postgresql")


def send(house):
    send_due(house.world, house.notifier)
    return [(notice.kind, notice.person or notice.channel) for notice, _, _ in house.notifier.sent]


def of_kind(house, kind):
    return [notice for notice, _, _ in house.notifier.sent if notice.kind is kind]


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
    cards = of_kind(house, NoticeKind.APPROVAL_CARD)
    assert [card.possibly_repeated for card in cards] == [False, True]
    assert cards[0].id == cards[1].id
    assert cards[1].tried_at < house.clock.now(), "it is looked for since its first attempt"


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


@pytest.mark.parametrize(("before", "marked"), [([Unsent()], False), ([Lost(), Unsent()], True)])
def test_what_could_not_be_sent_leaves_the_mark_as_it_was_and_is_tried_ever_more_slowly(house, before, marked):
    house.opened()
    pauses = []
    for answer in before:
        house.notifier.answers.extend([answer, *[Unsent()] * 3])
        due = send_due(house.world, house.notifier)
        pauses.append((due - house.clock.now()).total_seconds())
        house.clock.time = due
    assert pauses == [2.0 * 2**n for n in range(len(before))]
    send(house)
    assert of_kind(house, NoticeKind.APPROVAL_CARD)[-1].possibly_repeated is marked


def test_a_message_that_is_gone_is_posted_anew_at_once_and_is_no_repeat(house):
    request = house.opened()
    send(house)
    house.vote(request, ANA)
    house.notifier.sent.clear()
    house.notifier.answers.append(Gone())
    send(house)
    cards = [
        (n.possibly_repeated, posted) for n, _, posted in house.notifier.sent if n.kind is NoticeKind.APPROVAL_CARD
    ]
    assert cards == [(False, Posted(channel="C0RETAIL", ts="1.000100")), (False, None)]


def test_a_message_posted_anew_whose_answer_is_lost_is_marked(house):
    request = house.opened()
    send(house)
    house.vote(request, ANA)
    house.notifier.sent.clear()
    house.notifier.answers.extend([Gone(), Lost()])
    send(house)
    house.clock.advance(minutes=1)
    send(house)
    assert [card.possibly_repeated for card in of_kind(house, NoticeKind.APPROVAL_CARD)] == [False, False, True]


def test_a_bug_in_one_message_keeps_no_other_destination_waiting(house, monkeypatch, caplog):
    house.opened()
    real = house.notifier.send

    def send_or_fail(notice, about, posted):
        if notice.kind is NoticeKind.APPROVAL_CARD:
            raise ValueError("a bug")
        return real(notice, about, posted)

    monkeypatch.setattr(house.notifier, "send", send_or_fail)
    assert send(house) == [(NoticeKind.APPROVER_ASKED, who) for who in (ANA, BEN, CAI)]
    assert "could not be sent" in caplog.text
    monkeypatch.undo()
    house.clock.advance(minutes=1)
    send(house)
    assert of_kind(house, NoticeKind.APPROVAL_CARD)[-1].possibly_repeated


def test_what_nothing_can_be_told_about_any_more_is_settled(house):
    notice = Notice(
        id=NoticeId(house.world.entropy.uuid()),
        kind=NoticeKind.APPROVAL_CARD,
        group=NoticeId(house.world.entropy.uuid()),
        channel=ChannelId("C0RETAIL"),
        due_at=house.clock.now(),
    )
    with house.store.work() as work:
        work.notices.add(notice)
    assert send_due(house.world, house.notifier) is None
    assert house.notifier.sent == []
    assert house.kinds()[-1] == "notice:sent"


def test_what_was_changed_after_it_was_read_is_not_sent_as_it_was(house, monkeypatch):
    house.opened()
    with house.store.read() as reader:
        card = reader.notices.first("C0RETAIL")
    later = replace(card, due_at=house.clock.now() + timedelta(minutes=5))
    real = house.store.work

    def work():
        monkeypatch.undo()
        with house.store.work() as meanwhile:
            meanwhile.notices.save(later)
        return real()

    monkeypatch.setattr(house.store, "work", work)
    assert send_due(house.world, house.notifier) == later.due_at
    assert of_kind(house, NoticeKind.APPROVAL_CARD) == []


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
