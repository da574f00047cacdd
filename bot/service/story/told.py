"""What the tables must say, as far as the entries tell: people are person IDs, instants UTC microseconds."""

from dataclasses import dataclass, field
from typing import Any

from bot.domain.break_glass import State as GlassState
from bot.domain.credential import Delivery, ReceiptState, SecretState
from bot.domain.credential import State as CredentialState
from bot.domain.ids import BUILTIN
from bot.domain.request import State, Verdict

Body = dict[str, Any]


@dataclass(slots=True)
class ToldSecret:
    """A secret, as the entries tell of it."""

    fingerprint: str
    record: str
    request: str
    state: str = SecretState.LIVE
    receipt: str = ReceiptState.AWAITING
    delivery: str = Delivery.PENDING
    retire_at: int | None = None
    kept_longer: bool = False

    @property
    def kept(self) -> str | None:
        """What must stand of its record: its digest while it can work, nothing after."""
        return None if self.state == SecretState.RETIRED else self.record


@dataclass(slots=True)
class ToldRequest:
    """A request, as the entries tell of it. People are person IDs."""

    opened: Body
    requester: str
    state: str = State.PENDING
    lapses_at: int = 0
    rule: str = ""
    escalated: bool = False
    votes: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    """Who voted what, the reason, sealed, and for whom: empty where somebody voted for themselves."""

    def approvals(self) -> int:
        """How many approvals count: none of or for requester or owner, and nobody twice, as voter or as absent."""
        never, heard, count = {self.requester, self.opened["owner"]}, set[str](), 0
        for (voter, verdict), (_, absent) in self.votes.items():
            people = {voter, absent or voter}
            if verdict == Verdict.APPROVE and not people & (never | heard):
                heard |= people
                count += 1
        return count


@dataclass(slots=True)
class ToldDelegation:
    """Who stands in for whom, as the entries tell of it."""

    approver: str
    delegate: str
    since: int
    until: int
    ended: bool = False


@dataclass(slots=True)
class ToldGlass:
    """The review of what somebody took without approval, as the entries tell of it."""

    taker: str
    review_by: int
    state: str = GlassState.OPEN
    missed: bool = False
    reviews: dict[tuple[str, str], str] = field(default_factory=dict)
    """Who said what, and the reason, sealed."""

    @property
    def ended(self) -> bool:
        """Whether nothing that was taken may live on."""
        return self.missed or self.state == GlassState.UNJUSTIFIED


@dataclass(slots=True)
class ToldCredential:
    """A credential, as the entries tell of it. `issued` is the entry with which it began."""

    issued: Body
    owner: str
    expires_at: int
    state: str = CredentialState.ACTIVE
    undo_until: int | None = None
    suspended_by: str | None = None
    suspended_why: str | None = None
    snoozed_until: int | None = None
    let_expire_by: str | None = None
    secrets: dict[str, ToldSecret] = field(default_factory=dict)

    @property
    def tracked(self) -> bool:
        """Whether it lives elsewhere."""
        return bool(self.issued["authority"] != BUILTIN)


@dataclass(slots=True)
class Story:
    """All that the entries tell. `wrong` holds what cannot have happened, each a sentence that names its entry."""

    requests: dict[str, ToldRequest] = field(default_factory=dict)
    credentials: dict[str, ToldCredential] = field(default_factory=dict)
    delegations: dict[str, ToldDelegation] = field(default_factory=dict)
    glasses: dict[str, ToldGlass] = field(default_factory=dict)
    """By the request that broke it."""
    acceptances: set[tuple[str, str]] = field(default_factory=set)
    """Who accepted which terms."""
    policies: list[str] = field(default_factory=list)
    warnings: dict[tuple[str, int, int], tuple[bool, str]] = field(default_factory=dict)
    """Of credential, expiry and days: whether it was superseded, and in which group it was told."""
    revoked: dict[str, tuple[str, int]] = field(default_factory=dict)
    """Of each token that was given up and is still remembered: its credential, and its end."""
    logins: dict[tuple[str, str], tuple[int, int]] = field(default_factory=dict)
    """Of each credential, and secret or cause of refusal: how many, and the last one."""
    wrong: list[str] = field(default_factory=list)
