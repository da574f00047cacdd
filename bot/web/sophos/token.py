"""`POST /api/v2/oauth2/token`: a login as Sophos Central answers it.

It tells an unknown client from a wrong secret, as the original does (IDs are public); the work done is the same. What
has expired, or does not work now, is unknown there. `refresh_token` is random and kept nowhere: that grant is an error.
"""

import base64
import logging
from uuid import UUID

from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from bot.ports import Entropy
from bot.service.logins.authentication import Authentication, Granted, Why
from bot.web.receiving import Envelope, posted
from bot.web.refusal import Refusal
from bot.web.slowing import Slowing
from bot.web.sophos import answers
from bot.web.token_request import by_secret, form_of

PATH = "/api/v2/oauth2/token"
_SCOPE = "token"
_REFRESH_BYTES = 32
_UNKNOWN, _WRONG = "oauth.client_app_does_not_exist", "oauth.invalid_client_secret"

_log = logging.getLogger(__name__)


class SophosTokenEndpoint:
    """The endpoint, as an ASGI application: on the event loop, microseconds of local work."""

    def __init__(self, authentication: Authentication, entropy: Entropy, slowing: Slowing) -> None:
        self._authentication = authentication
        self._slowing = slowing
        self._entropy = entropy

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        tracking = self._entropy.uuid()
        envelope = await posted(scope, receive)
        if isinstance(envelope, Refusal):
            answer = answers.token_error(envelope.status, "oauth.invalid_request", envelope.sentence, tracking)
        else:
            answer = await self._answer(envelope, tracking)
        await answer(scope, receive, send)

    async def _answer(self, envelope: Envelope, tracking: UUID) -> JSONResponse:
        form = form_of(envelope)
        if isinstance(form, Refusal):
            return answers.token_error(form.status, "oauth.invalid_request", form.sentence, tracking)
        if form.get("grant_type") != "client_credentials":
            return answers.token_error(400, "oauth.unsupported_grant_type", "Only client_credentials.", tracking)
        if form.get("scope", _SCOPE) != _SCOPE:
            return answers.token_error(400, "oauth.invalid_scope", "The only scope here is token.", tracking)
        presented = by_secret(envelope, form)
        if isinstance(presented, Refusal):
            return answers.token_error(presented.status, _WRONG, "Unauthorized", tracking)
        outcome = self._authentication.grant(presented)
        if isinstance(outcome, Granted):
            random = base64.urlsafe_b64encode(self._entropy.token(_REFRESH_BYTES)).rstrip(b"=").decode()
            return answers.token(outcome.token, outcome.life, random, tracking)
        who = "an unknown client" if outcome.client_id is None else f"client {outcome.client_id}"
        _log.info("No token for %s from %s: %s.", who, presented.address or "an unknown address", outcome.why)
        await self._slowing.hold(presented, outcome)
        code = _WRONG if outcome.why is Why.WRONG_SECRET else _UNKNOWN
        return answers.token_error(401, code, "Unauthorized", tracking)
