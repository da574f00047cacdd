"""The real application over a store of many credentials: `python -m tests.bench.doors CREDENTIALS FOLDER`.

Two hundred of the clients, from all over the table, ask in turn. Last uses are written as they always are.
"""

import sqlite3
import sys
import time
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from uuid import UUID

from bot.authority.builtin import BuiltinAuthority
from bot.domain.ids import ClientId
from bot.domain.role import Permission
from bot.domain.route import Route
from bot.main.assembly import SystemEntropy
from bot.ports import Concealed
from bot.service.logins.authentication import Authentication, Granted, Presented
from bot.service.logins.last_use import LastUse
from bot.store.authentication import ClientLookup
from bot.store.revocations import RevocationLookup
from bot.store.rows import METADATA
from bot.web.authorize import PATH
from bot.web.metadata import INTROSPECTION_PATH, TOKEN_PATH
from bot.web.proxies import Proxies
from bot.web.wire import Patience, config_of
from tests.bench import wire
from tests.support import house as houses
from tests.support import web
from tests.support.fakes import START
from tests.support.house import House

ASKING = 200
_STEP = 0x9E3779B97F4A7C15F39CC0605CEDC835
"""Odd, so that its multiples are all different: IDs that are spread as random ones are."""


class _Clock:
    """It goes on from when the tests' credentials were made."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    def now(self) -> datetime:
        return START + timedelta(seconds=time.monotonic() - self._began)


def main(credentials: int, folder: Path) -> None:
    """Serve until terminated."""
    built, authority = houses.build(folder), web.new_authority()
    routes = (Route(methods=frozenset({"GET"}), path="/v1/users/*", permission=Permission("users:read")),)
    world = replace(built.world, authority=authority, clock=_Clock(), policy=replace(built.world.policy, routes=routes))
    built = replace(built, world=world)
    pairs = _filled(built, authority, credentials)
    use_case = web.authentication(
        ClientLookup(built.engine), authority, LastUse(), world.clock, entropy=SystemEntropy()
    )
    parts = {"revoked": RevocationLookup(built.engine), "proxies": Proxies([ip_network("127.0.0.0/8")])}
    app = web.application(world, use_case, **parts)
    wire.answer(config_of(app, Patience(), https=True), _requests(use_case, pairs))


def _filled(built: House, authority: BuiltinAuthority, credentials: int) -> list[tuple[str, str]]:
    """One credential is issued, the others are copies of its rows; the asking ones get secrets that somebody knows."""
    like = str(built.issued().credential.id)
    issued = [authority.mint_for(ClientId(_spread(number))) for number in range(0, credentials, credentials // ASKING)]
    with closing(sqlite3.connect(built.engine.url.database or "", isolation_level=None)) as database:
        database.create_function("spread", 1, _spread, deterministic=True)
        database.execute("PRAGMA synchronous = OFF")
        database.execute("PRAGMA cache_size = -400000")
        database.execute("BEGIN")
        for statement in (_CREDENTIALS, _SECRETS):
            database.execute(statement, {"count": credentials, "like": like})
        records = [(each.record, str(each.client_id)) for each in issued]
        database.executemany("UPDATE secret SET record = ? WHERE credential = ?", records)
        database.execute("COMMIT")
        database.execute("ANALYZE")
    return [(str(each.client_id), each.secret.disclose()) for each in issued]


def _copies(table: str, key: str, **changes: str) -> str:
    """Rows of a table, each like one that is there but for its keys; in their order, which is the quickest."""
    columns = [column.name for column in METADATA.tables[table].c]
    values = [{"id": "spread", key: "spread", **changes}.get(name, name) for name in columns]
    return (
        "WITH RECURSIVE counted(number) AS "
        "(SELECT 0 UNION ALL SELECT number + 1 FROM counted WHERE number + 1 < :count), "
        "spreading(spread) AS MATERIALIZED (SELECT spread(number) FROM counted ORDER BY 1) "
        f"INSERT INTO {table} ({', '.join(columns)}) "
        f"SELECT {', '.join(values)} FROM spreading CROSS JOIN {table} WHERE {table}.{key} = :like"
    )


_CREDENTIALS = _copies("credential", "id", client_id="spread", request="NULL")
_SECRETS = _copies("secret", "credential")


def _spread(number: int) -> str:
    """The keys of a copy: as scattered as random ones are."""
    return str(UUID(int=number * _STEP % (1 << 128)))


def _requests(use_case: Authentication, pairs: list[tuple[str, str]]) -> dict[str, list[str]]:
    """What each door is asked, by every client."""
    tokens = {pair: _token(use_case, *pair) for pair in pairs}
    call = "x-original-method: GET", "x-original-uri: /v1/users/42"
    return {
        "token": [wire.post(TOKEN_PATH, "grant_type=client_credentials", wire.basic(*pair)) for pair in pairs],
        "introspection": [
            wire.post(INTROSPECTION_PATH, f"token={token}", wire.basic(*pair)) for pair, token in tokens.items()
        ],
        "authorize": [wire.get(PATH, f"authorization: Bearer {token}", *call) for token in tokens.values()],
    }


def _token(use_case: Authentication, client_id: str, secret: str) -> str:
    granted = use_case.grant(Presented(client_id=client_id, proof=Concealed(secret)))
    if not isinstance(granted, Granted):
        raise TypeError(granted)
    return granted.token


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
