"""The house without its faces: the real store and ledger in a file, the real use cases, fakes at the borders."""

import hashlib
import hmac
import os
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from sqlalchemy import Engine, select

from bot.domain.break_glass import Glass
from bot.domain.ids import NoticeId, Words
from bot.domain.notice import Notice, NoticeState
from bot.domain.request import Request, Verdict
from bot.domain.role import READ_ONLY, SUPER_ADMIN
from bot.domain.voting import Ballot
from bot.ports import Concealed, World
from bot.service import break_glass, requests, reviewing, terms
from bot.service.asking import AddCommand
from bot.service.break_glass import TakeCommand
from bot.service.handover.issuance import Claim, Shown, reveal
from bot.service.logins.last_use import LastUse
from bot.store import SCHEMAS, SqlStore, open_engine
from bot.store.notices import SqlNotices
from bot.store.rows import METADATA
from ledger import KeyEncryptionKey, Ledger, LogKey
from ledger.tables import make_tables
from tests.support import people
from tests.support.fakes import FakeAuthority, FakeClock, FakeDirectory, FakeEntropy, FakeNotifier

ORIGIN = "cred.example/log"
_NOTICE = METADATA.tables["notice"]


@dataclass
class House:
    """Everything that a test of the use cases needs, with its doors open."""

    world: World
    clock: FakeClock
    directory: FakeDirectory
    authority: FakeAuthority
    notifier: FakeNotifier
    store: SqlStore
    engine: Engine
    kek: KeyEncryptionKey
    log_key: LogKey
    woken: list[None] = field(default_factory=list)

    def command(self, **changes) -> AddCommand:
        """A form that nothing is wrong with."""
        values = {
            "submission": os.urandom(8).hex(),
            "requester": people.MAYA,
            "owner": people.MAYA,
            "estate": people.RETAIL,
            "role": READ_ONLY.key,
            "name": "CI deploys",
            "description": "Reads what is deployed",
            "reason": "The pipeline needs it",
            "expires_on": self.world.policy.today(self.clock.now()) + timedelta(days=30),
        }
        return AddCommand(**{**values, **changes})

    def opened(self, **changes) -> Request:
        """A pending request."""
        request = requests.open_add(self.world, self.command(**changes))
        assert isinstance(request, Request), request
        return request

    def vote(self, request: Request, voter, verdict=Verdict.APPROVE, reason: str = "", **changes):
        ballot = Ballot(request=request.id, digest=request.digest, voter=voter, verdict=verdict, reason=Words(reason))
        return requests.vote(self.world, replace(ballot, **changes))

    def approved(self, **changes) -> Request:
        """A request that enough people have approved."""
        request = self.opened(**changes)
        voters = (people.ANA, people.BEN) if request.asked.role == SUPER_ADMIN.key else (people.ANA,)
        for voter in voters:
            request = self.vote(request, voter)
            assert isinstance(request, Request), request
        return request

    def reveal(self, request: Request, actor=None):
        claim = Claim(request=request.id, digest=request.digest, actor=actor or request.asked.owner)
        return reveal(self.world, claim)

    def issued(self, **changes) -> Shown:
        """A credential whose secret is on its way."""
        shown = self.reveal(self.approved(**changes))
        assert isinstance(shown, Shown), shown
        return shown

    def take_command(self, **changes) -> TakeCommand:
        """The form of a broken glass that nothing is wrong with."""
        values = {
            "submission": os.urandom(8).hex(),
            "requester": people.MAYA,
            "estate": people.RETAIL,
            "role": READ_ONLY.key,
            "name": "night shift",
            "reason": "The shop is down",
        }
        return TakeCommand(**{**values, **changes})

    def taken(self, **changes) -> Request:
        """A glass that was just broken."""
        request = break_glass.take(self.world, self.take_command(**changes))
        assert isinstance(request, Request), request
        return request

    def review(self, request: Request, reviewer, verdict=Verdict.APPROVE, reason: str = "", **changes):
        ballot = Ballot(
            request=request.id, digest=request.digest, voter=reviewer, verdict=verdict, reason=Words(reason)
        )
        return reviewing.review(self.world, replace(ballot, **changes))

    def glass(self, request: Request) -> Glass:
        """A broken glass, as it is now."""
        with self.store.read() as reader:
            found = reader.glasses.get(request.id)
        assert found is not None
        return found

    def under(self, policy) -> "House":
        """The same house after a change of policy."""
        return replace(self, world=replace(self.world, policy=policy))

    def waiting(self) -> list[Notice]:
        """What waits in the outbox, in the order in which it was written."""
        with self.store.connect() as connection:
            found = connection.execute(
                select(_NOTICE.c.id).where(_NOTICE.c.state == NoticeState.PENDING).order_by(_NOTICE.c.number)
            ).scalars()
            read = SqlNotices(connection)
            return [read.get(NoticeId(UUID(each))) for each in found]

    def continued(self) -> "House":
        """The same house, whose log goes on under the next origin."""
        given = {"kek": self.kek, "log_key": self.log_key, "schemas": SCHEMAS, "now": self.clock.now()}
        with self.store.write() as connection:
            known = self.store.ledger.newest_checkpoint(connection)
            ledger = Ledger.continue_log(connection, **given, reason="the disk broke", known=[known])
        store = SqlStore(self.engine, ledger, self.clock, people.HOME)
        return replace(self, store=store, world=replace(self.world, store=store))

    def signed(self) -> None:
        """The newest entry is under a checkpoint."""
        with self.store.write() as connection:
            self.store.ledger.checkpoint(connection)

    def close(self) -> None:
        """Let go of the file."""
        self.store.close()
        self.engine.dispose()

    def kinds(self) -> list[str]:
        """The kinds of all entries that are about credentials, in order."""
        with self.store.connect() as connection:
            return [
                entry.event.kind
                for entry in self.store.ledger.entries(connection)
                if entry.event.kind.partition(":")[0] not in {"log", "key", "person", "terms"}
            ]


def build(folder: Path, database_url: str = "") -> House:
    """A new house in an empty folder, or in an empty database."""
    url = database_url or f"sqlite:///{folder / 'cred.db'}"
    copied = url.startswith("sqlite")
    if copied:
        Path(url.removeprefix("sqlite:///")).write_bytes(_tables())
    engine = open_engine(url)
    clock, log_key = FakeClock(), LogKey.generate(ORIGIN, os.urandom)
    kek = KeyEncryptionKey.generate(os.urandom)
    with engine.connect().execution_options(cred_writing=True) as connection, connection.begin():
        if not copied:
            METADATA.create_all(connection, checkfirst=False)
        ledger = Ledger.create(
            connection, kek=kek, log_key=log_key, schemas=SCHEMAS, now=clock.now(), random=os.urandom
        )
    store = SqlStore(engine, ledger, clock, people.HOME)
    directory = FakeDirectory(people.everybody(), {people.APPROVERS: frozenset({people.ANA, people.BEN})})
    authority, woken = FakeAuthority(), []
    world = World(
        policy=people.make_policy(),
        store=store,
        clock=clock,
        entropy=FakeEntropy(),
        directory=directory,
        authority=authority,
        uses=LastUse(),
        fingerprint=_fingerprint,
        wake=lambda: woken.append(None),
    )
    house = House(
        world=world,
        clock=clock,
        directory=directory,
        authority=authority,
        notifier=FakeNotifier(),
        store=store,
        engine=engine,
        kek=kek,
        log_key=log_key,
        woken=woken,
    )
    terms.accept(world, people.MAYA, world.policy.terms.digest)
    return house


@cache
def _tables() -> bytes:
    """An SQLite file with all tables and nothing in them: most of a house is built once."""
    with TemporaryDirectory() as name:
        file = Path(name) / "cred.db"
        engine = open_engine(f"sqlite:///{file}")
        with engine.connect().execution_options(cred_writing=True) as connection, connection.begin():
            METADATA.create_all(connection)
            make_tables(connection)
        engine.dispose()
        return file.read_bytes()


def _fingerprint(secret: Concealed) -> str:
    return hmac.new(b"fingerprint", secret.disclose().encode(), hashlib.sha256).hexdigest()
