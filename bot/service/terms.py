"""The terms of use: read and accepted before the first request, and again when they change."""

from bot.domain.errors import ALLOWED, Decision, Denied, Reason
from bot.domain.events import TermsAccepted, Via
from bot.domain.ids import UserId
from bot.ports import World


def accepted(world: World, user: UserId) -> bool:
    """Whether somebody has accepted the terms as they are now."""
    with world.store.read() as reader:
        return reader.acceptances.has(user, world.policy.terms.digest)


def accept(world: World, user: UserId, digest: str) -> Decision:
    """Record that somebody accepted the terms that they were shown. Accepting twice is accepting."""
    terms = world.policy.terms
    if digest != terms.digest:
        return Denied(Reason.STALE, "The terms have changed meanwhile. Please read them again.")
    with world.store.work() as work:
        if not work.acceptances.has(user, digest):
            work.acceptances.add(user, terms.version, digest, work.now)
            work.record(TermsAccepted(actor=user, via=Via.SLACK, version=terms.version, digest=digest))
    return ALLOWED
