"""What a log is known to have been, and whether the database goes on from there: held against it at each start.

Guarantees: a database that is older than any checkpoint that is known, or is another history, is refused, and the
refusal says by which: a restored backup is a rollback until a person says otherwise. What was known of a log that went
on under another origin must have been said when it did (`ledger.lineage`), or it was hidden then.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from ledger.appending import Head
from ledger.checkpoint import Checkpoint
from ledger.errors import MalformedError, RollbackError
from ledger.keeping import read_kept
from ledger.keyring import Keyring
from ledger.lineage import Family
from ledger.opening import newest, root_at
from ledger.reading import Reading
from ledger.schema import Schemas


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """What a log is known to have been, and by what: it must go on from there for ever."""

    by: str
    """For a sentence: `the checkpoint in /var/lib/cred/checkpoints/latest`."""
    origin: str
    size: int
    root: bytes

    @classmethod
    def of(cls, checkpoint: Checkpoint, by: str) -> "Promise":
        """What a checkpoint promises; its signature is not checked here."""
        return cls(by=by, origin=checkpoint.origin, size=checkpoint.size, root=checkpoint.root)


def kept_promises(connection: Connection, family: Family, folder: Path | None) -> Iterator[tuple[str, Checkpoint]]:
    """The newest checkpoint in the database, and what is kept in the folder, each with a name for it.

    Raises `BadSignatureError`, `MalformedError`: what cannot be trusted is not passed over.
    """
    mine = newest(connection, family.ring.log)
    if mine is not None:
        family.check(mine)
        yield "its own newest checkpoint", mine
    for path, kept in read_kept(folder, family.log_key.verifier, family.check):
        yield f"the checkpoint in {path}", kept


def check_promise(connection: Connection, family: Family, schemas: Schemas, known: Promise) -> None:
    """Raises `RollbackError` unless the database goes on from what is known, or said so when it did not."""
    number = family.number(known.origin)
    if number is None or number > family.ring.log:
        raise RollbackError(
            f"The database is older than {known.by}: that is of {known.origin}, and the newest log here is "
            f"{family.ring.origin}. Was a backup restored?"
        )
    if number == family.ring.log:
        _check_not_rolled_back(connection, number, known)
    else:
        _check_said(connection, family, schemas, known)


def _check_not_rolled_back(connection: Connection, log: int, known: Promise) -> None:
    head = Head.read(connection, log).tree
    if head.size < known.size:
        raise RollbackError(
            f"The database is older than {known.by}: it has {head.size} entries, and {known.size} were promised. "
            f"Was a backup restored? {_missing(head.size, known.size - 1)}"
        )
    if root_at(connection, log, known.size) != known.root:
        raise RollbackError(
            f"The first {known.size} entries of the database are not those of {known.by}: "
            "they were changed, or another history was written. `python -m ledger verify` tells more."
        )


def _missing(first: int, last: int) -> str:
    return f"Entry {first} is missing." if first == last else f"Entries {first} to {last} are missing."


def _check_said(connection: Connection, family: Family, schemas: Schemas, known: Promise) -> None:
    number = family.number(known.origin) or 0
    follower = min((ring for ring in family.ring.lineage() if ring.log > number), key=lambda ring: ring.log)
    said = _said(connection, follower, schemas)
    mine, theirs = (number, known.size), (family.check(said), said.size)
    if mine > theirs or (mine == theirs and said.root != known.root):
        raise RollbackError(
            f"{follower.origin} continues a log of which only {said.size} entries were known then, and {known.by} "
            f"promises {known.size} entries of {known.origin}: find out why nobody was told of it."
        )


def _said(connection: Connection, ring: Keyring, schemas: Schemas) -> Checkpoint:
    """What was known of the former log when this one began. Raises `MalformedError`."""
    first = next(Reading(ring, schemas).entries(connection, 0, 1), None)
    if first is None or first.event.kind != "log:continued":
        raise MalformedError(f"Entry 0 of {ring.origin} does not say which log it continues.")
    return Checkpoint.from_text(str(first.event.body["known"]))
