"""The database: SQLite in a file, or PostgreSQL. What only one of them says stands in a module of its own."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any, Protocol

from sqlalchemy import Connection, Engine, Select

from bot.store import postgresql, sqlite
from bot.store.writing import WRITING


class HotReader(Protocol):
    """One statement on a connection of its own, at the driver. One thread at a time."""

    def rows(self, values: Mapping[str, str]) -> list[tuple[Any, ...]]: ...

    def close(self) -> None: ...


class Speech(Protocol):
    """What each says in its own words; the modules have the docstrings."""

    def open_engine(self, url: str) -> Engine: ...

    def wrote(self, connection: Connection) -> bool: ...

    def try_to_write(self, connection: Connection) -> None: ...

    def migrating(self, connection: Connection) -> AbstractContextManager[None]: ...

    def dangling(self, connection: Connection) -> str | None: ...

    def hot_reader(self, engine: Engine, statement: Select[Any]) -> HotReader: ...


_SPEECH: dict[str, Speech] = {"sqlite": sqlite, "postgresql": postgresql}


def speech_of(engine: Engine) -> Speech:
    """Of the database that an engine connects to."""
    return _SPEECH[engine.dialect.name]


def is_postgresql(url: str) -> bool:
    """Whether a URL is of a PostgreSQL server; else it is of an SQLite file."""
    return url.startswith("postgresql:")


def open_engine(url: str) -> Engine:
    """For a `sqlite:///` or a `postgresql://` URL."""
    return _SPEECH["postgresql" if is_postgresql(url) else "sqlite"].open_engine(url)


__all__ = ["WRITING", "Speech", "is_postgresql", "open_engine", "speech_of"]
