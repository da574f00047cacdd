"""HTTP mode: requests to the bot's own address, signed as Slack signs them.

Source: Slack, "Verifying requests from Slack" (version v0: HMAC-SHA256 over `v0:timestamp:body`).
"""

import hashlib
import hmac
import json
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

import httpx

from bot.sandbox.delivery.courier import Ack, Parcel
from bot.sandbox.site import Site

REMEMBERED = 500
USER_AGENT = "Slackbot 1.0 (+https://api.slack.com/robots)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """The very bytes that went out."""

    body: bytes
    headers: Mapping[str, str]


def sign(secret: str, timestamp: int, body: bytes) -> str:
    """The `X-Slack-Signature` of a body."""
    base = f"v0:{timestamp}:".encode() + body
    return "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()


def signed(parcel: Parcel, secret: str, timestamp: int) -> Signed:
    """A payload as Slack sends it: events as JSON, commands as a form, interactions as JSON inside a form."""
    if parcel.kind == "events_api":
        body, content = json.dumps(parcel.payload).encode(), "application/json"
    elif parcel.kind == "slash_commands":
        body, content = urlencode(dict(parcel.payload)).encode(), "application/x-www-form-urlencoded"
    else:
        body = urlencode({"payload": json.dumps(parcel.payload)}).encode()
        content = "application/x-www-form-urlencoded"
    headers = {
        "Content-Type": content,
        "User-Agent": USER_AGENT,
        "X-Slack-Request-Timestamp": str(timestamp),
        "X-Slack-Signature": sign(secret, timestamp, body),
    }
    if parcel.retry is not None:
        headers |= {"X-Slack-Retry-Num": str(parcel.retry.number), "X-Slack-Retry-Reason": parcel.retry.reason}
    return Signed(body=body, headers=headers)


@dataclass(slots=True, kw_only=True)
class SignedHttp:
    """The carrier of HTTP mode."""

    site: Site
    client: httpx.AsyncClient
    sent: OrderedDict[str, Signed] = field(default_factory=OrderedDict)
    unreachable: bool = False

    def connected(self) -> bool:
        """Whether the bot was heard of and is not known to be gone; nobody can know more over HTTP."""
        return not self.unreachable and (bool(self.sent) or bool(self.site.record.calls))

    async def carry(self, parcel: Parcel) -> Ack:
        """Sign and send."""
        request = signed(parcel, self.site.settings.signing_secret, int(self.site.clock()))
        self.sent[parcel.id] = request
        if len(self.sent) > REMEMBERED:
            self.sent.popitem(last=False)
        return await self._post(request)

    async def carry_again(self, delivery_id: str) -> Ack:
        """The same signed bytes."""
        request = self.sent.get(delivery_id)
        return Ack(problem="forgotten") if request is None else await self._post(request)

    async def verify(self, challenge: str) -> bool:
        """What Slack does when a request URL is saved: the bot must send the challenge back."""
        payload = {"type": "url_verification", "challenge": challenge, "token": ""}
        ack = await self.carry(Parcel(id=f"verify-{challenge}", kind="events_api", payload=payload))
        return ack.problem is None and challenge in str(ack.body)

    async def _post(self, request: Signed) -> Ack:
        url = self.site.settings.request_url or ""
        try:
            answer = await self.client.post(
                url, content=request.body, headers=dict(request.headers), timeout=self.site.settings.ack_seconds
            )
        except httpx.TimeoutException:
            return Ack(problem="http_timeout")
        except (httpx.TransportError, httpx.InvalidURL):
            self.unreachable = True
            return Ack(problem="connection_failed")
        self.unreachable = False
        no_retry = answer.headers.get("x-slack-no-retry") == "1"
        problem = None if answer.is_success else "http_error"
        return Ack(status=answer.status_code, body=_body(answer), problem=problem, no_retry=no_retry)

    async def close(self) -> None:
        """Close the connections."""
        await self.client.aclose()


def _body(answer: httpx.Response) -> object:
    if not answer.content:
        return None
    if answer.headers.get("content-type", "").startswith("application/json"):
        try:
            return answer.json()
        except ValueError:
            return answer.text
    return answer.text
