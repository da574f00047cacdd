"""What somebody may see: the inventory, one credential, what waits. Local reads only.

Nobody learns from an answer that something exists which they may not see: both are "not found".
"""

from dataclasses import dataclass

from bot.domain.break_glass import Glass
from bot.domain.credential import LIVING, Credential
from bot.domain.errors import Decision, Denied, Reason
from bot.domain.estate import Estate
from bot.domain.grounds import right_of
from bot.domain.ids import CredentialId, NoticeId, RequestId, UserId
from bot.domain.kind import NEW, Kind
from bot.domain.naming import name_key
from bot.domain.notice import Warned
from bot.domain.person import standing
from bot.domain.request import Request, State
from bot.ports import Reader, World
from bot.service.reading.sight import may_see, seen_by

PAGE = 10
"""Credentials on a page of a list."""
_MOST_OPEN = 500
"""Open requests of one person, and unreviewed glasses, that are looked through for their list."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Several credentials go by that name: one of them has to be chosen."""

    items: tuple[Credential, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """What waits: on me to decide, on others for me, and on me to reveal or to accept."""

    on_me: tuple[Request, ...] = ()
    """The most urgent of those that wait for my decision."""
    more_on_me: int = 0
    """How many wait for it beside those."""
    mine: tuple[Request, ...] = ()
    to_reveal: tuple[Request, ...] = ()
    to_review: tuple[Glass, ...] = ()
    """What was taken without approval, and waits for my review."""
    to_accept: tuple[Request, ...] = ()
    """Credentials that are offered to me."""


NOTHING = Pending()


def standing_of(world: World, user: UserId) -> Decision:
    """Whether somebody may do anything here at all."""
    return standing(user, world.policy.organization.teams, world.directory)


def may_add_somewhere(world: World, user: UserId) -> tuple[Estate, ...]:
    """The estates in which somebody may ask for credentials."""
    return world.policy.estates_of(user, world.directory)


def show(world: World, user: UserId, name: str) -> Credential | Choice | Denied:
    """The credential of a name, or `estate/name`; a choice where several of that name may be seen."""
    decision = standing_of(world, user)
    if isinstance(decision, Denied):
        return decision
    estate, _, bare = name.rpartition("/")
    with world.store.read() as reader:
        found = tuple(
            credential
            for credential in reader.credentials.named(name_key(bare.strip()))
            if may_see(world, user, credential) and estate.strip().casefold() in _estate_words(world, credential)
        )
    if not found:
        return _not_found(name)
    several = len(found) > 1 and found[0].state in LIVING
    return Choice(found) if several else found[0]


def pending(world: World, user: UserId) -> Pending | Denied:
    """What waits for somebody and on somebody."""
    decision = standing_of(world, user)
    if isinstance(decision, Denied):
        return decision
    with world.store.read() as reader:
        return _pending(world, reader, user)


def credential(world: World, user: UserId, credential_id: CredentialId) -> Credential | Denied:
    """One credential, for whoever may see it."""
    with world.store.read() as reader:
        found = reader.credentials.get(credential_id)
    if found is None or not may_see(world, user, found):
        return Denied(Reason.NOT_FOUND, "I do not know this credential, or it is not yours to see.")
    return found


def group(world: World, user: UserId, group_id: NoticeId, *, skipped: int = 0) -> Warned | Denied:
    """A page of a group of credentials, of those that somebody may see."""
    seen = seen_by(world, user)
    with world.store.read() as reader:
        found = reader.groups.read(group_id, world.clock.now(), limit=PAGE, skipped=skipped, seen=seen)
    return found or Denied(
        Reason.NOT_FOUND,
        "Only those who look after this estate see all of it: its admins and the auditors. Ask one of them.",
    )


def request(world: World, user: UserId, request_id: RequestId) -> Request | Denied:
    """One request, for whoever has to do with it."""
    with world.store.read() as reader:
        found = reader.requests.get(request_id)
    if found is None or not _concerns(world, user, found):
        return Denied(Reason.NOT_FOUND, "I know no such request, or it is not for you to see.")
    return found


def subject(world: World, about: Request) -> Credential | None:
    """The credential that a request is about, where it exists already. For whoever may see the request."""
    if about.asked.kind in NEW:
        return None
    with world.store.read() as reader:
        return reader.credentials.get(about.credential)


def _pending(world: World, reader: Reader, user: UserId) -> Pending:
    right = right_of(user, reader.delegations.holding(world.clock.now()), world.policy, world.directory)
    waiting = reader.requests.waiting_for(right, limit=PAGE)
    theirs = reader.requests.concerning(user, limit=_MOST_OPEN)
    claimable = [r for r in theirs if r.state is State.APPROVED and r.asked.owner == user]
    return Pending(
        on_me=tuple(waiting),
        more_on_me=reader.requests.count_waiting_for(right) - len(waiting) if len(waiting) == PAGE else 0,
        mine=tuple(r for r in theirs if r.asked.requester == user),
        to_review=tuple(
            glass
            for glass in reader.glasses.unreviewed(limit=_MOST_OPEN)
            if user in glass.waits_for(world.policy, world.directory)
        ),
        to_reveal=tuple(r for r in claimable if r.asked.claimed and r.asked.kind is not Kind.TRANSFER),
        to_accept=tuple(r for r in claimable if r.asked.kind is Kind.TRANSFER),
    )


def _concerns(world: World, user: UserId, request_: Request) -> bool:
    asked = request_.asked
    return (
        user in (asked.requester, asked.owner)
        or user in request_.eligible(world.policy, world.directory)
        or asked.estate in world.policy.estates_seen(user, world.directory)
    )


def _estate_words(world: World, credential: Credential) -> tuple[str, ...]:
    estate = world.policy.estates.get(credential.estate)
    named = () if estate is None else (estate.name.casefold(),)
    return ("", credential.estate.casefold(), *named)


def _not_found(name: str) -> Denied:
    return Denied(Reason.NOT_FOUND, f"I know no credential “{name}”, or it is not yours to see. Try `/cred list`.")
