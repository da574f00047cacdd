"""`bot.ports.History` over the ledger: each call reads in a view of its own."""

import base64
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from itertools import islice

from sqlalchemy import Connection

from bot.domain.ids import CredentialId, UserId
from bot.domain.log_standing import Cosigned, LogStanding
from bot.ports import Entry, LogPlace
from bot.store.recording import LOGINS
from ledger import Ledger, NotSignedError, OpenEntry

Connect = Callable[[], AbstractContextManager[Connection]]


class SqlHistory:
    """What the ledger tells. Safe to use from any thread."""

    def __init__(self, ledger: Ledger, connect: Connect) -> None:
        self._ledger = ledger
        self._connect = connect

    @property
    def origins(self) -> tuple[str, ...]:
        """The logs on record."""
        return self._ledger.origins

    def size(self) -> int:
        """As of now."""
        with self._connect() as connection:
            return self._ledger.size(connection)

    def entries(self, start: LogPlace | None, *, limit: int) -> Sequence[Entry]:
        """From a place on."""
        log, index = (None, 0) if start is None else (start.log, start.index)
        with self._connect() as connection:
            return [_entry(entry) for entry in islice(self._ledger.history(connection, log, index), limit)]

    def about(self, credential: CredentialId, *, limit: int) -> Sequence[Entry]:
        """The newest, newest first."""
        return self._found("credential", credential, limit)

    def logins(self, credential: CredentialId, *, limit: int) -> Sequence[Entry]:
        """The same."""
        return self._found(LOGINS, credential, limit)

    def _found(self, field: str, credential: CredentialId, limit: int) -> Sequence[Entry]:
        with self._connect() as connection:
            found = self._ledger.about(connection, field, str(credential), limit=limit)
        return [_entry(entry) for entry in found]

    def standing(self, witnesses: tuple[Cosigned, ...]) -> LogStanding | None:
        """As it is signed now."""
        with self._connect() as connection:
            try:
                newest = self._ledger.newest_checkpoint(connection)
            except NotSignedError:
                return None
            last = next(iter(self._ledger.entries(connection, newest.size - 1, newest.size)))
            size = self._ledger.size(connection)
        return LogStanding(
            origin=newest.origin,
            size=size,
            signed=newest.size,
            root=base64.b64encode(newest.root).decode(),
            note=newest.by_the_log_alone().to_text(),
            until=last.at,
            witnesses=witnesses,
        )

    def user(self, person: str) -> UserId | None:
        """Who that is."""
        with self._connect() as connection:
            found = self._ledger.who(connection, person)
        return None if found is None else UserId(found[1])

    def signed(self) -> int:
        """Of the newest checkpoint."""
        with self._connect() as connection:
            return self._ledger.signed(connection)

    def proof(self, place: LogPlace) -> str | None:
        """Under its log's newest checkpoint."""
        with self._connect() as connection:
            try:
                return self._ledger.prove(connection, place.index, log=place.log).to_text()
            except NotSignedError:
                return None


def _entry(entry: OpenEntry) -> Entry:
    event = entry.event
    return Entry(
        log=entry.origin,
        index=entry.index,
        at=entry.at,
        kind=event.kind,
        actor=event.actor,
        via=event.via,
        outcome=event.outcome,
        body=event.body,
    )
