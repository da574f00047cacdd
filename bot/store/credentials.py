"""Credentials and their secrets: rows and back. The record of a secret goes in and never comes out here."""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, Select, bindparam, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from bot.domain.credential import LIVING, Credential, ReceiptState, Secret, State
from bot.domain.ids import BUILTIN, AuthorityKey, ClientId, CredentialId, EstateKey, SecretId, UserId
from bot.ports import Conflict, Search, Unreadable
from bot.store import due
from bot.store.columns import micros, readable
from bot.store.credential_rows import changing, credential_of, lasting, living, secret_of
from bot.store.rows import METADATA
from bot.store.searching import page_of

_CREDENTIAL = METADATA.tables["credential"]
_SECRET = METADATA.tables["secret"]
_REQUEST = METADATA.tables["request"]
_SECRET_COLUMNS = [*(column for column in _SECRET.c if column.name != "record"), _REQUEST.c.key]
"""With the key that was approved, where there is one: it stands in the request alone."""

_PAGE = 500
_LENGTH, _ENDS = 36, 8
"""Characters of a client ID of ours, and of its ends by which a mistyped one is looked for."""

_BY_ID = select(_CREDENTIAL).where(_CREDENTIAL.c.id == bindparam("id"))
_SOME = select(_CREDENTIAL).where(_CREDENTIAL.c.id.in_(bindparam("ids", expanding=True)))
_NAMED = (
    select(_CREDENTIAL).where(_CREDENTIAL.c.name_key == bindparam("name_key")).order_by(_CREDENTIAL.c.created_at.desc())
)
_OF_CLIENT = (
    select(_CREDENTIAL)
    .where(_CREDENTIAL.c.client_id == bindparam("client_id"), _CREDENTIAL.c.authority == bindparam("authority"))
    .order_by(_CREDENTIAL.c.ended_at.is_not(None), _CREDENTIAL.c.ended_at.desc())
    .limit(1)
)
"""The one that holds it; else the last that did."""
_ALIKE = (
    select(_CREDENTIAL)
    .where(
        _CREDENTIAL.c.authority == BUILTIN,
        or_(
            func.substr(_CREDENTIAL.c.client_id, 1, _ENDS) == bindparam("first"),
            func.substr(_CREDENTIAL.c.client_id, _LENGTH + 1 - _ENDS, _ENDS) == bindparam("last"),
        ),
    )
    .limit(_PAGE)
)
_OF_SECRETS = select(_CREDENTIAL).where(
    _CREDENTIAL.c.id.in_(
        select(_SECRET.c.credential).where(_SECRET.c.fingerprint.in_(bindparam("fingerprints", expanding=True)))
    )
)
_AFTER = (
    select(_CREDENTIAL).where(_CREDENTIAL.c.id > bindparam("last")).order_by(_CREDENTIAL.c.id).limit(bindparam("most"))
)
_RECORDS = select(_SECRET.c.id, _SECRET.c.record).where(_SECRET.c.credential == bindparam("credential"))
_SECRETS = (
    select(*_SECRET_COLUMNS)
    .join_from(_SECRET, _REQUEST, _REQUEST.c.id == _SECRET.c.request)
    .where(_SECRET.c.credential.in_(bindparam("credentials", expanding=True)))
    .order_by(_SECRET.c.credential, _SECRET.c.number)
)


class SqlCredentials:
    """`bot.ports.Credentials` over a connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, credential: CredentialId) -> Credential | None:
        found = self._many(_BY_ID, {"id": str(credential)})
        return found[0] if found else None

    def some(self, credentials: Sequence[CredentialId]) -> dict[CredentialId, Credential]:
        """Those of these that there are."""
        found = self._many(_SOME, {"ids": [str(credential) for credential in credentials]})
        return {credential.id: credential for credential in found}

    def named(self, name_key: str) -> list[Credential]:
        found = self._many(_NAMED, {"name_key": name_key})
        return [c for c in found if c.state in LIVING] or found

    def of_client(self, client_id: ClientId, authority: AuthorityKey) -> Credential | None:
        found = self._many(_OF_CLIENT, {"client_id": client_id, "authority": authority})
        return found[0] if found else None

    def alike(self, client_id: str) -> list[Credential]:
        told = client_id.lower()
        return self._many(_ALIKE, {"first": told[:_ENDS], "last": told[-_ENDS:]})

    def of_secrets(self, fingerprints: Sequence[str]) -> list[Credential]:
        return self._many(_OF_SECRETS, {"fingerprints": list(fingerprints)})

    def search(self, search: Search) -> list[Credential]:
        found = self._many(*page_of(search))
        return found[::-1] if search.place is not None and search.place.backwards else found

    def add(self, credential: Credential, record: bytes) -> None:
        self._connection.execute(insert(_CREDENTIAL), {**lasting(credential), **living(credential)})
        for secret in credential.secrets:
            self.add_secret(credential.id, secret, record)

    def add_all(self, credentials: Sequence[Credential]) -> None:
        try:
            self._connection.execute(insert(_CREDENTIAL), [{**lasting(each), **living(each)} for each in credentials])
        except IntegrityError:
            raise Conflict("One of these client IDs was taken by somebody else just now.") from None

    def add_secret(self, credential: CredentialId, secret: Secret, record: bytes) -> None:
        number = select(func.count() + 1).where(_SECRET.c.credential == str(credential)).scalar_subquery()
        self._connection.execute(
            insert(_SECRET).values(number=number),
            {
                "id": str(secret.id),
                "credential": str(credential),
                "record": record,
                "request": str(secret.request),
                "fingerprint": secret.fingerprint,
                "minted_at": micros(secret.minted_at),
                **changing(secret),
            },
        )

    def save(self, credential: Credential, *, expected: State) -> None:
        changed = self._connection.execute(
            update(_CREDENTIAL).where(_CREDENTIAL.c.id == str(credential.id), _CREDENTIAL.c.state == expected),
            living(credential),
        )
        if changed.rowcount != 1:
            raise Conflict(f"Credential {credential.name} is no longer {expected}.")

    def save_secret(self, credential: CredentialId, secret: Secret) -> None:
        self._connection.execute(
            update(_SECRET).where(_SECRET.c.id == str(secret.id), _SECRET.c.credential == str(credential)),
            changing(secret),
        )

    def destroy_record(self, secret: SecretId) -> None:
        self._connection.execute(update(_SECRET).where(_SECRET.c.id == str(secret)), {"record": None})

    def expired(self, now: datetime, *, limit: int) -> list[Credential]:
        return self._many(due.EXPIRED, {"now": micros(now), "most": limit})

    def undo_over(self, now: datetime, *, limit: int) -> list[Credential]:
        return self._many(due.UNDO_OVER, {"now": micros(now), "most": limit})

    def retirements(self, now: datetime, *, limit: int) -> list[Credential]:
        return self._many(due.RETIREMENTS, {"now": micros(now), "most": limit})

    def retiring_in_use(self, now: datetime, soon: datetime, *, limit: int) -> list[Credential]:
        return self._many(due.RETIRING_IN_USE, {"now": micros(now), "soon": micros(soon), "most": limit})

    def unused(self, after: CredentialId | None, issued: datetime, used: datetime, *, limit: int) -> list[Credential]:
        values = {"after": str(after or ""), "issued": micros(issued), "used": micros(used), "most": limit}
        return self._many(due.UNUSED, values)

    def told_unused(self, before: datetime, *, limit: int) -> list[Credential]:
        return self._many(due.TOLD_UNUSED, {"before": micros(before), "most": limit})

    def owned(self, user: UserId) -> list[tuple[CredentialId, EstateKey]]:
        rows = self._connection.execute(due.OWNED, {"owner": user})
        return [(CredentialId(UUID(row.id)), EstateKey(row.estate)) for row in rows]

    def delivery_pending(self, before: datetime, *, limit: int) -> list[Credential]:
        return self._many(due.DELIVERY_PENDING, {"before": micros(before), "most": limit})

    def receipts_over(self, now: datetime, *, receipt: ReceiptState, limit: int) -> list[Credential]:
        return self._many(due.RECEIPTS_OVER, {"now": micros(now), "receipt": receipt, "most": limit})

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

    def _many(self, statement: Select[Any], parameters: dict[str, object]) -> list[Credential]:
        return self._whole(self._connection.execute(statement, parameters).all())

    def _single(self, row: Row[Any]) -> Credential:
        return self._whole([row])[0]

    def _whole(self, rows: Sequence[Row[Any]]) -> list[Credential]:
        if not rows:
            return []
        secrets = self._connection.execute(_SECRETS, {"credentials": [row.id for row in rows]}).all()
        of = {owner: tuple(map(secret_of, group)) for owner, group in groupby(secrets, key=lambda row: row.credential)}
        return [credential_of(row, of.get(row.id, ())) for row in rows]
