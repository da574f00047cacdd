"""Cards of credentials that live elsewhere."""

from dataclasses import replace
from uuid import UUID

from bot.domain.credential import State as CredentialState
from bot.domain.ids import NoticeId
from bot.domain.notice import Group
from bot.domain.request import State
from bot.service.reading.inventory import Pending
from bot.service.reading.listing import Listing
from bot.service.reading.looking import CredentialView
from bot.slack.cards import credential as credential_cards
from bot.slack.cards import listing as list_cards
from bot.slack.cards import offer as offer_cards
from bot.slack.cards import plain
from bot.slack.cards import request as request_cards
from bot.slack.cards import secret as secret_cards
from bot.slack.cards import tracked as tracked_cards
from tests.slack import specimens
from tests.slack.gallery.known import ELSEWHERE, KNOWN
from tests.support.vendors import SOPHOS


def cards():
    cards = {}
    for state in State:
        if state in (State.EXECUTING, State.REFUSED, State.UNRESOLVED):
            continue  # no authority is asked
        made = specimens.in_state(state, authority=SOPHOS)
        cards[f"tracked-approval-{state}"] = request_cards.approval(made, ELSEWHERE)
        cards[f"tracked-reveal-{state}"] = offer_cards.offer(made, ELSEWHERE)
        cards[f"tracked-told-{state}"] = request_cards.told(made, ELSEWHERE)
    waiting = Pending(to_reveal=(specimens.in_state(State.APPROVED, authority=SOPHOS),))
    imported, leaving = specimens.tracked(request=None), specimens.tracked(state=CredentialState.DELETING)
    items = (leaving, replace(leaving, name="night-job"), specimens.tracked(name="kept"))
    group = Group(id=NoticeId(UUID(int=7)), items=items, needing=8)
    return {
        **cards,
        "tracked-reveal-vendor-gone": offer_cards.offer(specimens.in_state(State.APPROVED, authority=SOPHOS), KNOWN),
        "tracked-pending": plain.pending(waiting, ELSEWHERE),
        "tracked-show": credential_cards.show(CredentialView(credential=specimens.tracked()), ELSEWHERE),
        "tracked-show-imported": credential_cards.show(CredentialView(credential=imported), ELSEWHERE),
        "tracked-show-vendor-gone": credential_cards.show(CredentialView(credential=specimens.tracked()), KNOWN),
        "tracked-list": list_cards.listing(Listing(items=(imported,)), ELSEWHERE),
        "tracked-delete": tracked_cards.to_delete(leaving, ELSEWHERE),
        "tracked-delete-gone": tracked_cards.to_delete(specimens.tracked(state=CredentialState.DELETED), ELSEWHERE),
        "tracked-delete-kept": tracked_cards.to_delete(specimens.tracked(), ELSEWHERE),
        "tracked-waiting": tracked_cards.waiting(group, ELSEWHERE, to_owner=True),
        "tracked-waiting-late": tracked_cards.waiting(group, ELSEWHERE, to_owner=False),
        "tracked-waiting-over": tracked_cards.waiting(
            replace(group, items=(specimens.tracked(),), needing=0),
            ELSEWHERE,
            to_owner=True,
        ),
        "tracked-expired": secret_cards.expired(specimens.tracked(state=CredentialState.EXPIRED), ELSEWHERE),
    }
