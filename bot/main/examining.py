"""What a backup must be before it may take the database's place, and how one that is too old goes on all the same."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from sqlalchemy.exc import DatabaseError

from bot.config import Places
from bot.main.backing_up import Progress
from bot.main.opening import Keys, NotReadyError
from bot.store import SCHEMAS, open_engine
from bot.store.copying import damage
from bot.store.engine import WRITING
from bot.store.migrate import Standing, standing
from ledger import (
    Checkpoint,
    Ledger,
    LedgerError,
    Promise,
    RollbackError,
    VerifierKey,
    logs_in,
    newest_checkpoint,
    open_to_read,
    verify_with_key,
    write_whole,
)

_LONGEST_REASON = 3000
UNCHANGED = "The backup was not restored, and nothing was changed."
_ON_RECORD = (
    "Restore a newer backup; or go on from this one under a new origin, which stands in the ledger for ever: "
    '--new-origin --reason "why"'
)


Known = list[tuple[Promise, Checkpoint]]
"""What a log is known to have been, and the newest checkpoint that says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is to be put back, and how."""

    backup: Path | None
    """None: the database that stands there itself, which somebody restored by hand."""
    outside: Path | None = None
    """A checkpoint that was kept elsewhere."""
    reason: str | None = None
    """Why it goes on under a new origin; None: it does not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What the copy is."""

    origin: str
    entries: int
    behind: bool
    """Whether it is of an older version, so that `cred migrate` comes next."""


@dataclass(frozen=True, slots=True)
class Examination:
    """Of one database, by its URL. What is wrong with it is raised as `NotReadyError`, with what to do."""

    places: Places
    keys: Keys
    wish: Wish
    progress: Progress

    def check(self, copy: str, now: datetime) -> Checked:
        """Afterwards it may take the database's place, and goes on under a new origin, where that was wished for."""
        if self.wish.reason is not None and not 0 < len(self.wish.reason.strip()) <= _LONGEST_REASON:
            raise NotReadyError(
                f"A reason is one that somebody can read years from now, {_LONGEST_REASON} letters at most."
            )
        try:
            outside = self._given()
            standing_there = None if self.wish.backup is None else self._standing_there()
            known = [promise for promise, _ in (*outside, *(standing_there or ()))]
            contradicted = self._contradicted(copy, known)
            if contradicted is not None and self.wish.reason is None:
                raise NotReadyError(f"{UNCHANGED} {contradicted} {_ON_RECORD}")
            checked = self._sound(copy)
            if self.wish.reason is None:
                return checked
            if contradicted is None:
                raise NotReadyError(f"{UNCHANGED} It goes on from all that is known, so it needs no new origin.")
            return self._continued(copy, checked, [kept for _, kept in (*outside, *(standing_there or ()))], now)
        except LedgerError as error:
            raise NotReadyError(f"{UNCHANGED} {error}") from None

    def _given(self) -> Known:
        if self.wish.outside is None:
            return []
        checkpoint = Checkpoint.from_text(self.wish.outside.read_text(encoding="utf-8"))
        checkpoint.check(self.keys.log_key.named(checkpoint.origin).verifier)
        return [(Promise.of(checkpoint, f"the checkpoint in {self.wish.outside}"), checkpoint)]

    def _standing_there(self) -> Known:
        """What the database that is to be replaced holds, signed or not; nothing where it cannot be read any more."""
        if not self.places.database.is_file():
            return []
        try:
            engine = open_to_read(self.places.database_url)
            with engine.connect() as connection, connection.begin():
                ledger = Ledger.open(connection, kek=self.keys.kek, log_key=self.keys.log_key, schemas=SCHEMAS)
                promise = ledger.promise(connection, f"the database in {self.places.database}")
                return [(promise, newest_checkpoint(connection, self._verifier(ledger.origin)))]
        except (LedgerError, DatabaseError):
            return []

    def _contradicted(self, copy: str, known: Sequence[Promise]) -> RollbackError | None:
        """How it goes back behind what is known. Raises `LedgerError` where it is no ledger for these keys."""
        engine = open_to_read(copy)
        if standing(engine) not in (Standing.CURRENT, Standing.BEHIND):
            raise NotReadyError(f"{UNCHANGED} It is no database of Cred, or one of a newer version.")
        with engine.connect() as connection, connection.begin():
            if wrong := damage(connection):
                raise NotReadyError(f"{UNCHANGED} It is damaged: {wrong}. Restore another one.")
            try:
                Ledger.open(
                    connection,
                    kek=self.keys.kek,
                    log_key=self.keys.log_key,
                    schemas=SCHEMAS,
                    checkpoints=self.places.checkpoints,
                    promises=known,
                )
            except RollbackError as error:
                return error
        return None

    def _sound(self, copy: str) -> Checked:
        engine = open_to_read(copy)
        behind = standing(engine) is Standing.BEHIND
        with engine.connect() as connection, connection.begin():
            verifier = self._verifier(logs_in(connection)[-1].name)
            report = verify_with_key(
                connection,
                verifier,
                self.keys.kek,
                SCHEMAS,
                progress=lambda done, total: self.progress("Opening entries", done, total),
            )
        problems = [step.problem for step in report.steps if step.problem is not None]
        if problems:
            raise NotReadyError(f"{UNCHANGED} Its ledger is not sound: {problems[0]}")
        return Checked(origin=verifier.name, entries=report.size, behind=behind)

    def _continued(self, copy: str, checked: Checked, known: Sequence[Checkpoint], now: datetime) -> Checked:
        engine = open_engine(copy)
        try:
            with engine.connect().execution_options(**WRITING) as connection, connection.begin():
                ledger = Ledger.continue_log(
                    connection,
                    kek=self.keys.kek,
                    log_key=self.keys.log_key,
                    schemas=SCHEMAS,
                    now=now,
                    reason=(self.wish.reason or "").strip(),
                    checkpoints=self.places.checkpoints,
                    known=known,
                )
                self._publish(ledger.origin)  # it follows from the log key: if the rest fails, it says nothing wrong
            return replace(checked, origin=ledger.origin)
        finally:
            engine.dispose()  # the last to close it folds its write-ahead log into the file

    def _publish(self, origin: str) -> None:
        """The verifier key of a new origin, beside that of the first."""
        file = self.places.verifier_of(origin, first=self.keys.log_key.origin)
        write_whole(file, f"{self._verifier(origin).to_text()}\n".encode())

    def _verifier(self, origin: str) -> VerifierKey:
        return self.keys.log_key.named(origin).verifier
