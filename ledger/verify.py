"""Is this log what it was? Three levels: keyless, with key, and either of them anchored in an outside checkpoint.

Keyless needs the database and the log's verifier key, so an auditor need not be trusted with anything:

1. Tables: the append-only triggers stand, every entry belongs to a log, the log names this key.
2. Checkpoints: each one kept is signed by the log.
3. Entries: well-formed, none missing, none moved, times never going backwards.
4. Tree: the stored bytes make the root that each kept checkpoint promised.
5. Head: the log goes as far as the table does, and its compact range is that tree's.
6. Anchor (where one is given): a checkpoint from outside, which nobody with the database alone can have changed.

With key, `ledger.inspecting` adds what only an opened entry can tell. Nothing here writes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, text

from ledger.checkpoint import Checkpoint
from ledger.errors import LedgerError
from ledger.inspecting import OpeningInspector
from ledger.keys import KeyEncryptionKey
from ledger.opening import find_log
from ledger.report import Report, Step
from ledger.schema import Schemas
from ledger.signing import VerifierKey
from ledger.tables import missing_triggers
from ledger.walking import Progress, Walk, walk

_NOTES = text("SELECT size, note FROM ledger_checkpoint WHERE log = :log ORDER BY size")
_HEAD = text("SELECT verifier, size, nodes FROM ledger_log WHERE log = :log")
_STRAYS = text("SELECT count(*) FROM ledger_entry WHERE log NOT IN (SELECT log FROM ledger_log)")


@dataclass(frozen=True, slots=True)
class _Subject:
    """The log that is looked at."""

    connection: Connection
    log: int
    verifier: VerifierKey

    def head(self) -> Row[Any, Any, Any]:
        """Verifier key, size and compact range, as the database says."""
        return self.connection.execute(_HEAD, {"log": self.log}).one()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    """The checkpoints in the database that hold, by size, and what is wrong with the first that does not."""

    roots: Mapping[int, bytes]
    problem: str | None


def verify_keyless(
    connection: Connection, verifier: VerifierKey, *, checkpoint: str | None = None, progress: Progress | None = None
) -> Report:
    """Steps 1 to 6. `checkpoint`: a signed note from outside. Raises `NoLedgerError`, `OriginMismatchError`."""
    subject = _Subject(connection, find_log(connection, verifier), verifier)
    return _report(subject, "keyless", None, checkpoint, progress)


def verify_with_key(
    connection: Connection,
    verifier: VerifierKey,
    kek: KeyEncryptionKey,
    schemas: Schemas | None,
    *,
    checkpoint: str | None = None,
    progress: Progress | None = None,
) -> Report:
    """Those steps and `ledger.inspecting`'s. Also raises `WrongKeyError`, where no key opens under this one.

    Without `schemas`, entries of kinds that are not the ledger's own are checked by their envelope and form only.
    """
    subject = _Subject(connection, find_log(connection, verifier), verifier)
    inspector = OpeningInspector(connection, subject.log, verifier, kek, schemas)
    return _report(subject, "with key", inspector, checkpoint, progress)


def _report(
    subject: _Subject, level: str, inspector: OpeningInspector | None, anchor: str | None, progress: Progress | None
) -> Report:
    outside = None if anchor is None else Checkpoint.from_text(anchor)
    kept = _kept(subject)
    sizes = {*kept.roots, *((outside.size,) if outside else ())}
    found = walk(subject.connection, subject.log, sizes, inspector, progress)
    steps = [
        _tables(subject),
        _checkpoints(kept, subject.verifier),
        Step(title="Entries", found=f"{found.tree.size} in order, none missing, none moved", problem=found.problem),
        _tree(found, kept),
        _head(subject, found),
    ]
    if outside is not None:
        steps.append(_anchor(found, outside, subject.verifier))
        level += ", anchored"
    if inspector is not None:
        steps += inspector.steps(subject.connection)
    root = found.tree.root()
    return Report(level=level, origin=subject.verifier.name, size=found.tree.size, root=root, steps=tuple(steps))


def _tables(subject: _Subject) -> Step:
    problem = None
    strays = subject.connection.execute(_STRAYS).scalar_one()
    named = subject.head().verifier
    if gone := missing_triggers(subject.connection):
        problem = f"Triggers that keep the ledger append-only are gone or changed: {', '.join(gone)}."
    elif strays:
        problem = f"{strays} entries belong to no log."
    elif named != subject.verifier.to_text():
        problem = "The database names another verifier key for this log than the one given."
    return Step(title="Tables", found="append-only triggers stand", problem=problem)


def _kept(subject: _Subject) -> _Kept:
    roots: dict[int, bytes] = {}
    for size, note in subject.connection.execute(_NOTES, {"log": subject.log}):
        try:
            checkpoint = Checkpoint.from_text(str(note))
            checkpoint.check(subject.verifier)
        except LedgerError as error:
            return _Kept(roots=roots, problem=f"The checkpoint of {size} entries does not hold: {error}")
        if checkpoint.size != size:
            return _Kept(roots=roots, problem=f"The checkpoint of {size} entries is one of {checkpoint.size}.")
        roots[checkpoint.size] = checkpoint.root
    problem = None if roots else "None is kept, though a log begins with one: they were removed."
    return _Kept(roots=roots, problem=problem)


def _checkpoints(kept: _Kept, verifier: VerifierKey) -> Step:
    found = f"{len(kept.roots)} kept, each signed by key {verifier.id.hex()}"
    return Step(title="Checkpoints", found=found, problem=kept.problem)


def _tree(found: Walk, kept: _Kept) -> Step:
    good = 0
    for size, root in sorted(kept.roots.items()):
        computed = found.roots.get(size)
        if computed is None:
            return Step(title="Tree", found="", problem=_short_of(found, size))
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
    return Step(title="Head", found="agrees with the entries", problem=problem)


def _anchor(found: Walk, outside: Checkpoint, verifier: VerifierKey) -> Step:
    problem = None
    try:
        outside.check(verifier)
    except LedgerError as error:
        problem = f"The checkpoint given does not hold: {error}"
    else:
        computed = found.roots.get(outside.size)
        if computed is None:
            problem = _short_of(found, outside.size)
        elif computed != outside.root:
            problem = f"The first {outside.size} entries are not those of the checkpoint given: history was rewritten."
    return Step(title="Anchor", found=f"continues the checkpoint of {outside.size} entries given", problem=problem)


def _short_of(found: Walk, size: int) -> str:
    return (
        f"A checkpoint promises {size} entries, but only {found.tree.size} could be read: "
        f"entry {found.tree.size} and what follows it is gone or broken."
    )


def _span(start: int, end: int) -> str:
    return f"entry {start}" if end - start == 1 else f"one of the entries {start} to {end - 1}"
