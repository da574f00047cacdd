"""Whether what a form is for would be taken of somebody, before it is opened: nobody fills in what is refused anyway.

What is sent is judged anew. Where the local copy of the workspace would refuse a decision, the workspace is asked
first: a form's trigger lives for seconds, so only then.
"""

from collections.abc import Callable

from bot.domain import break_glass
from bot.domain.break_glass import Glass
from bot.domain.credential import Credential
from bot.domain.errors import Denied, Reason
from bot.domain.ids import CredentialId, RequestId, UserId
from bot.domain.request import Request
from bot.domain.voting import Ballot, judge, may_withdraw
from bot.ports import World
from bot.service import reviewing
from bot.service.expiry.deciding import may_decide
from bot.service.freshness import refresh_for, refresh_voters
from bot.service.reading import inventory
from bot.service.requests import record_refusal

_UNKNOWN = Denied(Reason.NOT_FOUND, "I know no such request, or it is not for you to see.")


def deniable(world: World, ballot: Ballot) -> Request | Denied:
    """The request that this person could deny now. A refusal is in the ledger, as that of a vote is."""
    found = inventory.request(world, ballot.voter, ballot.request)
    if isinstance(found, Denied) and refresh_voters(world, ballot.request, ballot.voter) is None:
        found = inventory.request(world, ballot.voter, ballot.request)  # who may see it, by the workspace as it is
    if isinstance(found, Denied):
        return found
    request = found
    return (
        _refusal(
            world,
            ballot,
            lambda: judge(ballot, request, world.policy, world.directory, world.clock.now()),
            lambda: refresh_for(world, request, also=ballot.voter),
        )
        or request
    )


def refusable(world: World, ballot: Ballot) -> Glass | Denied:
    """What was taken without approval, and this person could find not justified now. The same of a refusal."""
    glass = reviewing.look(world, ballot.voter, ballot.request)
    if glass is None:
        return _UNKNOWN
    return (
        _refusal(
            world,
            ballot,
            lambda: break_glass.judge(ballot, glass, world.policy, world.directory),
            lambda: refresh_for(world, glass.request, also=ballot.voter, votes=glass.reviews),
        )
        or glass
    )


def withdrawable(world: World, request: RequestId, user: UserId) -> Request | Denied:
    """The request that this person could take back now."""
    found = inventory.request(world, user, request)
    if isinstance(found, Denied):
        return found
    decision = may_withdraw(found, user)
    return decision if isinstance(decision, Denied) else found


def expirable(world: World, credential: CredentialId, user: UserId) -> Credential | Denied:
    """The credential of which this person could decide now that it may expire."""
    found = inventory.credential(world, user, credential)
    if isinstance(found, Denied):
        return found
    decision = may_decide(world, world.clock.now(), found, user)
    return decision if isinstance(decision, Denied) else found


def _refusal(
    world: World, ballot: Ballot, judged: Callable[[], object], refresh: Callable[[], Denied | None]
) -> Denied | None:
    if not isinstance(judged(), Denied):
        return None
    stale = refresh()
    if stale is not None:
        return stale
    refusal = judged()
    if not isinstance(refusal, Denied):
        return None
    with world.store.work() as work:
        record_refusal(work, ballot, refusal)
    return refusal
