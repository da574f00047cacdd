"""Statements that find the credentials of which something is due, and those that somebody owns."""

from typing import Any

from sqlalchemy import Select, and_, bindparam, exists, func, or_, select

from bot.domain.credential import USABLE, Delivery, SecretState, State
from bot.domain.ids import BUILTIN
from bot.store.rows import METADATA

_CREDENTIAL = METADATA.tables["credential"]
_SECRET = METADATA.tables["secret"]

EXPIRED = (
    select(_CREDENTIAL)
    .where(
        _CREDENTIAL.c.state.in_([State.ACTIVE, State.SUSPENDED]),
        _CREDENTIAL.c.expires_at <= bindparam("now"),
    )
    .order_by(_CREDENTIAL.c.expires_at)
    .limit(bindparam("most"))
)

UNDO_OVER = (
    select(_CREDENTIAL)
    .where(_CREDENTIAL.c.undo_until <= bindparam("now"))
    .order_by(_CREDENTIAL.c.undo_until)
    .limit(bindparam("most"))
)
RETIREMENTS = (
    select(_CREDENTIAL)
    .join(_SECRET, _SECRET.c.credential == _CREDENTIAL.c.id)
    .where(_SECRET.c.state == SecretState.RETIRING, _SECRET.c.retire_at <= bindparam("now"))
    .order_by(_SECRET.c.retire_at)
    .limit(bindparam("most"))
)
_NEWER = _SECRET.alias("newer")
RETIRING_IN_USE = (
    select(_CREDENTIAL)
    .join(_SECRET, _SECRET.c.credential == _CREDENTIAL.c.id)
    .where(
        _CREDENTIAL.c.state == State.ACTIVE,
        _SECRET.c.state == SecretState.RETIRING,
        _SECRET.c.retire_at > bindparam("now"),
        _SECRET.c.retire_at <= bindparam("soon"),
        _SECRET.c.warned_at.is_(None),
        exists().where(
            _NEWER.c.credential == _SECRET.c.credential,
            _NEWER.c.state == SecretState.LIVE,
            _NEWER.c.minted_at < _SECRET.c.last_used_at,
        ),
    )
    .order_by(_SECRET.c.retire_at)
    .limit(bindparam("most"))
)
TO_ANSWER_FOR = or_(
    _CREDENTIAL.c.state.in_(sorted(USABLE)),
    and_(_CREDENTIAL.c.state == State.DELETING, _CREDENTIAL.c.authority != BUILTIN),
)
"""What needs an owner: it may work, or somebody has still to delete it where it lives."""
OWNED = select(_CREDENTIAL.c.id, _CREDENTIAL.c.estate).where(_CREDENTIAL.c.owner == bindparam("owner"), TO_ANSWER_FOR)
_LAST_USE = select(func.max(_SECRET.c.last_used_at)).where(_SECRET.c.credential == _CREDENTIAL.c.id).scalar_subquery()
UNUSED = (
    select(_CREDENTIAL)
    .where(
        _CREDENTIAL.c.id > bindparam("after"),
        _CREDENTIAL.c.state == State.ACTIVE,
        _CREDENTIAL.c.authority == BUILTIN,  # of another one nobody here knows when it is used
        _CREDENTIAL.c.unused_told_at.is_(None),
        or_(
            and_(_LAST_USE.is_(None), _CREDENTIAL.c.created_at <= bindparam("issued")),
            bindparam("used") >= _LAST_USE,
        ),
    )
    .order_by(_CREDENTIAL.c.id)
    .limit(bindparam("most"))
)
TOLD_UNUSED = (
    select(_CREDENTIAL)
    .where(_CREDENTIAL.c.unused_told_at <= bindparam("before"), _CREDENTIAL.c.state == State.ACTIVE)
    .order_by(_CREDENTIAL.c.unused_told_at)
    .limit(bindparam("most"))
)


def _with_secret(*conditions: Any) -> Select[Any]:
    return (
        select(_CREDENTIAL)
        .where(
            _CREDENTIAL.c.state == State.ACTIVE,
            exists().where(_SECRET.c.credential == _CREDENTIAL.c.id, _SECRET.c.state == SecretState.LIVE, *conditions),
        )
        .limit(bindparam("most"))
    )


DELIVERY_PENDING = _with_secret(_SECRET.c.delivery == Delivery.PENDING, _SECRET.c.minted_at <= bindparam("before"))
RECEIPTS_OVER = _with_secret(_SECRET.c.receipt == bindparam("receipt"), _SECRET.c.receipt_until <= bindparam("now"))
