"""Proofs from the stored entries: that one is under a checkpoint, and that a checkpoint continues an older one.

Guarantees: what is handed out was checked against the signed roots first, so a database that was tampered with gives
an error and no proof that fails elsewhere. Hashing takes about a second for each million entries, once: the roots of
full tiles are remembered, 32 bytes for 256 entries. They are of entries under checkpoints only, which never change.
"""

from collections.abc import Iterator
from itertools import groupby, islice

from sqlalchemy import Connection, bindparam, select

from ledger.checkpoint import Checkpoint
from ledger.errors import BadProofError, MalformedError, NotSignedError, RollbackError
from ledger.merkle import (
    Subtree,
    check_consistency,
    check_inclusion,
    leaf_hash,
    prove_consistency,
    prove_inclusion,
    root_of,
)
from ledger.proof import EntryProof
from ledger.tables import ENTRY
from ledger.tiles import WIDTH

_ENTRIES = (
    select(ENTRY.c.index, ENTRY.c.entry)
    .where(ENTRY.c.log == bindparam("log"), ENTRY.c.index >= bindparam("start"), ENTRY.c.index < bindparam("stop"))
    .order_by(ENTRY.c.index)
)
_BATCH = 1000
_TAMPERED = "`python -m ledger verify` tells which entry was changed."


class Prover:
    """Proves for one log. It may be kept for as long as the program runs, and be used by many threads."""

    def __init__(self, log: int) -> None:
        self._log = log
        self._roots: dict[int, bytes] = {}
        """By number, the root of each full tile of leaves that was hashed."""

    def entry(self, connection: Connection, index: int, checkpoint: Checkpoint) -> EntryProof:
        """That an entry is under a checkpoint. Raises `NotSignedError`, `BadProofError`, `MalformedError`."""
        if not 0 <= index < checkpoint.size:
            raise NotSignedError(
                f"Entry {index} is not under the checkpoint, which has {checkpoint.size} entries, 0 to "
                f"{checkpoint.size - 1}. The newest entries are signed within a minute while the program runs."
            )
        (entry,) = stored(connection, self._log, index, index + 1)
        path = prove_inclusion(index, checkpoint.size, self._subtree(connection))
        try:
            check_inclusion(leaf_hash(entry), index, checkpoint.size, path, checkpoint.root)
        except BadProofError:
            self._roots.clear()
            raise BadProofError(
                f"The stored entries do not make the root that the checkpoint of {checkpoint.size} entries signed: "
                f"nothing can be proven. {_TAMPERED}"
            ) from None
        return EntryProof(index=index, entry=entry, path=path, checkpoint=checkpoint)

    def consistency(self, connection: Connection, old: int, checkpoint: Checkpoint) -> tuple[bytes, ...]:
        """That a checkpoint continues the log of `old` entries. Raises `BadProofError`, `RollbackError`."""
        if old > checkpoint.size:
            raise RollbackError(f"The log has {checkpoint.size} signed entries, but {old} were seen of it before.")
        subtree = self._subtree(connection)
        path = prove_consistency(old, checkpoint.size, subtree)
        try:
            check_consistency(old, subtree(0, old), checkpoint.size, checkpoint.root, path)
        except BadProofError:
            self._roots.clear()
            raise
        return path

    def _subtree(self, connection: Connection) -> Subtree:
        def subtree(start: int, stop: int) -> bytes:
            """Over full tiles and the rest: a tree of tiles' roots has the shape of the tree of their leaves."""
            if stop - start < WIDTH:
                return root_of(map(leaf_hash, stored(connection, self._log, start, stop)))
            full = range(start // WIDTH, stop // WIDTH)
            self._hash(connection, full)
            rest = [leaf_hash(entry) for entry in stored(connection, self._log, full.stop * WIDTH, stop)]
            return root_of([*(self._roots[number] for number in full), *([root_of(rest)] if rest else [])])

        return subtree

    def _hash(self, connection: Connection, tiles: range) -> None:
        missing = [number for number in tiles if number not in self._roots]
        for _, run in groupby(enumerate(missing), lambda place: place[1] - place[0]):  # neighbours in one reading
            numbers = [number for _, number in run]
            leaves = map(leaf_hash, stored(connection, self._log, numbers[0] * WIDTH, (numbers[-1] + 1) * WIDTH))
            for number in numbers:
                self._roots[number] = root_of(islice(leaves, WIDTH))


def stored(connection: Connection, log: int, start: int, stop: int) -> Iterator[bytes]:
    """The entries from `start` up to and without `stop`, as they are stored. Raises `MalformedError`: one is gone."""
    place = start
    if start < stop:
        rows = connection.execute(_ENTRIES, {"log": log, "start": start, "stop": stop}).yield_per(_BATCH)
        for index, entry in rows:
            if index != place or not isinstance(entry, bytes):
                break
            yield entry
            place += 1
    if place < stop:
        raise MalformedError(f"Entry {place} is missing from the table, or is no blob of bytes. {_TAMPERED}")
