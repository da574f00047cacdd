"""The same three questions, answered with the bare work that nobody can do without: `python -m tests.bench.floors`.

A token: one SQLite lookup, one HMAC, one Ed25519 signature. Introspection: a lookup of who asks and one of whose token
it is, one HMAC, one signature checked. Forward auth: one lookup, one signature checked.
"""

import hashlib
import hmac
import json
import sqlite3
import sys
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.bench import wire

CLIENT, SECRET, PEPPER = "0b9bd1d4-6d27-4e9b-8ee4-8f5c5bfb4c60", "s" * 53, b"p" * 32
_CLAIMS = json.dumps({"sub": CLIENT, "scope": "x" * 180, "jti": CLIENT, "iss": "y" * 180}).encode()


@dataclass(frozen=True)
class Floor:
    """The bare work."""

    database: sqlite3.Connection
    key: Ed25519PrivateKey

    def authenticate(self) -> None:
        """Look a client up, and compare what is known of its secret."""
        if not hmac.compare_digest(hmac.digest(PEPPER, SECRET.encode(), "sha256"), self.look_up()):
            raise RuntimeError("the floor does not know its own secret")

    def look_up(self) -> bytes:
        """The record of a client."""
        (record,) = self.database.execute("SELECT record FROM client WHERE id = ?", (CLIENT,)).fetchone()
        return record

    def signed(self) -> str:
        """A token."""
        body = urlsafe_b64encode(_CLAIMS)
        return (body + b"." + urlsafe_b64encode(self.key.sign(body))).decode()

    def check(self, token: str) -> None:
        """That it is signed by us."""
        body, _, signature = token.encode().rpartition(b".")
        self.key.public_key().verify(urlsafe_b64decode(signature), body)


def main(folder: Path) -> None:
    """Serve until terminated."""
    floor = _floor(folder)
    known = floor.signed()

    async def token(_request: Request) -> JSONResponse:
        floor.authenticate()
        return JSONResponse({"access_token": floor.signed(), "token_type": "Bearer", "expires_in": 600})

    async def introspect(_request: Request) -> JSONResponse:
        floor.authenticate()
        floor.check(known)
        floor.look_up()
        return JSONResponse({"active": True, "client_id": CLIENT, "scope": "x" * 180})

    async def authorize(_request: Request) -> Response:
        floor.check(known)
        floor.look_up()
        return Response(headers={"X-Cred-Client": CLIENT})

    asks = wire.basic(CLIENT, SECRET)
    requests = {
        "token": [wire.post("/token", "grant_type=client_credentials", asks)],
        "introspection": [wire.post("/introspect", f"token={known}", asks)],
        "authorize": [wire.get("/authorize", f"authorization: Bearer {known}")],
    }
    served = wire.plain(
        Route("/token", token, methods=["POST"]),
        Route("/introspect", introspect, methods=["POST"]),
        Route("/authorize", authorize),
    )
    wire.answer(served, requests)


def _floor(folder: Path) -> Floor:
    database = sqlite3.connect(folder / "floor.db")
    database.execute("CREATE TABLE client (id TEXT PRIMARY KEY, record BLOB)")
    database.execute("INSERT INTO client VALUES (?, ?)", (CLIENT, hmac.digest(PEPPER, SECRET.encode(), "sha256")))
    database.commit()
    return Floor(database, Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"floor").digest()))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
