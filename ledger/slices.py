"""One slice of a log: its entries read from their table, held against their form and their places, and hashed.

Guarantees: the bytes that are hashed are the bytes that are stored, never rebuilt from anything; rows are taken as an
attacker may have left them, so no type and no order is presumed. A slice begins at a multiple of its own length, so
that its tree is a part of the whole one, whoever read it and when. Where something is wrong, what comes before it is
told, and then the first entry that breaks.
"""

from bisect import bisect_right
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from operator import le
from typing import Any

from sqlalchemy import Connection, bindparam, func, select

from ledger.bag import Bag, bag_of
from ledger.entry import Header, times_of
from ledger.errors import LedgerError, MalformedError
from ledger.merkle import CompactRange, leaf_hash
from ledger.opener import Opened, ReadyOpener
from ledger.statements import Prepared
from ledger.tables import ENTRY, LOG, TERM

_OF_LOG = ENTRY.c.log == bindparam("log")
_ROWS = select(ENTRY.c.index, ENTRY.c.entry).where(_OF_LOG, ENTRY.c.index < bindparam("stop")).order_by(ENTRY.c.index)
_FRONT = Prepared(_ROWS)
"""The first slice: whatever stands below its end, however it came there."""
_BETWEEN = Prepared(_ROWS.where(ENTRY.c.index >= bindparam("start")))
_NEXT = Prepared(select(func.min(ENTRY.c.index)).where(_OF_LOG, ENTRY.c.index >= bindparam("start")))
_SIZE = Prepared(select(LOG.c.size).where(LOG.c.log == bindparam("log")))
_TERMS = select(TERM.c.term, TERM.c.index).where(TERM.c.log == bindparam("log"))
_FIRST_TERMS = Prepared(_TERMS.where(TERM.c.term < bindparam("stop")))
_SOME_TERMS = Prepared(_TERMS.where(TERM.c.term >= bindparam("start"), TERM.c.term < bindparam("stop")))
_LAST_TERMS = Prepared(_TERMS.where(TERM.c.term >= bindparam("start")))
_LAST_BYTE = 255
_FRONTS = 4


@dataclass(slots=True)
class Slice:
    """What a slice holds, up to the first entry that breaks."""

    start: int
    stop: int
    tree: CompactRange = field(default_factory=CompactRange)
    """Of its own entries alone."""
    parts: dict[int, CompactRange] = field(default_factory=dict)
    """The same at each size of the whole log that was asked for and ends in it."""
    times: tuple[int, int] = (0, 0)
    """Of its first entry and of its last, UTC µs; nothing where it has none."""
    problem: str | None = None
    opened: Opened | None = None

    @property
    def short(self) -> bool:
        """Whether it has fewer entries than places."""
        return self.tree.size < self.stop - self.start


@dataclass(frozen=True, slots=True)
class SliceToRead:
    """A task: the entries from `start` up to and without `stop`. `sizes`: of the log, at which its tree is wanted."""

    log: int
    start: int
    stop: int
    sizes: tuple[int, ...] = ()

    def do(self, connection: Connection, opener: ReadyOpener | None) -> Slice:
        """Reads them. Entries only grow in number: whoever reads later than others reads the same."""
        place = {"log": self.log, "start": self.start, "stop": self.stop}
        rows = (_BETWEEN if self.start else _FRONT).all(connection, place)
        entries, times, problem = _sound(self.start, rows)
        made = Slice(self.start, self.stop, problem=problem)
        if times:
            made.times = (times[0], times[-1])
        leaves = list(map(leaf_hash, entries))
        ends = [size - self.start for size in self.sizes if size - self.start <= len(leaves)]
        for begin, end in pairwise((0, *ends, len(leaves))):
            made.tree = made.tree.extend(leaves[begin:end])
            made.parts[self.start + end] = made.tree
        if opener is not None:
            made.opened = opener.open(self.start, entries, times)
        return made


@dataclass(frozen=True, slots=True)
class TermsToRead:
    """A task: the search rows whose terms begin with some bytes, as long as the log is of the size of whoever asks."""

    log: int
    fronts: range
    size: Any

    def do(self, connection: Connection, opener: ReadyOpener | None) -> Bag | None:
        """None where the log has grown: with an entry that somebody was erased, search rows go."""
        if opener is None or _SIZE.first(connection, {"log": self.log}) != (self.size,):
            return None
        return self.bag(connection, opener.bag_key)

    def bag(self, connection: Connection, key: bytes) -> Bag:
        """Of the rows that this transaction sees."""
        first, last = self.fronts[0] == 0, self.fronts[-1] == _LAST_BYTE
        place = {"log": self.log, "start": bytes([self.fronts[0]]), "stop": bytes([min(self.fronts.stop, _LAST_BYTE)])}
        rows = (_FIRST_TERMS if first else _LAST_TERMS if last else _SOME_TERMS).all(connection, place)
        return bag_of(key, [row[0] for row in rows], [row[1] for row in rows])


def all_terms(connection: Connection, log: int) -> list[TermsToRead]:
    """All search rows of a log, in parts."""
    (size,) = _SIZE.first(connection, {"log": log})
    return [TermsToRead(log, range(front, front + _FRONTS), size) for front in range(0, _LAST_BYTE, _FRONTS)]


def next_index(connection: Connection, log: int, start: int) -> Any:
    """The index of the first row from a place on, whatever it is; None where there is none."""
    (index,) = _NEXT.first(connection, {"log": log, "start": start})
    return index


def slices(log: int, span: range, length: int, sizes: Collection[int]) -> Iterator[SliceToRead]:
    """All of a span of the log: short ones up to a multiple of `length` (a power of two), then of that length."""
    wanted, start = sorted(sizes), span.start
    while start < span.stop:
        stop = start + min(start & -start or length, length)
        low, high = bisect_right(wanted, start), bisect_right(wanted, stop)
        yield SliceToRead(log, start, stop, tuple(wanted[low:high]))
        start = stop


def _sound(start: int, rows: Sequence[Any]) -> tuple[Sequence[bytes], Sequence[int], str | None]:
    """The entries up to the first that breaks, their times, and what is wrong with that one."""
    entries = [row[1] for row in rows]
    if [row[0] for row in rows] == list(range(start, start + len(rows))) and {*map(type, entries)} <= {bytes}:
        times = times_of(start, entries)
        if times is not None and all(map(le, times, times[1:])):
            return entries, times, None  # nearly always, and at one look
    return _up_to_the_broken(start, rows)


def _up_to_the_broken(start: int, rows: Sequence[Any]) -> tuple[list[bytes], list[int], str | None]:
    entries: list[bytes] = []
    times: list[int] = []
    for place, (index, entry) in enumerate(rows, start):
        try:
            header = _checked(place, index, entry, times[-1] if times else 0)
        except LedgerError as error:
            return entries, times, str(error)
        entries.append(entry)
        times.append(header.time)
    return entries, times, None


def _checked(place: int, index: Any, entry: Any, last: int) -> Header:
    if index != place:
        raise MalformedError(missing(place, index))
    if not isinstance(entry, bytes):
        raise MalformedError(f"Entry {place} is no blob of bytes.")
    try:
        header = Header.from_bytes(entry)
    except MalformedError as error:
        raise MalformedError(f"Entry {place} is not one: {error}") from None
    if header.index != place:
        raise MalformedError(f"Entry {place} says that it is entry {header.index}: it was moved or changed.")
    if header.time < last:
        raise MalformedError(earlier(place))
    return header


def missing(place: int, index: Any) -> str:
    """An entry is not where it should be, and another stands next."""
    return f"Entry {place} is missing: the next one in the table is {index}."


def earlier(place: int) -> str:
    """Time went backwards."""
    return f"Entry {place} is earlier than the one before it."
