"""The web's side of the tests: a credential that works, the application around it, and a real server on loopback."""

import asyncio
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import uuid4

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.types import ASGIApp

from bot.authority.builtin import BuiltinAuthority, Pepper
from bot.domain.credential import State
from bot.domain.ids import CredentialId, RoleKey, SecretId, TokenId
from bot.domain.policy import Policy
from bot.domain.role import READ_ONLY
from bot.ports import Concealed, Issued, Order, World
from bot.service.logins.authentication import Authentication, Clients, KnownClient, KnownSecret
from bot.service.logins.last_use import LastUse
from bot.service.logins.tokens import Revoked, Tokens
from bot.web import Ed25519Signer, Parts, create
from bot.web.proxies import Proxies
from bot.web.slowing import Slowing
from bot.web.wire import Patience, config_of
from tests.support import signing
from tests.support.fakes import START, FakeClock, FakeDirectory, FakeEntropy
from tests.support.people import RETAIL, make_policy

ISSUER = "https://cred.example.com"
API, REPORTS = "https://api.example.com", "urn:example:reports"
"""For whom tokens may be asked, beside the issuer."""
SEED = bytes(range(32))
PEPPER = Pepper(key_id=b"p" * 32, key=b"pepper of the tests, 32 bytes...")


def new_authority(seed: int = 7) -> BuiltinAuthority:
    """The real one, with repeatable randomness."""
    return BuiltinAuthority([PEPPER], FakeEntropy(seed))


def order(expires_at: datetime = START + timedelta(days=30)) -> Order:
    """An order that nothing is wrong with."""
    return Order(
        correlation=CredentialId(uuid4()),
        name="nightly-report",
        role=READ_ONLY.key,
        permissions=tuple(sorted(READ_ONLY.permissions)),
        expires_at=expires_at,
    )


def known_secret(issued: Issued, **changes) -> KnownSecret:
    values = {"id": SecretId(uuid4()), "record": issued.record, "retire_at": None}
    return KnownSecret(**{**values, **changes})


def known_client(issued: Issued, *secrets: KnownSecret, **changes) -> KnownClient:
    """What the hot read would say of a credential just issued."""
    values = {
        "credential": CredentialId(uuid4()),
        "client_id": issued.client_id,
        "estate": RETAIL,
        "role": RoleKey(READ_ONLY.key),
        "permissions": frozenset(str(p) for p in READ_ONLY.permissions),
        "state": State.ACTIVE,
        "expires_at": START + timedelta(days=30),
        "secrets": secrets or (known_secret(issued),),
    }
    return KnownClient(**{**values, **changes})


@dataclass
class FakeClients:
    """The hot read without a database. `broken`: it raises, with a text that must never get out."""

    known: dict[str, KnownClient] = field(default_factory=dict)
    broken: str = ""

    def put(self, client: KnownClient) -> KnownClient:
        self.known[str(client.client_id)] = client
        return client

    def find(self, client_id: str) -> KnownClient | None:
        if self.broken:
            raise RuntimeError(self.broken)
        return self.known.get(client_id)


@dataclass
class CountingCheck:
    """The real comparison, counted: with how many records each answer was compared."""

    authority: BuiltinAuthority
    compared: list[int] = field(default_factory=list)

    def which(self, client_id: str, presented: Concealed, records: Sequence[bytes]) -> int | None:
        self.compared.append(len(records))
        return self.authority.which(client_id, presented, records)


class FakeStore:
    """A store that nothing is kept in. Each of its doors can be shut, or held open by somebody else."""

    def __init__(self) -> None:
        self.refuse_read: Exception | None = None
        self.refuse_work: Exception | None = None
        self.held = threading.Lock()
        self.turns = 0
        self.spent: set[tuple[CredentialId, str]] = set()
        self.now = START

    @contextmanager
    def read(self) -> Iterator["FakeStore"]:
        if self.refuse_read:
            raise self.refuse_read
        yield self

    @contextmanager
    def work(self) -> Iterator["FakeStore"]:
        self.prove_writable()
        yield self

    def prove_writable(self) -> None:
        if self.refuse_work:
            raise self.refuse_work
        with self.held:
            self.turns += 1

    @property
    def credentials(self) -> "FakeStore":
        return self

    @property
    def assertions(self) -> "FakeStore":
        return self

    def forget(self, _before: datetime) -> None:
        pass

    def spend(self, credential: CredentialId, jti: str, _expires_at: datetime) -> bool:
        known = len(self.spent)
        self.spent.add((credential, jti))
        return len(self.spent) > known

    logins = assertions

    def claim(self, *_batch: object) -> bool:
        """Nothing is counted."""
        return False

    def get(self, _credential: CredentialId) -> None:
        return None


class FakeRevoked(set[TokenId]):
    """The hot read of the tokens that were given up, without a database."""

    def has(self, token: TokenId) -> bool:
        return token in self


@dataclass
class Door:
    """The web application over fakes, with one credential that works."""

    clock: FakeClock = field(default_factory=FakeClock)
    clients: FakeClients = field(default_factory=FakeClients)
    store: FakeStore = field(default_factory=FakeStore)
    last_use: LastUse = field(default_factory=LastUse)
    authority: BuiltinAuthority = field(default_factory=new_authority)
    revoked: FakeRevoked = field(default_factory=FakeRevoked)
    policy: Policy = field(default_factory=make_policy)
    proxies: Proxies = field(default_factory=Proxies)
    fetch: Callable[[str], bytes] = signing.nowhere

    def __post_init__(self) -> None:
        self.check = CountingCheck(self.authority)
        self.issued = self.authority.issue(order())
        self.client = self.clients.put(known_client(self.issued))
        self.entropy = FakeEntropy(3)
        self.waits: list[float] = []

    async def _slept(self, seconds: float) -> None:
        self.waits.append(seconds)

    def _fetched(self, address: str) -> bytes:
        return self.fetch(address)

    @property
    def client_id(self) -> str:
        return str(self.issued.client_id)

    @property
    def secret(self) -> str:
        return self.issued.secret.disclose()

    @property
    def authentication(self) -> Authentication:
        rules = signing.rules(self.authority, self.store, self.clock, ISSUER, self._fetched)
        return authentication(self.clients, self.check, self.last_use, self.clock, assertions=rules)

    def app(self, slack: ASGIApp | None = None, issuer: str = ISSUER) -> Starlette:
        world = World(
            policy=self.policy,
            store=self.store,
            clock=self.clock,
            entropy=self.entropy,
            directory=FakeDirectory({}, {}),
            authority=self.authority,
            uses=self.last_use,
            fingerprint=lambda _secret: "f" * 64,
            wake=lambda: None,
        )
        asks = {"slack": slack, "issuer": issuer, "revoked": self.revoked, "proxies": self.proxies}
        asks |= {"slowing": Slowing(sleep=self._slept)}
        return application(world, self.authentication, **asks)


def authentication(clients: Clients, check, last_use: LastUse, clock, **changes) -> Authentication:
    """The use case with the tests' signer."""
    values = {
        "clients": clients,
        "check": check,
        "signer": Ed25519Signer(SEED, ISSUER),
        "last_use": last_use,
        "clock": clock,
        "entropy": FakeEntropy(5),
        "assertions": signing.rules(new_authority(), FakeStore(), clock, ISSUER),
        "token_life": timedelta(minutes=10),
        "audiences": frozenset({ISSUER, API, REPORTS}),
    }
    return Authentication(**{**values, **changes})


def application(
    world: World,
    authenticates: Authentication,
    *,
    slack: ASGIApp | None = None,
    issuer: str = ISSUER,
    revoked: Revoked | None = None,
    **parts,
) -> Starlette:
    signer = Ed25519Signer(SEED, issuer)
    tokens = Tokens(authentication=authenticates, reader=signer, revoked=FakeRevoked() if revoked is None else revoked)
    return create(Parts(issuer=issuer, world=world, tokens=tokens, signer=signer, slack=slack, **parts))


class Visitor:
    """A client of an application in this process: no socket, no lifespan. Ask as with `httpx.Client`."""

    def __init__(self, app: ASGIApp) -> None:
        self._runner = asyncio.Runner()
        self._client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ISSUER)

    def request(self, method: str, path: str, **asks) -> httpx.Response:
        return self._runner.run(self._client.request(method, path, **asks))

    def get(self, path: str, **asks) -> httpx.Response:
        return self.request("GET", path, **asks)

    def post(self, path: str, **asks) -> httpx.Response:
        return self.request("POST", path, **asks)

    def close(self) -> None:
        self._runner.run(self._client.aclose())
        self._runner.close()


@contextmanager
def visiting(app: ASGIApp) -> Iterator[Visitor]:
    """A visitor who leaves in the end."""
    visitor = Visitor(app)
    try:
        yield visitor
    finally:
        visitor.close()


async def pieces(*parts: bytes) -> AsyncIterator[bytes]:
    """A body that comes bit by bit and does not say how long it is."""
    for part in parts:
        yield part


PATIENT = Patience(head=60, body=60, taking=60, idle=60)
"""No client loses its connection because the machine did not turn to one of the two for some seconds."""


@contextmanager
def served(app: ASGIApp, patience: Patience = PATIENT, **others) -> Iterator[str]:
    """The application behind the real server on loopback; yields its address."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    server = uvicorn.Server(config_of(app, patience, https=True, lifespan="on", **others))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    listener.listen()  # from now on a connection waits for the server instead of failing
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(timeout=60)
        listener.close()
        assert not thread.is_alive(), "the server did not stop"
