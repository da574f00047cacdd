"""Home, and the small forms."""

from datetime import timedelta

from bot.domain.errors import ALLOWED, Denied, Reason
from bot.domain.kind import Kind
from bot.domain.request import State
from bot.domain.role import READ_ONLY
from bot.service.reading.home import HomeView
from bot.service.reading.inventory import Pending
from bot.service.reading.listing import Listing
from bot.slack.cards import home
from bot.slack.forms import glass as glass_forms
from bot.slack.forms import made as made_form
from bot.slack.forms import small as small_forms
from tests.slack import specimens
from tests.slack.gallery.known import ELSEWHERE, KNOWN
from tests.support.vendors import SOPHOS


def cards():
    waiting = Pending(
        to_review=(specimens.glass(),), on_me=(specimens.request(),), to_reveal=(specimens.in_state(State.APPROVED),)
    )
    estates = tuple(KNOWN.policy.estates.values())
    return {
        "home": home.home(
            HomeView(
                decision=ALLOWED,
                pending=waiting,
                expiring=(specimens.credential(),),
                yours=Listing(items=(specimens.credential(),)),
                estates=estates,
            ),
            KNOWN,
        ),
        "home-empty": home.home(HomeView(decision=ALLOWED), KNOWN),
        "home-outsider": home.home(HomeView(decision=Denied(Reason.EXTERNAL, "Only our own people.")), KNOWN),
        "details": small_forms.details(specimens.in_state(State.DENIED), KNOWN),
        "deny": small_forms.deny(specimens.request(), KNOWN),
        "deny-approved": small_forms.deny(specimens.in_state(State.APPROVED), KNOWN),
        "withdraw": small_forms.withdraw(specimens.request()),
        "terms": small_forms.terms(KNOWN.policy.terms),
        "sent-off": small_forms.sent_off(specimens.request(), KNOWN),
        "glass-form": glass_forms.build(
            glass_forms.Offer(
                estates=estates,
                roles=(READ_ONLY,),
                ends_at=specimens.NOON + timedelta(hours=24),
                review_by=specimens.NOON + timedelta(days=7),
            )
        ),
        "glass-taken": glass_forms.taken(specimens.taken(State.APPROVED), KNOWN),
        "glass-refuse": glass_forms.refuse(specimens.glass(credential=specimens.taken_credential()), KNOWN),
        "glass-refuse-late": glass_forms.refuse(specimens.glass(request=specimens.taken(State.LAPSED)), KNOWN),
        "made-extended": made_form.build(specimens.change(Kind.EXTEND, State.APPROVED, authority=SOPHOS), ELSEWHERE),
        "made": made_form.build(specimens.in_state(State.APPROVED, authority=SOPHOS), ELSEWHERE),
        "let-expire": small_forms.let_expire(specimens.credential(), KNOWN),
        "said": small_forms.said("Somebody was first.", typed="My reason"),
    }
