"""What an operator does with the ledger's keys: list them, change them, erase a person. To change, `cred serve` stops.

A new key-encryption key is written beside the old one before anything is wrapped by it, and takes its place after the
commit; whatever ends a try in between, the next one finishes it.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from bot.config import Places
from bot.main.initialising import write_secret
from bot.main.opening import Keys, NotReadyError, Opened, open_house, read_keys, told_of
from bot.store import SCHEMAS
from bot.store.engine import WRITING
from ledger import KeyEncryptionKey, KeyState, Ledger, LedgerError, open_to_read, scrub

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewrapped:
    """How many keys, and keys of people, the new key-encryption key wraps; where the old one stays for old backups."""

    keys: int
    people: int
    new: Path
    old: Path


def list_keys(places: Places) -> list[KeyState]:
    """Every key that the ledger keeps, without the keys. It may run beside `cred serve`. Raises `NotReadyError`."""
    keys = read_keys(places)
    with told_of(places.database), _in_a_sentence():
        engine = open_to_read(places.database_url)
        with engine.connect() as connection, connection.begin():
            ledger = Ledger.open(connection, kek=keys.kek, log_key=keys.log_key, schemas=SCHEMAS)
            return ledger.keys(connection)


def rotate_data_key(places: Places, now: datetime) -> int:
    """What comes from now on is sealed under a new key. The index of the entry that says so."""
    with _opened(places, read_keys(places)) as opened, _writing(opened) as connection:
        return opened.ledger.rotate_data_key(connection, at=now).index


def erase(places: Places, person: str, team: str | None, now: datetime) -> str:
    """Destroys what says who somebody is: a person ID, or with a team a Slack ID. Returns the person ID.

    Raises `NotReadyError` where there is nobody of that ID; then nothing is changed.
    """
    with _opened(places, read_keys(places)) as opened:
        with _writing(opened) as connection:
            found = person if team is None else opened.ledger.find_person(connection, team=team, user=person)
            if found is None:
                raise NotReadyError(f"The ledger knows nobody called {person} in {team}. Nothing was changed.")
            opened.ledger.erase(connection, found, at=now)
        scrub(opened.engine)
    return found


def rotate_key_encryption_key(
    places: Places, now: datetime, random: Callable[[int], bytes], progress: Progress
) -> Rewrapped:
    """Wraps every key by a new one, whose file takes the old one's place. Raises `NotReadyError`, `InUseError`."""
    file = places.key.file
    if not places.key.in_file:
        whence = "CRED_KEY_COMMAND" if places.key.text is None else "CRED_KEY"
        raise NotReadyError(
            f"The key-encryption key comes from {whence}, and only a key in a file can be changed here."
        )
    coming, keys = file.with_name(f"{file.name}.new"), read_keys(places)
    try:
        _rewrap(places, keys, coming, now, random=random, progress=progress)
        counted = _wrapped_by(places, keys, coming)
    except NotReadyError as refused:
        counted = _committed_before(places, keys, coming, refused)
    old = file.with_name(f"{file.name}.{keys.kek.id.hex()[:8]}")
    with told_of(places.database):
        old.unlink(missing_ok=True)
        old.hardlink_to(file)
        coming.replace(file)
    return replace(counted, new=file, old=old)


def _rewrap(
    places: Places, keys: Keys, coming: Path, now: datetime, *, random: Callable[[int], bytes], progress: Progress
) -> None:
    with _opened(places, keys) as opened:
        if not coming.exists():
            write_secret(coming, KeyEncryptionKey.generate(random).to_text())
        new = KeyEncryptionKey.read(coming)
        with _writing(opened) as connection:
            opened.ledger.rewrap(connection, new, at=now, progress=progress)
        scrub(opened.engine)


def _committed_before(places: Places, keys: Keys, coming: Path, refused: NotReadyError) -> Rewrapped:
    """An earlier try may have come as far as the commit: then the new key opens the ledger. Else raises what it was."""
    if not coming.exists():
        raise refused
    try:
        return _wrapped_by(places, keys, coming)
    except NotReadyError:
        raise refused from None


def _wrapped_by(places: Places, keys: Keys, coming: Path) -> Rewrapped:
    """Whether all of it opens under the new key, before the old one's file goes. Raises `NotReadyError`."""
    with _in_a_sentence():
        new = KeyEncryptionKey.read(coming)
    with _opened(places, replace(keys, kek=new)) as opened, opened.engine.connect() as connection:
        held = opened.ledger.keys(connection)
        people = opened.ledger.count_people(connection)
    return Rewrapped(keys=len(held), people=people, new=coming, old=coming)


@contextmanager
def _opened(places: Places, keys: Keys) -> Iterator[Opened]:
    opened = open_house(places, keys)
    try:
        with told_of(places.database), _in_a_sentence():
            yield opened
    finally:
        opened.close()


@contextmanager
def _writing(opened: Opened) -> Iterator[Connection]:
    with opened.engine.connect().execution_options(**WRITING) as connection, connection.begin():
        yield connection


@contextmanager
def _in_a_sentence() -> Iterator[None]:
    try:
        yield
    except LedgerError as error:
        raise NotReadyError(str(error)) from None
