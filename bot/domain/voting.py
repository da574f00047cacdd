"""Two people: the checks of a decision, at the time of the decision and again when it takes effect.

No click is trusted. Everything is asked anew of the request's current state, the current
policy and the current roster.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from bot.domain.credential import Credential
from bot.domain.errors import ALLOWED, Allowed, Decision, Denied, Reason
from bot.domain.grounds import Ground
from bot.domain.ids import RequestId, UserId, Words
from bot.domain.kind import NEW, Kind
from bot.domain.naming import clean
from bot.domain.person import Roster, standing
from bot.domain.policy import Policy
from bot.domain.request import Request, State, Verb, Verdict, Vote


@dataclass(frozen=True, slots=True, kw_only=True)
class Ballot:
    """A click on Approve or Deny: what was pressed, by whom, and which request the card showed."""

    request: RequestId
    digest: str
    voter: UserId
    verdict: Verdict
    reason: Words = Words("")


def judge(ballot: Ballot, request: Request, policy: Policy, roster: Roster, now: datetime) -> Verb | Denied | None:
    """What a ballot does: a verb for the request's machine, a refusal, or None if it counts and decides nothing yet."""
    refusal = _undecidable(ballot, request, now) or _not_a_voter(ballot.voter, request, policy, roster)
    if refusal is not None:
        return refusal
    if ballot.verdict is Verdict.DENY:
        return Verb.REVOKE if request.state is State.APPROVED else Verb.DENY
    counted = request.approvals(policy, roster)
    again = _heard_already(cast_by(ballot, request, policy, roster, now), request.votes, counted)
    if again is not None:
        return again
    unchanged = role_unchanged(request, policy)
    if isinstance(unchanged, Denied):
        return unchanged
    return Verb.QUORUM if len(counted) + 1 >= request.needed(policy) else None


def cast_by(ballot: Ballot, request: Request, policy: Policy, roster: Roster, now: datetime) -> Vote:
    """The vote that a ballot is, by the right that the voter has at this moment."""
    ground = request.grounds(policy, roster).get(ballot.voter, Ground())
    return Vote(
        voter=ballot.voter,
        verdict=ballot.verdict,
        at=now,
        reason=Words(clean(ballot.reason)),
        stands_in_for=ground.stands_in_for,
    )


def effect_stands(request: Request, credential: Credential | None, policy: Policy, roster: Roster) -> Decision:
    """Whether an approved request may take effect: requester, owner, role and each counted voter checked once more.

    `credential`: the one that it is about, where that exists already.
    """
    if not request.intact:
        return _TAMPERED
    asked = request.asked
    owner = asked.owner if credential is None else credential.owner
    receives = standing(asked.owner, policy.organization.teams, roster) if asked.claimed else ALLOWED
    for decision in (
        policy.may_ask(asked.kind, asked.requester, asked.estate, owner, roster),
        receives,
        role_unchanged(request, policy),
    ):
        if isinstance(decision, Denied):
            return Denied(decision.reason, f"The approval no longer stands. {_of_request(decision)}")
    standing_yet = request.approvals(policy, roster)
    if asked.kind is not Kind.TRANSFER:  # whoever has become its owner since has a benefit of it
        standing_yet = tuple(vote for vote in standing_yet if owner not in vote.people)
    counted, needed = len(standing_yet), request.needed(policy)
    if counted < needed and request.by_rule:
        sentence = "By the policy as it is now, somebody must approve this, and nobody has. Ask again."
        return Denied(Reason.QUORUM_LOST, sentence)
    if counted < needed:
        return Denied(
            Reason.QUORUM_LOST,
            f"The approval no longer stands: of those who approved, {counted} may still do so, "
            f"and {needed} must. Ask again.",
        )
    return ALLOWED


def role_unchanged(request: Request, policy: Policy) -> Decision:
    """Whether role and estate still mean what they meant when the request was opened.

    A credential that exists keeps the permissions that it was issued with, whatever became of its role.
    """
    if request.asked.kind not in NEW:
        return ALLOWED
    role, estate = policy.roles.get(request.asked.role), policy.estates.get(request.asked.estate)
    if role is None or estate is None or role.permissions != request.permissions:
        return Denied(
            Reason.POLICY_CHANGED,
            "The policy has changed since this was asked, and the role or estate no longer means the same. Ask again.",
        )
    return ALLOWED


def may_withdraw(request: Request, user: UserId) -> Decision:
    """Only the requester withdraws, and only while nothing has taken effect."""
    if user != request.asked.requester:
        return Denied(Reason.NOT_REQUESTER, "Only the person who asked can withdraw the request.")
    if not request.can(Verb.WITHDRAW):
        return Denied(Reason.WRONG_STATE, f"This request is {request.state} and can no longer be withdrawn.")
    return ALLOWED


def may_claim(request: Request, user: UserId, digest: str, now: datetime) -> Decision:
    """Only the owner presses the button, of a transfer the new one, in time, and only what they were shown."""
    words = _words_of(request)
    if user != request.asked.owner:
        return Denied(Reason.NOT_OWNER, f"Only {words.who}.")
    if not request.can(Verb.START):
        known = _NOT_REVEALABLE.get(request.state) if words is _REVEAL else None
        why = f"This request is {request.state}, so there is nothing to {words.verb}. {request.closing}".strip()
        return known or Denied(Reason.WRONG_STATE, why)
    if now >= request.lapses_at:
        return Denied(Reason.LAPSED, f"The time to {words.what} has passed. It has to be asked for again.")
    if digest != request.digest:
        return _STALE
    return ALLOWED


class _Words(NamedTuple):
    """Of a press: who may do it, the verb, and the verb with what it is done to."""

    who: str
    verb: str
    what: str


_REVEAL = _Words("the owner can reveal this secret", "reveal", "reveal this secret")
_ACCEPT = _Words("the person to whom it is offered can accept or decline it", "accept", "accept it")
_SAY = _Words("the owner can say that it is made", "say", "say that it is made")
_SAY_LONGER = _Words("the owner can say that it is extended", "say", "say that it is extended")


def _words_of(request: Request) -> _Words:
    if request.asked.kind is Kind.TRANSFER:
        return _ACCEPT
    if request.asked.extended_elsewhere:
        return _SAY_LONGER
    return _SAY if request.asked.made_elsewhere else _REVEAL


_NOT_REVEALABLE = {
    State.EXECUTING: Denied(
        Reason.IN_PROGRESS, "This secret is being made right now. Look at the messages below in a moment."
    ),
    State.FULFILLED: Denied(Reason.WRONG_STATE, "This secret has been shown already, and it is shown only once."),
}
_STALE = Denied(Reason.STALE, "This card was out of date, so nothing was counted. Look at the request as it is now.")


_TAKEN = Denied(
    Reason.WRONG_STATE,
    "This was taken in an emergency, without approval: it is reviewed by the buttons of its own card.",
)
_TAMPERED = Denied(
    Reason.TAMPERED,
    "This request is no longer what was asked: somebody changed it in the database. "
    "Tell the operator to run `cred verify`.",
)


def _undecidable(ballot: Ballot, request: Request, now: datetime) -> Denied | None:
    if not request.intact:
        return _TAMPERED
    if request.asked.kind is Kind.BREAK_GLASS:
        return _TAKEN
    if ballot.digest != request.digest:
        return _STALE
    verb = Verb.QUORUM
    if ballot.verdict is Verdict.DENY:
        verb = Verb.REVOKE if request.state is State.APPROVED else Verb.DENY
    if not request.can(verb):
        return Denied(Reason.WRONG_STATE, f"This request is {request.state} already, so nothing was counted.")
    if now >= request.lapses_at:
        return Denied(Reason.LAPSED, "The time to decide this request has passed. It has lapsed.")
    return None


def _not_a_voter(voter: UserId, request: Request, policy: Policy, roster: Roster) -> Denied | None:
    decision = standing(voter, policy.organization.teams, roster)
    if isinstance(decision, Denied):
        return decision
    if voter == request.asked.requester:
        return Denied(Reason.OWN_REQUEST, "You asked for this, so somebody else must decide it.")
    if voter == request.asked.owner:
        return Denied(Reason.OWN_BENEFIT, "You would own this credential, so somebody else must decide it.")
    if voter not in request.grounds(policy, roster):
        return Denied(Reason.NOT_APPROVER, "You are not an approver for this estate, so nothing was counted.")
    return None


def _heard_already(vote: Vote, cast: Iterable[Vote], counted: Iterable[Vote]) -> Denied | None:
    """Nobody counts twice: neither by a second click, nor by another who stands in for them."""
    if any(before.voter == vote.voter for before in cast):
        sentence = "You have approved this already. Your approval counts once."
    elif any(vote.voter in before.people for before in counted):
        sentence = "Whoever stands in for you has approved this already, and it counts as yours."
    elif any(vote.right in before.people for before in counted):
        sentence = "The person for whom you would vote has been counted already. Nobody counts twice."
    else:
        return None
    return Denied(Reason.ALREADY_VOTED, sentence)


def _of_request(decision: Decision) -> str:
    match decision:
        case Denied(reason=Reason.POLICY_CHANGED, sentence=sentence):
            return sentence
        case Denied(reason=Reason.NOT_ADMIN):
            return "The person who asked may no longer ask for this. Ask again."
        case Denied():
            return "The person who asked, or the owner, is no longer an active member. Ask again."
        case Allowed():
            return ""
