"""`cred backup`: the database as one file, with its newest checkpoint and the verifier key beside it; never a key.

It may run beside `cred serve`, and needs no secret. A copy is called a backup only once it was seen to be whole: that
its pages are sound, and that its entries make the root that its checkpoint signs. Then it gets its name, and before
that there is nothing of that name; what has a name already is never replaced.

A database on a server is its own tools' to copy: the whole command is said, which keeps the same three files.
"""

import shlex
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.exc import DatabaseError

from bot.config import Places
from bot.main.databases import in_a_file
from bot.main.opening import NotReadyError, check_standing
from bot.store.copying import copy_database, damage
from ledger import Checkpoint, LedgerError, VerifierKey, logs_in, newest_checkpoint, open_to_read, verify_keyless
from ledger import write_whole as write

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is done, and of how much."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BackedUp:
    """Where everything stands now."""

    database: Path
    checkpoint: Path
    verifier: Path
    entries: int
    signed: int


def back_up(places: Places, place: Path, now: datetime, progress: Progress) -> BackedUp:
    """`place`: a new file, or a folder in which a file is named after the time. Raises `NotReadyError`."""
    target = place / f"cred-{now:%Y%m%dT%H%M%SZ}.{'dump' if places.on_postgres else 'db'}" if place.is_dir() else place
    in_a_file(places, f"Run: {_dumping(places, target)}")
    if not places.database.is_file():
        raise NotReadyError(
            f"There is no database at {places.database}. Run `cred init` once, or set CRED_DATABASE_URL."
        )
    beside = [target.with_name(f"{target.name}.{what}") for what in ("checkpoint", "vkey")]
    fresh = target.with_name(f".{target.name}-new")
    _refuse_to_overwrite(target, *beside)
    try:
        with copying(places.database, target):
            fresh.unlink(missing_ok=True)
            copy_database(places.database, fresh, lambda done, total: progress("Copying pages", done, total))
            entries, checkpoint, verifier = _checked(fresh, places, progress)
            _refuse_to_overwrite(target, *beside)
            fresh.rename(target)
            write(beside[0], checkpoint.to_text().encode())
            write(beside[1], f"{verifier.to_text()}\n".encode())
    finally:
        fresh.unlink(missing_ok=True)
    return BackedUp(database=target, checkpoint=beside[0], verifier=beside[1], entries=entries, signed=checkpoint.size)


def _dumping(places: Places, target: Path) -> str:
    """The checkpoint is copied first, so that the dump has all that it promises; the URL may hold a password."""
    latest = places.checkpoints / "latest"
    copied = ((latest, "checkpoint"), (_verifier(places, latest), "vkey"))
    commands = [f"cp {shlex.quote(str(file))} {shlex.quote(f'{target}.{what}')}" for file, what in copied]
    dumped = f'pg_dump --format=custom --file={shlex.quote(str(target))} --dbname="$CRED_DATABASE_URL"'
    return " && ".join((*commands, dumped))


def _verifier(places: Places, latest: Path) -> Path:
    """Of the log that the newest checkpoint is of."""
    try:
        origin = Checkpoint.from_text(latest.read_text(encoding="utf-8")).origin
    except (OSError, UnicodeDecodeError, LedgerError):
        return places.verifier_file
    numbered = places.verifier_of(origin, first=origin.rpartition("/")[0])
    return numbered if numbered.exists() else places.verifier_file


def _checked(copy: Path, places: Places, progress: Progress) -> tuple[int, Checkpoint, VerifierKey]:
    """How many entries, and what signs them. Raises `NotReadyError` where the copy is not sound."""
    engine = open_to_read(str(copy))
    check_standing(engine, places.shown)
    with engine.connect() as connection, connection.begin():
        if wrong := damage(connection):
            raise NotReadyError(f"{places.database} is damaged, so this is no backup: {wrong}. {_KEEP}")
        verifier = logs_in(connection)[-1]
        report = verify_keyless(
            connection, verifier, progress=lambda done, total: progress("Checking entries", done, total)
        )
        problems = [step.problem for step in report.steps if step.problem is not None]
        if problems:
            raise NotReadyError(
                f"The ledger in {places.database} is not sound, so this is no backup: {problems[0]} {_KEEP}"
            )
        return report.size, newest_checkpoint(connection, verifier), verifier


_KEEP = "Keep a copy of that file as it is, and run `cred verify`."


def _refuse_to_overwrite(*files: Path) -> None:
    if not files[0].parent.is_dir():
        raise NotReadyError(f"There is no folder {files[0].parent}. Make it first, or mount what should be there.")
    for file in files:
        if file.exists() or file.is_symlink():
            raise NotReadyError(f"{file} is there already, and a backup overwrites nothing. Name another file.")


@contextmanager
def copying(source: Path, target: Path, *, otherwise: str = "") -> Iterator[None]:
    """What the disk, SQLite or the ledger refuse in the block becomes `NotReadyError`; `otherwise`: what is so then."""
    otherwise = otherwise or f"Nothing was left at {target}."
    try:
        yield
    except LedgerError as error:
        raise NotReadyError(f"{source} cannot be copied: {error}") from None
    except DatabaseError as error:
        raise NotReadyError(f"{source} cannot be read: {error.orig}. {otherwise}") from None
    except sqlite3.Error as error:
        raise NotReadyError(f"{source} could not be copied to {target}: {error}. {otherwise}") from None
    except OSError as error:
        raise NotReadyError(f"{error.filename} cannot be made or written: {error.strerror}.") from None
