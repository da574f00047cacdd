"""Standing in for somebody who is away: an approver names who votes in their stead, from when until when.

What is handed over is the right that the policy itself gives to the approver, and nothing that they hold for others: so
there is no delegate of a delegate, whatever stands in the tables. And it is no second vote: whoever votes for somebody
uses up both people (`Vote.people`).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.errors import ALLOWED, Allowed, Decision, Denied, Reason
from bot.domain.ids import DelegationId, EstateKey, UserId
from bot.domain.person import Roster, standing
from bot.domain.policy import Policy

LONGEST = timedelta(days=92)
"""Of one absence. Whoever is away for longer is no approver any more, and the policy says who is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delegation:
    """Somebody is away, and somebody else stands in for them, until then or until they end it."""

    id: DelegationId
    approver: UserId
    delegate: UserId
    since: datetime
    until: datetime
    """The first instant at which it no longer holds."""
    ended_at: datetime | None = None
    """When it was over: before its time where somebody ended it."""
    told: bool = False
    """Whether the delegate was asked for what was undecided when it began."""

    def holds(self, now: datetime) -> bool:
        """Whether somebody stands in at this moment."""
        return self.since <= now and self.open(now)

    def open(self, now: datetime) -> bool:
        """Whether it holds, or is yet to begin."""
        return self.ended_at is None and now < self.until

    @property
    def ran_out(self) -> bool:
        """Whether it ended with its time, and nobody ended it sooner."""
        return self.ended_at is not None and self.ended_at >= self.until

    def meets(self, other: "Delegation") -> bool:
        """Whether both hold at some moment, if nobody ends them."""
        return self.since < other.until and other.since < self.until


def approves_in(user: UserId, policy: Policy, roster: Roster) -> frozenset[EstateKey]:
    """The estates for which the policy itself makes somebody an approver."""
    return frozenset(estate for estate in policy.estates if policy.is_approver(user, estate, roster))


def may_delegate(approver: UserId, policy: Policy, roster: Roster) -> Decision:
    """Whether somebody has a right to vote that somebody else could use in their stead."""
    decision = standing(approver, policy.organization.teams, roster)
    if isinstance(decision, Denied) or approves_in(approver, policy, roster):
        return decision
    return Denied(Reason.NOT_APPROVER, "You approve for no estate, so there is nothing to stand in for.")


def may_stand_in(
    wanted: Delegation, others: Iterable[Delegation], policy: Policy, roster: Roster, now: datetime
) -> Decision:
    """Whether this person may stand in for that one, in that time. `others`: those that are open, of either of them."""
    if wanted.delegate == wanted.approver:
        return Denied(Reason.INVALID, "You cannot stand in for yourself. Choose somebody else.")
    if not isinstance(standing(wanted.delegate, policy.organization.teams, roster), Allowed):
        return Denied(Reason.INVALID, "It must be an active full member of this workspace, not a guest or a bot.")
    if approves_in(wanted.approver, policy, roster) <= approves_in(wanted.delegate, policy, roster):
        return Denied(
            Reason.INVALID, "They approve for the same estates already, and nobody counts twice. Choose somebody else."
        )
    meeting = [other for other in others if other.open(now) and other.meets(wanted)]
    if any(other.approver == wanted.delegate for other in meeting):
        return Denied(Reason.INVALID, "They are away themselves in that time. Choose somebody else.")
    if any(other.approver == wanted.approver for other in meeting):
        return Denied(Reason.IN_PROGRESS, "Somebody stands in for you in that time already. End that first.")
    return ALLOWED


def may_last(wanted: Delegation, now: datetime) -> Decision:
    """Whether it is a time in which somebody can stand in."""
    if wanted.until <= max(wanted.since, now):
        return Denied(Reason.INVALID, "The last day has passed, or is before the first one. Choose a later day.")
    if wanted.until - wanted.since > LONGEST:
        return Denied(
            Reason.INVALID,
            f"{LONGEST.days} days at most. For longer, ask whoever keeps the policy to name another approver.",
        )
    return ALLOWED
