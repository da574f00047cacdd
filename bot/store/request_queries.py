"""What is asked of the table of requests, as statements: which of them wait, are due, or are somebody's."""

from typing import Any

from sqlalchemy import and_, bindparam, exists, false, not_, or_, select, text

from bot.domain.ids import BUILTIN
from bot.domain.kind import CLAIMED, Kind
from bot.domain.notice import NoticeKind
from bot.domain.request import OPEN, State
from bot.store.rows import METADATA
from bot.store.rows.requests import UNESCALATED as _IS_UNESCALATED

_REQUEST = METADATA.tables["request"]
_VOTE = METADATA.tables["vote"]
_NOTICE = METADATA.tables["notice"]
_MEMBER = METADATA.tables["member"]

BY_ID = select(_REQUEST).where(_REQUEST.c.id == bindparam("id"))
BY_SUBMISSION = select(_REQUEST).where(_REQUEST.c.submission == bindparam("submission"))
IN_STATE = (
    select(_REQUEST)
    .where(_REQUEST.c.state.in_(bindparam("states", expanding=True)))
    .order_by(_REQUEST.c.opened_at)
    .limit(bindparam("most"))
)
CONCERNING = (
    select(_REQUEST)
    .where(
        or_(_REQUEST.c.requester == bindparam("user"), _REQUEST.c.owner == bindparam("user")),
        _REQUEST.c.state.in_(sorted(OPEN)),
    )
    .order_by(_REQUEST.c.opened_at)
    .limit(bindparam("most"))
)
OVERDUE = (
    select(_REQUEST)
    .where(_REQUEST.c.state.in_([State.PENDING, State.APPROVED]), _REQUEST.c.lapses_at <= bindparam("now"))
    .order_by(_REQUEST.c.lapses_at)
    .limit(bindparam("most"))
)
UNREMINDED = (
    select(_REQUEST)
    .where(
        _REQUEST.c.state == State.PENDING,
        _REQUEST.c.lapses_at > bindparam("now"),
        4 * (_REQUEST.c.lapses_at - bindparam("now")) <= _REQUEST.c.lapses_at - _REQUEST.c.opened_at,
        ~exists().where(_NOTICE.c.subject == _REQUEST.c.id, _NOTICE.c.kind == NoticeKind.APPROVER_REMINDED),
    )
    .order_by(_REQUEST.c.lapses_at)
    .limit(bindparam("most"))
)
UNESCALATED = (
    select(_REQUEST)
    .where(text(_IS_UNESCALATED), _REQUEST.c.opened_at <= bindparam("before"))
    .order_by(_REQUEST.c.opened_at)
    .limit(bindparam("most"))
)
LEASE_OVER = (
    select(_REQUEST)
    .where(_REQUEST.c.state == State.EXECUTING, _REQUEST.c.lease_until <= bindparam("now"))
    .limit(bindparam("most"))
)
OF_CREDENTIAL = select(_REQUEST).where(
    _REQUEST.c.credential == bindparam("credential"),
    _REQUEST.c.kind == bindparam("kind"),
    _REQUEST.c.state.in_(sorted(OPEN)),
)
OPEN_FOR = (
    select(_REQUEST)
    .where(_REQUEST.c.credential == bindparam("credential"), _REQUEST.c.state.in_(sorted(OPEN)))
    .order_by(_REQUEST.c.opened_at)
)
LAST_FULFILLED = (
    select(_REQUEST)
    .where(
        _REQUEST.c.credential == bindparam("credential"),
        _REQUEST.c.kind == bindparam("kind"),
        _REQUEST.c.state == State.FULFILLED,
    )
    .order_by(_REQUEST.c.opened_at.desc())
    .limit(1)
)
_CLAIMED = or_(
    _REQUEST.c.kind.in_(sorted(CLAIMED)), and_(_REQUEST.c.kind == Kind.EXTEND, _REQUEST.c.authority != BUILTIN)
)
"""`Asked.claimed`"""
EFFECTIVE = (
    select(_REQUEST)
    .where(_REQUEST.c.state == State.APPROVED, not_(_CLAIMED))
    .order_by(_REQUEST.c.lapses_at)
    .limit(bindparam("most"))
)


def _left(who: Any) -> Any:
    return exists().where(_MEMBER.c.user == who, _MEMBER.c.active == false()).correlate(_REQUEST)


ABANDONED = (
    select(_REQUEST)
    .where(
        _REQUEST.c.state.in_([State.PENDING, State.APPROVED]),
        or_(
            _left(_REQUEST.c.requester),
            and_(_CLAIMED, _left(_REQUEST.c.owner)),
        ),
    )
    .order_by(_REQUEST.c.opened_at)
    .limit(bindparam("most"))
)
VOTED_BY = select(_REQUEST).where(
    _REQUEST.c.state == State.PENDING,
    exists().where(
        _VOTE.c.request == _REQUEST.c.id,
        or_(_VOTE.c.voter == bindparam("voter"), _VOTE.c.stands_in_for == bindparam("voter")),
    ),
)
AFTER = select(_REQUEST).where(_REQUEST.c.id > bindparam("last")).order_by(_REQUEST.c.id).limit(bindparam("most"))
