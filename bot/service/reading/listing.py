"""The inventory, page by page: what somebody may see of it, narrowed by what they look for.

Paged by key, never by offset: a page begins beside a credential, so nothing is missed and nothing shown twice, whatever
comes and goes meanwhile.
"""

from dataclasses import dataclass, replace
from datetime import timedelta

from bot.domain.credential import Credential
from bot.domain.errors import Denied
from bot.domain.ids import EstateKey, RoleKey, UserId
from bot.domain.naming import name_key
from bot.ports import Place, Search, World
from bot.service.reading.inventory import PAGE, standing_of
from bot.service.reading.sight import seen_by


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What somebody looks for: all of it must be so."""

    words: str = ""
    """The beginning of its name, as `name_key` has it."""
    role: RoleKey | None = None
    estate: EstateKey | None = None
    owner: UserId | None = None
    expiring: int | None = None
    """It ends within so many days: then what ends first stands first."""
    unused: int | None = None
    """Issued so many days ago or earlier, and not used for as long."""


EVERYTHING = Wanted()


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One page, and the places of the pages beside it, if there are any."""

    items: tuple[Credential, ...]
    wanted: Wanted = EVERYTHING
    before: Place | None = None
    after: Place | None = None


NONE = Listing(items=())


def listing(world: World, user: UserId, wanted: Wanted = EVERYTHING, place: Place | None = None) -> Listing | Denied:
    """A page of what somebody looks for, of what they may see. A place that has gone leads to the first page."""
    decision = standing_of(world, user)
    if isinstance(decision, Denied):
        return decision
    search = _search(world, user, wanted)
    with world.store.read() as reader:
        found = reader.credentials.search(replace(search, place=place))
        if place is not None and not found:
            place, found = None, reader.credentials.search(search)
    if place is not None and place.backwards:
        more, items = len(found) > PAGE, found[-PAGE:]
        return _page(items, wanted, before=more, after=True)
    return _page(found[:PAGE], wanted, before=place is not None, after=len(found) > PAGE)


def estates_known(world: World, user: UserId) -> frozenset[EstateKey]:
    """The estates of which somebody sees anything: all of it, or what they own there."""
    with world.store.read() as reader:
        owned = reader.credentials.owned(user)
    return world.policy.estates_seen(user, world.directory) | {estate for _, estate in owned}


def _search(world: World, user: UserId, wanted: Wanted) -> Search:
    now = world.clock.now()
    return replace(
        seen_by(world, user),
        words=name_key(wanted.words),
        role=wanted.role,
        estate=wanted.estate,
        owner=wanted.owner,
        ends_before=None if wanted.expiring is None else now + timedelta(days=wanted.expiring),
        idle_since=None if wanted.unused is None else now - timedelta(days=wanted.unused),
        soonest=wanted.expiring is not None,
        limit=PAGE + 1,
    )


def _page(items: list[Credential], wanted: Wanted, *, before: bool, after: bool) -> Listing:
    def beside(credential: Credential, *, backwards: bool) -> Place:
        key = name_key(credential.name) if wanted.expiring is None else credential.expires_at
        return Place(key=key, id=credential.id, backwards=backwards)

    return Listing(
        items=tuple(items),
        wanted=wanted,
        before=beside(items[0], backwards=True) if before and items else None,
        after=beside(items[-1], backwards=False) if after and items else None,
    )
