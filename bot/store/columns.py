"""How values stand in columns: UTC microseconds, JSON lists, text identifiers; and back."""

import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from bot.domain.role import Permission
from bot.ports import Unreadable

T = TypeVar("T")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def micros(moment: datetime) -> int:
    """UTC microseconds since 1970 of an aware instant."""
    return (moment - _EPOCH) // _MICROSECOND


def moment(value: int) -> datetime:
    """The inverse of `micros`."""
    return _EPOCH + timedelta(microseconds=value)


def micros_or_none(value: datetime | None) -> int | None:
    """`micros`, where there may be nothing."""
    return None if value is None else micros(value)


def moment_or_none(value: int | None) -> datetime | None:
    """`moment`, where there may be nothing."""
    return None if value is None else moment(value)


def readable(row: str, read: Callable[[], T]) -> T | Unreadable:
    """What a row says, or that it says nothing: a value that no program of ours wrote."""
    try:
        return read()
    except (ValueError, TypeError, OverflowError) as error:
        return Unreadable(row, str(error))


def permissions_out(permissions: Iterable[Permission]) -> str:
    """A set of permissions as a sorted JSON list."""
    return json.dumps(sorted(permissions))


def permissions_in(text: str) -> frozenset[Permission]:
    """The inverse of `permissions_out`."""
    return frozenset(Permission(word) for word in json.loads(text))
