"""How a log comes to be, how it is found, and what its rows say of its past."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from sqlalchemy import Connection, bindparam, insert, select

from ledger.appending import Appender, Head, data_key_columns, key_created
from ledger.checkpoint import Checkpoint
from ledger.entry import Event, micros
from ledger.errors import BadSignatureError, LedgerExistsError, MalformedError, NotSignedError, OriginMismatchError
from ledger.keyring import ENTRIES, INDEX, Keyring
from ledger.keys import KeyEncryptionKey
from ledger.merkle import leaf_hash, root_of
from ledger.schema import Schemas
from ledger.sealing import SealingKey
from ledger.signing import LogKey, VerifierKey
from ledger.succession import Succession, voucher_front
from ledger.tables import CHECKPOINT, ENTRY, LOG, check_tables, make_tables

_LEAVES = (
    select(ENTRY.c.entry)
    .where(ENTRY.c.log == bindparam("log"), ENTRY.c.index < bindparam("size"))
    .order_by(ENTRY.c.index)
)
_NOTES = select(CHECKPOINT.c.note).where(CHECKPOINT.c.log == bindparam("log"))
_NEWEST_NOTE = _NOTES.order_by(CHECKPOINT.c.size.desc()).limit(1)
_NOTE_OF_SIZE = _NOTES.where(CHECKPOINT.c.size == bindparam("size"))
_ENDS = (CHECKPOINT.c.size, CHECKPOINT.c.size.desc())
_VOUCHED = _NOTES.where(CHECKPOINT.c.note.contains(bindparam("front"), autoescape=False))


def create_log(
    connection: Connection,
    *,
    kek: KeyEncryptionKey,
    log_key: LogKey,
    schemas: Schemas,
    now: datetime,
    random: Callable[[int], bytes],
) -> tuple[Keyring, SealingKey]:
    """Tables, keys, the first entries and the first checkpoint. Raises `LedgerExistsError`."""
    make_tables(connection)
    there = connection.execute(select(LOG.c.origin)).scalars().all()
    if there:
        raise LedgerExistsError(f"This database holds a ledger already: {', '.join(there)}. Nothing was changed.")
    at, log = micros(now), 1
    keyring = Keyring(log, log_key.origin, kek, random)
    index_key = keyring.make(connection, INDEX, at)
    data_key = keyring.make(connection, ENTRIES, at)
    verifier = log_key.verifier.to_text()
    row = {"log": log, "origin": log_key.origin, "verifier": verifier, "size": 0, "time": at, "clock": at, "nodes": b""}
    connection.execute(insert(LOG), row | data_key_columns(data_key, 0, at))
    appender = Appender(keyring, schemas, index_key.secret, random)
    opened = {"origin": log_key.origin, "key": verifier}
    appender.append(connection, Event(kind="log:opened", actor=None, via="ledger", body=opened), at)
    appender.append(connection, key_created(index_key, INDEX), at)
    head = appender.append(connection, key_created(data_key, ENTRIES), at)
    keep(connection, log, Checkpoint.sign(log_key, head.tree.size, head.tree.root()))
    return keyring, index_key


def logs_in(connection: Connection) -> list[VerifierKey]:
    """The verifier key of each log, as the database names it, the oldest first. Raises `NoLedgerError`."""
    check_tables(connection)
    named = connection.execute(select(LOG.c.verifier).order_by(LOG.c.log)).scalars()
    return [VerifierKey.from_text(text) for text in named]


def keys_of(connection: Connection, log: int, trusted: VerifierKey) -> Succession:
    """Every key that the log had, from one of them that is trusted."""
    if _signed_from_end_to_end(connection, log, trusted):
        return Succession.follow(trusted, ())
    notes = connection.execute(_VOUCHED, {"log": log, "front": voucher_front(trusted.name)}).scalars()
    return Succession.follow(trusted, _checkpoints(notes))


def _signed_from_end_to_end(connection: Connection, log: int, key: VerifierKey) -> bool:
    """Whether a key signed both the oldest checkpoint and the newest, and no other took over at that one.

    Then there is no need to look through all of them, of which there may be half a million a year.
    """
    ends = [connection.execute(_NOTES.order_by(by).limit(1), {"log": log}).scalar() for by in _ENDS]
    found = list(_checkpoints(note for note in ends if note is not None))
    if len(found) < len(ends) or voucher_front(key.name) in found[-1].to_text():
        return False
    try:
        for checkpoint in found:
            checkpoint.check(key)
    except BadSignatureError:
        return False
    return True


def _checkpoints(notes: Iterable[object]) -> Iterator[Checkpoint]:
    """Those that are some: the others, a verification names."""
    for note in notes:
        try:
            yield Checkpoint.from_text(str(note))
        except MalformedError:
            continue


def newest_checkpoint(connection: Connection, verifier: VerifierKey) -> Checkpoint:
    """The newest in the database. Raises `NotSignedError` where there is none, `BadSignatureError`."""
    log = find_log(connection, verifier)
    checkpoint = newest(connection, log)
    if checkpoint is None:
        raise NotSignedError("The log has no checkpoint.")
    checkpoint.check(keys_of(connection, log, verifier))
    return checkpoint


def find_log(connection: Connection, verifier: VerifierKey) -> int:
    """The number of the log of this origin. Raises `NoLedgerError`, `OriginMismatchError`."""
    check_tables(connection)
    log: int | None = connection.execute(select(LOG.c.log).where(LOG.c.origin == verifier.name)).scalar()
    if log is None:
        there = ", ".join(connection.execute(select(LOG.c.origin)).scalars()) or "none"
        raise OriginMismatchError(f"This database holds no log {verifier.name}. The log in it: {there}.")
    return log


def newest(connection: Connection, log: int) -> Checkpoint | None:
    """The newest checkpoint in the database; its signature is not checked."""
    note = connection.execute(_NEWEST_NOTE, {"log": log}).scalar()
    return None if note is None else Checkpoint.from_text(note)


def keep(connection: Connection, log: int, checkpoint: Checkpoint) -> None:
    """A row for a checkpoint."""
    connection.execute(insert(CHECKPOINT), {"log": log, "size": checkpoint.size, "note": checkpoint.to_text()})


def root_at(connection: Connection, log: int, size: int) -> bytes:
    """From the head or a kept checkpoint where one is of this size; else from the entries, at a million a second."""
    head = Head.read(connection, log).tree
    if head.size == size:
        return head.root()
    note = connection.execute(_NOTE_OF_SIZE, {"log": log, "size": size}).scalar()
    if note is not None:
        return Checkpoint.from_text(note).root
    rows = connection.execute(_LEAVES, {"log": log, "size": size}, execution_options={"yield_per": 1000})
    leaves = rows.scalars()
    return root_of(map(leaf_hash, leaves))
