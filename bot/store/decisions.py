"""What waits for one person's decision: the rule of `Request.waits_for`, as a condition that the database can look for.

However many requests are open, what is read of them is what is shown. That both say the same of every request and every
person is tested in `tests/store/test_decisions.py`.
"""

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, false, func, not_, or_, select, true

from bot.domain.grounds import Right, Scope
from bot.domain.ids import UserId
from bot.domain.request import State
from bot.store.rows import METADATA

_REQUEST = METADATA.tables["request"]
_VOTE = METADATA.tables["vote"]


def waiting_for(right: Right, *, limit: int) -> Select[Any]:
    """The undecided requests to which this person's vote would add one, those that lapse first first."""
    return select(_REQUEST).where(_waits_for(right)).order_by(_REQUEST.c.lapses_at, _REQUEST.c.id).limit(limit)


def count_waiting_for(right: Right) -> Select[Any]:
    """How many they are."""
    return select(func.count()).select_from(_REQUEST).where(_waits_for(right))


def _waits_for(right: Right) -> ColumnElement[bool]:
    for_others = [and_(_in(scope), _not_of(who)) for who, scope in right.for_others.items()]
    unheard = [and_(for_one, _unheard(who)) for for_one, who in zip(for_others, right.for_others, strict=True)]
    asked_as_well = and_(_REQUEST.c.escalated_at.is_not(None), not_(or_(false(), *for_others)))
    return and_(
        _REQUEST.c.state == State.PENDING,
        _not_of(right.user),
        or_(_in(right.own), *unheard, asked_as_well if right.next_tier else false()),
        _unheard(right.user),
    )


def _in(scope: Scope) -> ColumnElement[bool]:
    return true() if scope is None else _REQUEST.c.estate.in_(sorted(scope))


def _not_of(who: UserId) -> ColumnElement[bool]:
    """Neither asked for by this person nor for their benefit."""
    return and_(_REQUEST.c.requester != who, _REQUEST.c.owner != who)


def _unheard(who: UserId) -> ColumnElement[bool]:
    """Neither have they voted, nor has anybody for them."""
    said = or_(_VOTE.c.voter == who, _VOTE.c.stands_in_for == who)
    return ~exists().where(_VOTE.c.request == _REQUEST.c.id, said).correlate(_REQUEST)
