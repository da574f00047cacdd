"""`Ledger`: an append-only, sealed, verifiable log, used from inside the caller's transactions.

Guarantees: an event's entry commits together with its effect or not at all, because the caller's own transaction holds
both; nothing is remembered that a rollback could make wrong. Writers come one at a time (on SQLite, `BEGIN IMMEDIATE`
behind one lock: the caller's; on PostgreSQL, in READ COMMITTED, they wait for the head's row); readers may be many.
All times are aware instants, kept as UTC microseconds.
"""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path

from sqlalchemy import Connection, update

from ledger.appending import Appender, Head
from ledger.checkpoint import Checkpoint
from ledger.entry import Event, Json, instant, micros
from ledger.errors import LedgerExistsError, TransactionError
from ledger.keeping import COSIGNED, CheckpointFile, is_kept
from ledger.keyring import Keyring
from ledger.keys import KeyEncryptionKey, NamedKey
from ledger.lineage import Family, LogState, begin_next, index_key_of, open_family, states_of, turn_of
from ledger.opening import create_log, keep, newest
from ledger.promises import Promise, check_promise, kept_promises
from ledger.records import Records, check_purpose
from ledger.rewrapping import Progress, Rewrapped, rewrap
from ledger.schema import Schemas
from ledger.sealing import SealingKey
from ledger.signing import LogKey
from ledger.succession import sign_over
from ledger.tables import LOG, lock_head

Random = Callable[[int], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Appended:
    """Where and when an event came to stand. `at` is never before the entry before it."""

    index: int
    at: datetime


class Ledger(Records):
    """One log in one database. `create` makes it, `open` goes on with it; neither keeps the connection."""

    def __init__(
        self, keyring: Keyring, index_key: SealingKey, *, log_key: LogKey, schemas: Schemas, random: Random
    ) -> None:
        super().__init__(keyring, Appender(keyring, schemas, index_key.secret, random), schemas, random)
        self._log_key = log_key
        self._schemas = schemas
        self._index_key = index_key
        self._random = random
        self._file: CheckpointFile | None = None
        self._cosigned: CheckpointFile | None = None

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
        if checkpoints is not None:
            ledger._file = CheckpointFile(checkpoints, log_key.verifier)
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
        family = open_family(connection, kek=kek, log_key=log_key, random=random)
        kept = kept_promises(connection, family, checkpoints)
        for known in (*(Promise.of(checkpoint, by) for by, checkpoint in kept), *promises):
            check_promise(connection, family, schemas, known)
        return cls._of(connection, family, schemas, checkpoints)

    @classmethod
    def continue_log(
        cls,
        connection: Connection,
        *,
        kek: KeyEncryptionKey,
        log_key: LogKey,
        schemas: Schemas,
        now: datetime,
        reason: str,
        random: Random = os.urandom,
        checkpoints: Path | None = None,
        known: Sequence[Checkpoint] = (),
    ) -> "Ledger":
        """Goes on under the next origin from a database that was rolled back, with an entry that says so and why.

        `checkpoints` and `known`: all that is known of the log; nothing there is changed. Raises as `open` does.
        """
        family = open_family(connection, kek=kek, log_key=log_key, random=random)
        all_known = [*known, *(checkpoint for _, checkpoint in kept_promises(connection, family, checkpoints))]
        turn = turn_of(family, all_known, reason)
        return cls._of(connection, begin_next(connection, family, turn, schemas, now), schemas, checkpoints)

    @classmethod
    def _of(cls, connection: Connection, family: Family, schemas: Schemas, checkpoints: Path | None) -> "Ledger":
        ring, log_key = family.ring, family.log_key
        index_key = index_key_of(connection, ring)
        ledger = cls(ring, index_key, log_key=log_key, schemas=schemas, random=ring.random)
        if checkpoints is not None:
            ledger._file = CheckpointFile(checkpoints, log_key.verifier, check=family.check)
            ledger._cosigned = CheckpointFile(checkpoints, log_key.verifier, name=COSIGNED, check=family.check)
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

    def seal_words(self, connection: Connection, person: str, text: str) -> str:
        """What a person typed, sealed under their own key, in base64url. Raises `UnknownKeyError`."""
        return self._people.seal_words(connection, person, text)

    def erase(self, connection: Connection, person: str, *, at: datetime) -> None:
        """Destroys what says who a person ID is, with an entry; proofs stay. Raises `UnknownPersonError`."""
        self._people.erase(connection, person, micros(at))

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

    def change_log_key(self, connection: Connection, new: LogKey, *, at: datetime) -> Checkpoint:
        """From here on `new` signs, which the old key vouches for: an entry says so, and a checkpoint of both.

        All of it commits with the caller's transaction. Afterwards open the ledger anew, with that key.
        """
        named = new.named(self.origin)
        body: dict[str, Json] = {"before": self._log_key.verifier.to_text(), "after": named.verifier.to_text()}
        event = Event(kind="log:key-changed", actor=None, via="ledger", body=body)
        tree = self._appender.append(connection, event, micros(at)).tree
        checkpoint = sign_over(self._log_key, named, tree.size, tree.root())
        keep(connection, self._keyring.log, checkpoint)
        connection.execute(update(LOG).where(LOG.c.log == self._keyring.log).values(verifier=named.verifier.to_text()))
        return checkpoint

    def logs(self, connection: Connection) -> list[LogState]:
        """Each log on record, the oldest first; the last is this one. Raises `NotSignedError`."""
        return states_of(connection, self._keyring, self._log_key.verifier)

    def key(self, connection: Connection, purpose: str, *, at: datetime | None = None) -> NamedKey:
        """The key that serves a purpose of the program's now; made with an entry on first use.

        That first use needs a connection that may write; without `at` its entry has the time of the one before it.
        """
        check_purpose(purpose)
        key = self._keyring.primary(connection, purpose)
        if key is None:
            key = self._appender.make_key(connection, purpose, None if at is None else micros(at))
        return NamedKey(key.id, key.secret)

    def rotate_key(self, connection: Connection, purpose: str, *, at: datetime) -> NamedKey:
        """A new key serves a purpose of the program's from now on; its entry says so. The one before it stays."""
        check_purpose(purpose)
        key = self._appender.rotate_key(connection, purpose, micros(at))
        return NamedKey(key.id, key.secret)

    def former_keys(self, connection: Connection, purpose: str) -> list[tuple[NamedKey, datetime]]:
        """The keys that served a purpose before, the newest first, each with the moment at which another followed."""
        check_purpose(purpose)
        served = pairwise(self._keyring.served(connection, purpose))
        return [(NamedKey(key.id, key.secret), instant(followed)) for (_, followed), (key, _) in served]

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

    def cosigned(self) -> Checkpoint | None:
        """The newest checkpoint of this log that is kept as cosigned by as many witnesses as must."""
        kept = None if self._cosigned is None else self._cosigned.read()
        return kept if kept is not None and kept.origin == self.origin else None

    def keep_cosigned(self, checkpoint: Checkpoint) -> None:
        """Keeps it; the caller knows that as many signed it as must. Raises `RollbackError`, `NotKeptError`."""
        if self._cosigned is not None:
            self._cosigned.put(checkpoint)
