"""What opens when somebody wants to add a credential: the terms the first time, the form after, or why not."""

from bot.domain.errors import Denied, Reason
from bot.domain.ids import UserId
from bot.service import asking, break_glass, inventory, terms
from bot.slack import glass_forms, small_forms
from bot.slack.cards.pieces import Json
from bot.slack.face import Face
from bot.slack.forms import Chosen, Offer, build, first_choice
from bot.slack.ids import Callback

_NOWHERE = Denied(
    Reason.NOT_ADMIN, "You may not add credentials in any estate. Ask an admin to add it, with you as the owner."
)


def to_open(face: Face, user: UserId) -> Json | Denied:
    """The view to open. Local reads only: a trigger lives three seconds."""
    offer = offered(face, user)
    if isinstance(offer, Denied):
        return offer
    if not terms.accepted(face.world, user):
        return small_forms.terms(face.world.policy.terms)
    return filled(face, user, offer, first_choice(offer, user))


def glass_to_open(face: Face, user: UserId) -> Json | Denied:
    """The same for a credential at once: whoever may not, or has one already, reads why."""
    offer = break_glass.offer(face.world, user)
    if isinstance(offer, Denied):
        return offer
    if not terms.accepted(face.world, user):
        return small_forms.terms(face.world.policy.terms, then=Callback.GLASS)
    return glass_forms.build(offer)


def offered(face: Face, user: UserId) -> Offer | Denied:
    """The estates in which this person may ask."""
    estates = inventory.may_add_somewhere(face.world, user)
    return Offer(estates=estates, policy=face.world.policy) if estates else _NOWHERE


def filled(face: Face, user: UserId, offer: Offer, chosen: Chosen) -> Json:
    """The form as it is with what was chosen."""
    preview = asking.preview(face.world, requester=user, owner=chosen.owner, estate=chosen.estate, role=chosen.role)
    return build(offer, chosen, preview)
