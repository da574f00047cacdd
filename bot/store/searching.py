"""A page of the inventory: its statements, each built once, and what a search puts into them."""

from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, func, literal_column, or_, select, tuple_

from bot.domain.credential import LIVING
from bot.domain.ids import BUILTIN
from bot.ports import Search
from bot.store.columns import micros
from bot.store.rows import METADATA

_CREDENTIAL = METADATA.tables["credential"]
_SECRET = METADATA.tables["secret"]
_ALIVE: list[ColumnElement[Any]] = [literal_column(f"'{state}'") for state in sorted(LIVING)]
"""As they are written in SQL: parameters of a list would be written into the statement anew each time."""
_USED = (
    select(func.max(_SECRET.c.last_used_at))
    .where(_SECRET.c.credential == _CREDENTIAL.c.id)
    .correlate(_CREDENTIAL)
    .scalar_subquery()
)
_CONDITIONS: dict[str, tuple[ColumnElement[bool], ...]] = {
    "estates": (
        or_(
            _CREDENTIAL.c.estate.in_(bindparam("estates", expanding=True)),
            _CREDENTIAL.c.owner == bindparam("person"),
        ),
    ),
    "words": (_CREDENTIAL.c.name_key >= bindparam("words"), _CREDENTIAL.c.name_key < bindparam("beyond")),
    "role": (_CREDENTIAL.c.role == bindparam("role"),),
    "estate": (_CREDENTIAL.c.estate == bindparam("estate"),),
    "owner": (_CREDENTIAL.c.owner == bindparam("owner"),),
    "before": (_CREDENTIAL.c.expires_at < bindparam("before"),),
    "idle": (
        _CREDENTIAL.c.created_at <= bindparam("idle"),
        _CREDENTIAL.c.authority == BUILTIN,
        func.coalesce(_USED, 0) <= bindparam("idle"),
    ),
}
"""What narrows a search, by the value that has to be there for it."""


@cache
def page(*, narrowed: frozenset[str], paged: bool, backwards: bool, soonest: bool) -> Select[Any]:
    """A page's statement, built once for each of its shapes: building is dearer than asking."""
    key = (_CREDENTIAL.c.expires_at if soonest else _CREDENTIAL.c.name_key, _CREDENTIAL.c.id)
    statement = select(_CREDENTIAL).where(_CREDENTIAL.c.state.in_(_ALIVE))
    for name in sorted(narrowed):
        statement = statement.where(*_CONDITIONS[name])
    if paged:
        here = tuple_(bindparam("key"), bindparam("last"))
        statement = statement.where(tuple_(*key) < here if backwards else tuple_(*key) > here)
    order = [column.desc() for column in key] if backwards else list(key)
    return statement.order_by(*order).limit(bindparam("most"))


def page_of(search: Search) -> tuple[Select[Any], dict[str, object]]:
    """The statement of a search, and what it puts into it."""
    found, place = _values(search), search.place
    narrowed = frozenset(_CONDITIONS.keys() & found.keys())
    backwards = place is not None and place.backwards
    return page(narrowed=narrowed, paged=place is not None, backwards=backwards, soonest=search.soonest), found


def _values(search: Search) -> dict[str, object]:
    found: dict[str, object] = {"most": search.limit}
    if search.estates is not None:
        found |= {"estates": sorted(search.estates), "person": search.person}
    if search.words:
        found |= {"words": search.words, "beyond": search.words + "\U0010ffff"}
    if search.place is not None:
        key = search.place.key
        found |= {"key": micros(key) if isinstance(key, datetime) else key, "last": str(search.place.id)}
    narrow = {
        "role": search.role,
        "estate": search.estate,
        "owner": search.owner,
        "before": None if search.ends_before is None else micros(search.ends_before),
        "idle": None if search.idle_since is None else micros(search.idle_since),
    }
    return found | {name: value for name, value in narrow.items() if value is not None}
