"""`cred init`: keys, database and ledger, once. What exists is never overwritten; a key that exists is used.

The database is filled last and in one transaction, so whatever ended an earlier try, the next one finishes it.
"""

import os
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.config import KeySource, Places
from bot.main.databases import has_something
from bot.main.databases import is_initialised as holds_tables
from bot.main.opening import Keys, NotReadyError, read_keys, told_of
from bot.store import SCHEMAS, open_engine
from bot.store.engine import WRITING
from bot.store.migrate import apply
from ledger import KeyEncryptionKey, Ledger, LedgerError, LogKey, MalformedError


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What was made, and where. `keys`: the key files, without those that were there before."""

    origin: str
    database: str
    keys: tuple[Path, ...]
    verifier: Path


def default_origin(organization: str) -> str:
    """A log's name from the organization's: `Harbour Group` gives `harbour-group/cred-ledger`."""
    plain = unicodedata.normalize("NFKD", organization).encode("ascii", "ignore").decode().casefold()
    return f"{re.sub(r'[^a-z0-9]+', '-', plain).strip('-') or 'cred'}/cred-ledger"


def initialise(places: Places, origin: str, *, now: datetime, random: Callable[[int], bytes] = os.urandom) -> Made:
    """Make what is missing of keys, then database and ledger in one transaction. Raises `NotReadyError`."""
    with told_of(places):
        _refuse_unusable_key_files(places)
        _refuse_what_is_there(places)
        made = _make_keys(places, origin, random)
        keys = read_keys(places)
        if keys.log_key.origin != origin:
            raise NotReadyError(
                f"The log key that is there is of the log {keys.log_key.origin}. Say --origin {keys.log_key.origin}."
            )
        _publish(places.verifier_file, keys)
        _fill(places, keys, now, random)
    return Made(origin=origin, database=places.shown, keys=made, verifier=places.verifier_file)


def is_initialised(places: Places) -> bool:
    """Whether there is a database with tables of Cred in it. Raises `NotReadyError`; writes nothing."""
    with told_of(places):
        return holds_tables(places)


def _refuse_what_is_there(places: Places) -> None:
    if not places.on_postgres and places.database.is_dir():
        raise NotReadyError(f"{places.database} is a folder. Name a file in CRED_DATABASE_URL.")
    if is_initialised(places):
        raise NotReadyError(f"There is a database at {places.shown} already. Nothing was changed.")
    if has_something(places):
        other = "schema or database" if places.on_postgres else "file"
        raise NotReadyError(f"{places.shown} is another program's database. Name another {other} in CRED_DATABASE_URL.")
    if Ledger.is_promised(places.checkpoints):
        raise NotReadyError(
            f"{places.checkpoints} holds a checkpoint of a ledger whose database is gone, and a second history of it "
            f"would look like a forged one. Restore the newest backup (`cred restore FILE`); or begin another ledger, "
            "with a new --origin and new places in CRED_LOG_KEY_FILE and CRED_CHECKPOINTS."
        )


def _refuse_unusable_key_files(places: Places) -> None:
    files = [source.file for source in (places.key, places.log_key) if source.in_file]
    if len({file.resolve() for file in files}) < len(files):
        raise NotReadyError(f"CRED_KEY_FILE and CRED_LOG_KEY_FILE are both {files[0]}. Each key needs its own file.")
    for file in files:
        if file.is_symlink() and not file.exists():
            raise NotReadyError(f"{file} is a link to {file.readlink()}, which is not there. Remove it or mend it.")


def _fill(places: Places, keys: Keys, now: datetime, random: Callable[[int], bytes]) -> None:
    """Tables and ledger, whole or not at all, in a file that is its owner's from the first instant."""
    engine = open_engine(places.database_url)
    try:
        if not places.on_postgres:
            places.database.touch(mode=0o600)
            places.database.chmod(0o600)
        with engine.connect().execution_options(**WRITING) as connection, connection.begin():
            apply(connection)
            Ledger.create(
                connection,
                kek=keys.kek,
                log_key=keys.log_key,
                schemas=SCHEMAS,
                now=now,
                random=random,
                checkpoints=places.checkpoints,
            )
    except LedgerError as error:
        raise NotReadyError(str(error)) from None
    finally:
        engine.dispose()


def _make_keys(places: Places, origin: str, random: Callable[[int], bytes]) -> tuple[Path, ...]:
    try:
        log_key = LogKey.generate(origin, random)
    except MalformedError as error:
        raise NotReadyError(f"The ledger cannot be called {origin!r}: {error}") from None
    missing = [
        (source.file, key)
        for source, key in (
            (places.key, KeyEncryptionKey.generate(random).to_text()),
            (places.log_key, log_key.to_text()),
        )
        if _is_missing(source)
    ]
    for file, key in missing:
        write_secret(file, key)
    return tuple(file for file, _ in missing)


def _is_missing(source: KeySource) -> bool:
    return source.in_file and not source.file.exists()


def write_secret(file: Path, key: str) -> None:
    """There whole or not at all, its owner's from the first instant, on the disk before anything is sealed under it."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = file.with_name(f".{file.name}-new")
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(descriptor, "w") as opened:
            opened.write(key + "\n")
            opened.flush()
            os.fsync(opened.fileno())
        file.hardlink_to(fresh)  # unlike a renaming, it overwrites nothing
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(file)) from None
    finally:
        fresh.unlink()
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _publish(file: Path, keys: Keys) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(keys.log_key.verifier.to_text() + "\n")
