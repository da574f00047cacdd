"""Is this log what it was? Three levels: keyless, with key, and either of them anchored in an outside checkpoint.

Keyless needs the database and the log's verifier key, so an auditor need not be trusted with anything:

1. Tables: the append-only triggers stand, every entry belongs to a log, the log names this key.
2. Checkpoints: each one kept is signed by the log.
3. Entries: well-formed, none missing, none moved, times never going backwards.
4. Tree: the stored bytes make the root that each kept checkpoint promised.
5. Head: the log goes as far as the table does, and its compact range is that tree's.
6. Anchor (where one is given): a checkpoint from outside, which nobody with the database alone can have changed; and
   Witnesses (where a policy is given): as many of them as it asks for have cosigned it.

A log that continues others is verified with them, each as a step of its own (`ledger.relatives`).

With key, `ledger.inspecting` adds what only an opened entry can tell. Keyless may go on from where an earlier
verification ended (`ledger.verified`); then steps 3 to 5 speak of the entries since. Nothing here writes.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, Row, text

from ledger.anchoring import Anchor, short_of
from ledger.checkpoint import Checkpoint
from ledger.crew import Alone, Crew
from ledger.errors import LedgerError, MalformedError, OriginMismatchError
from ledger.inspecting import OpeningInspector
from ledger.keys import KeyEncryptionKey
from ledger.opening import find_log
from ledger.relatives import Relatives, strays_in, with_relatives
from ledger.report import Report, Step
from ledger.schema import Schemas
from ledger.signing import VerifierKey
from ledger.succession import Succession
from ledger.tables import missing_triggers
from ledger.trust import TrustPolicy
from ledger.verified import NOTHING, Verified
from ledger.walking import Progress, Span, Walk, entries_at_most, walk

_NOTES = text("SELECT size, note FROM ledger_checkpoint WHERE log = :log ORDER BY size")
_HEAD = text("SELECT verifier, size, nodes, time, clock FROM ledger_log WHERE log = :log")


@dataclass(frozen=True, slots=True)
class _Subject:
    """The log that is looked at."""

    connection: Connection
    log: int
    keys: Succession

    def head(self) -> Row[Any, Any, Any]:
        """Verifier key, size and compact range, as the database says."""
        return self.connection.execute(_HEAD, {"log": self.log}).one()


@dataclass(frozen=True, slots=True)
class _Reader:
    """From where, by whom, and who is told how far it is."""

    since: Verified
    progress: Progress | None
    crew: Crew

    def read(
        self, subject: _Subject, sizes: Collection[int], inspector: OpeningInspector | None
    ) -> tuple[Walk, tuple[Step, ...]]:
        """The pass over the entries, and the steps of what was opened."""
        connection, log = subject.connection, subject.log
        total = entries_at_most(connection, log, self.since)
        opener = None if inspector is None else inspector.opener
        with self.crew.at_work(connection, opener, total - self.since.tree.size) as reading:
            span = Span(log=log, sizes=sizes, total=total, length=self.crew.length, since=self.since)
            found = walk(connection, span, reading, inspector, self.progress)
            return found, () if inspector is None else inspector.steps(reading)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    """The checkpoints in the database that hold, by size, and what is wrong with the first that does not."""

    roots: Mapping[int, bytes]
    problem: str | None


def verify_keyless(
    connection: Connection,
    verifier: VerifierKey,
    *,
    checkpoint: str | None = None,
    policy: TrustPolicy | None = None,
    since: Verified = NOTHING,
    progress: Progress | None = None,
    crew: Crew | None = None,
) -> Report:
    """Steps 1 to 6. `checkpoint`: a signed note from outside. `policy`: who must have cosigned that.

    `since`: what `Report.verified` said of an earlier run. `crew`: who reads; this process alone where none is given.
    Raises `NoLedgerError`, `OriginMismatchError`.
    """
    log = find_log(connection, verifier)
    if since.tree.size and since.origin != verifier.name:
        raise OriginMismatchError(f"What was verified before is the log {since.origin}, not {verifier.name}.")
    relatives, anew = Relatives.read(connection, log, verifier), _Reader(NOTHING, progress, crew or Alone())
    reports = [_report(_Subject(connection, *former), None, None, anew) for former in relatives.before(log)]
    subject = _Subject(connection, *relatives.get(log))
    reports.append(_report(subject, None, _anchor(checkpoint, policy), replace(anew, since=since)))
    return with_relatives(connection, relatives, reports, log)


def verify_with_key(
    connection: Connection,
    verifier: VerifierKey,
    kek: KeyEncryptionKey,
    schemas: Schemas | None,
    *,
    checkpoint: str | None = None,
    policy: TrustPolicy | None = None,
    progress: Progress | None = None,
    crew: Crew | None = None,
) -> Report:
    """Those steps and `ledger.inspecting`'s. Also raises `WrongKeyError`, where no key opens under this one.

    Without `schemas`, entries of kinds that are not the ledger's own are checked by their envelope and form only.
    """
    log = find_log(connection, verifier)
    relatives, reader = Relatives.read(connection, log, verifier), _Reader(NOTHING, progress, crew or Alone())
    reports = []
    for relative in relatives.logs:  # the oldest first: who was registered there acts in the next
        inspector = OpeningInspector(connection, relative, kek, schemas, relatives)
        anchor = _anchor(checkpoint, policy) if relative.log == log else None
        reports.append(_report(_Subject(connection, *relative), inspector, anchor, reader))
    return with_relatives(connection, relatives, reports, log)


def _anchor(checkpoint: str | None, policy: TrustPolicy | None) -> Anchor | None:
    if checkpoint is not None:
        return Anchor.from_text(checkpoint, policy)
    if policy is not None:
        raise MalformedError("Witnesses cosign checkpoints: give one that was kept elsewhere, beside their policy.")
    return None


def _report(
    subject: _Subject,
    inspector: OpeningInspector | None,
    anchor: Anchor | None,
    reader: "_Reader",
) -> Report:
    kept = _kept(subject)
    sizes = {*kept.roots, *((anchor.checkpoint.size,) if anchor else ())}
    found, opened = reader.read(subject, sizes, inspector)
    steps = [
        _tables(subject),
        _checkpoints(kept, subject.keys),
        Step(title="Entries", found=_entries(found), problem=found.problem),
        _tree(found, kept),
        _head(subject, found),
    ]
    level = "keyless" if inspector is None else "with key"
    if anchor is not None:
        steps += anchor.steps(found, subject.keys)
        level += anchor.level
    steps += opened
    verified = Verified(origin=subject.keys.name, tree=found.tree, time=found.time)
    return Report(level=level, verified=verified, steps=tuple(steps))


def _entries(found: Walk) -> str:
    if not found.since:
        return f"{found.tree.size} in order, none missing, none moved"
    new = found.tree.size - found.since
    return f"{new} new ones in order, after {found.since} that were verified before and not read again"


def _tables(subject: _Subject) -> Step:
    problem = None
    strays = strays_in(subject.connection)
    named = subject.head().verifier
    if gone := missing_triggers(subject.connection):
        problem = f"Triggers that keep the ledger append-only are gone or changed: {', '.join(gone)}."
    elif strays:
        problem = f"Some {' and '.join(strays)} belong to no log."
    elif named != subject.keys.newest.to_text():
        problem = "The database names another verifier key for this log than the one given."
    return Step(title="Tables", found="append-only triggers stand", problem=problem)


def _kept(subject: _Subject) -> _Kept:
    roots: dict[int, bytes] = {}
    for size, note in subject.connection.execute(_NOTES, {"log": subject.log}):
        try:
            checkpoint = Checkpoint.from_text(str(note))
            checkpoint.check(subject.keys)
        except LedgerError as error:
            return _Kept(roots=roots, problem=f"The checkpoint of {size} entries does not hold: {error}")
        if checkpoint.size != size:
            return _Kept(roots=roots, problem=f"The checkpoint of {size} entries is one of {checkpoint.size}.")
        roots[checkpoint.size] = checkpoint.root
    problem = None if roots else "None is kept, though a log begins with one: they were removed."
    return _Kept(roots=roots, problem=problem)


def _checkpoints(kept: _Kept, keys: Succession) -> Step:
    found = f"{len(kept.roots)} kept, each signed by key {keys.first.id.hex()}"
    found += "".join(f"; from {since} entries on by {key.to_text()}" for since, key in keys.keys[1:])
    return Step(title="Checkpoints", found=found, problem=kept.problem)


def _tree(found: Walk, kept: _Kept) -> Step:
    good = found.since
    for size, root in sorted(kept.roots.items()):
        if size < found.since:
            continue  # it was held against the entries then
        computed = found.roots.get(size)
        if computed is None:
            return Step(title="Tree", found="", problem=short_of(found, size))
        if computed != root:
            return Step(
                title="Tree",
                found="",
                problem=f"The root of {size} entries is not the one that was signed: "
                f"{_span(good, size)} changed after it was written.",
            )
        good = size
    unsigned = found.tree.size - good
    tail = f"; the newest {unsigned} not signed yet" if unsigned else ""
    return Step(title="Tree", found=f"the root of {good} entries is the one that was signed{tail}")


def _head(subject: _Subject, found: Walk) -> Step:
    row = subject.head()
    problem = None
    if row.size != found.tree.size:
        problem = f"The log's head says {row.size} entries, but {found.tree.size} could be read in order."
    elif row.nodes != found.tree.to_bytes():
        problem = f"The compact range in the head is not that of the {found.tree.size} entries."
    elif row.time != found.time:
        problem = "The time in the head is not that of the newest entry."
    elif not isinstance(row.clock, int) or row.clock > row.time:
        problem = "The clock in the head is ahead of the newest entry's time."
    return Step(title="Head", found="agrees with the entries", problem=problem)


def _span(start: int, end: int) -> str:
    return f"entry {start}" if end - start == 1 else f"one of the entries {start} to {end - 1}"
