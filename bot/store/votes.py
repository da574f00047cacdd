"""What people say on requests: rows and back."""

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select

from bot.domain.ids import RequestId, UserId, Words
from bot.domain.request import Verdict, Vote
from bot.store.columns import micros, moment
from bot.store.rows import METADATA

_VOTE = METADATA.tables["vote"]
_CAST = (
    select(_VOTE)
    .where(_VOTE.c.request.in_(bindparam("requests", expanding=True)))
    .order_by(_VOTE.c.request, _VOTE.c.at)
)


def add_vote(connection: Connection, request: RequestId, vote: Vote) -> None:
    """Keep what somebody said."""
    connection.execute(
        insert(_VOTE),
        {
            "request": str(request),
            "voter": vote.voter,
            "verdict": vote.verdict,
            "at": micros(vote.at),
            "reason": vote.reason,
            "stands_in_for": vote.stands_in_for,
        },
    )


def votes_on(connection: Connection, requests: Iterable[str]) -> dict[str, tuple[Vote, ...]]:
    """What was said on each of these requests, in order."""
    rows = connection.execute(_CAST, {"requests": list(requests)}).all()
    return {request: tuple(map(_vote, said)) for request, said in groupby(rows, key=lambda row: row.request)}


def _vote(row: Row[Any]) -> Vote:
    return Vote(
        voter=UserId(row.voter),
        verdict=Verdict(row.verdict),
        at=moment(row.at),
        reason=Words(row.reason),
        stands_in_for=None if row.stands_in_for is None else UserId(row.stands_in_for),
    )
