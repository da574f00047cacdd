"""The clauses of the policy: a few values each, and what the program does where an operator has written none."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.ids import EstateKey, RoleKey
from bot.domain.person import Circle
from bot.domain.role import READ_ONLY


@dataclass(frozen=True, slots=True, kw_only=True)
class Windows:
    """How long things wait for people."""

    request: timedelta = timedelta(hours=72)
    """From the opening of a request until it lapses undecided."""
    claim: timedelta = timedelta(hours=24)
    """From approval until it lapses unrevealed; and from the reveal until a receipt is missed."""
    lease: timedelta = timedelta(minutes=1)
    """From the start of an effect until it counts as lost."""
    unconfirmed: timedelta = timedelta(days=1)
    """From a missed receipt until the credential is suspended."""
    undo: timedelta = timedelta(hours=1)
    """From a deletion until it can no longer be undone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotation:
    """How one secret follows another."""

    overlap: timedelta = timedelta(days=7)
    """How long the old secret works beside the new one; and by how much that can be prolonged, once."""
    alone: frozenset[RoleKey] = frozenset({READ_ONLY.key})
    """The roles whose owners may rotate their own credentials without anybody's approval."""

    @property
    def warn_before(self) -> timedelta:
        """How long before its end an owner hears that the old secret is still in use."""
        return min(timedelta(days=1), self.overlap / 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakGlass:
    """Who may take a credential at once in an emergency, and what it costs them."""

    circle: Circle = Circle()
    roles: frozenset[RoleKey] = frozenset()
    life: timedelta = timedelta(hours=24)
    review: timedelta = timedelta(days=7)
    """From the taking until it must have been reviewed by two others; if not, the credential is ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unused:
    """When a credential counts as unused."""

    never: timedelta = timedelta(days=30)
    """Since its issue, if it was never used."""
    idle: timedelta = timedelta(days=90)
    """Since its last use."""
    suspend_after: timedelta | None = None
    """From the warning of its owner until it is suspended; None: unused credentials are only reported."""

    def counts(self, created_at: datetime, last_used_at: datetime | None, now: datetime) -> bool:
        """Whether a credential of these dates counts as unused now."""
        if last_used_at is None:
            return now - created_at >= self.never
        return now - last_used_at >= self.idle


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaks:
    """What is done about a secret that somebody found in the open."""

    retire: bool = False
    """Whether it is ended at once, whatever then stops; if not, its owner and the security channel are told."""
    watch_channels: bool = False
    """Whether each message in the channels that the bot is in is looked through for one, unasked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Logins:
    """How logins are recorded, and of which somebody is told."""

    batch: timedelta = timedelta(minutes=5)
    """How long they are gathered before an entry of the ledger tells of them."""
    guesses: int = 20
    """Wrong secrets of one episode after which the credential's owner and the security channel are told."""
    window: timedelta = timedelta(minutes=10)
    """Without a wrong secret, after which an episode is over."""
    new_networks: bool = False
    """Whether an owner hears of the first use from a network."""
    ipv4: int = 24
    ipv6: int = 48
    """Bits that addresses of one network share."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalation:
    """Who is asked as well, where the approvers have not decided for a while."""

    circle: Circle = Circle()
    after: timedelta = timedelta(days=1)
    """From the opening of a request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """A rule by which new credentials need nobody's approval. Never those of a role that may do everything."""

    key: str
    """What it is called, in the ledger and to people."""
    estates: frozenset[EstateKey]
    roles: frozenset[RoleKey]
    max_life: timedelta
    """The longest that such a credential works, as it is asked for."""
