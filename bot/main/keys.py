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

from bot.config import KeySource, Places
from bot.domain.tokens import LONGEST_LIFE
from bot.main.initialising import write_secret
from bot.main.opening import Keys, NotReadyError, Opened, open_house, read_keys, told_of
from bot.store import SCHEMAS
from bot.store.engine import WRITING
from ledger import KeyEncryptionKey, KeyState, Ledger, LedgerError, VerifierKey, open_to_read, scrub

TOKEN_SIGNING = "token-signing"  # noqa: S105 - a key's purpose
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewrapped:
    """How many keys, and keys of people, the new key-encryption key wraps; where the old one stays for old backups."""

    keys: int
    people: int
    new: Path
    old: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """The keys, without the keys. `log_keys`: what signed the log, each with the size at which it took over."""

    kept: list[KeyState]
    log_keys: tuple[tuple[int, VerifierKey], ...]


def list_keys(places: Places) -> Listed:
    """Every key that it keeps, and those that sign it. It may run beside `cred serve`. Raises `NotReadyError`."""
    keys = read_keys(places)
    with told_of(places), in_a_sentence():
        engine = open_to_read(places.database_url)
        with engine.connect() as connection, connection.begin():
            ledger = Ledger.open(connection, kek=keys.kek, log_key=keys.log_key, schemas=SCHEMAS)
            log_keys = ledger.log_keys(connection, keys.log_key.named(ledger.origin).verifier)
            return Listed(kept=ledger.keys(connection), log_keys=log_keys)


def rotate_data_key(places: Places, now: datetime) -> int:
    """What comes from now on is sealed under a new key. The index of the entry that says so."""
    with opened_house(places, read_keys(places)) as opened, writing(opened) as connection:
        return opened.ledger.rotate_data_key(connection, at=now).index


def rotate_token_key(places: Places, now: datetime) -> datetime:
    """Access tokens from now on are signed by a new key. Until when the key before is shown and its tokens count."""
    with opened_house(places, read_keys(places)) as opened, writing(opened) as connection:
        opened.ledger.rotate_key(connection, TOKEN_SIGNING, at=now)
    return now + LONGEST_LIFE


def erase(places: Places, person: str, team: str | None, now: datetime) -> str:
    """Destroys what says who somebody is: a person ID, or with a team a Slack ID. Returns the person ID.

    Raises `NotReadyError` where there is nobody of that ID; then nothing is changed.
    """
    with opened_house(places, read_keys(places)) as opened:
        with writing(opened) as connection:
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
    file = file_of(places.key, "CRED_KEY")
    coming, keys = file.with_name(f"{file.name}.new"), read_keys(places)
    try:
        _rewrap(places, keys, coming, now, random=random, progress=progress)
        counted = _wrapped_by(places, keys, coming)
    except NotReadyError as refused:
        counted = _committed_before(places, keys, coming, refused)
    with told_of(places):
        old = take_place(coming, file, keys.kek.id.hex()[:8])
    return replace(counted, new=file, old=old)


def file_of(source: KeySource, name: str) -> Path:
    """Where a key lies that is to be changed. Raises `NotReadyError` where it comes from elsewhere."""
    if not source.in_file:
        whence = name if source.text is not None else f"{name}_COMMAND"
        raise NotReadyError(f"The key comes from {whence}, and only a key in a file can be changed here.")
    return source.file


def take_place(coming: Path, file: Path, suffix: str) -> Path:
    """A file takes another's place, which stays under a name of its own: that name."""
    old = file.with_name(f"{file.name}.{suffix}")
    old.unlink(missing_ok=True)
    old.hardlink_to(file)
    coming.replace(file)
    return old


def _rewrap(
    places: Places, keys: Keys, coming: Path, now: datetime, *, random: Callable[[int], bytes], progress: Progress
) -> None:
    with opened_house(places, keys) as opened:
        if not coming.exists():
            write_secret(coming, KeyEncryptionKey.generate(random).to_text())
        new = KeyEncryptionKey.read(coming)
        with writing(opened) as connection:
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
    with in_a_sentence():
        new = KeyEncryptionKey.read(coming)
    with opened_house(places, replace(keys, kek=new)) as opened, opened.engine.connect() as connection:
        held = opened.ledger.keys(connection)
        people = opened.ledger.count_people(connection)
    return Rewrapped(keys=len(held), people=people, new=coming, old=coming)


@contextmanager
def opened_house(places: Places, keys: Keys) -> Iterator[Opened]:
    """Nobody else's for the time of the block. Raises `NotReadyError`, `InUseError`."""
    opened = open_house(places, keys, exclusive=True)
    try:
        with told_of(places), in_a_sentence():
            yield opened
    finally:
        opened.close()


@contextmanager
def writing(opened: Opened) -> Iterator[Connection]:
    """One transaction."""
    with opened.engine.connect().execution_options(**WRITING) as connection, connection.begin():
        yield connection


@contextmanager
def in_a_sentence() -> Iterator[None]:
    """What the ledger refuses becomes `NotReadyError`."""
    try:
        yield
    except LedgerError as error:
        raise NotReadyError(str(error)) from None
