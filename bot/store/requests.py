"""Approval requests and votes: rows and back."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, insert, update

from bot.domain.client_key import ClientKey
from bot.domain.delegation import Delegation
from bot.domain.grounds import Right
from bot.domain.ids import AuthorityKey, CredentialId, EstateKey, RequestId, RoleKey, UserId, Words
from bot.domain.kind import Kind
from bot.domain.request import Asked, Request, State, Vote
from bot.ports import Conflict, Unreadable
from bot.store import request_queries as queries
from bot.store.columns import micros, micros_or_none, moment, moment_or_none, permissions_in, permissions_out, readable
from bot.store.decisions import count_waiting_for, waiting_for
from bot.store.delegations import SqlDelegations
from bot.store.rows import METADATA
from bot.store.votes import add_vote, votes_on

_REQUEST = METADATA.tables["request"]

_PAGE = 500


class SqlRequests:
    """`bot.ports.Requests` over a connection."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        """`now`: as of when it is read who stands in for whom."""
        self._connection = connection
        self._now = now

    def get(self, request: RequestId) -> Request | None:
        return self._one(queries.BY_ID, {"id": str(request)})

    def by_submission(self, submission: str) -> Request | None:
        return self._one(queries.BY_SUBMISSION, {"submission": submission})

    def add(self, request: Request, submission: str) -> None:
        asked = request.asked
        self._connection.execute(
            insert(_REQUEST),
            {
                "id": str(request.id),
                "submission": submission,
                "credential": str(request.credential),
                "kind": asked.kind,
                "authority": asked.authority,
                "state": request.state,
                "requester": asked.requester,
                "owner": asked.owner,
                "estate": asked.estate,
                "role": asked.role,
                "name": asked.name,
                "description": asked.description,
                "reason": asked.reason,
                "expires_at": micros(asked.expires_at),
                "permissions": permissions_out(request.permissions),
                "quorum": request.quorum,
                "policy": request.policy,
                "digest": request.digest,
                "opened_at": micros(request.opened_at),
                "lapses_at": micros(request.lapses_at),
                "closing": request.closing,
                "rule": request.rule,
                "key": asked.key,
            },
        )

    def save(self, request: Request, *, expected: State) -> None:
        changed = self._connection.execute(
            update(_REQUEST).where(_REQUEST.c.id == str(request.id), _REQUEST.c.state == expected),
            {
                "state": request.state,
                "lapses_at": micros(request.lapses_at),
                "decided_at": micros_or_none(request.decided_at),
                "lease_until": micros_or_none(request.lease_until),
                "closing": request.closing,
                "escalated_at": micros_or_none(request.escalated_at),
            },
        )
        if changed.rowcount != 1:
            raise Conflict(f"Request {request.code} is no longer {expected}.")

    def add_vote(self, request: RequestId, vote: Vote) -> None:
        add_vote(self._connection, request, vote)

    def of_credential(self, credential: CredentialId, kind: Kind) -> Request | None:
        return self._one(queries.OF_CREDENTIAL, {"credential": str(credential), "kind": kind})

    def open_for(self, credential: CredentialId) -> list[Request]:
        return self._many(queries.OPEN_FOR, {"credential": str(credential)})

    def last_fulfilled(self, credential: CredentialId, kind: Kind) -> Request | None:
        return self._one(queries.LAST_FULFILLED, {"credential": str(credential), "kind": kind})

    def effective(self, *, limit: int) -> list[Request]:
        return self._many(queries.EFFECTIVE, {"most": limit})

    def in_state(self, states: Sequence[State], *, limit: int) -> list[Request]:
        return self._many(queries.IN_STATE, {"states": list(states), "most": limit})

    def concerning(self, user: UserId, *, limit: int) -> list[Request]:
        return self._many(queries.CONCERNING, {"user": user, "most": limit})

    def waiting_for(self, right: Right, *, limit: int) -> list[Request]:
        return self._many(waiting_for(right, limit=limit), {})

    def count_waiting_for(self, right: Right) -> int:
        return int(self._connection.execute(count_waiting_for(right)).scalar_one())

    def overdue(self, now: datetime, *, limit: int) -> list[Request]:
        return self._many(queries.OVERDUE, {"now": micros(now), "most": limit})

    def abandoned(self, *, limit: int) -> list[Request]:
        return self._many(queries.ABANDONED, {"most": limit})

    def voted_by(self, user: UserId) -> list[Request]:
        return self._many(queries.VOTED_BY, {"voter": user})

    def lease_over(self, now: datetime, *, limit: int) -> list[Request]:
        return self._many(queries.LEASE_OVER, {"now": micros(now), "most": limit})

    def unreminded(self, now: datetime, *, limit: int) -> list[Request]:
        return self._many(queries.UNREMINDED, {"now": micros(now), "most": limit})

    def unescalated(self, before: datetime, *, limit: int) -> list[Request]:
        return self._many(queries.UNESCALATED, {"before": micros(before), "most": limit})

    def each(self) -> Iterator[Request | Unreadable]:
        last = ""
        while rows := self._connection.execute(queries.AFTER, {"last": last, "most": _PAGE}).all():
            for row in rows:
                yield readable(f"request {row.id}", partial(self._single, row))
            last = rows[-1].id

    def _one(self, statement: Any, values: dict[str, object]) -> Request | None:
        found = self._many(statement, values)
        return found[0] if found else None

    def _many(self, statement: Any, values: dict[str, object]) -> list[Request]:
        return self._whole(self._connection.execute(statement, values).all())

    def _single(self, row: Row[Any]) -> Request:
        return self._whole([row])[0]

    def _whole(self, rows: Sequence[Row[Any]]) -> list[Request]:
        if not rows:
            return []
        cast = votes_on(self._connection, [row.id for row in rows])
        standing_in = tuple(SqlDelegations(self._connection).holding(self._now))
        return [_request(row, cast.get(row.id, ()), standing_in) for row in rows]


def _request(row: Row[Any], votes: tuple[Vote, ...], delegations: tuple[Delegation, ...]) -> Request:
    return Request(
        id=RequestId(UUID(row.id)),
        credential=CredentialId(UUID(row.credential)),
        asked=_asked(row),
        permissions=permissions_in(row.permissions),
        quorum=row.quorum,
        policy=row.policy,
        digest=row.digest,
        state=State(row.state),
        opened_at=moment(row.opened_at),
        lapses_at=moment(row.lapses_at),
        votes=votes,
        decided_at=moment_or_none(row.decided_at),
        lease_until=moment_or_none(row.lease_until),
        closing=row.closing,
        rule=row.rule,
        escalated_at=moment_or_none(row.escalated_at),
        delegations=delegations,
    )


def _asked(row: Row[Any]) -> Asked:
    return Asked(
        kind=Kind(row.kind),
        authority=AuthorityKey(row.authority),
        requester=UserId(row.requester),
        owner=UserId(row.owner),
        estate=EstateKey(row.estate),
        role=RoleKey(row.role),
        name=row.name,
        description=Words(row.description),
        reason=Words(row.reason),
        expires_at=moment(row.expires_at),
        key=ClientKey(row.key),
    )
