"""The Home tab: what needs somebody, what expires soon, what is theirs."""

from dataclasses import dataclass, replace
from datetime import timedelta

from bot.domain.credential import Credential
from bot.domain.errors import Decision, Denied
from bot.domain.estate import Estate
from bot.domain.ids import UserId
from bot.ports import Place, World
from bot.service.reading.inventory import NOTHING, PAGE, Pending, may_add_somewhere, pending, standing_of
from bot.service.reading.listing import NONE, Listing, Wanted, listing
from bot.service.reading.sight import seen_by

SOON_DAYS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeView:
    """What the Home tab shows to somebody."""

    decision: Decision
    pending: Pending = NOTHING
    expiring: tuple[Credential, ...] = ()
    """What ends first of all that this person may see."""
    more_expiring: bool = False
    yours: Listing = NONE
    """A page of what this person owns."""
    estates: tuple[Estate, ...] = ()
    """Where this person may add credentials."""


def home(world: World, user: UserId, place: Place | None = None) -> HomeView:
    """The Home tab. `place`: of the page of their own credentials."""
    decision = standing_of(world, user)
    waiting, yours = pending(world, user), listing(world, user, Wanted(owner=user), place)
    if isinstance(decision, Denied) or isinstance(waiting, Denied) or isinstance(yours, Denied):
        return HomeView(decision=decision)
    before = world.clock.now() + timedelta(days=SOON_DAYS)
    search = replace(seen_by(world, user), ends_before=before, soonest=True, limit=PAGE + 1)
    with world.store.read() as reader:
        soon = reader.credentials.search(search)
    return HomeView(
        decision=decision,
        pending=waiting,
        expiring=tuple(soon[:PAGE]),
        more_expiring=len(soon) > PAGE,
        yours=yours,
        estates=may_add_somewhere(world, user),
    )
