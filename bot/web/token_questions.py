"""`POST /oauth2/introspect` (RFC 7662) and `POST /oauth2/revoke` (RFC 7009).

The caller authenticates as at the token endpoint, and is refused in the same words. A token that is worth nothing is
one answer, `{"active": false}`, whatever ended it. A revocation is answered the same whether there was anything to give
up (RFC 7009, section 2.2); a token of another client, which section 2.1 would have us refuse, is left alone in silence,
so that nobody learns that what they found still works.
"""

from functools import partial

import msgspec
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from bot.ports import StoreBusyError, World
from bot.service.logins.authentication import Presented, Refused
from bot.service.logins.tokens import Living, Tokens
from bot.web.aside import Aside
from bot.web.receiving import Envelope, posted
from bot.web.refusal import NEVER_KEPT, Code, Refusal
from bot.web.signing import alone
from bot.web.slowing import Slowing
from bot.web.token import NOT_WRITTEN, refused
from bot.web.token_request import client_of, form_of

NO_TOKEN = Refusal(Code.INVALID_REQUEST, "The parameter token is missing.")
BUSY = Refusal(
    Code.TEMPORARILY_UNAVAILABLE, "This cannot be written down now, so the token still counts. Try again.", 503
)
_JSON = "application/json"


class IntrospectionEndpoint:
    """The endpoint, as an ASGI application: of a secret, microseconds of local work on the event loop."""

    def __init__(self, tokens: Tokens, issuer: str, slowing: Slowing, aside: Aside) -> None:
        self._tokens = tokens
        self._issuer = issuer
        self._slowing = slowing
        self._aside = aside

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        asked = _asked(await posted(scope, receive))
        answer = asked.answer() if isinstance(asked, Refusal) else await self._answer(*asked)
        await answer(scope, receive, send)

    async def _answer(self, presented: Presented, token: str) -> Response:
        try:
            outcome = await self._aside.run(presented, partial(self._tokens.introspect, presented, token))
        except StoreBusyError:  # the store has told the log
            return NOT_WRITTEN.answer()
        if isinstance(outcome, Refused):
            await self._slowing.hold(presented, outcome)
            return refused(outcome, presented.address)
        content = {"active": False} if outcome is None else _told(outcome, self._issuer)
        return Response(msgspec.json.encode(content), headers=NEVER_KEPT, media_type=_JSON)


class RevocationEndpoint:
    """The endpoint, as an ASGI application: what is to be written is written in a thread."""

    def __init__(self, tokens: Tokens, world: World, slowing: Slowing, aside: Aside) -> None:
        self._tokens = tokens
        self._world = world
        self._slowing = slowing
        self._aside = aside

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        asked = _asked(await posted(scope, receive))
        answer = asked.answer() if isinstance(asked, Refusal) else await self._answer(*asked)
        await answer(scope, receive, send)

    async def _answer(self, presented: Presented, token: str) -> Response:
        try:
            revoke = partial(self._tokens.revoke, self._world, presented, token)
            outcome = await self._aside.run(presented, revoke, writes=True)
        except StoreBusyError:  # the store has told the log
            return BUSY.answer()
        if outcome is None:
            return Response(headers=NEVER_KEPT)
        await self._slowing.hold(presented, outcome)
        return refused(outcome, presented.address)


def _asked(envelope: Envelope | Refusal) -> tuple[Presented, str] | Refusal:
    """Who asks, about which token. What kind of token they take it for (`token_type_hint`) makes no difference."""
    if isinstance(envelope, Refusal):
        return envelope
    form = form_of(envelope)
    if isinstance(form, Refusal):
        return form
    presented = client_of(envelope, form)
    if isinstance(presented, Refusal):
        return presented
    token = form.get("token")
    return NO_TOKEN if token is None else (presented, token)


def _told(living: Living, issuer: str) -> dict[str, object]:
    """RFC 7662, section 2.2; beside it what our tokens say themselves."""
    claims = living.claims
    return {
        "active": True,
        "scope": " ".join(claims.scope),
        "client_id": claims.client_id,
        "token_type": "Bearer",
        "exp": int(claims.expires_at.timestamp()),
        "iat": int(claims.issued_at.timestamp()),
        "sub": claims.client_id,
        "aud": alone(claims.audience) or issuer,
        "iss": issuer,
        "jti": str(claims.token_id),
        "estate": claims.estate,
        "role": claims.role,
    }
