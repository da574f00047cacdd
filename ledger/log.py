"""`Ledger`: an append-only, sealed, verifiable log, used from inside the caller's transactions.

Guarantees: an event's entry commits together with its effect or not at all, because the caller's own transaction holds
both; nothing is remembered that a rollback could make wrong. Writers come one at a time (on SQLite, `BEGIN IMMEDIATE`
behind one lock: the caller's; on PostgreSQL, in READ COMMITTED, they wait for the head's row); readers may be many.
All times are aware instants, kept as UTC microseconds.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from ledger.appending import Appender, Head
from ledger.checkpoint import Checkpoint
from ledger.entry import Event, Json, OpenEntry, instant, micros
from ledger.errors import LedgerExistsError, NotSignedError, TransactionError, UnknownKeyError
from ledger.keeping import CheckpointFile, is_kept, read_kept
from ledger.keyring import OWN_PURPOSES, Keyring, KeyState, list_keys
from ledger.keys import KeyEncryptionKey, NamedKey
from ledger.opening import Promise, check_not_rolled_back, create_log, keep, newest, open_log
from ledger.people import People
from ledger.proof import EntryProof
from ledger.proving import Prover
from ledger.reading import Reading
from ledger.rewrapping import Progress, Rewrapped, rewrap
from ledger.schema import Schemas
from ledger.sealing import SealingKey
from ledger.signing import LogKey
from ledger.tables import lock_head

Random = Callable[[int], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Appended:
    """Where and when an event came to stand. `at` is never before the entry before it."""

    index: int
    at: datetime


class Ledger:
    """One log in one database. `create` makes it, `open` goes on with it; neither keeps the connection."""

    def __init__(
        self, keyring: Keyring, index_key: SealingKey, *, log_key: LogKey, schemas: Schemas, random: Random
    ) -> None:
        self.origin = log_key.origin
        self._log_key = log_key
        self._keyring = keyring
        self._schemas = schemas
        self._index_key = index_key
        self._random = random
        self._appender = Appender(keyring, schemas, index_key.secret, random)
        self._people = People(keyring, self._appender, random)
        self._reading = Reading(keyring, schemas)
        self._prover = Prover(keyring.log)
        self._file: CheckpointFile | None = None

    @classmethod
    def create(
        cls,
        connection: Connection,
        *,
        kek: KeyEncryptionKey,
        log_key: LogKey,
        schemas: Schemas,
        now: datetime,
        random: Random = os.urandom,
        checkpoints: Path | None = None,
    ) -> "Ledger":
        """Tables, triggers, keys, entry 0 `log:opened` and a first checkpoint. Raises `LedgerExistsError`.

        Also where `checkpoints` holds a checkpoint: a log that was promised has begun, and never begins again.
        """
        if checkpoints is not None and is_kept(checkpoints):
            raise LedgerExistsError(f"There is a checkpoint in {checkpoints} already: a log has begun with it.")
        keyring, index_key = create_log(connection, kek=kek, log_key=log_key, schemas=schemas, now=now, random=random)
        ledger = cls(keyring, index_key, log_key=log_key, schemas=schemas, random=random)
        ledger._keep_in(checkpoints)
        return ledger

    @staticmethod
    def is_promised(checkpoints: Path) -> bool:
        """Whether a checkpoint is kept in that folder: some log has begun, and no other may begin beside it."""
        return is_kept(checkpoints)

    @classmethod
    def open(
        cls,
        connection: Connection,
        *,
        kek: KeyEncryptionKey,
        log_key: LogKey,
        schemas: Schemas,
        random: Random = os.urandom,
        checkpoints: Path | None = None,
        promises: Sequence[Promise] = (),
    ) -> "Ledger":
        """Raises `NoLedgerError`, `OriginMismatchError`, `WrongKeyError`, `RollbackError`, `BadSignatureError`.

        `checkpoints`: the folder of the newest checkpoint, best on another disk than the database. `promises`: what
        else is known of the log.
        """
        keyring, index_key = open_log(connection, kek=kek, log_key=log_key, random=random)
        ledger = cls(keyring, index_key, log_key=log_key, schemas=schemas, random=random)
        ledger._keep_in(checkpoints)
        for known in (*ledger._promised(connection, checkpoints), *promises):
            check_not_rolled_back(connection, keyring.log, known)
        return ledger

    def append(self, connection: Connection, event: Event, *, at: datetime) -> Appended:
        """One entry, in the caller's transaction, as its last statement. Raises `SchemaError`, `TooLargeError`."""
        head = self._appender.append(connection, event, micros(at))
        return Appended(index=head.tree.size - 1, at=instant(head.time))

    def append_all(self, connection: Connection, events: Sequence[Event], *, at: datetime) -> None:
        """An entry for each, in their order, as the last statements of the caller's transaction. Raises the same."""
        if events:
            self._appender.append_all(connection, events, micros(at))

    def person(self, connection: Connection, *, team: str, user: str, at: datetime) -> str:
        """The person ID (32 hex digits) of somebody, registered with an entry on first sight."""
        return self._people.person(connection, team, user, micros(at))

    def find_person(self, connection: Connection, *, team: str, user: str) -> str | None:
        """The person ID of somebody; None where they were never registered, or erased."""
        return self._people.find(connection, team, user)

    def count_people(self, connection: Connection) -> int:
        """How many stand behind an ID."""
        return self._people.count(connection)

    def who(self, connection: Connection, person: str) -> tuple[str, str] | None:
        """Team and user of a person ID; None where they were erased or are unknown."""
        return self._people.who(connection, person)

    def seal_words(self, connection: Connection, person: str, text: str) -> str:
        """What a person typed, sealed under their own key, in base64url. Raises `UnknownKeyError`."""
        return self._people.seal_words(connection, person, text)

    def open_words(self, connection: Connection, sealed: str, person: str) -> str | None:
        """The reverse; None where the person was erased. Raises `MalformedError`, `CannotOpenError`."""
        return self._people.open_words(connection, sealed, person)

    def erase(self, connection: Connection, person: str, *, at: datetime) -> None:
        """Destroys what says who a person ID is, with an entry; proofs stay. Raises `UnknownPersonError`."""
        self._people.erase(connection, person, micros(at))

    def keys(self, connection: Connection) -> list[KeyState]:
        """What stands of keys, without the keys: in the order of their creation."""
        return list_keys(connection, self._keyring.log)

    def rotate_data_key(self, connection: Connection, *, at: datetime) -> Appended:
        """Seals what comes from now on under a new key. The entry is that of the key's creation."""
        head = self._appender.rotate_data_key(connection, micros(at))
        return Appended(index=head.tree.size - 1, at=instant(head.time))

    def rewrap(
        self, connection: Connection, kek: KeyEncryptionKey, *, at: datetime, progress: Progress | None = None
    ) -> Rewrapped:
        """Wraps every key by a new key-encryption key, with an entry. Afterwards open the ledger anew, with that one.

        Raises `WrongKeyError` where a key does not open: then nothing is to be committed.
        """
        new = self._keyring.under(kek)
        done = rewrap(connection, self._keyring, new, progress)
        body: dict[str, Json] = {"before": self._keyring.kek_id.hex(), "after": kek.id.hex()}
        body |= {"keys": done.keys, "people": done.people}
        event = Event(kind="key:rewrapped", actor=None, via="ledger", body=body)
        Appender(new, self._schemas, self._index_key.secret, self._random).append(connection, event, micros(at))
        return done

    def key(self, connection: Connection, purpose: str, *, at: datetime | None = None) -> NamedKey:
        """The key that serves a purpose of the program's now; made with an entry on first use.

        That first use needs a connection that may write; without `at` its entry has the time of the one before it.
        """
        _check_purpose(purpose)
        key = self._keyring.primary(connection, purpose)
        if key is None:
            key = self._appender.make_key(connection, purpose, None if at is None else micros(at))
        return NamedKey(key.id, key.secret)

    def key_by_id(self, connection: Connection, id: bytes) -> NamedKey:  # noqa: A002 - the word of the rows that name it
        """A key that a row names. Raises `UnknownKeyError`: destroyed, or never was."""
        purpose, key = self._keyring.by_id(connection, id)
        _check_purpose(purpose)
        return NamedKey(key.id, key.secret)

    def about(
        self, connection: Connection, field: str, value: str, *, before: int | None = None, limit: int = 50
    ) -> list[OpenEntry]:
        """Entries indexed by a value, newest first, those before an index only if one is given."""
        return self._reading.found(connection, self._appender.term(field, value), before, limit)

    def entries(self, connection: Connection, start: int = 0, stop: int | None = None) -> Iterator[OpenEntry]:
        """Entries from `start` up to and without `stop`, opened one by one as they are asked for."""
        return self._reading.entries(connection, start, stop)

    def size(self, connection: Connection) -> int:
        """How many entries the log has."""
        return Head.read(connection, self._keyring.log).tree.size

    def promise(self, connection: Connection, by: str) -> Promise:
        """What the log is, signed or not: the ledger of no other copy of the database may go back behind it."""
        tree = Head.read(connection, self._keyring.log).tree
        return Promise(by=by, size=tree.size, root=tree.root())

    def prove(self, connection: Connection, index: int) -> EntryProof:
        """A proof file for an entry, under the newest checkpoint. Raises `NotSignedError`, `BadProofError`.

        The first one after a start hashes the whole log, about a second for each million entries.
        """
        checkpoint = newest(connection, self._keyring.log)
        if checkpoint is None:
            raise NotSignedError("The log has no checkpoint.")
        return self._prover.entry(connection, index, checkpoint)

    def checkpoint(self, connection: Connection) -> Checkpoint:
        """Signs the head if it moved since the last checkpoint, keeps that as a row, then in the file.

        It wants a transaction of its own, so that only what is durable is ever promised. Raises `TransactionError`,
        `RollbackError`.
        """
        if self._appender.wrote_in(connection):
            raise TransactionError("A checkpoint signs what is durable: commit the entries first.")
        lock_head(connection, self._keyring.log)
        tree = Head.read(connection, self._keyring.log).tree
        checkpoint = newest(connection, self._keyring.log)
        if checkpoint is None or checkpoint.size != tree.size:
            checkpoint = Checkpoint.sign(self._log_key, tree.size, tree.root())
            keep(connection, self._keyring.log, checkpoint)
        if self._file is not None:
            self._file.put(checkpoint)
        return checkpoint

    def _promised(self, connection: Connection, folder: Path | None) -> Iterator[Promise]:
        mine = newest(connection, self._keyring.log)
        if mine is not None:
            mine.check(self._log_key.verifier)
            yield Promise.of(mine, "its own newest checkpoint")
        for path, kept in read_kept(folder, self._log_key.verifier):
            yield Promise.of(kept, f"the checkpoint in {path}")

    def _keep_in(self, checkpoints: Path | None) -> None:
        self._file = None if checkpoints is None else CheckpointFile(checkpoints, self._log_key.verifier)


def _check_purpose(purpose: str) -> None:
    if purpose in OWN_PURPOSES:
        raise UnknownKeyError(f"The keys for {purpose!r} are the ledger's own.")
