"""Statements of SQLAlchemy Core that are compiled once and then run on the driver's own cursor.

On the path of an append Core's own execution would cost more than all hashing and sealing together (60 µs a statement
against 6). Guarantees: a statement runs inside the connection's transaction, which begins here if it has to; and an
error of the driver is raised as SQLAlchemy would raise it, without the values.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.expression import ClauseElement

_Values = Mapping[str, Any]


class Prepared:
    """A statement, all parameters bound by name. Values go to the driver as they are: integers, text, bytes."""

    def __init__(self, statement: ClauseElement, *columns: str) -> None:
        """`columns`: those that an INSERT names."""
        self._statement = statement
        self._columns = list(columns) or None
        self._compiled: dict[str, tuple[str, Sequence[str] | None]] = {}

    def first(self, connection: Connection, values: _Values) -> Any:
        """The first row, a tuple of the driver's; None where there is none."""
        cursor = self._cursor(connection)
        try:
            self._run(connection, cursor.execute, [values])
            return cursor.fetchone()
        finally:
            cursor.close()

    def all(self, connection: Connection, values: _Values) -> Sequence[Any]:
        """Every row, a tuple of the driver's."""
        cursor = self._cursor(connection)
        try:
            self._run(connection, cursor.execute, [values])
            rows: Sequence[Any] = cursor.fetchall()
        finally:
            cursor.close()
        return rows

    def run(self, connection: Connection, *rows: _Values) -> None:
        """Once for each row of values."""
        cursor = self._cursor(connection)
        try:
            self._run(connection, cursor.execute if len(rows) == 1 else cursor.executemany, rows)
        finally:
            cursor.close()

    def _cursor(self, connection: Connection) -> Any:
        if not connection.in_transaction():
            connection.begin()
        return connection.connection.cursor()

    def _run(self, connection: Connection, execute: Any, rows: Sequence[_Values]) -> None:
        dialect = connection.dialect
        statement, order = self._compiled.get(dialect.name) or self._compile(connection)
        values = rows if order is None else [tuple(row[name] for name in order) for row in rows]
        try:
            execute(statement, values[0] if len(rows) == 1 else values)
        except dialect.loaded_dbapi.Error as error:
            said = getattr(getattr(error, "diag", None), "message_primary", None)
            if said is not None:  # PostgreSQL's DETAIL has the row in it
                error.args = (said,)
            raise DBAPIError.instance(
                statement, None, error, dialect.loaded_dbapi.Error, hide_parameters=True, dialect=dialect
            ) from error

    def _compile(self, connection: Connection) -> tuple[str, Sequence[str] | None]:
        compiled = self._statement.compile(dialect=connection.dialect, column_keys=self._columns)
        order = getattr(compiled, "positiontup", None)  # None where the driver takes names
        made = self._compiled[connection.dialect.name] = (str(compiled), order)
        return made
