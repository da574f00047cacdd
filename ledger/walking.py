"""One pass over the stored entries: their form, their order, their times, and the tree that they make.

Guarantees: the slices of the log are put together in their order, whoever read them, so that the answer and the first
entry that breaks do not depend on how many processes read. That entry is named, and the pass ends there, because places
after a gap mean nothing.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Protocol

from sqlalchemy import Connection, text

from ledger.crew import Reading
from ledger.merkle import CompactRange
from ledger.opener import Opened
from ledger.slices import Slice, earlier, missing, next_index, slices
from ledger.verified import NOTHING, Verified

Progress = Callable[[int, int], None]
"""Called with how many entries are done, and of how many."""

_COUNT = text("SELECT count(*) FROM ledger_entry WHERE log = :log")
_LAST = text('SELECT max("index") FROM ledger_entry WHERE log = :log')


class Inspector(Protocol):
    """Who is told what the entries of each slice say, in their order."""

    def take(self, opened: Opened) -> None:
        """Keeps to itself what it finds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """What is read of a log: the entries after `since`, in slices of a `length`, with the roots at some `sizes`."""

    log: int
    sizes: Collection[int]
    total: int
    """What `entries_at_most` says."""
    length: int
    since: Verified = NOTHING


@dataclass(slots=True)
class Walk:
    """What the pass found. `roots`: by size, the tree's root at each size that was asked for."""

    tree: CompactRange = field(default_factory=CompactRange)
    time: int = 0
    since: int = 0
    """Entries before this one were verified earlier and not read."""
    roots: dict[int, bytes] = field(default_factory=dict)
    problem: str | None = None

    def take(self, read: Slice) -> bool:
        """Puts a slice behind what there is. False where its first entry is earlier than the last one here."""
        if read.tree.size and read.times[0] < self.time:
            self.problem = earlier(read.start)
            return False
        for size, part in read.parts.items():
            self.roots[size] = self.tree.join(part).root()
        self.tree = self.tree.join(read.tree)
        if read.tree.size:
            self.time = read.times[1]
        self.problem = read.problem
        return True


def walk(
    connection: Connection,
    span: Span,
    reading: Reading,
    inspector: Inspector | None,
    progress: Progress | None,
) -> Walk:
    """Goes over the entries of a log, from the first, or from where an earlier pass ended."""
    log, since, total = span.log, span.since, span.total
    found = Walk(since.tree, since.time, since.tree.size)
    found.roots[since.tree.size] = found.tree.root()
    if total < since.tree.size:
        found.problem = f"{since.tree.size} entries were verified before, but only {total} are left."
        return found
    tasks = slices(log, range(since.tree.size, total), span.length, span.sizes)
    for read in reading.each(tasks):
        if found.take(read) and inspector is not None and read.opened is not None:
            inspector.take(read.opened)
        if progress is not None:
            progress(found.tree.size, total)
        if found.problem is not None or read.short:
            break
    if found.problem is None:
        found.problem = _left(connection, log, found, total)
    return found


def entries_at_most(connection: Connection, log: int, since: Verified = NOTHING) -> int:
    """How many rows there are to be: counted where not all of them are read; else the last one tells at once."""
    last = None if since.tree.size else connection.execute(_LAST, {"log": log}).scalar()
    if isinstance(last, int):
        return last + 1
    counted: int = connection.execute(_COUNT, {"log": log}).scalar_one()
    return counted


def _left(connection: Connection, log: int, found: Walk, total: int) -> str | None:
    """Rows that no slice in order came to: behind a gap, or before where an earlier pass ended."""
    size = found.tree.size
    after = next_index(connection, log, size)
    if after is not None:
        return missing(size, after)
    if found.since and size != total:
        return f"{total} rows are stored, but {size} of them are entries in order."
    return None
