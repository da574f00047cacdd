"""The forms of the changes: what each shows, what comes back, and what cannot come back."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.domain.credential import SecretState
from bot.domain.credential import State as CredentialState
from bot.domain.kind import Kind
from bot.domain.request import Request, State
from bot.service import lifecycle
from bot.service.changing import ChangeCommand
from bot.service.reading.previewing import ChangePreview
from bot.slack.forms.change import build, parse
from bot.slack.ids import Action, ChangeMark
from tests.slack import specimens
from tests.slack.filled import filled
from tests.slack.snapshots import same_as_before, slack_takes
from tests.support import people

KNOWN = specimens.known()
LONGEST = date(2027, 3, 2)


def preview(kind: Kind, credential=None, **changes) -> ChangePreview:
    subject = credential or specimens.credential()
    command = ChangeCommand(submission="", kind=kind, credential=subject.id, requester=people.OLGA)
    values = {
        "command": command,
        "credential": subject,
        "now": specimens.NOON,
        "needed": 1,
        "approvers": (people.ANA, people.BEN, people.CAI),
        "problem": None,
        "longest": LONGEST,
    }
    return ChangePreview(**{**values, **changes})


def used(**changes):
    moment = specimens.NOON - timedelta(hours=3)
    return specimens.secret(last_used_at=moment, last_used_from="192.0.2.7", **changes)


OVERLAPPING = specimens.credential(
    used(state=SecretState.RETIRING, retire_at=specimens.NOON + timedelta(days=3)), specimens.secret()
)
FORMS = {
    "change-rotate-alone": preview(Kind.ROTATE, specimens.credential(used()), needed=0),
    "change-rotate": preview(Kind.ROTATE),
    "change-rotate-again": preview(Kind.ROTATE, OVERLAPPING, longest=None),
    "change-rotate-key": preview(Kind.ROTATE, specimens.credential(specimens.secret(key=specimens.KEY))),
    "change-extend": preview(Kind.EXTEND),
    "change-extend-tracked": preview(Kind.EXTEND, specimens.tracked()),
    "change-transfer": preview(Kind.TRANSFER),
    "change-transfer-nobody": preview(Kind.TRANSFER, problem="1 must approve this, and nobody could.", approvers=()),
    "change-resume": preview(Kind.RESUME, specimens.credential(state=CredentialState.SUSPENDED)),
    "change-delete": preview(Kind.DELETE, specimens.credential(used())),
    "change-delete-unused": preview(Kind.DELETE),
    "change-delete-tracked": preview(Kind.DELETE, replace(specimens.credential(authority="sophos"), secrets=())),
}


@pytest.mark.parametrize("name", sorted(FORMS))
def test_form_is_as_it_was(name):
    made = build(FORMS[name], KNOWN)
    same_as_before(name, made)
    slack_takes(made)


def test_whoever_takes_over_from_somebody_else_is_the_new_owner_unless_they_choose_another():
    asked = preview(Kind.TRANSFER)
    taken = build(replace(asked, command=replace(asked.command, requester=people.MAYA)), KNOWN)
    assert f'"initial_user": "{people.MAYA}"' in json.dumps(taken)
    assert "initial_user" not in json.dumps(build(asked, KNOWN)), "an owner hands it to somebody else"


@pytest.mark.parametrize("name", sorted(FORMS))
def test_longest_words_stay_within_the_limits(name):
    credential = replace(FORMS[name].credential, name="&" * 64)
    slack_takes(build(replace(FORMS[name], credential=credential), KNOWN))


def test_form_sent_gives_back_what_was_chosen():
    view = filled(
        build(FORMS["change-rotate"], KNOWN),
        {"old-secret": "end", "reason": "A laptop is gone", "expires": LONGEST.isoformat()},
    )
    assert parse(view, people.OLGA) == ChangeCommand(
        submission="V0FORM",
        kind=Kind.ROTATE,
        credential=specimens.SUBJECT,
        requester=people.OLGA,
        reason="A laptop is gone",
        expires_on=LONGEST,
        compromised=True,
    )


def test_rotation_sent_untouched_keeps_the_old_secret_and_the_expiry():
    command = parse(filled(build(FORMS["change-rotate-alone"], KNOWN), {}), people.OLGA)
    assert command is not None
    assert (command.compromised, command.expires_on, command.reason) == (False, None, "")


@pytest.mark.parametrize(
    "metadata",
    [
        None,
        "",
        7,
        "rotate",
        f"add:{specimens.SUBJECT}",
        f"break-glass:{specimens.SUBJECT}",
        f"rotate:{specimens.SUBJECT}\n",
    ],
)
def test_forged_form_is_none(metadata):
    view = filled(build(FORMS["change-rotate"], KNOWN), {"reason": "Because"})
    assert parse({**view, "private_metadata": metadata}, people.OLGA) is None


def test_name_to_be_typed_is_not_filled_in():
    assert "initial_value" not in json.dumps(build(FORMS["change-delete"], KNOWN))


# --- in the lounge ----------------------------------------------------------------------------------------------------


@pytest.fixture
def olgas(lounge):
    """A credential of Olga's, used by nobody yet."""
    return lounge.house.issued(owner=people.OLGA).credential


def press(lounge, credential, kind: Kind, user=people.OLGA):
    lounge.press(Action.CHANGE, ChangeMark(kind, credential.id).pack(), user, channel="D0OLGA")


def asked(lounge, credential, kind: Kind) -> Request | None:
    with lounge.house.world.store.read() as reader:
        return reader.requests.of_credential(credential.id, kind)


TYPED = {
    Kind.ROTATE: {},
    Kind.EXTEND: {"reason": "The project goes on"},
    Kind.TRANSFER: {"owner": people.SAM, "reason": "Sam takes it over"},
    Kind.DELETE: {"name": "CI deploys", "reason": "Nobody needs it"},
}


@pytest.mark.parametrize("kind", sorted(TYPED))
def test_button_opens_the_form_and_the_form_asks(lounge, olgas, kind):
    press(lounge, olgas, kind)
    form = lounge.opened()
    slack_takes(form)
    answer = lounge.send(form, people.OLGA, **TYPED[kind])
    assert answer["response_action"] == "update"
    slack_takes(answer["view"])
    request = asked(lounge, olgas, kind)
    assert request is not None
    assert request.state is (State.APPROVED if kind is Kind.ROTATE else State.PENDING)


def test_resumption_is_asked_for_of_what_is_suspended(lounge, olgas):
    press(lounge, olgas, Kind.RESUME)
    assert "is active" in lounge.told()
    lifecycle.suspend(lounge.house.world, olgas.id, people.OLGA)
    press(lounge, olgas, Kind.RESUME)
    assert lounge.send(lounge.opened(), people.OLGA, reason="All is well")["response_action"] == "update"
    assert asked(lounge, olgas, Kind.RESUME) is not None


@pytest.mark.parametrize(
    ("kind", "typed", "field"),
    [
        (Kind.DELETE, {"name": "CI deploy", "reason": "Away"}, "name"),
        (Kind.DELETE, {"name": "CI deploys", "reason": " "}, "reason"),
        (Kind.TRANSFER, {"owner": people.OLGA, "reason": "To me"}, "owner"),
        (Kind.EXTEND, {"expires": "2026-03-03", "reason": "Earlier"}, "expires"),
    ],
)
def test_what_is_wrong_stands_at_its_field(lounge, olgas, kind, typed, field):
    press(lounge, olgas, kind)
    answer = lounge.send(lounge.opened(), people.OLGA, **typed)
    assert answer["response_action"] == "errors"
    assert set(answer["errors"]) == {field}
    assert asked(lounge, olgas, kind) is None


def test_later_day_brings_the_approvers_and_a_field_for_the_reason(lounge, olgas):
    press(lounge, olgas, Kind.ROTATE)
    form = lounge.opened()
    assert "nobody" in json.dumps(form)
    later = lounge.house.world.policy.last_day(olgas.expires_at) + timedelta(days=30)
    view = filled(form, {"expires": later.isoformat()})
    lounge.press(Action.CHOSEN, later.isoformat(), people.OLGA, view={**view, "id": "V0OPEN"}, response_url="")
    (updated,) = lounge.slack.wait_for("views.update")
    assert (updated["view_id"], updated["hash"]) == ("V0OPEN", "1.abc")
    slack_takes(updated["view"])
    assert people.ANA in json.dumps(updated["view"])
    assert any(block.get("block_id") == "reason" for block in updated["view"]["blocks"])


def test_form_that_was_sent_before_its_reason_could_be_asked_for_asks_for_it(lounge, olgas):
    press(lounge, olgas, Kind.ROTATE)
    later = lounge.house.world.policy.last_day(olgas.expires_at) + timedelta(days=30)
    answer = lounge.send(lounge.opened(), people.OLGA, expires=later.isoformat())
    assert answer["response_action"] == "update"
    assert any(block.get("block_id") == "reason" for block in answer["view"]["blocks"])
    assert asked(lounge, olgas, Kind.ROTATE) is None


def test_new_owner_does_not_count_among_the_approvers_that_the_form_shows(lounge, olgas):
    press(lounge, olgas, Kind.TRANSFER)
    form = lounge.opened()
    assert people.ANA in json.dumps(form)
    view = filled(form, {"owner": people.ANA})
    lounge.press(Action.CHOSEN, people.ANA, people.OLGA, view=view, response_url="")
    (updated,) = lounge.slack.wait_for("views.update")
    told = next(b for b in updated["view"]["blocks"] if b.get("block_id") == "approvers")
    assert people.ANA not in json.dumps(told)


@pytest.mark.parametrize("who", [people.ANA, people.SAM, people.GUEST, people.OTTO])
def test_form_opens_for_nobody_but_owner_and_admins(lounge, olgas, who):
    press(lounge, olgas, Kind.DELETE, who)
    assert lounge.replies()
    assert lounge.slack.of("views.open") == []


def test_form_of_somebody_else_is_judged_anew_when_it_is_sent(lounge, olgas):
    press(lounge, olgas, Kind.DELETE)
    answer = lounge.send(lounge.opened(), people.ANA, **TYPED[Kind.DELETE])
    assert answer["response_action"] == "push"
    assert asked(lounge, olgas, Kind.DELETE) is None


def test_credential_whose_time_is_over_cannot_be_changed(lounge, olgas):
    lounge.house.clock.time = datetime(2027, 1, 1, tzinfo=UTC)
    press(lounge, olgas, Kind.ROTATE)
    assert "is expired" in lounge.told()


def test_what_lives_as_long_as_it_may_cannot_be_extended(lounge):
    longest = lounge.house.world.policy.today(lounge.house.clock.now()) + timedelta(days=365)
    press(lounge, lounge.house.issued(owner=people.OLGA, expires_on=longest).credential, Kind.EXTEND)
    assert "as long as its role allows" in lounge.told()
