"""One credential as somebody looks at it: what it is, what is asked for of it, and what this person may do with it."""

from dataclasses import dataclass

from bot.domain.credential import USABLE, Credential, State, Verb
from bot.domain.errors import Allowed, Denied
from bot.domain.ids import CredentialId, UserId
from bot.domain.kind import Kind
from bot.domain.request import Request
from bot.ports import Reader, World
from bot.service.changing import POSSIBLE, ChangeCommand, changeable
from bot.service.lifecycle import may_suspend
from bot.service.reading import inventory
from bot.service.reading.inventory import Choice
from bot.service.reading.sight import may_audit, may_see

_ENDED = frozenset({State.EXPIRED, State.DELETED})


@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialView:
    """A credential for one person. What may be done is asked anew when it is done."""

    credential: Credential
    changes: tuple[Kind, ...] = ()
    """That this person may ask for now."""
    may_suspend: bool = False
    may_undo: bool = False
    may_let_expire: bool = False
    """Its end is near enough to be warned of, and this person may let it come."""
    may_confirm_gone: bool = False
    """It is to be deleted where it lives, and this person can say that it is."""
    may_audit: bool = False
    may_end_old: bool = False
    """An old secret works beside the new one, and this person may decide when it ends."""
    may_ask_again: bool = False
    """It has ended, and this person may add another one like it."""
    open: tuple[Request, ...] = ()
    """What is asked for of it and has not ended yet."""


def look(world: World, user: UserId, name: str) -> CredentialView | Choice | Denied:
    """The credential of a name, or `estate/name`; a choice where several of that name may be seen."""
    found = inventory.show(world, user, name)
    if isinstance(found, Choice | Denied):
        return found
    with world.store.read() as reader:
        return _view(world, reader, user, found)


def look_again(world: World, user: UserId, credential: CredentialId) -> CredentialView | None:
    """The same by its ID; None if it is not there, or not for this person to see."""
    with world.store.read() as reader:
        found = reader.credentials.get(credential)
        return None if found is None or not may_see(world, user, found) else _view(world, reader, user, found)


def _view(world: World, reader: Reader, user: UserId, credential: Credential) -> CredentialView:
    policy, roster, now = world.policy, world.directory, world.clock.now()
    may_change = isinstance(policy.may_change(user, credential.estate, credential.owner, roster), Allowed)
    asks = (
        ChangeCommand(submission="", kind=kind, credential=credential.id, requester=user)
        for kind in POSSIBLE
        if may_change
    )
    plan, old = credential.plan, credential.retiring
    alive = credential.state in USABLE and now < credential.expires_at
    return CredentialView(
        credential=credential,
        changes=tuple(ask.kind for ask in asks if not isinstance(changeable(world, reader, ask), Denied)),
        may_suspend=isinstance(may_suspend(world, credential, user), Allowed) and now < credential.expires_at,
        may_undo=may_change and credential.can(Verb.UNDO),
        may_let_expire=may_change and alive and plan.told is not None and plan.let_expire_by is None,
        may_confirm_gone=may_change and credential.tracked and credential.state is State.DELETING,
        may_audit=isinstance(may_audit(world, user), Allowed),
        may_end_old=may_change and alive and old is not None and old.works_at(now),
        may_ask_again=credential.state in _ENDED
        and isinstance(policy.may_add(user, credential.estate, roster), Allowed),
        open=tuple(reader.requests.open_for(credential.id)),
    )
