"""One pass over the stored entries: their form, their order, their times, and the tree that they make.

Guarantees: the bytes that are hashed are the bytes that are stored, never rebuilt from anything; rows are taken as an
attacker may have left them, so no type and no order is presumed. The first entry that breaks is named, and the pass
ends there, because places after a gap mean nothing.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any, Protocol

from sqlalchemy import Connection, text

from ledger.entry import Header
from ledger.errors import LedgerError, MalformedError
from ledger.merkle import CompactRange, leaf_hash
from ledger.verified import NOTHING, Verified

Progress = Callable[[int, int], None]
"""Called with how many entries are done, and of how many."""

_ENTRIES = text('SELECT "index", entry FROM ledger_entry WHERE log = :log AND "index" >= :start ORDER BY "index"')
_COUNT = text("SELECT count(*) FROM ledger_entry WHERE log = :log")
_BATCH = 1000
_FIRST = -(2**63)
"""Below the place of any row, however it came there."""


class Inspector(Protocol):
    """Who looks at each well-formed entry."""

    def see(self, header: Header, entry: bytes) -> None:
        """Keeps to itself what it finds."""


@dataclass(slots=True)
class Walk:
    """What the pass found. `roots`: by size, the tree's root at each size that was asked for."""

    tree: CompactRange = field(default_factory=CompactRange)
    time: int = 0
    since: int = 0
    """Entries before this one were verified earlier and not read."""
    roots: dict[int, bytes] = field(default_factory=dict)
    problem: str | None = None


def walk(
    connection: Connection,
    log: int,
    sizes: Collection[int],
    inspector: Inspector | None,
    progress: Progress | None,
    *,
    since: Verified = NOTHING,
) -> Walk:
    """Goes over the entries of a log, from the first, or from where an earlier pass ended."""
    total: int = connection.execute(_COUNT, {"log": log}).scalar_one()
    found, wanted = Walk(since.tree, since.time, since.tree.size), frozenset(sizes)
    found.roots[since.tree.size] = found.tree.root()
    if total < since.tree.size:
        found.problem = f"{since.tree.size} entries were verified before, but only {total} are left."
        return found
    leaves: list[bytes] = []
    start = since.tree.size or _FIRST
    rows = connection.execute(_ENTRIES, {"log": log, "start": start}).yield_per(_BATCH)
    for place, (index, entry) in enumerate(rows, start=since.tree.size):
        try:
            header = _checked(place, index, entry, found.time)
        except LedgerError as error:
            found.problem = str(error)
            break
        found.time = header.time
        leaves.append(leaf_hash(entry))
        if inspector is not None:
            inspector.see(header, entry)
        if place + 1 in wanted or len(leaves) >= _BATCH:
            found.tree, leaves = found.tree.extend(leaves), []
            found.roots[place + 1] = found.tree.root()
            if progress is not None:
                progress(place + 1, total)
    found.tree = found.tree.extend(leaves)
    if found.problem is None and found.tree.size != total:
        found.problem = f"{total} rows are stored, but {found.tree.size} of them are entries in order."
    if progress is not None:
        progress(found.tree.size, total)
    return found


def _checked(place: int, index: Any, entry: Any, last: int) -> Header:
    if index != place:
        raise MalformedError(f"Entry {place} is missing: the next one in the table is {index}.")
    if not isinstance(entry, bytes):
        raise MalformedError(f"Entry {place} is no blob of bytes.")
    try:
        header = Header.from_bytes(entry)
    except MalformedError as error:
        raise MalformedError(f"Entry {place} is not one: {error}") from None
    if header.index != place:
        raise MalformedError(f"Entry {place} says that it is entry {header.index}: it was moved or changed.")
    if header.time < last:
        raise MalformedError(f"Entry {place} is earlier than the one before it.")
    return header
