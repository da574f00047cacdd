"""The small registers: names that are held, terms that were accepted, policies that were in force, chores."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, bindparam, delete, func, select
from sqlalchemy.exc import IntegrityError

from bot.domain.ids import CredentialId, EstateKey, UserId
from bot.ports import Chore, Conflict
from bot.store.columns import micros, moment
from bot.store.inserting import insert
from bot.store.rows import METADATA

_NAME = METADATA.tables["name"]
_ACCEPTANCE = METADATA.tables["acceptance"]
_POLICY = METADATA.tables["policy"]
_CHORE = METADATA.tables["chore"]

_HOLDER = select(_NAME.c.credential).where(
    _NAME.c.estate == bindparam("estate"), _NAME.c.name_key == bindparam("name_key")
)
_ACCEPTED = select(_ACCEPTANCE.c.at).where(
    _ACCEPTANCE.c.user == bindparam("user"), _ACCEPTANCE.c.digest == bindparam("digest")
)
_NOBODY = CredentialId(UUID(int=0))


class SqlNames:
    """`bot.ports.Names` over a connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def holder(self, estate: EstateKey, name_key: str) -> CredentialId | None:
        found = self._connection.execute(_HOLDER, {"estate": estate, "name_key": name_key}).scalar()
        if found is None:
            return None
        try:
            return CredentialId(UUID(found))
        except ValueError:
            return _NOBODY  # somebody wrote into the table: the name is held, and the story check says by nobody

    def take(self, estate: EstateKey, name_key: str, credential: CredentialId) -> bool:
        taken = self._connection.execute(
            insert(_NAME)
            .values(estate=estate, name_key=name_key, credential=str(credential))
            .on_conflict_do_nothing(index_elements=["estate", "name_key"])
        )
        return taken.rowcount == 1

    def take_all(self, names: Sequence[tuple[EstateKey, str, CredentialId]]) -> None:
        rows = [{"estate": estate, "name_key": key, "credential": str(holder)} for estate, key, holder in names]
        try:
            self._connection.execute(insert(_NAME), rows)
        except IntegrityError:
            raise Conflict("One of these names was taken by somebody else just now.") from None

    def free(self, credential: CredentialId) -> None:
        self._connection.execute(delete(_NAME).where(_NAME.c.credential == str(credential)))


class SqlAcceptances:
    """`bot.ports.Acceptances` over a connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def has(self, user: UserId, digest: str) -> bool:
        return self._connection.execute(_ACCEPTED, {"user": user, "digest": digest}).scalar() is not None

    def add(self, user: UserId, version: str, digest: str, at: datetime) -> None:
        self._connection.execute(insert(_ACCEPTANCE).values(user=user, digest=digest, version=version, at=micros(at)))

    def each(self) -> Iterator[tuple[UserId, str]]:
        for row in self._connection.execute(select(_ACCEPTANCE.c.user, _ACCEPTANCE.c.digest)):
            yield UserId(row.user), row.digest


class SqlPolicies:
    """`bot.ports.Policies` over a connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def latest(self) -> tuple[str, str] | None:
        found = self._connection.execute(
            select(_POLICY.c.digest, _POLICY.c.text).order_by(_POLICY.c.number.desc()).limit(1)
        ).first()
        return None if found is None else (found.digest, found.text)

    def digests(self) -> list[str]:
        rows = self._connection.execute(select(_POLICY.c.digest).order_by(_POLICY.c.number))
        return [row.digest for row in rows]

    def add(self, digest: str, text: str, since: datetime) -> None:
        number = select(func.coalesce(func.max(_POLICY.c.number), 0) + 1).scalar_subquery()
        self._connection.execute(insert(_POLICY).values(number=number, digest=digest, text=text, since=micros(since)))


class SqlChores:
    """`bot.ports.Chores` over a connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, name: str) -> Chore | None:
        found = self._connection.execute(select(_CHORE.c.done_at, _CHORE.c.mark).where(_CHORE.c.name == name)).first()
        return None if found is None else Chore(done_at=moment(found.done_at), mark=found.mark)

    def save(self, name: str, chore: Chore) -> None:
        values = {"done_at": micros(chore.done_at), "mark": chore.mark}
        self._connection.execute(
            insert(_CHORE).values(name=name, **values).on_conflict_do_update(index_elements=["name"], set_=values)
        )
