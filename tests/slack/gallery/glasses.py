"""Cards of broken glasses."""

from bot.domain.break_glass import State as ReviewState
from bot.domain.credential import State as CredentialState
from bot.domain.request import State
from bot.slack.cards import glass as glass_cards
from bot.slack.cards import offer as offer_cards
from bot.slack.cards.pieces import Known
from tests.slack import specimens
from tests.slack.gallery.known import KNOWN
from tests.support import people


def cards():
    by_ana = specimens.yes(people.ANA)
    states = {
        "open": specimens.glass(credential=specimens.taken_credential()),
        "unrevealed": specimens.glass(request=specimens.taken(State.APPROVED)),
        "once": specimens.glass(by_ana, credential=specimens.taken_credential()),
        "ended": specimens.glass(by_ana, credential=specimens.taken_credential(CredentialState.EXPIRED)),
        "lapsed": specimens.glass(request=specimens.taken(State.LAPSED)),
        "missed": specimens.glass(missed=True, credential=specimens.taken_credential(CredentialState.EXPIRED)),
        "justified": specimens.glass(
            *specimens.BOTH, state=ReviewState.JUSTIFIED, credential=specimens.taken_credential()
        ),
        "unjustified": specimens.glass(
            by_ana,
            specimens.no(people.BEN, "Nothing was down"),
            state=ReviewState.UNJUSTIFIED,
            credential=specimens.taken_credential(CredentialState.DELETED),
        ),
    }
    cards = {f"glass-{name}": glass_cards.card(glass, KNOWN) for name, glass in states.items()}
    for name in ("open", "once", "justified"):
        cards[f"glass-told-{name}"] = glass_cards.told(states[name], KNOWN, people.ANA)
    cards["glass-told-admin"] = glass_cards.told(states["open"], KNOWN, people.SAM)
    for name in ("once", "missed"):
        cards[f"glass-reminded-{name}"] = glass_cards.reminded(states[name], KNOWN, people.BEN)
    cards["glass-reveal"] = offer_cards.offer(specimens.taken(State.APPROVED), KNOWN)
    nobody = Known(people.make_policy(approvers=()), KNOWN.roster)
    cards["glass-reminded-nobody"] = glass_cards.reminded(states["open"], nobody, people.SAM)
    for name in ("missed", "justified", "unjustified"):
        cards[f"glass-outcome-{name}"] = glass_cards.outcome(states[name], KNOWN, people.MAYA)
    return cards
