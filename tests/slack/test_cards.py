"""Every card in every state: as it was when somebody looked at it, and within Slack's limits."""

import json
from dataclasses import replace

import pytest

from bot.domain.break_glass import State as ReviewState
from bot.domain.errors import ALLOWED
from bot.domain.naming import name_key
from bot.domain.request import State
from bot.service.reading.home import HomeView
from bot.service.reading.inventory import Pending
from bot.service.reading.listing import Listing, Wanted
from bot.service.reading.looking import CredentialView
from bot.slack.cards import credential as credential_cards
from bot.slack.cards import glass as glass_cards
from bot.slack.cards import help as help_cards
from bot.slack.cards import home, plain
from bot.slack.cards import listing as list_cards
from bot.slack.cards import request as request_cards
from bot.slack.forms import glass as glass_forms
from bot.slack.forms import small as small_forms
from bot.slack.ids import RequestMark, SecretMark
from tests.slack import specimens
from tests.slack.gallery import ALL
from tests.slack.gallery.known import EVIL, KNOWN, PLACES
from tests.slack.snapshots import same_as_before, slack_takes
from tests.support import people

DETOURS = [name for name in sorted(ALL) if name.startswith(("detour", "unreachable", "not-taken"))]


@pytest.mark.parametrize("name", sorted(ALL))
def test_card_is_as_it_was(name):
    same_as_before(name, ALL[name])


@pytest.mark.parametrize("name", sorted(ALL))
def test_slack_takes_the_card(name):
    slack_takes(ALL[name])


def test_secret_stands_in_one_block_of_one_card_only():
    holding = [name for name, made in ALL.items() if specimens.SECRET in json.dumps(made)]
    assert holding == ["secret-shown", "secret-shown-last"]
    for name in holding:
        blocks = [block for block in ALL[name]["blocks"] if specimens.SECRET in json.dumps(block)]
        assert [block["type"] for block in blocks] == ["section"]
        assert specimens.SECRET not in ALL[name]["text"]


def test_curl_line_asks_for_the_secret_and_does_not_carry_it():
    lines = [block["text"]["text"] for block in ALL["secret-shown"]["blocks"] if "curl" in json.dumps(block)]
    client_id = specimens.credential().client_id
    command = f"curl -u {client_id} https://cred.example/oauth2/token -d grant_type=client_credentials"
    assert len(lines) == 1
    assert f"```{command}```" in lines[0]


@pytest.mark.parametrize("state", [state for state in State if state is not State.PENDING])
def test_decided_card_has_no_button_to_approve_with(state):
    for view in ("approval", "asked"):
        assert "request.approve" not in json.dumps(ALL[f"{view}-{state}"])


@pytest.mark.parametrize("state", [state for state in State if state is not State.APPROVED])
def test_only_an_approved_request_can_be_revealed(state):
    assert "secret.reveal" not in json.dumps(ALL[f"reveal-{state}"])


@pytest.mark.parametrize("name", ["over", "none", "again", "theirs", "expired"])
def test_an_old_secret_that_is_settled_has_no_button_left(name):
    for card in (f"rotated-{name}", f"retiring-{name}"):
        assert not any(block["type"] == "actions" for block in ALL[card]["blocks"])


def test_an_old_secret_that_was_kept_once_is_not_offered_to_be_kept_again():
    assert "secret.keep" in json.dumps(ALL["rotated"])
    assert "secret.keep" not in json.dumps(ALL["rotated-kept"])


@pytest.mark.parametrize("name", DETOURS)
def test_line_in_place_of_a_card_has_no_button_and_a_card_on_a_detour_has_all_of_its_own(name):
    made = json.dumps(ALL[name])
    assert ("request.approve" in made) is (name == "detour-archived")
    if not name.startswith("detour"):
        assert "action_id" not in made
        assert len(ALL[name]["blocks"]) == 1


def test_buttons_carry_exactly_what_the_card_shows():
    request = specimens.request()
    assert RequestMark.of(request).pack() in json.dumps(request_cards.approval(request, KNOWN).message())
    credential = specimens.credential()
    assert SecretMark.of(credential).pack() in json.dumps(ALL["secret-shown"])


def test_nobody_is_said_to_approve_who_may_not():
    text = json.dumps(request_cards.approval(specimens.request(), KNOWN).message())
    line = next(part for part in text.split('"') if part.startswith("Who may approve"))
    assert people.MAYA not in line
    assert people.OLGA not in line
    assert people.CAI in line


def test_who_may_not_decide_any_more_has_no_buttons():
    ended = request_cards.asked(specimens.request(), KNOWN, people.SAM).message()
    assert "no longer yours to decide" in json.dumps(ended)
    assert "request.approve" not in json.dumps(ended)


@pytest.mark.parametrize(
    ("person", "why"),
    [
        (people.CAI, "you are an approver of *Harbour Retail*. "),
        (people.ANA, f"you are an approver of *Harbour Retail*, through the group <!subteam^{people.APPROVERS}>. "),
        (people.SAM, "you were one of those who approve for *Harbour Retail*. "),
    ],
)
def test_each_is_told_why_they_are_asked(person, why):
    assert why in json.dumps(request_cards.asked(specimens.request(), KNOWN, person).message())


def test_what_was_typed_cannot_mention_link_or_hide():
    request = specimens.request(
        State.DENIED, reason=EVIL, description=EVIL, votes=(specimens.no(people.BEN, EVIL),), closing=EVIL
    )
    credential = specimens.credential(description=EVIL)
    refused = specimens.glass(
        specimens.no(people.BEN, EVIL), request=specimens.taken(reason=EVIL), state=ReviewState.UNJUSTIFIED
    )
    for made in (
        glass_cards.card(refused, KNOWN).message(),
        glass_cards.outcome(refused, KNOWN, people.ANA).message(),
        request_cards.approval(request, KNOWN).message(),
        request_cards.told(request, KNOWN).message(),
        small_forms.details(request, KNOWN),
        small_forms.said("No.", typed=EVIL),
        credential_cards.show(CredentialView(credential=credential), KNOWN).message(),
        plain.refusal(EVIL).message(),
        help_cards.unknown_command(EVIL).message(),
        list_cards.listing(Listing(items=(), wanted=Wanted(words=name_key(EVIL))), KNOWN).message(),
    ):
        text = json.dumps(made, ensure_ascii=False)
        assert "<!channel>" not in text
        assert "<https://evil" not in text
        assert "\u202e" not in text
        slack_takes(made)


@pytest.mark.parametrize(
    "text", ["&" * 1000, "x" * 1000, "\n".join("ab") * 300, "<" * 400 + "\n" * 300 + "y", "😀" * 1000]
)
def test_longest_words_stay_within_the_limits(text):
    request = specimens.request(
        State.DENIED, name="n" * 64, reason=text, description=text[:500], votes=(specimens.no(people.BEN, text),)
    )
    credential = specimens.credential(name="n" * 64, description=text[:500])
    long = specimens.taken(name="n" * 64, reason=text)
    refused = specimens.glass(specimens.no(people.BEN, text), request=long, state=ReviewState.UNJUSTIFIED)
    waiting = Pending(
        to_review=(specimens.glass(),) * 60,
        on_me=(specimens.request(),) * 60,
        mine=(request,) * 60,
        to_reveal=(request,) * 60,
    )
    for made in (
        glass_cards.card(specimens.glass(request=long), KNOWN).message(),
        glass_cards.told(refused, KNOWN, people.ANA).message(),
        glass_cards.reminded(specimens.glass(request=long), KNOWN, people.ANA).message(),
        glass_cards.outcome(refused, KNOWN, people.ANA).message(),
        glass_forms.refuse(specimens.glass(request=long), KNOWN),
        request_cards.approval(request, KNOWN).message(),
        request_cards.approval(specimens.request(name="n" * 64, reason=text), KNOWN).message(),
        request_cards.asked(request, KNOWN, people.CAI).message(),
        request_cards.told(request, KNOWN).message(),
        small_forms.details(request, KNOWN),
        credential_cards.show(CredentialView(credential=credential), KNOWN).message(),
        list_cards.choice((credential,) * 60, KNOWN).message(),
        plain.refusal(text).message(),
        plain.pending(replace(waiting, to_accept=(request,) * 60), KNOWN).message(),
        home.home(
            HomeView(
                decision=ALLOWED,
                pending=replace(waiting, to_accept=(request,) * 60),
                expiring=(credential,) * 10,
                more_expiring=True,
                yours=Listing(items=(credential,) * 10, before=PLACES[0], after=PLACES[1]),
                estates=tuple(KNOWN.policy.estates.values()),
            ),
            KNOWN,
        ),
    ):
        slack_takes(made)


def test_what_does_not_fit_into_a_list_is_counted_kind_by_kind():
    many = (specimens.request(),) * 60
    waiting = Pending(to_review=(specimens.glass(),) * 60, on_me=many, mine=many, to_reveal=many, to_accept=many)
    made = json.dumps(plain.pending(waiting, KNOWN).message(), ensure_ascii=False)
    assert made.count("… and 55 more.") == 5
    assert "60 to review, 60 to decide, 60 approved for you, 60 to accept or decline, 60 of your own open." in made
