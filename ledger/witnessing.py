"""A witness of our own: it cosigns the checkpoints of logs that only ever grow, and remembers what it cosigned.

Guarantees: for one log it never signs two histories, nor a shorter one after a longer; what it signs is on the disk
before the signature goes out, and looked at and replaced in one transaction, so that two requests at once, two
processes over one memory, or a crash in between cannot make it forget. Protocol: c2sp.org/tlog-witness, the checks of
`add-checkpoint` in the order that it gives:

1. The body is a submission (400). 2. The origin is a log that it watches (404). 3. The log signed (403). 4. The old
size is not above the new (400). 5. The old size is the one that it remembers, and the same size has the same root
(409, with the size that it remembers). 6. The proof leads from the old root to the new (422). 7. Remember; sign (200).
"""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from ledger.checkpoint import Checkpoint
from ledger.cosigning import WitnessKey
from ledger.errors import BadProofError, BadSignatureError, MalformedError, WitnessError
from ledger.merkle import EMPTY_ROOT, check_consistency
from ledger.signing import VerifierKey
from ledger.submission import Submission

_TABLE = """CREATE TABLE seen (
    origin TEXT PRIMARY KEY, size INTEGER NOT NULL, root BLOB NOT NULL, time INTEGER NOT NULL, note TEXT NOT NULL
) WITHOUT ROWID"""
_BUSY_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back over HTTP."""

    status: HTTPStatus
    body: str
    content_type: str = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What was cosigned last of a log. `time` in UTC seconds."""

    size: int
    root: bytes
    time: int


_NOTHING = Seen(size=0, root=EMPTY_ROOT, time=0)


class Memory:
    """What a witness has cosigned, in a file of its own. To lose it, or put back an older one, unmakes the witness."""

    def __init__(self, path: Path) -> None:
        """Raises `WitnessError` where there is none: a witness never begins anew by itself."""
        self._path = path
        try:
            with self._open() as connection:
                connection.execute("SELECT origin, size, root, time, note FROM seen LIMIT 1").fetchone()
        except sqlite3.Error as error:
            raise WitnessError(f"{path} is not the memory of a witness: {error}.") from None

    @classmethod
    def create(cls, path: Path) -> "Memory":
        """An empty one, for a key that never signed. Raises `WitnessError` where a file is there already."""
        try:
            path.touch(mode=0o600, exist_ok=False)
            with closing(sqlite3.connect(path)) as connection:
                connection.execute(_TABLE)
        except (OSError, sqlite3.Error) as error:
            raise WitnessError(f"The memory {path} cannot be made: {error}.") from None
        return cls(path)

    @contextmanager
    def turn(self) -> Iterator[sqlite3.Connection]:
        """A transaction that nobody else writes in. What is remembered in it is durable when it ends."""
        with self._open() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    def last(self, connection: sqlite3.Connection, origin: str) -> Seen:
        """Of a log that was never seen: no entries."""
        row = connection.execute("SELECT size, root, time FROM seen WHERE origin = ?", (origin,)).fetchone()
        return _NOTHING if row is None else Seen(size=row[0], root=row[1], time=row[2])

    def remember(self, connection: sqlite3.Connection, checkpoint: Checkpoint, time: int) -> None:
        """In place of what was there of this log."""
        row = (checkpoint.origin, checkpoint.size, checkpoint.root, time, checkpoint.to_text())
        connection.execute("INSERT OR REPLACE INTO seen VALUES (?, ?, ?, ?, ?)", row)

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        file = f"{self._path.absolute().as_uri()}?mode=rw"
        with closing(sqlite3.connect(file, uri=True, isolation_level=None, timeout=_BUSY_SECONDS)) as connection:
            connection.execute("PRAGMA synchronous = EXTRA")  # the removal of the journal is durable, too
            yield connection


class Witness:
    """Answers `add-checkpoint`. Any number of threads may ask at once."""

    def __init__(
        self, key: WitnessKey, memory: Memory, logs: Sequence[VerifierKey], clock: Callable[[], float]
    ) -> None:
        """`logs`: whom it watches; a log may have several keys. `clock`: UTC seconds."""
        self.key = key
        self._memory = memory
        self._clock = clock
        self._logs: dict[str, list[VerifierKey]] = {}
        for log in logs:
            self._logs.setdefault(log.name, []).append(log)

    def answer(self, body: str) -> Answer:
        """The steps above. Raises `WitnessError` where its memory cannot be read or written: then it signs nothing."""
        try:
            asked = Submission.from_text(body)
        except MalformedError as error:
            return _refused(HTTPStatus.BAD_REQUEST, str(error))
        keys = self._logs.get(asked.checkpoint.origin)
        if keys is None:
            return _refused(HTTPStatus.NOT_FOUND, "This witness does not watch that log.")
        if not any(_signed(asked.checkpoint, key) for key in keys):
            return _refused(HTTPStatus.FORBIDDEN, "No key that this witness knows of that log signed the checkpoint.")
        if asked.old > asked.checkpoint.size:
            return _refused(HTTPStatus.BAD_REQUEST, "The old size is above the checkpoint's.")
        try:
            with self._memory.turn() as connection:
                return self._compare(connection, asked)
        except sqlite3.Error as error:
            raise WitnessError(f"The witness's memory cannot be used, so nothing is signed: {error}.") from None

    def _compare(self, connection: sqlite3.Connection, asked: Submission) -> Answer:
        seen = self._memory.last(connection, asked.checkpoint.origin)
        same_size = asked.checkpoint.size == seen.size
        if asked.old != seen.size or (same_size and asked.checkpoint.root != seen.root):
            return Answer(HTTPStatus.CONFLICT, f"{seen.size}\n", "text/x.tlog.size")
        try:
            check_consistency(seen.size, seen.root, asked.checkpoint.size, asked.checkpoint.root, asked.path)
        except BadProofError as error:
            return _refused(HTTPStatus.UNPROCESSABLE_ENTITY, str(error))
        time = max(int(self._clock()), seen.time)
        self._memory.remember(connection, asked.checkpoint, time)
        return Answer(HTTPStatus.OK, asked.checkpoint.cosign(self.key, time).line())


def _signed(checkpoint: Checkpoint, log: VerifierKey) -> bool:
    try:
        checkpoint.check(log)
    except BadSignatureError:
        return False
    return True


def _refused(status: HTTPStatus, why: str) -> Answer:
    return Answer(status, f"{why}\n")
