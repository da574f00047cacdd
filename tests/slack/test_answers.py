"""What a person can do with a warning: put it off, let it expire, see all of it, ask for another one like it."""

import json
from datetime import timedelta

import pytest

from bot.domain.kind import Kind
from bot.domain.notice import NoticeKind
from bot.service.handover import receipts
from bot.service.sweep import sweep
from bot.slack.cards import warning
from bot.slack.ids import Action, Answer, AnswerMark, ChangeMark, GroupMark
from tests.slack.snapshots import slack_takes
from tests.support import people

EPHEMERAL = {"type": "message", "is_ephemeral": True}


def issue(lounge, name="payroll"):
    made = lounge.house.issued(name=name, owner=people.OLGA).credential
    return receipts.stored(lounge.house.world, made.id, made.newest.id, people.OLGA)


def warned(lounge):
    """The card of what is due 24 days later, on a morning."""
    lounge.house.clock.advance(days=24)
    sweep(lounge.house.world)
    lounge.house.clock.advance(seconds=5)
    with lounge.house.store.read() as reader:
        card = reader.groups.joinable(NoticeKind.WARNING_CARD, people.make_policy().channel_of(people.RETAIL))
        group = reader.groups.read(card.group, lounge.house.clock.now(), limit=10)
    return group, warning.warning(group, lounge.face.known).message()


def press(lounge, answer, credential, user=people.OLGA):
    lounge.press(Action.ANSWER, AnswerMark(answer, credential.id).pack(), user)
    lounge.settle()


def now(lounge, credential):
    with lounge.house.store.read() as reader:
        return reader.credentials.get(credential.id)


def test_a_warning_is_put_off_from_its_menu(lounge):
    credential = issue(lounge)
    _, card = warned(lounge)
    slack_takes(card)
    values = [option["value"] for option in card["blocks"][1]["accessory"]["options"]]
    assert AnswerMark(Answer.SNOOZE_DAY, credential.id).pack() in values
    press(lounge, Answer.SNOOZE_DAY, credential)
    assert lounge.told() == "I am quiet about “payroll” until Mar 27, 2026."
    press(lounge, Answer.SNOOZE_WEEK, credential)
    assert lounge.told() == "I am quiet about “payroll” until Apr 1, 2026."


def test_to_let_it_expire_is_asked_once_more(lounge):
    credential = issue(lounge)
    warned(lounge)
    press(lounge, Answer.LET_EXPIRE, credential)
    form = lounge.opened()
    slack_takes(form)
    assert now(lounge, credential).plan.let_expire_by is None
    answer = lounge.send(form, people.OLGA)
    assert "Nobody is warned of it" in json.dumps(answer, ensure_ascii=False)
    assert now(lounge, credential).plan.let_expire_by == people.OLGA


@pytest.mark.parametrize(("kind", "title"), [(Kind.ROTATE, "Rotate"), (Kind.TRANSFER, "Transfer")])
def test_a_change_is_asked_for_from_the_menu(lounge, kind, title):
    credential = issue(lounge)
    _, card = warned(lounge)
    values = [option["value"] for option in card["blocks"][1]["accessory"]["options"]]
    (value,) = [value for value in values if value == ChangeMark(kind, credential.id).pack()]
    lounge.press(Action.ANSWER, value, people.OLGA)
    form = lounge.opened()
    slack_takes(form)
    assert title in form["title"]["text"]


@pytest.mark.parametrize("answer", [Answer.SNOOZE_DAY, Answer.SNOOZE_WEEK, Answer.LET_EXPIRE])
def test_somebody_who_may_not_decide_gets_a_sentence(lounge, answer):
    credential = issue(lounge)
    warned(lounge)
    press(lounge, answer, credential, people.ANA)
    assert len(lounge.replies()) == 1
    assert lounge.slack.of("views.open") == []
    assert now(lounge, credential).plan.let_expire_by is None


def test_a_form_that_was_forged_lets_nothing_expire(lounge):
    credential = issue(lounge)
    warned(lounge)
    press(lounge, Answer.LET_EXPIRE, credential)
    form = lounge.opened()
    lounge.send(form, people.ANA)
    lounge.send({**form, "private_metadata": AnswerMark(Answer.SNOOZE_DAY, credential.id).pack()}, people.OLGA)
    lounge.send({**form, "private_metadata": "let-expire:everything"}, people.OLGA)
    assert now(lounge, credential).plan.let_expire_by is None


@pytest.mark.parametrize(("action", "answer"), [(Action.ANSWER, Answer.AGAIN), (Action.AGAIN, Answer.LET_EXPIRE)])
def test_an_answer_that_this_button_never_carried_is_refused(lounge, action, answer):
    credential = issue(lounge)
    lounge.press(action, AnswerMark(answer, credential.id).pack(), people.OLGA)
    assert "do not understand this button" in lounge.told()


def test_all_of_them_are_walked_page_by_page(lounge):
    for number in range(12):
        issue(lounge, f"Night Job {number:02}")
    group, card = warned(lounge)
    assert (group.total, len(group.items)) == (12, 10)
    see_all = next(block for block in card["blocks"] if block["type"] == "actions")["elements"][0]
    assert see_all["value"] == GroupMark(group.id).pack()
    lounge.press(Action.SEE_ALL, see_all["value"], people.MAYA)
    (first,) = lounge.replies()
    slack_takes(first)
    assert first["response_type"] == "ephemeral"
    more = next(block for block in first["blocks"] if block["type"] == "actions")["elements"][0]
    lounge.press(Action.SEE_ALL, more["value"], people.MAYA, container=EPHEMERAL)
    second = lounge.replies()[-1]
    assert second["replace_original"] is True
    assert "Night Job 11" in json.dumps(second)
    assert Action.SEE_ALL not in json.dumps(second)


def test_nobody_learns_from_the_list_what_they_may_not_see(lounge):
    issue(lounge)
    group, _ = warned(lounge)
    lounge.press(Action.SEE_ALL, GroupMark(group.id).pack(), people.BEN)
    assert "Only those who look after this estate" in lounge.told()


def test_another_one_like_it_opens_the_form_filled(lounge):
    credential = issue(lounge)
    lounge.house.clock.time = credential.expires_at + timedelta(hours=1)
    sweep(lounge.house.world)
    lounge.press(Action.AGAIN, AnswerMark(Answer.AGAIN, credential.id).pack(), people.MAYA)
    form = lounge.opened()
    slack_takes(form)
    fields = {
        block["block_id"].partition(".")[0]: block.get("element") for block in form["blocks"] if "block_id" in block
    }
    assert fields["name"]["initial_value"] == "payroll"
    assert fields["owner"]["initial_user"] == people.OLGA
    assert fields["estate"]["initial_option"]["value"] == people.RETAIL
    answer = lounge.send(form, people.MAYA, reason="The work goes on")
    assert answer["response_action"] == "update"


def test_who_may_not_add_is_told_so(lounge):
    credential = issue(lounge)
    lounge.press(Action.AGAIN, AnswerMark(Answer.AGAIN, credential.id).pack(), people.OLGA)
    assert "may not add" in lounge.told()
