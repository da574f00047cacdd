"""Episodes of logins that were refused, and when somebody is told of one. Pure.

An episode is of one credential and one cause; or of all clients that do not exist, together. It lasts until nothing
was refused for the policy's window, and is told once. One that goes on is told again a day later; clients that there
are not, once an hour at most.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.domain.clauses import Logins
from bot.domain.credential import Credential
from bot.domain.ids import CredentialId

ADDRESSES = 5
"""Addresses that an episode names; the rest are counted."""
WRONG_SECRET = "wrong secret"  # noqa: S105 - a cause's name
UNKNOWN_CLIENT = "unknown client"
_GUESSES = frozenset({WRONG_SECRET, UNKNOWN_CLIENT})
_AGAIN, _STRANGERS_AGAIN = timedelta(days=1), timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusals:
    """One episode."""

    credential: CredentialId | None
    """None: clients that do not exist."""
    cause: str
    """By the name that the log gives it."""
    count: int
    since: datetime
    last_at: datetime
    addresses: tuple[str, ...] = ()
    """The first few that it came from."""
    elsewhere: bool = False
    """Whether it came from further ones, too."""
    mistyped: int = 0
    """How many secrets looked like ours and had the wrong checksum."""
    told_at: datetime | None = None

    def followed_by(self, more: "Refusals", rules: Logins) -> "Refusals":
        """The episode with what was refused since; or the next one, where it was over by then."""
        return more if self._over(more, rules) else self.joined(more)

    def joined(self, more: "Refusals") -> "Refusals":
        """Both, as one."""
        distinct = tuple(dict.fromkeys(filter(None, (*self.addresses, *more.addresses))))
        return replace(
            self,
            count=self.count + more.count,
            since=min(self.since, more.since),
            last_at=max(self.last_at, more.last_at),
            addresses=distinct[:ADDRESSES],
            elsewhere=self.elsewhere or more.elsewhere or len(distinct) > ADDRESSES,
            mistyped=self.mistyped + more.mistyped,
        )

    def to_be_told(self, rules: Logins) -> bool:
        """Whether somebody is guessing, and nobody was told."""
        return self.cause in _GUESSES and self.told_at is None and self.count >= rules.guesses

    def _over(self, more: "Refusals", rules: Logins) -> bool:
        quiet = more.since - self.last_at >= rules.window
        if self.told_at is None:
            return quiet
        if self.credential is None:
            return more.last_at - self.told_at >= _STRANGERS_AGAIN
        return quiet or more.last_at - self.told_at >= _AGAIN


@dataclass(frozen=True, slots=True, kw_only=True)
class Met:
    """A network from which a credential was used, and the first use from there."""

    credential: CredentialId
    network: str
    address: str
    agent: str
    """What the client calls itself: as it was sent, until it is kept."""
    at: datetime


@dataclass(frozen=True, slots=True)
class Guessed:
    """A credential whose secret somebody guesses, and the episode as it stands."""

    credential: Credential
    refusals: Refusals


@dataclass(frozen=True, slots=True)
class Moved:
    """A credential that was used from another network."""

    credential: Credential
    met: Met
