"""What happens when a button is pressed. The answer to Slack goes out at once; the rest is done after it.

No press is trusted: the value is parsed strictly, the person is admitted first, and the use case asks everything anew.
"""

from collections.abc import Callable
from dataclasses import dataclass

from slack_sdk.errors import SlackApiError

from bot.domain.errors import Denied, Reason
from bot.domain.ids import UserId
from bot.domain.request import Request, Verdict
from bot.domain.voting import Ballot
from bot.service import beforehand, requests
from bot.service.reading import inventory, listing
from bot.slack import errors
from bot.slack.cards import listing as list_cards
from bot.slack.cards.pieces import Json
from bot.slack.face import Face
from bot.slack.forms import small as small_forms
from bot.slack.forms.add import read_choice
from bot.slack.ids import Choice, RequestMark, parse_choice
from bot.slack.listeners import audits
from bot.slack.listeners.clicks import Click, answer, redraw, tell
from bot.slack.listeners.commands import open_view
from bot.slack.listeners.opening import filled, offered, to_open
from bot.slack.page_mark import PageMark

_CARD_WAS_OLD = frozenset({Reason.STALE, Reason.WRONG_STATE, Reason.LAPSED, Reason.ALREADY_VOTED})


def approve(face: Face, click: Click) -> None:
    """Count an approval, and show what the request is now."""
    mark = RequestMark.parse(click.value)
    if mark is None:
        tell(face, click, errors.NOT_OURS)
        return
    counted = requests.vote(face.world, _ballot(mark, click.person.user, Verdict.APPROVE))
    if isinstance(counted, Denied):
        _refused(face, click, mark, counted)
    elif click.in_dm or click.on_ephemeral:
        redraw(face, click, mark.request)


def deny(face: Face, click: Click) -> None:
    """Ask for the reason, if this person may decide it."""
    _open_for(face, click, RequestMark.parse(click.value), _forms(face)[Choice.DENY])


def details(face: Face, click: Click) -> None:
    """Show the whole of a request."""
    _open_for(face, click, RequestMark.parse(click.value), _forms(face)[Choice.DETAILS])


def more(face: Face, click: Click) -> None:
    """The entries of a card's menu."""
    chosen = parse_choice(click.value)
    if chosen is None:
        tell(face, click, errors.NOT_OURS)
        return
    choice, mark = chosen
    _open_for(face, click, mark, _forms(face)[choice])


def audit(face: Face, click: Click) -> None:
    """What the ledger says of a credential."""
    answer(face, click, audits.of_one(face, click.person, click.value))


def proof(face: Face, click: Click) -> None:
    """The proof of an entry of the ledger."""
    answer(face, click, audits.proven(face, click.person, click.value))


def page(face: Face, click: Click) -> None:
    """Another page of a list takes the place of this one."""
    mark = PageMark.parse(click.value)
    if mark is None:
        tell(face, click, errors.NOT_OURS)
        return
    found = listing.listing(face.world, click.person.user, mark.wanted, mark.place)
    if isinstance(found, Denied):
        tell(face, click, found.sentence)
    elif click.on_ephemeral:
        face.replies.in_place(click.reply, list_cards.listing(found, face.known))
    else:
        answer(face, click, list_cards.listing(found, face.known))  # what others see shows nobody's list


def add(face: Face, click: Click) -> None:
    """The form, from the Home tab."""
    view = to_open(face, click.person.user)
    if isinstance(view, Denied):
        tell(face, click, view.sentence)
    else:
        open_view(face, click.body, view, lambda sentence: tell(face, click, sentence))


def form_changed(face: Face, click: Click) -> None:
    """Role, estate or owner of the open form changed: who must approve, and until when, are shown anew."""
    view = click.body.get("view") or {}
    offer = offered(face, click.person.user)
    chosen = None if isinstance(offer, Denied) else read_choice(view, offer)
    if isinstance(offer, Denied) or chosen is None:
        return  # sending the form says what is wrong with it
    if face.world.directory.member(chosen.owner) is None:
        face.world.directory.refresh(frozenset({chosen.owner}), frozenset())  # somebody who has just joined
    try:
        face.client.views_update(
            view_id=str(view.get("id")),
            hash=str(view.get("hash")),
            view=filled(face, click.person.user, offer, chosen),
        )
    except SlackApiError as refused:
        # A newer change overtook this one, or the form is closed: both are as they should be.
        if refused.response.get("error") not in {"hash_conflict", "not_found"}:
            raise


def _details(face: Face, request: Request) -> Json:
    return small_forms.details(request, face.known, inventory.subject(face.world, request))


@dataclass(frozen=True, slots=True)
class _Form:
    """What is opened about a request: to whom, and what it shows."""

    may: Callable[[RequestMark, UserId], Request | Denied]
    shows: Callable[[Request], Json]


def _forms(face: Face) -> dict[Choice, _Form]:
    world = face.world
    return {
        Choice.DETAILS: _Form(
            lambda mark, user: inventory.request(world, user, mark.request), lambda request: _details(face, request)
        ),
        Choice.DENY: _Form(
            lambda mark, user: beforehand.deniable(world, _ballot(mark, user, Verdict.DENY)),
            lambda request: small_forms.deny(request, face.known),
        ),
        Choice.WITHDRAW: _Form(
            lambda mark, user: beforehand.withdrawable(world, mark.request, user), small_forms.withdraw
        ),
    }


def _ballot(mark: RequestMark, user: UserId, verdict: Verdict) -> Ballot:
    return Ballot(request=mark.request, digest=mark.digest, voter=user, verdict=verdict)


def _open_for(face: Face, click: Click, mark: RequestMark | None, form: _Form) -> None:
    if mark is None:
        tell(face, click, errors.NOT_OURS)
        return
    request = form.may(mark, click.person.user)
    if isinstance(request, Denied):
        _refused(face, click, mark, request)
    else:
        open_view(face, click.body, form.shows(request), lambda sentence: tell(face, click, sentence))


def _refused(face: Face, click: Click, mark: RequestMark, refusal: Denied) -> None:
    tell(face, click, refusal.sentence)
    if refusal.reason in _CARD_WAS_OLD:
        redraw(face, click, mark.request)
