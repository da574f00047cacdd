"""What opens when somebody asks for something: the terms the first time, the form, or why not.

Local reads only: a trigger lives three seconds.
"""

from bot.domain.credential import Credential
from bot.domain.errors import Denied, Reason
from bot.domain.ids import UserId
from bot.service import asking, break_glass, terms
from bot.service.changing import ChangeCommand
from bot.service.reading import inventory
from bot.service.reading.previewing import preview_change
from bot.slack.cards.pieces import Json
from bot.slack.face import Face
from bot.slack.forms import change as change_forms
from bot.slack.forms import glass as glass_forms
from bot.slack.forms import small as small_forms
from bot.slack.forms.add import Chosen, Offer, build, first_choice
from bot.slack.ids import Callback, ChangeMark

_NOWHERE = Denied(
    Reason.NOT_ADMIN, "You may not add credentials in any estate. Ask an admin to add it, with you as the owner."
)


def to_open(face: Face, user: UserId, *, model: Credential | None = None) -> Json | Denied:
    """The view to open for whoever wants to add a credential, filled as for `model` if there is one."""
    offer = offered(face, user)
    if isinstance(offer, Denied):
        return offer
    if not terms.accepted(face.world, user):
        return small_forms.terms(face.world.policy.terms)
    chosen = first_choice(offer, user) if model is None else _like(face, offer, user, model)
    return filled(face, user, offer, chosen)


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


def _like(face: Face, offer: Offer, user: UserId, credential: Credential) -> Chosen:
    """What the form shows for another credential like one that has ended, as far as that can be asked for still."""
    first = first_choice(offer, user)
    estate = credential.estate if credential.estate in {e.key for e in offer.estates} else first.estate
    return Chosen(
        estate=estate,
        role=credential.role if credential.role in offer.policy.roles else first.role,
        owner=credential.owner,
        authority=credential.authority if credential.authority in offer.policy.vendors else first.authority,
        name=asking.free_name(face.world, estate, credential.name),
        description=credential.description,
    )


def change_view(face: Face, user: UserId, mark: ChangeMark) -> Json | Denied:
    """The form of a change, as it opens, or why it cannot be asked for."""
    return change_form(face, ChangeCommand(submission="", kind=mark.kind, credential=mark.credential, requester=user))


def change_form(face: Face, command: ChangeCommand) -> Json | Denied:
    """The same with what is filled in by now."""
    preview = preview_change(face.world, command)
    return preview if isinstance(preview, Denied) else change_forms.build(preview, face.known)
