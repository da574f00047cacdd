"""Time, randomness, and everything that a use case is given."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from bot.domain.ids import SecretId
from bot.domain.log_standing import Cosigned
from bot.domain.policy import Policy
from bot.ports.authority import Authority, Concealed
from bot.ports.siem import Siem
from bot.ports.store import Store, UnitOfWork
from bot.ports.workspace import Directory


class Clock(Protocol):
    """Now, as an aware UTC instant."""

    def now(self) -> datetime: ...


class Entropy(Protocol):
    """Randomness fit for secrets."""

    def token(self, size: int) -> bytes: ...
    def uuid(self) -> UUID: ...


class Uses(Protocol):
    """The uses of secrets that are noted in memory and not yet written."""

    def settle(self, world: "World", work: UnitOfWork, secret: SecretId) -> None:
        """Write what is noted of one secret, in that transaction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Everything that a use case is given. Put together in `bot.main`, and in tests with fakes."""

    policy: Policy
    store: Store
    clock: Clock
    entropy: Entropy
    directory: Directory
    authority: Authority
    uses: Uses
    fingerprint: Callable[[Concealed], str]
    """Keyed HMAC of a secret, in hex."""
    wake: Callable[[], None]
    """Tell the outbox that something is due now."""
    siem: Siem | None = None
    """Where entries are pushed to, if anywhere."""
    witnesses: Callable[[], tuple[Cosigned, ...]] = tuple
    """What the ledger's witnesses said last; nobody is asked by it."""
    version: str = "0"
    """Of this program, for those it tells."""
