"""Why somebody is asked to decide: the right on which their vote would rest, as policy and roster are now."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from bot.domain.delegation import Delegation
from bot.domain.errors import Allowed, Denied
from bot.domain.ids import EstateKey, GroupId, UserId
from bot.domain.person import Circle, Roster, standing
from bot.domain.policy import Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """The right to vote: an approver's, one's own or that of somebody whom one stands in for; or the next tier's."""

    group: GroupId | None = None
    """The user group through which the right is one's own; None: the policy names the person."""
    delegation: Delegation | None = None
    """By which one stands in for somebody; None: the right is one's own."""
    escalated: bool = False
    """Whether one is asked since the approvers have not decided in time."""

    @property
    def stands_in_for(self) -> UserId | None:
        """Whose right it is, where it is not one's own."""
        return None if self.delegation is None else self.delegation.approver

    @property
    def rank(self) -> tuple[bool, bool, str]:
        """In which order grounds are told: who is named first, then groups, then who stands in, then the next tier."""
        return (self.escalated, self.delegation is not None, self.stands_in_for or self.group or "")


class Question(NamedTuple):
    """Who may decide about an estate: never these, with these standing in; of some it is known that they have."""

    estate: EstateKey
    never: frozenset[UserId]
    delegations: tuple[Delegation, ...] = ()
    heard: frozenset[UserId] = frozenset()
    escalated: bool = False


Scope = frozenset[EstateKey] | None
"""Of which estates; None: of each, of one that has left the policy as well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Right:
    """What somebody may decide, whichever requests there are: `grounds` from the other side."""

    user: UserId
    own: Scope
    for_others: Mapping[UserId, Scope]
    """For whom they stand in, and what that person may decide."""
    next_tier: bool
    """Whether they are asked as well once the approvers have not decided in time."""


def right_of(user: UserId, delegations: Iterable[Delegation], policy: Policy, roster: Roster) -> Right:
    """What somebody may decide. `delegations`: those that hold now."""
    acts = isinstance(standing(user, policy.organization.teams, roster), Allowed)
    absent = {each.approver for each in delegations if acts and each.delegate == user}
    return Right(
        user=user,
        own=_scope(user, policy, roster),
        for_others={each: _scope(each, policy, roster) for each in sorted(absent)},
        next_tier=user in policy.next_tier(roster),
    )


def _scope(user: UserId, policy: Policy, roster: Roster) -> Scope:
    if isinstance(standing(user, policy.organization.teams, roster), Denied):
        return frozenset()
    estates: frozenset[EstateKey] = frozenset()
    for rule in policy.approvers:
        if rule.circle.has(user, roster):
            if rule.estates is None:
                return None
            estates |= rule.estates
    return estates


def grounds(question: Question, policy: Policy, roster: Roster) -> dict[UserId, Ground]:
    """Why each person may decide. A right of one's own comes first, and by name before that through a group.

    Whoever stands in for several votes for the first who was not heard yet.
    """
    found = dict(_own(question, policy, roster))
    rights = frozenset(found)
    for delegation in _in_order(question):
        delegate = delegation.delegate
        if delegation.approver not in rights or delegate in question.never or delegate in found:
            continue
        if isinstance(standing(delegate, policy.organization.teams, roster), Allowed):
            found[delegate] = Ground(delegation=delegation)
    if question.escalated:
        for user in sorted(policy.next_tier(roster, never=question.never) - found.keys()):
            found[user] = Ground(group=_group(policy.escalation.circle, user, roster), escalated=True)
    return found


def _own(question: Question, policy: Policy, roster: Roster) -> Iterator[tuple[UserId, Ground]]:
    circles = [rule.circle for rule in policy.rules_for(question.estate)]
    everybody = Circle(
        frozenset[UserId]().union(*(circle.users for circle in circles)),
        frozenset[GroupId]().union(*(circle.groups for circle in circles)),
    )
    for user in sorted(policy.approvers_for(question.estate, roster, never=question.never)):
        yield user, Ground(group=_group(everybody, user, roster))


def _group(circle: Circle, user: UserId, roster: Roster) -> GroupId | None:
    """Through which group somebody is in it; None where they are named themselves."""
    if user in circle.users:
        return None
    return next(each for each in sorted(circle.groups) if user in roster.group(each))


def _in_order(question: Question) -> Iterable[Delegation]:
    return sorted(question.delegations, key=lambda each: (each.approver in question.heard, each.approver, each.id))
