"""From a domain event to an entry of the ledger: people as person IDs, their words sealed, instants as microseconds."""

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints
from uuid import UUID

from sqlalchemy import Connection

from bot.domain.events import EVENTS, OF_LOGINS, Event
from bot.domain.ids import TeamId, UserId, Words
from bot.store.columns import micros
from ledger import Event as LedgerEvent
from ledger import Json, Ledger, Schemas

_ENVELOPE = frozenset({"actor", "via", "outcome"})
"""Fields that every entry has, and that the ledger keeps apart from the body."""
LOGINS = "logins"
"""By what the entries of a credential's logins are found: apart from the rest, which they would hide."""
_INDEXED = ("credential", "request")

TeamOf = Callable[[UserId], TeamId]


def fields_of(event: type[Event]) -> Mapping[str, Any]:
    """The body's fields of an event and their types, in the order of the definition."""
    hints = get_type_hints(event)
    return {f.name: hints[f.name] for f in dataclasses.fields(event) if f.name not in _ENVELOPE}


def _schemas() -> Schemas:
    schemas = Schemas()
    for event in EVENTS:
        fields = fields_of(event)
        optional = frozenset(name for name, kind in fields.items() if _bare(kind) is not kind)
        wire = {name: _wire_type(_bare(kind)) for name, kind in fields.items()}
        schemas.register(event.kind.value, wire, optional=optional)
    return schemas


def _bare(kind: Any) -> Any:
    """The type of a field, without the None that it may be."""
    if get_origin(kind) not in (Union, UnionType):
        return kind
    (bare,) = (part for part in get_args(kind) if part is not NoneType)
    return bare


def _wire_type(kind: Any) -> type | UnionType:
    if get_origin(kind) is tuple:
        return list[str]
    bare = getattr(kind, "__supertype__", kind)
    if bare is datetime or bare is int:
        return int
    if bare is bool:
        return bool
    if isinstance(bare, type) and issubclass(bare, str | UUID | StrEnum):
        return str
    raise TypeError(f"The ledger has no form for a field of type {kind!r}.")


SCHEMAS = _schemas()
"""What the ledger accepts of this program: the allow-list of `bot.domain.events`."""
_FIELDS = {event.kind: fields_of(event) for event in EVENTS}


class Recorder:
    """Appends domain events to the ledger, inside the caller's transaction."""

    def __init__(self, ledger: Ledger, connection: Connection, at: datetime, team_of: TeamOf) -> None:
        self._ledger = ledger
        self._connection = connection
        self._at = at
        self._team_of = team_of
        self._people: dict[UserId, str] = {}

    def append_all(self, events: Iterable[Event]) -> None:
        """The events' entries; before them one for each person who stands in the ledger for the first time."""
        self._ledger.append_all(self._connection, [self._entry(event) for event in events], at=self._at)

    def _entry(self, event: Event) -> LedgerEvent:
        actor = None if event.actor is None else self._person(event.actor)
        people = {actor} if actor else set()
        body: dict[str, Json] = {}
        for name, kind in _FIELDS[event.kind].items():
            value = getattr(event, name)
            if value is None:
                continue
            if _bare(kind) is UserId:
                person = self._person(value)
                people.add(person)
                body[name] = person
            elif kind is Words:
                body[name] = self._sealed(actor, value)
            else:
                body[name] = _wire(value)
        indexed = [("person", person) for person in sorted(people)]
        if event.kind in OF_LOGINS:
            indexed.append((LOGINS, str(body["credential"])))
        else:
            indexed += [(field, str(body[field])) for field in _INDEXED if field in body]
        return LedgerEvent(
            kind=event.kind.value,
            actor=actor,
            via=event.via.value,
            outcome=event.outcome.value,
            body=body,
            index=tuple(indexed),
        )

    def _person(self, user: UserId) -> str:
        known = self._people.get(user)
        if known is None:
            known = self._ledger.person(self._connection, team=self._team_of(user), user=user, at=self._at)
            self._people[user] = known
        return known

    def _sealed(self, actor: str | None, words: str) -> str:
        if actor is None or not words:
            return ""
        return self._ledger.seal_words(self._connection, actor, words)


def _wire(value: Any) -> Json:
    match value:
        case datetime():
            return micros(value)
        case UUID():
            return str(value)
        case tuple():
            return [str(item) for item in value]
        case StrEnum():
            return value.value
        case bool() | int() | str():
            return value
        case _:
            raise TypeError(f"The ledger has no form for {type(value).__name__}.")
