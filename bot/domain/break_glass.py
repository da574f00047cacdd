"""Break-glass: a credential taken at once, without anybody's approval, loudly, and reviewed by others afterwards.

It is the one exception from two people (promise 3). What stands against its abuse: few may, by name; for a narrow role
and a day at most; one at a time; everybody is told at once; and two others, of those who could have approved it, look
at it afterwards. One who finds it not justified ends it; so does the time in which nobody reviewed it.

The alarm is reviewed whatever became of the credential. Whether it was revealed, or has ended meanwhile, changes
nothing: that somebody reached for it is what has to be explained.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.credential import LIVING, Credential
from bot.domain.errors import ALLOWED, Allowed, Decision, Denied, Reason
from bot.domain.ids import UserId
from bot.domain.machine import can, step
from bot.domain.person import Circle, Roster, standing
from bot.domain.policy import Policy
from bot.domain.request import OPEN, Request, Verdict, Vote
from bot.domain.role import Role
from bot.domain.voting import Ballot

REVIEWS_NEEDED = 2
"""Distinct others who must find it justified."""


class State(StrEnum):
    """Where the review of a broken glass stands."""

    OPEN = "open"
    JUSTIFIED = "justified"
    UNJUSTIFIED = "unjustified"


class Verb(StrEnum):
    """What can happen to a review."""

    JUSTIFY = "justify"
    REFUSE = "refuse"


TRANSITIONS: dict[tuple[State, Verb], State] = {
    (State.OPEN, Verb.JUSTIFY): State.JUSTIFIED,
    (State.OPEN, Verb.REFUSE): State.UNJUSTIFIED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Glass:
    """What was taken, and what others have said of it since."""

    request: Request
    credential: Credential | None = None
    """None until it is revealed."""
    state: State = State.OPEN
    review_by: datetime
    """By when two others must have reviewed it."""
    missed: bool = False
    """They had not: it is ended, and the review stays open."""
    reminded_at: datetime
    """When those who can review it were last told that it waits for them."""
    reviews: tuple[Vote, ...] = ()

    def after(self, verb: Verb) -> State:
        """The state that a verb leads to. Raises `ImpossibleTransitionError`."""
        return step(TRANSITIONS, self.state, verb)

    def can(self, verb: Verb) -> bool:
        """Whether a verb is possible now."""
        return can(TRANSITIONS, self.state, verb)

    @property
    def taker(self) -> UserId:
        """Who broke it."""
        return self.request.asked.requester

    @property
    def living(self) -> bool:
        """Whether something was taken, or can still be revealed, that has not ended."""
        if self.credential is not None:
            return self.credential.state in LIVING
        return self.request.state in OPEN

    @property
    def never(self) -> frozenset[UserId]:
        """Who never reviews it: whoever took it, and whoever owns it, then or now."""
        owners = {self.request.asked.owner} if self.credential is None else {self.credential.owner}
        return frozenset({self.taker, self.request.asked.owner, *owners})

    def reviewers(self, policy: Policy, roster: Roster) -> frozenset[UserId]:
        """Who may review it: those who could have approved it."""
        return policy.approvers_for(self.request.asked.estate, roster, never=self.never)

    def waits_for(self, policy: Policy, roster: Roster) -> frozenset[UserId]:
        """Those of them who have not."""
        return self.reviewers(policy, roster) - {review.voter for review in self.reviews}

    def counted(self, policy: Policy, roster: Roster) -> tuple[UserId, ...]:
        """Who found it justified and counts now, in order."""
        may = self.reviewers(policy, roster)
        return tuple(r.voter for r in self.reviews if r.verdict is Verdict.APPROVE and r.voter in may)

    def overdue(self, now: datetime) -> bool:
        """Whether its time has passed without a review, and nobody has drawn the consequence yet."""
        return self.state is State.OPEN and not self.missed and now >= self.review_by


def roles(policy: Policy) -> tuple[Role, ...]:
    """The roles that may be taken so, in the order of the policy."""
    return tuple(role for key, role in policy.roles.items() if key in policy.break_glass.roles)


def ends_at(policy: Policy, role: Role, now: datetime) -> datetime:
    """When a credential that is taken now ends. The first instant at which it no longer works."""
    return now + min(policy.break_glass.life, role.max_life)


def told(request: Request, policy: Policy, roster: Roster) -> frozenset[UserId]:
    """Everybody who is told at once: who could have approved it, and every admin. Never whoever took it."""
    estate = request.asked.estate
    admins = policy.admins.people(roster) | policy.estate_admins.get(estate, Circle()).people(roster)
    active = {user for user in admins if isinstance(standing(user, policy.organization.teams, roster), Allowed)}
    return (policy.approvers_for(estate, roster) | active) - {request.asked.requester}


def judge(ballot: Ballot, glass: Glass, policy: Policy, roster: Roster) -> Verb | Denied | None:
    """What a review does: a verb for its machine, a refusal, or None if it counts and decides nothing yet."""
    refusal = _unreviewable(ballot, glass) or _not_a_reviewer(ballot.voter, glass, policy, roster)
    if refusal is not None:
        return refusal
    if ballot.verdict is Verdict.DENY:
        return Verb.REFUSE
    if any(review.voter == ballot.voter for review in glass.reviews):
        return Denied(Reason.ALREADY_VOTED, "You have reviewed this already. Your review counts once.")
    return Verb.JUSTIFY if len(glass.counted(policy, roster)) + 1 >= REVIEWS_NEEDED else None


def stands(glass: Glass, policy: Policy) -> Decision:
    """Whether its secret may still be handed over, as far as its review and the policy's limits go."""
    asked = glass.request.asked
    if glass.state is State.UNJUSTIFIED or glass.missed:
        why = "was found not justified" if glass.state is State.UNJUSTIFIED else "was not reviewed in time"
        return Denied(Reason.WRONG_STATE, f"This {why}, so its secret is not shown any more.")
    role = policy.roles.get(asked.role)
    if role is None or asked.role not in policy.break_glass.roles:
        return Denied(Reason.POLICY_CHANGED, "The policy no longer lets anybody take this role. Ask with `/cred add`.")
    if asked.expires_at > ends_at(policy, role, glass.request.opened_at):
        return Denied(Reason.POLICY_CHANGED, "The policy has shortened the life of what is taken so. Take another.")
    return ALLOWED


def _unreviewable(ballot: Ballot, glass: Glass) -> Denied | None:
    if not glass.request.intact:
        return Denied(
            Reason.TAMPERED,
            "This is no longer what was taken: somebody changed it in the database. "
            "Tell the operator to run `cred verify`.",
        )
    if ballot.digest != glass.request.digest:
        return Denied(Reason.STALE, "This card was out of date, so nothing was counted. Look at it as it is now.")
    if glass.state is not State.OPEN:
        said = "justified" if glass.state is State.JUSTIFIED else "not justified"
        return Denied(Reason.WRONG_STATE, f"This has been reviewed already and was found {said}. Nothing was counted.")
    return None


def _not_a_reviewer(reviewer: UserId, glass: Glass, policy: Policy, roster: Roster) -> Denied | None:
    decision = standing(reviewer, policy.organization.teams, roster)
    if isinstance(decision, Denied):
        return decision
    if reviewer == glass.taker:
        return Denied(Reason.OWN_REQUEST, "You took this yourself, so others must review it.")
    if reviewer in glass.never:
        return Denied(Reason.OWN_BENEFIT, "You own this credential, so others must review it.")
    if not policy.is_approver(reviewer, glass.request.asked.estate, roster):
        return Denied(Reason.NOT_APPROVER, "You are not an approver for this estate, so nothing was counted.")
    return None
