"""Authlib's authorization server under the same Starlette, tokens signed by EdDSA, its clients in memory.

Without the framework that it is shipped for, which would cost more: `python -m tests.bench.authlib_server`.
"""

import hashlib
import hmac
import os
from dataclasses import dataclass
from urllib.parse import parse_qsl

from authlib.oauth2.rfc6749 import AuthorizationServer, ClientMixin, OAuth2Request
from authlib.oauth2.rfc6749.grants import ClientCredentialsGrant
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from authlib.oauth2.rfc9068 import JWTBearerTokenGenerator
from joserfc.jwk import OKPKey
from joserfc.jws import JWSRegistry
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.bench import wire

CLIENT, SECRET = "0b9bd1d4-6d27-4e9b-8ee4-8f5c5bfb4c60", "s" * 53
FORM = "grant_type=client_credentials&scope=read"
_PEPPER = b"p" * 32


@dataclass
class _Client(ClientMixin):
    record: bytes

    def get_client_id(self) -> str:
        return CLIENT

    def get_allowed_scope(self, scope: str) -> str:
        return scope

    def check_client_secret(self, client_secret: str) -> bool:
        return hmac.compare_digest(hmac.digest(_PEPPER, client_secret.encode(), "sha256"), self.record)

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method == "client_secret_basic"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "client_credentials"


class _Tokens(JWTBearerTokenGenerator):
    def __init__(self) -> None:
        super().__init__(issuer="https://bench.example", alg="Ed25519")
        self._key = OKPKey.generate_key("Ed25519")

    def get_jwks(self) -> OKPKey:
        return self._key


class _Server(AuthorizationServer):
    def __init__(self) -> None:
        super().__init__()
        self._clients = {CLIENT: _Client(hmac.digest(_PEPPER, SECRET.encode(), hashlib.sha256))}
        self.register_grant(ClientCredentialsGrant)
        self.register_token_generator("default", _Tokens())

    def query_client(self, client_id: str) -> _Client | None:
        return self._clients.get(client_id)

    def save_token(self, token: object, request: OAuth2Request) -> None:
        """A signed one is kept nowhere."""

    def send_signal(self, name: str, *args: object, **kwargs: object) -> None:
        """Nobody listens."""

    def create_oauth2_request(self, request: OAuth2Request) -> OAuth2Request:
        return request

    def handle_response(self, status: int, body: object, headers: list[tuple[str, str]]) -> Response:
        return JSONResponse(body, status, dict(headers))


def main() -> None:
    """Serve until terminated."""
    os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"  # the bench speaks no TLS
    JWSRegistry.recommended.append("Ed25519")  # Authlib cannot tell it: RFC 9864's name for EdDSA over this curve
    server = _Server()

    async def token(request: Request) -> Response:
        asked = OAuth2Request(request.method, str(request.url), headers=request.headers)
        asked.payload = BasicOAuth2Payload(dict(parse_qsl((await request.body()).decode())))
        return server.create_token_response(asked)

    requests = {"token": [wire.post("/token", FORM, wire.basic(CLIENT, SECRET))]}
    wire.answer(wire.plain(Route("/token", token, methods=["POST"])), requests)


if __name__ == "__main__":
    main()
