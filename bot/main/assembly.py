"""The one place where the parts are put together. Nothing here decides anything; everything here is handed out."""

import hashlib
import hmac
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from uuid import UUID, uuid4

from bot.authority.builtin import BuiltinAuthority, Pepper
from bot.authority.fetching import Fetcher
from bot.authority.key_sets import KeySets
from bot.authority.signatures import Signatures
from bot.config import Settings
from bot.domain.ids import TeamId
from bot.domain.policy import Policy
from bot.domain.tokens import LONGEST_LIFE
from bot.main.face import face_of
from bot.main.keys import TOKEN_SIGNING
from bot.main.opening import Opened, open_house, read_keys
from bot.main.program import Part, Program
from bot.main.witnessing import Witnesses
from bot.ports import Clock, Concealed, Entropy, Siem, World
from bot.service.logins.assertions import Assertions
from bot.service.logins.authentication import Authentication
from bot.service.logins.gathering import Logins
from bot.service.logins.last_use import LastUse
from bot.service.logins.tokens import Tokens
from bot.slack.wire.directory import SlackDirectory
from bot.slack.wire.web_api import web_client
from bot.store import RosterStore, SqlStore
from bot.store.authentication import ClientLookup
from bot.store.holding import Duty
from bot.store.revocations import RevocationLookup
from bot.web.app import Parts, create
from bot.web.metadata import TOKEN_PATH
from bot.web.proxies import Proxies
from bot.web.signing import Ed25519Signer, FormerKey

VERSION = version("cred")


class SystemClock:
    """`bot.ports.Clock`: the machine's."""

    def now(self) -> datetime:
        """Now, in UTC."""
        return datetime.now(UTC)


class SystemEntropy:
    """`bot.ports.Entropy`: the kernel's."""

    def token(self, size: int) -> bytes:
        """So many unpredictable bytes."""
        return os.urandom(size)

    def uuid(self) -> UUID:
        """A random UUID (version 4)."""
        return uuid4()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Secrets:
    """The program's own keys, which the ledger keeps wrapped."""

    pepper: Pepper
    signing: bytes = field(repr=False)
    former: list[FormerKey] = field(repr=False)
    fingerprint: Callable[[Concealed], str]


def build(
    settings: Settings,
    policy: Policy,
    *,
    part: Part = Part.ALL,
    clock: Clock | None = None,
    entropy: Entropy | None = None,
) -> Program:
    """A program that is ready to start. Raises `NotReadyError` or `InUseError`, each with what to do."""
    opened = open_house(settings.places, read_keys(settings.places))
    try:
        return _assemble(settings, policy, opened, clock or SystemClock(), entropy or SystemEntropy(), part=part)
    except BaseException:
        opened.close()
        raise


def _assemble(
    settings: Settings, policy: Policy, opened: Opened, clock: Clock, entropy: Entropy, *, part: Part
) -> Program:
    store = SqlStore(opened.engine, opened.ledger, clock, _home(policy))
    secrets = _secrets(store, clock)
    client = web_client(settings.slack.bot_token.disclose(), settings.slack.api_url)
    directory = SlackDirectory(client, RosterStore(store), clock)
    authority = BuiltinAuthority([secrets.pepper], entropy)
    bell, last_use, witnesses = threading.Event(), LastUse(), Witnesses(settings.places, store, clock)
    world = World(
        policy=policy,
        store=store,
        clock=clock,
        entropy=entropy,
        directory=directory,
        authority=authority,
        uses=last_use,
        fingerprint=secrets.fingerprint,
        wake=bell.set,
        siem=_siem(settings),
        witnesses=witnesses.standing,
        version=VERSION,
    )
    face = face_of(settings, world, client, directory, version=VERSION)
    lookup = ClientLookup(opened.engine)
    signer = Ed25519Signer(secrets.signing, settings.places.public_url, secrets.former)
    authentication = Authentication(
        clients=lookup,
        check=authority,
        assertions=Assertions(
            signatures=Signatures(authority, KeySets(Fetcher(policy.key_hosts), clock)),
            store=store,
            audiences=frozenset({settings.places.public_url, settings.places.public_url + TOKEN_PATH}),
        ),
        signer=signer,
        last_use=last_use,
        clock=clock,
        entropy=entropy,
        token_life=policy.token_life,
        audiences=policy.audiences | {settings.places.public_url},
        logins=Logins(policy.logins),
    )
    issuer = settings.places.public_url
    revoked = RevocationLookup(opened.engine)
    tokens = Tokens(authentication=authentication, reader=signer, revoked=revoked)
    proxies = Proxies(settings.places.proxies)
    parts = Parts(issuer=issuer, world=world, tokens=tokens, signer=signer, slack=face.requests, proxies=proxies)

    duty = Duty(opened.engine)

    def close() -> None:
        duty.release()
        lookup.close()
        revoked.close()
        store.close()
        opened.close()

    return Program(
        world=world,
        store=store,
        web=create(parts),
        face=face,
        bell=bell,
        version=VERSION,
        part=part,
        duty=duty,
        ask_witnesses=witnesses.ask,
        close=close,
    )


def _secrets(store: SqlStore, clock: Clock) -> _Secrets:
    """The keys, made at the very first start."""
    with store.write() as connection:
        now = clock.now()
        pepper = store.ledger.key(connection, "pepper", at=now)
        signing = store.ledger.key(connection, TOKEN_SIGNING, at=now)
        former = store.ledger.former_keys(connection, TOKEN_SIGNING)
        fingerprint = store.ledger.key(connection, "fingerprint", at=now)
    return _Secrets(
        pepper=Pepper(key_id=pepper.id, key=pepper.secret),
        signing=signing.secret,
        former=[FormerKey(seed=key.secret, until=followed + LONGEST_LIFE) for key, followed in former],
        fingerprint=lambda secret: hmac.new(fingerprint.secret, secret.disclose().encode(), hashlib.sha256).hexdigest(),
    )


def _siem(settings: Settings) -> Siem | None:
    if settings.siem is None:
        return None
    from bot.siem import HttpSiem  # noqa: PLC0415 - its client is slow to load, and few have a SIEM

    return HttpSiem(settings.siem)


def _home(policy: Policy) -> TeamId:
    """The team that people are taken to be of whom the workspace was never asked about."""
    return min(policy.organization.teams)
