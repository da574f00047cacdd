"""What can be read of a ledger, whoever writes to it meanwhile: each in the view of the transaction that is given."""

from collections.abc import Callable, Iterator

from sqlalchemy import Connection

from ledger.appending import Appender, Head
from ledger.checkpoint import Checkpoint
from ledger.entry import OpenEntry
from ledger.errors import NotSignedError, UnknownKeyError
from ledger.keyring import OWN_PURPOSES, Keyring, KeyState
from ledger.keys import NamedKey
from ledger.opening import keys_of, newest
from ledger.people import People
from ledger.promises import Promise
from ledger.proof import EntryProof
from ledger.proving import Prover
from ledger.reading import Reading
from ledger.schema import Schemas
from ledger.signing import VerifierKey


class Records:
    """The entries, people and keys of a log, and of those that it continues."""

    def __init__(self, keyring: Keyring, appender: Appender, schemas: Schemas, random: Callable[[int], bytes]) -> None:
        self.origin = keyring.origin
        self._keyring = keyring
        self._appender = appender
        self._people = People(keyring, appender, random)
        self._reading = Reading(keyring, schemas)
        self._provers = {ring.origin: Prover(ring.log) for ring in keyring.lineage()}

    @property
    def origins(self) -> tuple[str, ...]:
        """Of each log on record, the oldest first; the last is this one's."""
        return tuple(ring.origin for ring in reversed([*self._keyring.lineage()]))

    def find_person(self, connection: Connection, *, team: str, user: str) -> str | None:
        """The person ID of somebody; None where they were never registered, or erased."""
        return self._people.find(connection, team, user)

    def count_people(self, connection: Connection) -> int:
        """How many stand behind an ID."""
        return self._people.count(connection)

    def who(self, connection: Connection, person: str) -> tuple[str, str] | None:
        """Team and user of a person ID; None where they were erased or are unknown."""
        return self._people.who(connection, person)

    def open_words(self, connection: Connection, sealed: str, person: str) -> str | None:
        """The reverse; None where the person was erased. Raises `MalformedError`, `CannotOpenError`."""
        return self._people.open_words(connection, sealed, person)

    def keys(self, connection: Connection) -> list[KeyState]:
        """What stands of keys, without the keys: in the order of their creation."""
        return self._keyring.states(connection)

    def log_keys(self, connection: Connection, newest: VerifierKey) -> tuple[tuple[int, VerifierKey], ...]:
        """The keys that signed this log, each with the size at which it took over, from the one that signs now."""
        return keys_of(connection, self._keyring.log, newest).keys

    def key_by_id(self, connection: Connection, id: bytes) -> NamedKey:  # noqa: A002 - the word of the rows that name it
        """A key that a row names. Raises `UnknownKeyError`: destroyed, or never was."""
        purpose, key = self._keyring.by_id(connection, id)
        check_purpose(purpose)
        return NamedKey(key.id, key.secret)

    def about(
        self, connection: Connection, field: str, value: str, *, before: int | None = None, limit: int = 50
    ) -> list[OpenEntry]:
        """Entries indexed by a value, newest first, also of the logs that this one continues.

        Where an index of this log is given, those before it, and of this log only.
        """
        return self._reading.found(connection, self._appender.term(field, value), before, limit)

    def entries(self, connection: Connection, start: int = 0, stop: int | None = None) -> Iterator[OpenEntry]:
        """Entries from `start` up to and without `stop`, opened one by one as they are asked for."""
        return self._reading.entries(connection, start, stop)

    def history(self, connection: Connection, log: str | None = None, start: int = 0) -> Iterator[OpenEntry]:
        """Every entry of the logs that this one continues, then its own; indexes begin anew in each.

        Where a log is given: from its entry `start` on. Raises `OriginMismatchError`.
        """
        return self._reading.history(connection, log, start)

    def size(self, connection: Connection) -> int:
        """How many entries the log has."""
        return Head.read(connection, self._keyring.log).tree.size

    def promise(self, connection: Connection, by: str) -> Promise:
        """What the log is, signed or not: the ledger of no other copy of the database may go back behind it."""
        tree = Head.read(connection, self._keyring.log).tree
        return Promise(by=by, origin=self.origin, size=tree.size, root=tree.root())

    def signed(self, connection: Connection) -> int:
        """How many entries the newest checkpoint covers."""
        checkpoint = newest(connection, self._keyring.log)
        return 0 if checkpoint is None else checkpoint.size

    def newest_checkpoint(self, connection: Connection) -> Checkpoint:
        """The newest in the database. Raises `NotSignedError`."""
        checkpoint = newest(connection, self._keyring.log)
        if checkpoint is None:
            raise NotSignedError("The log has no checkpoint.")
        return checkpoint

    def prove_consistency(self, connection: Connection, old: int, checkpoint: Checkpoint) -> tuple[bytes, ...]:
        """That a checkpoint continues the log of `old` entries. Raises `BadProofError`, `RollbackError`."""
        return self._provers[self.origin].consistency(connection, old, checkpoint)

    def prove(self, connection: Connection, index: int, *, log: str | None = None) -> EntryProof:
        """A proof file for an entry, under its log's newest checkpoint. Raises `NotSignedError`, `BadProofError`.

        `log`: one that this continues, else this one; raises `OriginMismatchError`. The first proof after a start
        hashes the whole log, about a second for each million entries.
        """
        ring = self._keyring.of(log or self.origin)
        checkpoint = newest(connection, ring.log)
        if checkpoint is None:
            raise NotSignedError("The log has no checkpoint.")
        return self._provers[ring.origin].entry(connection, index, checkpoint)


def check_purpose(purpose: str) -> None:
    """Raises `UnknownKeyError` for a key that the ledger hands to nobody."""
    if purpose in OWN_PURPOSES:
        raise UnknownKeyError(f"The keys for {purpose!r} are the ledger's own.")
