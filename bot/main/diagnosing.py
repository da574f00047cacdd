"""`cred credential why`: the doctor over a database that is only read, beside a running `cred serve`."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection

from bot.config import Places
from bot.domain.ids import UserId
from bot.domain.policy import Policy
from bot.domain.token_times import TokenTimes, times_of
from bot.main.opening import NotReadyError, read_keys, told_of
from bot.service.logins.diagnosis import Diagnosis, Doctor, Question
from bot.service.logins.diagnosis_words import cause, remedy
from bot.store import SCHEMAS
from bot.store.history import SqlHistory
from bot.store.roster import name_of
from bot.store.store import SqlReader
from ledger import Ledger, LedgerError, open_to_read

_TOKEN_MOST = 16 * 1024
"""Bytes of a file with a token."""


class _Terminal:
    """`bot.service.logins.diagnosis_words.Speech`, as a terminal shows it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def person(self, user: UserId) -> str:
        name = name_of(self._connection, user)
        return user if name is None else f"{name} ({user})"

    def when(self, moment: datetime) -> str:
        return f"{moment.astimezone(UTC):%Y-%m-%d at %H:%M:%S} UTC"

    def code(self, text: str) -> str:
        return "".join(letter if letter.isprintable() else "?" for letter in text)


def diagnose(places: Places, policy: Policy, question: Question, now: datetime) -> tuple[Diagnosis, str]:
    """What is in the way, and its two sentences on two lines. Raises `NotReadyError`."""
    with _opened(places) as (connection, history):
        doctor = Doctor(reader=SqlReader(connection, now), history=history, policy=policy, now=now)
        found, speech = doctor.look(question), _Terminal(connection)
        return found, f"{cause(found, speech)}\n{remedy(found, speech)}"


def read_token(file: Path) -> TokenTimes:
    """What the token in a file says of its time; the token itself is kept nowhere. Raises `NotReadyError`."""
    try:
        with file.open("rb") as opened:
            told = times_of(opened.read(_TOKEN_MOST).decode("ascii", errors="replace"))
    except OSError as error:
        raise NotReadyError(f"{file} cannot be read: {error.strerror}.") from None
    if told is None:
        raise NotReadyError(f"{file} holds no token: three parts with dots between them, and nothing else.")
    return told


@contextmanager
def _opened(places: Places) -> Iterator[tuple[Connection, SqlHistory]]:
    keys = read_keys(places)
    try:
        engine = open_to_read(places.database_url)
        with told_of(places), engine.connect() as connection, connection.begin():
            ledger = Ledger.open(connection, kek=keys.kek, log_key=keys.log_key, schemas=SCHEMAS)

            @contextmanager
            def connect() -> Iterator[Connection]:
                yield connection

            yield connection, SqlHistory(ledger, connect)
    except LedgerError as error:
        raise NotReadyError(str(error)) from None
