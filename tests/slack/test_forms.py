"""The add form: what it shows, what comes back, and what cannot come back."""

import json
from dataclasses import replace
from datetime import date
from types import MappingProxyType
from uuid import UUID

import pytest

from bot.config.rules import ESTATES_MOST
from bot.domain.errors import Denied, Reason
from bot.domain.estate import Estate
from bot.domain.ids import ChannelId, EstateKey
from bot.domain.role import MANAGEMENT, READ_ONLY, SUPER_ADMIN
from bot.domain.terms import Terms
from bot.service.asking import AddCommand, Field, Preview, Problem
from bot.slack.forms import small as small_forms
from bot.slack.forms.add import Chosen, Offer, build, first_choice, parse_add, read_choice
from bot.slack.forms.sent import errors_of, of_the_whole
from tests.slack import specimens
from tests.slack.filled import filled, sent
from tests.slack.snapshots import same_as_before, slack_takes
from tests.support import people
from tests.support.vendors import SOPHOS, VENDOR

POLICY = people.make_policy()
WITH_VENDOR = people.make_policy(vendors={SOPHOS: VENDOR})
OFFER = Offer(estates=tuple(POLICY.estates.values()), policy=POLICY)
PREVIEW = Preview(
    needed=1,
    approvers=(people.ANA, people.BEN),
    problem=None,
    suggested=date(2026, 5, 31),
    longest=date(2027, 3, 2),
)
FIRST = first_choice(OFFER, people.MAYA)
SUPER = Chosen(estate=people.LOGISTICS, role=SUPER_ADMIN.key, owner=people.OLGA, expires_on=date(2026, 3, 20))
FORMS = {
    "add-first": build(OFFER, FIRST, PREVIEW),
    "add-super-admin": build(OFFER, SUPER, replace(PREVIEW, needed=2)),
    "add-nobody": build(OFFER, FIRST, replace(PREVIEW, problem="2 must approve this, and nobody could.", approvers=())),
    "add-elsewhere": build(replace(OFFER, policy=WITH_VENDOR), replace(FIRST, authority=SOPHOS), PREVIEW),
    "add-by-rule": build(OFFER, FIRST, replace(PREVIEW, rule="lab-readers", free_until=date(2026, 3, 9))),
    "add-denied": build(OFFER, FIRST, Denied(Reason.NOT_ADMIN, "Only an admin may ask here.")),
}


@pytest.mark.parametrize("name", sorted(FORMS))
def test_form_is_as_it_was(name):
    same_as_before(name, FORMS[name])
    slack_takes(FORMS[name])


def test_least_powerful_role_is_preselected_and_the_person_is_the_owner():
    assert Chosen(estate=people.RETAIL, role=READ_ONLY.key, owner=people.MAYA) == FIRST


def test_what_a_role_may_do_is_shown_whole():
    options = next(b for b in FORMS["add-first"]["blocks"] if b["block_id"] == "role")["element"]["options"]
    assert [o["description"]["text"] for o in options] == [role.summary for role in POLICY.roles.values()]


def test_what_needs_nobodys_approval_and_until_when_is_said_before_it_is_sent():
    (free, rest) = FORMS["add-by-rule"]["blocks"][-1]["elements"]
    assert "nobody's approval if its last day is Mar 9, 2026 or earlier:* rule `lab-readers`" in free["text"]
    assert "Who must approve" in rest["text"]
    whole = build(OFFER, FIRST, replace(PREVIEW, rule="lab-readers", free_until=PREVIEW.longest))
    assert len(whole["blocks"][-1]["elements"]) == 1


def test_form_sent_untouched_gives_back_what_it_showed():
    view = sent(FORMS["add-super-admin"], name="payroll", reason="Because")
    assert parse_add(view, people.MAYA) == AddCommand(
        submission="V0FORM",
        requester=people.MAYA,
        owner=people.OLGA,
        estate=people.LOGISTICS,
        role=SUPER_ADMIN.key,
        name="payroll",
        description="",
        reason="Because",
        expires_on=date(2026, 3, 20),
    )


def test_requester_is_whoever_sent_the_form_and_never_a_field_of_it():
    view = sent(FORMS["add-first"], name="payroll", reason="Because")
    command = parse_add(view, people.CAI)
    assert isinstance(command, AddCommand)
    assert command.requester == people.CAI


def test_missing_fields_are_all_named_at_once():
    empty = {"id": "V0FORM", "state": {"values": {}}}
    problems = parse_add(empty, people.MAYA)
    assert isinstance(problems, tuple)
    assert {problem.field for problem in problems} == {
        Field.NAME,
        Field.ESTATE,
        Field.ROLE,
        Field.OWNER,
        Field.EXPIRES,
    }


@pytest.mark.parametrize("day", ["tomorrow", "2026-13-01", "", 7, None, "2026-02-30"])
def test_day_that_is_no_day_is_a_missing_day(day):
    view = sent(FORMS["add-first"], name="payroll", reason="Because")
    for block, elements in view["state"]["values"].items():
        if block.startswith("expires"):
            elements["entry"]["selected_date"] = day
    problems = parse_add(view, people.MAYA)
    assert isinstance(problems, tuple)
    assert [problem.field for problem in problems] == [Field.EXPIRES]


def test_problem_stands_at_the_block_of_its_field():
    view = sent(FORMS["add-first"], name="payroll")
    problems = (Problem(Field.EXPIRES, "Too late."), Problem(Field.NAME, "Taken."), Problem(Field.FORM, "No."))
    assert errors_of(view, problems) == {"expires.read-only": "Too late.", "name": "Taken."}
    assert of_the_whole(view, problems) == "No."


def test_day_that_nobody_changed_follows_the_role():
    view = sent(FORMS["add-first"], role=MANAGEMENT.key)
    chosen = read_choice(view, OFFER)
    assert chosen is not None
    assert chosen.role == MANAGEMENT.key
    assert chosen.expires_on is None


def test_day_that_the_person_chose_stays_when_the_role_changes():
    view = sent(FORMS["add-first"], role=MANAGEMENT.key, expires="2026-03-09")
    chosen = read_choice(view, OFFER)
    assert chosen is not None
    assert chosen.expires_on == date(2026, 3, 9)


def test_where_it_lives_is_asked_only_where_there_is_a_choice_and_comes_back():
    assert "Where it lives" not in json.dumps(FORMS["add-first"])
    view = sent(FORMS["add-elsewhere"], name="payroll", reason="Because")
    command = parse_add(view, people.MAYA)
    assert isinstance(command, AddCommand)
    assert command.authority == SOPHOS
    assert read_choice(view, replace(OFFER, policy=WITH_VENDOR)).authority == SOPHOS
    assert read_choice(view, OFFER) is None


@pytest.mark.parametrize(("field", "forged"), [("estate", "elsewhere"), ("role", "god"), ("owner", "")])
def test_forged_choice_is_no_choice(field, forged):
    assert read_choice(sent(FORMS["add-first"], **{field: forged}), OFFER) is None


def test_estate_that_is_ours_but_not_this_persons_is_no_choice():
    only_retail = Offer(estates=OFFER.estates[:1], policy=POLICY)
    assert read_choice(sent(FORMS["add-first"], estate=people.LOGISTICS), only_retail) is None


def test_as_many_estates_as_a_policy_holds_fit_into_one_menu():
    many = tuple(
        Estate(key=EstateKey(f"e{n}"), id=UUID(int=n), name=f"Estate {n}", channel=ChannelId("C0X"))
        for n in range(ESTATES_MOST)
    )
    offer = Offer(estates=many, policy=replace(POLICY, estates=MappingProxyType({e.key: e for e in many})))
    made = build(offer, first_choice(offer, people.MAYA), PREVIEW)
    slack_takes(made)
    assert json.dumps(made).count('"value": "e') == ESTATES_MOST + 1


def test_terms_are_accepted_only_with_the_box_ticked():
    terms = Terms(version="3", text="One.\n\nTwo.")
    view = small_forms.terms(terms)
    assert small_forms.accepted_digest(filled(view, {})) is None
    assert small_forms.accepted_digest(filled(view, {"terms": ["accepted"]})) == terms.digest


def test_all_of_long_terms_is_shown():
    text = "\n\n".join(f"{n}. " + "word & " * 600 for n in range(12))
    made = small_forms.terms(Terms(version="3", text=text))
    slack_takes(made)
    shown = " ".join(b["text"]["text"] for b in made["blocks"] if b["type"] == "section")
    assert shown.count("&amp;") == 12 * 600
    assert "…" not in shown


def test_denial_gives_back_request_and_reason():
    request = specimens.request()
    view = filled(small_forms.deny(request, specimens.known()), {"reason": "Too wide"})
    denial = small_forms.denial(view)
    assert denial is not None
    mark, reason = denial
    assert (mark.request, mark.digest, reason) == (request.id, request.digest, "Too wide")


@pytest.mark.parametrize("metadata", [None, "", "x", "11111111-1111-4111-8111-111111111111", 7])
def test_denial_of_a_forged_form_is_none(metadata):
    view = filled(small_forms.deny(specimens.request(), specimens.known()), {"reason": "Too wide"})
    assert small_forms.denial({**view, "private_metadata": metadata}) is None
    assert small_forms.withdrawal({"private_metadata": metadata}) is None
