"""Credentials and their secrets: rows and back. The record of a secret goes in and never comes out here."""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import cache, partial
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, Select, bindparam, exists, func, insert, or_, select, tuple_, update

from bot.domain.credential import LIVING, Credential, Delivery, ReceiptState, Secret, SecretState, State
from bot.domain.ids import CredentialId, EstateKey, RequestId, RoleKey, SecretId, UserId, Words
from bot.domain.naming import name_key
from bot.ports import Conflict, Search, Unreadable
from bot.store.columns import micros, micros_or_none, moment, moment_or_none, permissions_in, permissions_out, readable
from bot.store.rows import METADATA

_CREDENTIAL = METADATA.tables["credential"]
_SECRET = METADATA.tables["secret"]
_SECRET_COLUMNS = [column for column in _SECRET.c if column.name != "record"]

_PAGE = 500

_BY_ID = select(_CREDENTIAL).where(_CREDENTIAL.c.id == bindparam("id"))
_NAMED = (
    select(_CREDENTIAL).where(_CREDENTIAL.c.name_key == bindparam("name_key")).order_by(_CREDENTIAL.c.created_at.desc())
)
_AFTER = (
    select(_CREDENTIAL).where(_CREDENTIAL.c.id > bindparam("last")).order_by(_CREDENTIAL.c.id).limit(bindparam("most"))
)
_RECORDS = select(_SECRET.c.id, _SECRET.c.record).where(_SECRET.c.credential == bindparam("credential"))
_SECRETS = (
    select(*_SECRET_COLUMNS)
    .where(_SECRET.c.credential.in_(bindparam("credentials", expanding=True)))
    .order_by(_SECRET.c.credential, _SECRET.c.number)
)
_EXPIRED = (
    select(_CREDENTIAL)
    .where(
        _CREDENTIAL.c.state.in_([State.ACTIVE, State.SUSPENDED]),
        _CREDENTIAL.c.expires_at <= bindparam("now"),
    )
    .order_by(_CREDENTIAL.c.expires_at)
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


_DELIVERY_PENDING = _with_secret(_SECRET.c.delivery == Delivery.PENDING, _SECRET.c.minted_at <= bindparam("before"))
_RECEIPTS_OVER = _with_secret(_SECRET.c.receipt == bindparam("receipt"), _SECRET.c.receipt_until <= bindparam("now"))


class SqlCredentials:
    """`bot.ports.Credentials` over a connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, credential: CredentialId) -> Credential | None:
        found = self._many(_BY_ID, {"id": str(credential)})
        return found[0] if found else None

    def named(self, name_key: str) -> list[Credential]:
        found = self._many(_NAMED, {"name_key": name_key})
        return [c for c in found if c.state in LIVING] or found

    def search(self, search: Search) -> list[Credential]:
        return self._search(search, None)

    def expiring(self, search: Search, *, before: datetime) -> list[Credential]:
        return self._search(search, before)

    def add(self, credential: Credential, record: bytes) -> None:
        self._connection.execute(
            insert(_CREDENTIAL),
            {
                "id": str(credential.id),
                "client_id": str(credential.client_id),
                "request": str(credential.request),
                "authority": credential.authority,
                "name": credential.name,
                "name_key": name_key(credential.name),
                "description": credential.description,
                "estate": credential.estate,
                "role": credential.role,
                "permissions": permissions_out(credential.permissions),
                "owner": credential.owner,
                "requester": credential.requester,
                "state": credential.state,
                "created_at": micros(credential.created_at),
                "expires_at": micros(credential.expires_at),
            },
        )
        for secret in credential.secrets:
            self.add_secret(credential.id, secret, record)

    def add_secret(self, credential: CredentialId, secret: Secret, record: bytes) -> None:
        number = select(func.count() + 1).where(_SECRET.c.credential == str(credential)).scalar_subquery()
        self._connection.execute(
            insert(_SECRET).values(number=number),
            {
                "id": str(secret.id),
                "credential": str(credential),
                "record": record,
                "fingerprint": secret.fingerprint,
                "minted_at": micros(secret.minted_at),
                **_changing(secret),
            },
        )

    def save_state(self, credential: Credential, *, expected: State) -> None:
        changed = self._connection.execute(
            update(_CREDENTIAL).where(_CREDENTIAL.c.id == str(credential.id), _CREDENTIAL.c.state == expected),
            {"state": credential.state, "ended_at": micros_or_none(credential.ended_at)},
        )
        if changed.rowcount != 1:
            raise Conflict(f"Credential {credential.name} is no longer {expected}.")

    def save_secret(self, credential: CredentialId, secret: Secret) -> None:
        self._connection.execute(
            update(_SECRET).where(_SECRET.c.id == str(secret.id), _SECRET.c.credential == str(credential)),
            _changing(secret),
        )

    def destroy_record(self, secret: SecretId) -> None:
        self._connection.execute(update(_SECRET).where(_SECRET.c.id == str(secret)), {"record": None})

    def expired(self, now: datetime, *, limit: int) -> list[Credential]:
        return self._many(_EXPIRED, {"now": micros(now), "most": limit})

    def delivery_pending(self, before: datetime, *, limit: int) -> list[Credential]:
        return self._many(_DELIVERY_PENDING, {"before": micros(before), "most": limit})

    def receipts_over(self, now: datetime, *, receipt: ReceiptState, limit: int) -> list[Credential]:
        return self._many(_RECEIPTS_OVER, {"now": micros(now), "receipt": receipt, "most": limit})

    def each(self) -> Iterator[Credential | Unreadable]:
        last = ""
        while rows := self._connection.execute(_AFTER, {"last": last, "most": _PAGE}).all():
            for row in rows:
                yield readable(f"credential {row.id}", partial(self._single, row))
            last = rows[-1].id

    def records(self, credential: CredentialId) -> dict[SecretId, str | None]:
        rows = self._connection.execute(_RECORDS, {"credential": str(credential)})
        return {
            SecretId(UUID(row.id)): None if row.record is None else hashlib.sha256(row.record).hexdigest()
            for row in rows
        }

    def _search(self, search: Search, before: datetime | None) -> list[Credential]:
        shape = _page(
            scoped=search.estates is not None,
            worded=bool(search.words),
            paged=search.after is not None,
            soon=before is not None,
        )
        return self._many(shape, _values(search, before))

    def _many(self, statement: Select[Any], values: dict[str, object]) -> list[Credential]:
        return self._whole(self._connection.execute(statement, values).all())

    def _single(self, row: Row[Any]) -> Credential:
        return self._whole([row])[0]

    def _whole(self, rows: Sequence[Row[Any]]) -> list[Credential]:
        if not rows:
            return []
        secrets = self._connection.execute(_SECRETS, {"credentials": [row.id for row in rows]}).all()
        of = {owner: tuple(map(_secret, group)) for owner, group in groupby(secrets, key=lambda row: row.credential)}
        return [_credential(row, of.get(row.id, ())) for row in rows]


@cache
def _page(*, scoped: bool, worded: bool, paged: bool, soon: bool) -> Select[Any]:
    """A page's statement, built once for each of its shapes: building is dearer than asking."""
    c = _CREDENTIAL.c
    statement = select(_CREDENTIAL).where(c.state.in_(sorted(LIVING)))
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


def _values(search: Search, before: datetime | None) -> dict[str, object]:
    values: dict[str, object] = {"most": search.limit}
    if search.estates is not None:
        values |= {"estates": sorted(search.estates), "person": search.person}
    if search.words:
        values |= {"words": search.words, "beyond": search.words + "\U0010ffff"}
    if search.after is not None:
        values |= {"name": search.after[0], "last": str(search.after[1])}
    if before is not None:
        values |= {"before": micros(before)}
    return values


def _changing(secret: Secret) -> dict[str, object]:
    return {
        "state": secret.state,
        "retire_at": micros_or_none(secret.retire_at),
        "receipt": secret.receipt,
        "receipt_until": micros(secret.receipt_until),
        "delivery": secret.delivery,
        "last_used_at": micros_or_none(secret.last_used_at),
        "last_used_from": secret.last_used_from,
    }


def _credential(row: Row[Any], secrets: tuple[Secret, ...]) -> Credential:
    return Credential(
        id=CredentialId(UUID(row.id)),
        client_id=UUID(row.client_id),
        request=RequestId(UUID(row.request)),
        authority=row.authority,
        name=row.name,
        description=Words(row.description),
        estate=EstateKey(row.estate),
        role=RoleKey(row.role),
        permissions=permissions_in(row.permissions),
        owner=UserId(row.owner),
        requester=UserId(row.requester),
        state=State(row.state),
        created_at=moment(row.created_at),
        expires_at=moment(row.expires_at),
        secrets=secrets,
        ended_at=moment_or_none(row.ended_at),
    )


def _secret(row: Row[Any]) -> Secret:
    return Secret(
        id=SecretId(UUID(row.id)),
        state=SecretState(row.state),
        minted_at=moment(row.minted_at),
        receipt=ReceiptState(row.receipt),
        receipt_until=moment(row.receipt_until),
        delivery=Delivery(row.delivery),
        fingerprint=row.fingerprint,
        retire_at=moment_or_none(row.retire_at),
        last_used_at=moment_or_none(row.last_used_at),
        last_used_from=row.last_used_from,
    )
