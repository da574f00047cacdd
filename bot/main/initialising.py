"""`cred init`: keys, database and ledger, once. What exists is never overwritten; a key that exists is used."""

import os
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from bot.config import KeySource, Places
from bot.main.opening import Keys, NotReadyError, read_keys
from bot.store import SCHEMAS, open_engine
from bot.store.engine import WRITING
from bot.store.migrate import Standing, apply, standing
from ledger import KeyEncryptionKey, Ledger, LedgerError, LogKey, MalformedError

K = TypeVar("K")


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What was made, and where. `keys`: the key files, without those that were there before."""

    origin: str
    database: Path
    keys: tuple[Path, ...]
    verifier: Path


def default_origin(organization: str) -> str:
    """A log's name from the organization's: `Harbour Group` gives `harbour-group/cred-ledger`."""
    plain = unicodedata.normalize("NFKD", organization).encode("ascii", "ignore").decode().casefold()
    return f"{re.sub(r'[^a-z0-9]+', '-', plain).strip('-') or 'cred'}/cred-ledger"


def initialise(places: Places, origin: str, *, now: datetime, random: Callable[[int], bytes] = os.urandom) -> Made:
    """Make what is missing of keys, then database and ledger in one transaction. Raises `NotReadyError`."""
    engine = open_engine(places.database_url)
    try:
        if places.database.exists() and places.database.stat().st_size and standing(engine) is not Standing.ABSENT:
            raise NotReadyError(f"There is a database at {places.database} already. Nothing was changed.")
        made = _make_keys(places, origin, random)
        keys = read_keys(places)
        if keys.log_key.origin != origin:
            raise NotReadyError(
                f"The log key that is there is of the log {keys.log_key.origin}. Say --origin {keys.log_key.origin}."
            )
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
    places.database.chmod(0o600)
    _publish(places.verifier_file, keys)
    return Made(origin=origin, database=places.database, keys=made, verifier=places.verifier_file)


def _make_keys(places: Places, origin: str, random: Callable[[int], bytes]) -> tuple[Path, ...]:
    try:
        log_key = LogKey.generate(origin, random)
    except MalformedError as error:
        raise NotReadyError(f"The ledger cannot be called {origin!r}: {error}") from None
    missing = [
        (source.file, text)
        for source, text in (
            (places.key, KeyEncryptionKey.generate(random).to_text()),
            (places.log_key, log_key.to_text()),
        )
        if _is_missing(source)
    ]
    for file, text in missing:
        _write_secret(file, text)
    return tuple(file for file, _ in missing)


def _is_missing(source: KeySource) -> bool:
    return source.text is None and not source.file.exists()


def _write_secret(file: Path, text: str) -> None:
    """Readable by its owner from the first instant, and on the disk before anything is sealed under it."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "w") as opened:
        opened.write(text + "\n")
        opened.flush()
        os.fsync(opened.fileno())


def _publish(file: Path, keys: Keys) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(keys.log_key.verifier.to_text() + "\n")
