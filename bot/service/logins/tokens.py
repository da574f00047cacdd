"""What an access token is worth now, and how its client gives it up. Pure of HTTP.

What holds here, whoever asks:

- A token is worth something as long as its signature is ours, its end has not come, nobody gave it up, its credential
  is active and not expired, and the secret that it was got with still works: all of it read anew each time.
- Everything else is one answer. Whoever asks must authenticate, and learns of no token but the one they hold.
- A token is given up by its own client only; of another's nothing changes.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.domain.credential import State
from bot.domain.events import TokenRevoked, Via
from bot.domain.ids import TokenId
from bot.ports import World
from bot.service.logins.authentication import Authentication, Claims, KnownClient, Presented, Refused


class TokenReader(Protocol):
    """The reverse of `bot.service.logins.authentication.TokenSigner`."""

    def read(self, token: str, now: datetime) -> Claims | None:
        """What a token says; None if we did not sign it, or its end has come."""


class Revoked(Protocol):
    """The hot read of those given up: microseconds, never behind a writer."""

    def has(self, token: TokenId) -> bool: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Living:
    """A token that is worth something now, and the client that holds it."""

    claims: Claims
    client: KnownClient


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """The use cases, with all they need."""

    authentication: Authentication
    reader: TokenReader
    revoked: Revoked

    def living(self, token: str) -> Living | None:
        """The token, if it is worth something now."""
        now = self.authentication.clock.now()
        claims = self.reader.read(token, now)
        if claims is None:
            return None
        client = self.authentication.clients.find(claims.client_id)
        if client is None or not _stands(client, claims, now) or self.revoked.has(claims.token_id):
            return None
        return Living(claims=claims, client=client)

    def introspect(self, presented: Presented, token: str) -> Living | Refused | None:
        """What a token is worth, for a caller that authenticates."""
        caller = self.authentication.authenticate(presented)
        return caller if isinstance(caller, Refused) else self.living(token)

    def revoke(self, world: World, presented: Presented, token: str) -> Refused | None:
        """Give a token up. Raises `StoreBusyError`; then it still counts."""
        caller = self.authentication.authenticate(presented)
        if isinstance(caller, Refused):
            return caller
        living = self.living(token)
        if living is None or living.client.credential != caller.client.credential:
            return None
        claims, credential = living.claims, living.client.credential
        with world.store.work() as work:
            if work.revocations.add(claims.token_id, credential, claims.expires_at):
                work.record(
                    TokenRevoked(
                        actor=None,
                        via=Via.WEB,
                        credential=credential,
                        token=claims.token_id,
                        expires_at=claims.expires_at,
                    )
                )
        return None


def _stands(client: KnownClient, claims: Claims, now: datetime) -> bool:
    """Whether the credential works, and by the secret that the token was got with."""
    if client.state is not State.ACTIVE or now >= client.expires_at:
        return False
    return any(secret.id == claims.secret and secret.works_at(now) for secret in client.secrets)
