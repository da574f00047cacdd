"""A log that goes on under a new origin, where its database was rolled back: X, then X/2, then X/3.

Guarantees: nothing of the former log is changed, and nothing is ever added to it; entry 0 of the new one says what was
known of the former log, what is left of it, and why; its first checkpoint is signed under the former name too, so that
whoever holds the former verifier key sees that its owner began the new log. A number is never used twice: it is above
that of every log in the database and of every checkpoint that is known.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select

from ledger.appending import Appender, Head, data_key_columns, key_created
from ledger.checkpoint import Checkpoint, Signature
from ledger.entry import Event, micros
from ledger.errors import BadSignatureError, NoLedgerError, NotSignedError, OriginMismatchError, WrongKeyError
from ledger.keyring import ENTRIES, INDEX, Keyring
from ledger.keys import KeyEncryptionKey
from ledger.merkle import CompactRange
from ledger.opening import keys_of
from ledger.opening import newest as newest_in
from ledger.schema import Schemas
from ledger.sealing import SealingKey
from ledger.signing import LogKey, VerifierKey, to_base64
from ledger.succession import Succession
from ledger.tables import CHECKPOINT, LOG, check_tables

_NUMBERED = re.compile(r"(.+)/([2-9]|[1-9][0-9]{1,8})", re.ASCII)
_LOGS = select(LOG.c.log, LOG.c.origin, LOG.c.verifier).order_by(LOG.c.log)


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """The logs of one database, each the continuation of the one before it, and the key that signs them."""

    ring: Keyring
    """Of the newest."""
    log_key: LogKey
    """Under the newest one's name."""
    keys: Mapping[int, Succession]
    """Of each log, by its number, every key that it had."""

    @property
    def first(self) -> str:
        """The origin of the first."""
        return [*self.ring.lineage()][-1].origin

    def number(self, origin: str) -> int | None:
        """Which of the family has this origin, were it in the database or not; None for a stranger's."""
        if origin == self.first:
            return 1
        numbered = _NUMBERED.fullmatch(origin)
        return int(numbered[2]) if numbered is not None and numbered[1] == self.first else None

    def check(self, checkpoint: Checkpoint) -> int:
        """Which of the family it is of. Raises `BadSignatureError` where the family's key did not sign it."""
        number = self.number(checkpoint.origin)
        if number is None:
            raise BadSignatureError(f"It is a checkpoint of {checkpoint.origin}, not of {self.log_key.origin}.")
        checkpoint.check(self.keys.get(number) or self.log_key.named(checkpoint.origin).verifier)
        return number


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """Why a log goes on under a new origin, and what was known of it: the newest of all checkpoints."""

    known: Checkpoint
    number: int
    reason: str


def open_family(
    connection: Connection, *, kek: KeyEncryptionKey, log_key: LogKey, random: Callable[[int], bytes]
) -> Family:
    """`log_key`: under the name of any of them. Raises `NoLedgerError`, `OriginMismatchError`, `WrongKeyError`."""
    check_tables(connection)
    rows = connection.execute(_LOGS).all()
    if log_key.origin not in {row.origin for row in rows}:
        there = ", ".join(row.origin for row in rows) or "none"
        raise OriginMismatchError(f"This database holds no log {log_key.origin}. The log in it: {there}.")
    first, *later = rows
    ring = Keyring(first.log, first.origin, kek, random)
    for row in later:
        ring = ring.next(row.log, row.origin)
    newest = log_key.named(ring.origin)
    if rows[-1].verifier != newest.verifier.to_text():
        raise WrongKeyError(
            f"The log {ring.origin} is signed by another key than the log key given: {rows[-1].verifier}."
        )
    return Family(ring=ring, log_key=newest, keys=_all_keys(connection, ring, newest.verifier))


def _all_keys(connection: Connection, ring: Keyring, newest: VerifierKey) -> dict[int, Succession]:
    """From the newest log's newest key backwards: a log is begun by the last key of the one that it continues."""
    found: dict[int, Succession] = {}
    public = newest.public
    for each in ring.lineage():
        found[each.log] = keys_of(connection, each.log, VerifierKey(each.origin, public))
        public = found[each.log].first.public
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class LogState:
    """How one of them stands: the key that signs it, how many entries it has, and the newest of its checkpoints."""

    verifier: VerifierKey
    size: int
    checkpoint: Checkpoint


def states_of(connection: Connection, ring: Keyring, newest: VerifierKey) -> list[LogState]:
    """Of each, the oldest first; a key vouches for that of the log before its own. Raises `NotSignedError`."""
    keys, states = _all_keys(connection, ring, newest), []
    for each in reversed([*ring.lineage()]):
        checkpoint = newest_in(connection, each.log)
        if checkpoint is None:
            raise NotSignedError(f"The log {each.origin} has no checkpoint.")
        size = Head.read(connection, each.log).tree.size
        states.append(LogState(verifier=keys[each.log].newest, size=size, checkpoint=checkpoint))
    return states


def index_key_of(connection: Connection, ring: Keyring) -> SealingKey:
    """What blinds the values that are searched by. Raises `NoLedgerError` where it is gone, `WrongKeyError`."""
    key = ring.primary(connection, INDEX)
    if key is None:
        raise NoLedgerError("The ledger's index key is gone from this database.")
    return key


def begin_next(connection: Connection, family: Family, turn: Turn, schemas: Schemas, now: datetime) -> Family:
    """The next log, its first entries and its first checkpoint, in the caller's transaction."""
    before = Head.read(connection, family.ring.log)
    at = max(before.time, micros(now))
    ring = family.ring.next(turn.number, f"{family.first}/{turn.number}")
    log_key = family.log_key.named(ring.origin)
    data_key = ring.make(connection, ENTRIES, at)
    verifier = log_key.verifier.to_text()
    row = {"log": ring.log, "origin": ring.origin, "verifier": verifier, "time": at, "clock": at}
    row |= {"size": 0, "nodes": CompactRange().to_bytes()}
    connection.execute(insert(LOG), row | data_key_columns(data_key, 0, at))
    continued = Event(
        kind="log:continued",
        actor=None,
        via="ledger",
        body={
            "origin": ring.origin,
            "key": verifier,
            "known": turn.known.to_text(),
            "former": family.ring.origin,
            "held": before.tree.size,
            "root": to_base64(before.tree.root()),
            "reason": turn.reason,
        },
    )
    appender = Appender(ring, schemas, index_key_of(connection, ring).secret, ring.random)
    head = appender.append_all(connection, (continued, key_created(data_key, ENTRIES)), at)
    checkpoint = _signed_by_both(family.log_key, log_key, head.tree)
    connection.execute(insert(CHECKPOINT), {"log": ring.log, "size": checkpoint.size, "note": checkpoint.to_text()})
    keys = {**family.keys, ring.log: Succession(((0, log_key.verifier),))}
    return Family(ring=ring, log_key=log_key, keys=keys)


def _signed_by_both(former: LogKey, log_key: LogKey, tree: CompactRange) -> Checkpoint:
    checkpoint = Checkpoint.sign(log_key, tree.size, tree.root())
    signature = former.sign(checkpoint.note.text.encode())
    return checkpoint.with_signatures([Signature(former.origin, former.verifier.id, signature)])


def turn_of(family: Family, known: Iterable[Checkpoint], reason: str) -> Turn:
    """The newest log's largest checkpoint, and the number after all. Raises `BadSignatureError`: a stranger's."""
    newest = max(known, key=lambda checkpoint: (family.check(checkpoint), checkpoint.size))
    return Turn(known=newest, number=1 + max(family.ring.log, family.check(newest)), reason=reason)
