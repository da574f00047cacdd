"""Approval requests: what was asked, who voted, and what may happen next.

A request never changes once opened; only its state does, along `TRANSITIONS`. Its digest covers what was asked, the
permissions of the role as they stood and the policy, so that a vote is always for exactly what the voter saw.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from bot.domain.client_key import NO_KEY, ClientKey
from bot.domain.delegation import Delegation
from bot.domain.errors import Allowed
from bot.domain.grounds import Ground, Question, grounds
from bot.domain.ids import BUILTIN, AuthorityKey, CredentialId, EstateKey, RequestId, RoleKey, UserId, Words, short_code
from bot.domain.kind import CLAIMED, NEW, Kind
from bot.domain.machine import can, step
from bot.domain.person import Roster, standing
from bot.domain.policy import Policy
from bot.domain.role import Permission


class State(StrEnum):
    """Where a request stands."""

    PENDING = "pending"
    APPROVED = "approved"
    EXECUTING = "executing"
    FULFILLED = "fulfilled"
    UNRESOLVED = "unresolved"
    DENIED = "denied"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"
    REFUSED = "refused"


class Verb(StrEnum):
    """What can happen to a request."""

    QUORUM = "quorum"
    DENY = "deny"
    WITHDRAW = "withdraw"
    LAPSE = "lapse"
    START = "start"
    REVOKE = "revoke"
    CONFIRM = "confirm"
    REFUSE = "refuse"
    LOSE = "lose"
    ORPHAN_REMOVED = "orphan-removed"
    FOUND_COMPLETE = "found-complete"


TRANSITIONS: dict[tuple[State, Verb], State] = {
    (State.PENDING, Verb.QUORUM): State.APPROVED,
    (State.PENDING, Verb.DENY): State.DENIED,
    (State.PENDING, Verb.WITHDRAW): State.WITHDRAWN,
    (State.PENDING, Verb.LAPSE): State.LAPSED,
    (State.APPROVED, Verb.START): State.EXECUTING,
    (State.APPROVED, Verb.WITHDRAW): State.WITHDRAWN,
    (State.APPROVED, Verb.REVOKE): State.DENIED,
    (State.APPROVED, Verb.LAPSE): State.LAPSED,
    (State.EXECUTING, Verb.CONFIRM): State.FULFILLED,
    (State.EXECUTING, Verb.REFUSE): State.REFUSED,
    (State.EXECUTING, Verb.LOSE): State.UNRESOLVED,
    (State.UNRESOLVED, Verb.ORPHAN_REMOVED): State.APPROVED,
    (State.UNRESOLVED, Verb.FOUND_COMPLETE): State.FULFILLED,
}

DECLINED = "the new owner declined it"
"""The closing of a transfer that whoever was to own it did not want."""
OPEN = frozenset({State.PENDING, State.APPROVED, State.EXECUTING, State.UNRESOLVED})
"""The states in which a request still holds its credential's name."""


class Verdict(StrEnum):
    """What a voter says."""

    APPROVE = "approve"
    DENY = "deny"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What somebody asks for. `expires_at` is the first instant at which the credential no longer works.

    `owner` is who will own it: of a transfer, the new owner.
    """

    kind: Kind
    requester: UserId
    owner: UserId
    estate: EstateKey
    role: RoleKey
    name: str
    description: Words
    reason: Words
    expires_at: datetime
    authority: AuthorityKey = BUILTIN
    key: ClientKey = NO_KEY
    """What it is to authenticate by, where it is not to have a secret. Of a new one, and of a rotation."""

    @property
    def made_elsewhere(self) -> bool:
        """Whether a new credential is asked for that its owner makes at a vendor: it is tracked, without its secret."""
        return self.kind in NEW and self.authority != BUILTIN

    @property
    def extended_elsewhere(self) -> bool:
        """Whether its owner has to see at the vendor to it that it lives longer."""
        return self.kind is Kind.EXTEND and self.authority != BUILTIN

    @property
    def claimed(self) -> bool:
        """Whether it takes effect when its owner presses a button, and no sooner."""
        return self.kind in CLAIMED or self.extended_elsewhere


@dataclass(frozen=True, slots=True, kw_only=True)
class Vote:
    """One person's say. A reason comes with a denial."""

    voter: UserId
    verdict: Verdict
    at: datetime
    reason: Words = Words("")
    stands_in_for: UserId | None = None
    """Whose right it uses, where that is not the voter's own."""

    @property
    def right(self) -> UserId:
        """By whose right it counts."""
        return self.stands_in_for or self.voter

    @property
    def people(self) -> frozenset[UserId]:
        """Whom it uses up: another vote of one of them, or for one of them, does not count beside it."""
        return frozenset({self.voter, self.right})


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """An approval request as it stands."""

    id: RequestId
    credential: CredentialId
    """The credential that it is about; of a new one the ID that it will have, and its correlation name elsewhere."""
    asked: Asked
    permissions: frozenset[Permission]
    """Of the role, as they stood at the opening."""
    quorum: int
    policy: str
    """Digest of the policy that it was opened under."""
    digest: str
    state: State
    opened_at: datetime
    lapses_at: datetime
    """When it lapses: undecided while pending, unrevealed while approved."""
    votes: tuple[Vote, ...] = ()
    decided_at: datetime | None = None
    lease_until: datetime | None = None
    closing: str = ""
    """Why it ended, in a sentence, where the program itself ended it."""
    escalated_at: datetime | None = None
    """Since when the next tier is asked as well."""
    rule: str = ""
    """By which rule of the policy it needed nobody's approval; empty where people decide."""
    delegations: tuple[Delegation, ...] = ()
    """By which somebody stands in for somebody at this moment, whether or not that is of use here."""

    @property
    def code(self) -> str:
        """What people call it."""
        return short_code(self.id)

    def after(self, verb: Verb) -> State:
        """The state that a verb leads to. Raises `ImpossibleTransitionError`."""
        return step(TRANSITIONS, self.state, verb)

    def can(self, verb: Verb) -> bool:
        """Whether a verb is possible now."""
        return can(TRANSITIONS, self.state, verb)

    @property
    def intact(self) -> bool:
        """Whether it still is what was asked: what it says makes its digest."""
        return self.digest == digest_of(self.credential, self.asked, self.permissions, self.policy)

    @property
    def by_rule(self) -> bool:
        """Whether the policy let it through without anybody's approval."""
        return self.quorum == 0

    @property
    def takes_effect_by_itself(self) -> bool:
        """Whether it waits for nobody's press once it is approved."""
        return not self.asked.claimed

    def approvals(self, policy: Policy, roster: Roster) -> tuple[Vote, ...]:
        """The approvals that count now, in order: each of somebody who may act, by the right of an approver.

        Everybody counts once: as the one who voted, or as the one for whom somebody did.
        """
        rights = policy.approvers_for(self.asked.estate, roster, never=self._never)
        if self.escalated_at is not None:
            rights |= policy.next_tier(roster, never=self._never)
        counted: list[Vote] = []
        for vote in self.votes:
            may = vote.right in rights and vote.voter not in self._never
            acts = isinstance(standing(vote.voter, policy.organization.teams, roster), Allowed)
            if vote.verdict is Verdict.APPROVE and may and acts and not any(vote.people & c.people for c in counted):
                counted.append(vote)
        return tuple(counted)

    def grounds(self, policy: Policy, roster: Roster) -> dict[UserId, Ground]:
        """Who may vote, and why each of them."""
        asked = Question(
            self.asked.estate, self._never, self.delegations, self.heard, escalated=self.escalated_at is not None
        )
        return grounds(asked, policy, roster)

    def eligible(self, policy: Policy, roster: Roster) -> frozenset[UserId]:
        """Who may vote: the estate's approvers and whoever stands in for one, never the requester, never the owner."""
        return frozenset(self.grounds(policy, roster))

    def waits_for(self, policy: Policy, roster: Roster) -> frozenset[UserId]:
        """Those of them who have not voted, and for whom nobody has: whose vote would add one."""
        return frozenset(
            user
            for user, ground in self.grounds(policy, roster).items()
            if not self.heard & {user, ground.stands_in_for or user}
        )

    @property
    def heard(self) -> frozenset[UserId]:
        """Who has voted, or had somebody vote for them."""
        return frozenset[UserId]().union(*(vote.people for vote in self.votes))

    @property
    def _never(self) -> frozenset[UserId]:
        return frozenset({self.asked.requester, self.asked.owner})

    def needed(self, policy: Policy) -> int:
        """How many approvals it takes: as asked when it was opened, or more if the policy has grown stricter."""
        asked = self.asked
        if self.by_rule and asked.kind is Kind.ADD:
            waiver = policy.waiver(asked.estate, asked.role, asked.expires_at, self.opened_at)
            return policy.quorum_for(asked.kind, asked.role) if waiver is None else 0
        own = self.by_rule and asked.requester == asked.owner
        return max(self.quorum, policy.quorum_for(asked.kind, asked.role, alone=own))


def digest_of(credential: CredentialId, asked: Asked, permissions: frozenset[Permission], policy_digest: str) -> str:
    """SHA-256, in hex, over the canonical JSON of what was asked, for which credential, the permissions, the policy."""
    covered: dict[str, object] = {
        "kind": asked.kind,
        "credential": str(credential),
        "authority": asked.authority,
        "requester": asked.requester,
        "owner": asked.owner,
        "estate": asked.estate,
        "role": asked.role,
        "name": asked.name,
        "description": asked.description,
        "reason": asked.reason,
        "expires_at": asked.expires_at.astimezone(UTC).isoformat(),
        "permissions": sorted(permissions),
        "policy": policy_digest,
    }
    if asked.key:
        covered["key"] = asked.key
    return hashlib.sha256(json.dumps(covered, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
