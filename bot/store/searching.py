"""A page of the inventory: its statements, each built once, and what a search puts into them."""

from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, literal_column, or_, select, tuple_

from bot.domain.credential import LIVING
from bot.ports import Search
from bot.store.columns import micros
from bot.store.rows import METADATA

_CREDENTIAL = METADATA.tables["credential"]
_ALIVE: list[ColumnElement[Any]] = [literal_column(f"'{state}'") for state in sorted(LIVING)]
"""As they are written in SQL: parameters of a list would be written into the statement anew each time."""


@cache
def page(*, scoped: bool, worded: bool, paged: bool, soon: bool) -> Select[Any]:
    """A page's statement, built once for each of its shapes: building is dearer than asking."""
    c = _CREDENTIAL.c
    statement = select(_CREDENTIAL).where(c.state.in_(_ALIVE))
    if scoped:
        statement = statement.where(
            or_(c.estate.in_(bindparam("estates", expanding=True)), c.owner == bindparam("person"))
        )
    if worded:
        statement = statement.where(c.name_key >= bindparam("words"), c.name_key < bindparam("beyond"))
    if paged:
        statement = statement.where(tuple_(c.name_key, c.id) > tuple_(bindparam("name"), bindparam("last")))
    if soon:
        return statement.where(c.expires_at < bindparam("before")).order_by(c.expires_at).limit(bindparam("most"))
    return statement.order_by(c.name_key, c.id).limit(bindparam("most"))


def values(search: Search, before: datetime | None) -> dict[str, object]:
    """What a search puts into its page's statement."""
    found: dict[str, object] = {"most": search.limit}
    if search.estates is not None:
        found |= {"estates": sorted(search.estates), "person": search.person}
    if search.words:
        found |= {"words": search.words, "beyond": search.words + "\U0010ffff"}
    if search.after is not None:
        found |= {"name": search.after[0], "last": str(search.after[1])}
    if before is not None:
        found |= {"before": micros(before)}
    return found
