"""What must hold of a program's database at any instant, whatever was done to it: the promises, from outside.

1. No entry, no effect: ledger sound (keyless, with key, against the newest checkpoint outside), tables follow from it.
2. At most one secret of a credential can be checked, and an old one beside it during a rotation; where nobody may have
   seen the newest, another one is offered.
3. Two people: every credential has its quorum of approvers, none of whom asked for it or owns it.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache

from sqlalchemy import Connection, Engine, text

from bot.domain.credential import Credential, Delivery, ReceiptState, State
from bot.domain.request import Request, Verdict
from bot.domain.request import State as RequestState
from bot.main.opening import read_keys
from bot.slack.ids import Action, SecretMark
from bot.store import SCHEMAS
from bot.store.auditing import story_problems
from bot.store.store import SqlReader
from ledger import Ledger, OpenEntry, open_to_read, verify_keyless, verify_with_key
from tests.support.live import Program
from tests.support.sandbox import element, eventually

ISSUING = {RequestState.APPROVED, RequestState.EXECUTING, RequestState.UNRESOLVED, RequestState.FULFILLED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """The tables of the present and the entries of the past, read in one view."""

    requests: list[Request]
    credentials: list[Credential]
    entries: list[OpenEntry]
    records: Counter[str] = field(default_factory=Counter)
    """How many secrets of a credential can still be checked."""

    def request(self, name: str) -> Request:
        """The newest request for a credential of that name."""
        return [each for each in self.requests if each.asked.name == name][-1]

    def credential(self, name: str) -> Credential:
        """The newest credential of that name."""
        return [each for each in self.credentials if each.name == name][-1]

    def kinds(self, name: str) -> Counter[str]:
        """How many entries of each kind tell of the requests for that name."""
        codes = {str(each.id) for each in self.requests if each.asked.name == name}
        codes |= {str(each.credential) for each in self.requests if each.asked.name == name}
        found = (e.event for e in self.entries)
        return Counter(e.kind for e in found if codes & {e.body.get("request"), e.body.get("credential")})


def read(program: Program) -> Books:
    """All of it as it stands now; the program may run. Fails where the ledger or the story is not sound."""
    places = program.places
    keys = read_keys(places)
    verifier = keys.log_key.verifier
    with view(program) as connection:
        newest = _newest_checkpoint(program)
        assert verify_keyless(connection, verifier, checkpoint=newest).sound
        report = verify_with_key(connection, verifier, keys.kek, SCHEMAS, checkpoint=newest)
        assert report.sound, report.to_text()
        ledger = Ledger.open(connection, kek=keys.kek, log_key=keys.log_key, schemas=SCHEMAS)
        entries = list(ledger.entries(connection))
        assert story_problems(ledger, connection) == []
        return _tables(connection, entries)


def _tables(connection: Connection, entries: list[OpenEntry]) -> Books:
    reader = SqlReader(connection, datetime.now(UTC))
    checkable = connection.execute(text("SELECT credential FROM secret WHERE length(record) > 0"))
    return Books(
        requests=sorted(reader.requests.each(), key=lambda each: each.opened_at),
        credentials=sorted(reader.credentials.each(), key=lambda each: each.created_at),
        entries=entries,
        records=Counter(checkable.scalars()),
    )


def glance(program: Program) -> Books:
    """The tables alone, for whoever waits for something to happen."""
    with view(program) as connection:
        return _tables(connection, [])


def check(program: Program) -> Books:
    """All three promises. The program runs, so that it can offer what it owes."""
    eventually(lambda: _settled(glance(program)), "an end of what was under way")
    books = read(program)
    for request in books.requests:
        _two_people(request)
    named = Counter((each.estate, each.name) for each in books.credentials if each.state is State.ACTIVE)
    assert all(count == 1 for count in named.values()), named
    for credential in books.credentials:
        assert books.records[str(credential.id)] <= 1 + (credential.retiring is not None), credential
        _nobody_is_left_alone(program, credential)
    return books


def _settled(books: Books) -> bool:
    """Nothing is between two transactions: no start without its end, no message without its outcome."""
    under_way = {RequestState.EXECUTING, RequestState.UNRESOLVED}
    return not any(request.state in under_way for request in books.requests) and not any(
        credential.newest.delivery is Delivery.PENDING for credential in books.credentials if not credential.tracked
    )


def _two_people(request: Request) -> None:
    approvers = {vote.voter for vote in request.votes if vote.verdict is Verdict.APPROVE}
    assert not approvers & {request.asked.requester, request.asked.owner}, request
    if request.state in ISSUING:
        assert len(approvers) >= request.quorum, request


def _nobody_is_left_alone(program: Program, credential: Credential) -> None:
    """A secret that works, and that its owner may never have seen, comes with a button for another one."""
    if credential.tracked:
        return
    newest = credential.newest
    unsure = newest.delivery is not Delivery.DELIVERED and newest.receipt is ReceiptState.AWAITING
    if credential.state is State.ACTIVE and unsure:
        eventually(lambda: offered_again(program, credential), f"another secret of {credential.name}")


def offered_again(program: Program, credential: Credential) -> dict[str, object] | None:
    """The message in the owner's DM that offers to issue the newest secret again."""
    for message in program.person(credential.owner).messages():
        try:
            _, found = element(message["blocks"], Action.REISSUE)
        except AssertionError:
            continue
        if found["value"] == SecretMark.of(credential).pack() and not message["ephemeral"]:
            return message
    return None


def waiting_notices(program: Program) -> int:
    """How many messages wait in the outbox."""
    with view(program) as connection:
        return int(connection.execute(text("SELECT count(*) FROM notice WHERE state = 'pending'")).scalar_one())


def _newest_checkpoint(program: Program) -> str | None:
    """The newest of the checkpoints that lie outside of the database."""
    kept = sorted(program.places.checkpoints.glob("*"), key=lambda file: file.stat().st_mtime_ns)
    return kept[-1].read_text() if kept else None


@contextmanager
def view(program: Program) -> Iterator[Connection]:
    with _reading(program.places.database_url).connect() as connection, connection.begin():
        yield connection


@cache
def _reading(database: str) -> Engine:
    """It keeps no connection open; but what it has compiled, which is most of the work of looking, it keeps."""
    return open_to_read(database)
