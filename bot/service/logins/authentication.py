"""A client shows its ID and a secret, or an assertion, and gets an access token or a refusal. Pure of HTTP.

What holds here, whoever asks:

- Only an active credential that has not expired authenticates, by a secret that is live, or retiring and not yet due.
  One that was given a key authenticates by its assertions alone, and one with a secret by none.
- An unknown client, a wrong secret, a suspended and an expired credential cost the same work, and the reason of a
  refusal is for the log alone: the answer must not tell them apart.
- A scope narrows what the credential may do; it never widens it.
- No token outlives its credential, its secret, or an hour.
- A use is noted in memory, and `LastUse` writes it later. Nothing is written here but that an assertion was used.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from bot.domain import secret_format
from bot.domain.credential import State
from bot.domain.ids import ClientId, CredentialId, EstateKey, RoleKey, SecretId, TokenId
from bot.domain.tokens import LONGEST_LIFE
from bot.ports import Clock, Concealed, Entropy
from bot.service.logins.assertions import Assertion, Assertions, Flaw
from bot.service.logins.batches import Login
from bot.service.logins.gathering import Logins
from bot.service.logins.last_use import LastUse, Use

SECRETS_COMPARED = 2
"""As many as may work at once during a rotation; fewer are made up with empty records, so that the work is the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownSecret:
    """A secret that is live or retiring, as its authority's record knows it."""

    id: SecretId
    record: bytes = field(repr=False)
    """Empty where it was destroyed."""
    retire_at: datetime | None

    def works_at(self, now: datetime) -> bool:
        """Whether it still authenticates: retirement counts at once, not at the next sweep."""
        return self.retire_at is None or now < self.retire_at


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownClient:
    """What authentication needs of a credential."""

    credential: CredentialId
    client_id: ClientId
    estate: EstateKey
    role: RoleKey
    permissions: frozenset[str]
    state: State
    expires_at: datetime
    secrets: tuple[KnownSecret, ...]


class Clients(Protocol):
    """The hot read. Called on the answer's path: microseconds, never behind a writer."""

    def find(self, client_id: str) -> KnownClient | None: ...


class SecretCheck(Protocol):
    """The authority's half of a comparison."""

    def which(self, client_id: str, presented: Concealed, records: Sequence[bytes]) -> int | None:
        """The place of the record that was made of this secret for this client, or None.

        Takes the same time for any records of a number. An empty record is nobody's.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """What an access token says (RFC 9068, section 2.2). The issuer is the signer's."""

    client_id: ClientId
    issued_at: datetime
    expires_at: datetime
    token_id: TokenId
    scope: tuple[str, ...]
    secret: SecretId
    estate: EstateKey
    role: RoleKey
    audience: tuple[str, ...] = ()
    """For whom it is; empty: for us, who issue it."""


class TokenSigner(Protocol):
    """Makes an access token of claims."""

    def sign(self, claims: Claims) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Presented:
    """What a client showed. `scope` is None where it asked for none in particular."""

    client_id: str
    proof: Concealed | Assertion
    """Its secret, or an assertion that it signed."""
    scope: frozenset[str] | None = None
    resources: tuple[str, ...] = ()
    """For whom the token shall be (RFC 8707); empty: for us, who issue it."""
    address: str = ""
    """From where, for the record of the last use."""
    agent: str = ""
    """What the client calls itself (`User-Agent`), as it was sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Granted:
    """An access token. `life`: whole seconds from now."""

    token: str = field(repr=False)
    life: int
    scope: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Authenticated:
    """A client that showed a secret that works. `until`: when a token that it gets now must end. Whole seconds."""

    client: KnownClient
    secret: SecretId
    at: datetime
    until: datetime


class Why(StrEnum):
    """Why there is no token: for the log. A client learns only whether it was what it asked for."""

    UNKNOWN_CLIENT = "unknown client"
    WRONG_SECRET = "wrong secret"  # noqa: S105 - a reason's name
    WRONG_SIGNATURE = "wrong signature"
    USED_BEFORE = "an assertion that was used before"
    NOT_ACTIVE = "not active"
    EXPIRED = "expired"
    SCOPE = "scope"
    TARGET = "target"


_WRONG = frozenset({Why.UNKNOWN_CLIENT, Why.WRONG_SECRET})


@dataclass(frozen=True, slots=True)
class Refused:
    """No token. `client_id` only where there is such a client: what else was sent may be anything, a secret too."""

    why: Why | Flaw
    client_id: ClientId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Authentication:
    """The use case, with all it needs."""

    clients: Clients
    check: SecretCheck
    assertions: Assertions
    signer: TokenSigner
    last_use: LastUse
    clock: Clock
    entropy: Entropy
    token_life: timedelta
    audiences: frozenset[str] = frozenset()
    """For whom tokens may be asked."""
    logins: Logins = field(default_factory=Logins)
    """Where every login is counted, the refused ones too."""

    def grant(self, presented: Presented) -> Granted | Refused:
        """A token for whoever shows a secret that works."""
        who = self.authenticate(presented)
        if isinstance(who, Refused):
            return who
        client = who.client
        scope = client.permissions if presented.scope is None else presented.scope
        if not scope or not scope <= client.permissions:
            return self._refused(Why.SCOPE, client, presented)
        if not self.audiences.issuperset(presented.resources):
            return self._refused(Why.TARGET, client, presented)
        claims = Claims(
            client_id=client.client_id,
            issued_at=who.at,
            expires_at=who.until,
            token_id=TokenId(self.entropy.uuid()),
            scope=tuple(sorted(scope)),
            secret=who.secret,
            estate=client.estate,
            role=client.role,
            audience=presented.resources,
        )
        return Granted(
            token=self.signer.sign(claims), life=int((who.until - who.at).total_seconds()), scope=claims.scope
        )

    def authenticate(self, presented: Presented) -> Authenticated | Refused:
        """Who shows a secret that works, or an assertion; the use is noted. Of the latter raises `StoreBusyError`."""
        now = self.clock.now()
        flaw = self.assertions.flaw(presented.proof, now) if isinstance(presented.proof, Assertion) else None
        if flaw is not None:
            self._refused(flaw, self.clients.find(presented.client_id), presented)
            return Refused(flaw)
        client = self.clients.find(presented.client_id)
        secret = self._match(presented, () if client is None else client.secrets, now)
        if client is None:
            return self._refused(Why.UNKNOWN_CLIENT, None, presented)
        if secret is None:
            wrong = Why.WRONG_SIGNATURE if isinstance(presented.proof, Assertion) else Why.WRONG_SECRET
            return self._refused(wrong, client, presented)
        if client.state is not State.ACTIVE:
            return self._refused(Why.NOT_ACTIVE, client, presented)
        return self._welcome(client, secret, presented, now)

    def _match(self, presented: Presented, secrets: tuple[KnownSecret, ...], now: datetime) -> KnownSecret | None:
        """The secret that was shown, if it works now. No client costs the comparisons of one with two secrets."""
        records = [secret.record if secret.works_at(now) else b"" for secret in secrets]
        records += [b""] * (SECRETS_COMPARED - len(records))
        if isinstance(presented.proof, Assertion):
            place = self.assertions.signatures.which(presented.client_id, presented.proof, records)
        else:
            place = self.check.which(presented.client_id, presented.proof, records)
        return None if place is None else secrets[place]

    def _welcome(
        self, client: KnownClient, secret: KnownSecret, presented: Presented, now: datetime
    ) -> Authenticated | Refused:
        start = now.replace(microsecond=0)
        end = self._end(client, secret, start)
        if end <= start:
            return self._refused(Why.EXPIRED, client, presented)
        if isinstance(presented.proof, Assertion) and not self.assertions.first_use(client.credential, presented.proof):
            return self._refused(Why.USED_BEFORE, client, presented)
        address, agent = presented.address, presented.agent
        self.last_use.note(Use(credential=client.credential, secret=secret.id, at=now, address=address, agent=agent))
        self.logins.accepted(Login(credential=client.credential, what=secret.id, at=now, address=address, agent=agent))
        return Authenticated(client=client, secret=secret.id, at=start, until=end)

    def _refused(self, why: Why | Flaw, client: KnownClient | None, presented: Presented) -> Refused:
        """It is counted: the same work whether there is such a client or not."""
        self.logins.refused(
            Login(
                credential=None if client is None else client.credential,
                what=why.value,
                at=self.clock.now(),
                address=presented.address,
                mistyped=why in _WRONG and _is_mistyped(presented.proof),
            )
        )
        return Refused(why, None if client is None else client.client_id)

    def _end(self, client: KnownClient, secret: KnownSecret, start: datetime) -> datetime:
        """A token's last instant, in whole seconds as tokens count them: rounded down, so never past the expiry."""
        ends = [start + min(self.token_life, LONGEST_LIFE), client.expires_at]
        if secret.retire_at is not None:
            ends.append(secret.retire_at)
        return min(ends).replace(microsecond=0)


def _is_mistyped(proof: Concealed | Assertion) -> bool:
    return isinstance(proof, Concealed) and secret_format.is_mistyped(proof.disclose())
