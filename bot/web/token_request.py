"""What a token request asks for, read strictly (RFC 6749, sections 2.3.1, 3.2, 4.4.2). Pure: bytes in, a value out.

Whatever a client got wrong is answered by what it should do, and never by what it sent: that may be a secret.
"""

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import parse_qsl, unquote_plus

from bot.ports import Concealed
from bot.service.logins.authentication import Presented
from bot.web import client_assertion
from bot.web.receiving import Envelope
from bot.web.refusal import Code, Refusal

_FORM = "application/x-www-form-urlencoded"
_MOST_FIELDS = 32
_RESOURCE = "resource"
_SCOPE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*")
"""RFC 6749, section 3.3."""

NOT_A_FORM = Refusal(Code.INVALID_REQUEST, f"Send the parameters as {_FORM} in the body.")
IN_THE_ADDRESS = Refusal(
    Code.INVALID_REQUEST, "Send the parameters in the body. What stands in an address ends up in logs."
)
UNREADABLE = Refusal(Code.INVALID_REQUEST, "The body is no well-formed form in UTF-8.")
REPEATED = Refusal(Code.INVALID_REQUEST, "A parameter is there more than once.")
TWO_METHODS = Refusal(
    Code.INVALID_REQUEST,
    "Authenticate in one way: by the Authorization header, by client_secret or by client_assertion, not by two.",
)
TWO_CLIENTS = Refusal(Code.INVALID_REQUEST, "The client_id in the body is not the one in the Authorization header.")
NO_GRANT_TYPE = Refusal(Code.INVALID_REQUEST, "The parameter grant_type is missing; it must be client_credentials.")
OTHER_GRANT_TYPE = Refusal(Code.UNSUPPORTED_GRANT_TYPE, "The only grant_type here is client_credentials.")
BAD_SCOPE = Refusal(Code.INVALID_SCOPE, "The scope must be words with one space between any two.")
NO_CLIENT = Refusal(
    Code.INVALID_CLIENT,
    "Show client_id and client_secret, by HTTP Basic or as parameters in the body, or a client_assertion.",
    401,
)
BAD_BASIC = Refusal(
    Code.INVALID_CLIENT, "The Authorization header must be Basic with the base64 of client_id:client_secret.", 401
)


def parse(envelope: Envelope) -> Presented | Refusal:
    """What the client shows and asks for, or the first thing that is wrong with the request."""
    form = form_of(envelope)
    if isinstance(form, Refusal):
        return form
    grant_type = form.get("grant_type")
    if grant_type != "client_credentials":
        return NO_GRANT_TYPE if grant_type is None else OTHER_GRANT_TYPE
    scope = form.get("scope")
    if scope is not None and not _SCOPE.fullmatch(scope):
        return BAD_SCOPE
    presented = client_of(envelope, form)
    if isinstance(presented, Refusal):
        return presented
    narrowed = None if scope is None else frozenset(scope.split(" "))
    return replace(presented, scope=narrowed, resources=tuple(form.get(_RESOURCE, "").split()))


def client_of(envelope: Envelope, form: Mapping[str, str]) -> Presented | Refusal:
    """Who says to be asking, by which secret (section 2.3.1) or assertion (RFC 7521, section 4.2)."""
    if not client_assertion.shown(form):
        return by_secret(envelope, form)
    if envelope.authorization or "client_secret" in form:
        return TWO_METHODS
    client = client_assertion.read(form)
    if isinstance(client, Refusal):
        return client
    identifier, assertion = client
    return Presented(client_id=identifier, proof=assertion, address=envelope.address, agent=envelope.agent)


def by_secret(envelope: Envelope, form: Mapping[str, str]) -> Presented | Refusal:
    """The same of a client that can show nothing but a secret."""
    client = _client(envelope.authorization, form)
    if isinstance(client, Refusal):
        return client
    identifier, secret = client
    return Presented(client_id=identifier, proof=secret, address=envelope.address, agent=envelope.agent)


def form_of(envelope: Envelope) -> Mapping[str, str] | Refusal:
    """The parameters, each there once (section 3.2); but for `resource`, which RFC 8707 lets repeat: in one value."""
    if envelope.query:
        return IN_THE_ADDRESS
    if envelope.content_type.partition(";")[0].strip().lower() != _FORM:
        return NOT_A_FORM
    try:
        fields = parse_qsl(envelope.body.decode(), keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS)
    except ValueError:
        return UNREADABLE
    once = [name for name, _ in fields if name != _RESOURCE]
    if len(set(once)) != len(once):
        return REPEATED
    # "Parameters sent without a value MUST be treated as if they were omitted" (section 3.2).
    resources = " ".join(value for name, value in fields if name == _RESOURCE)  # no URI has a space
    return {name: value for name, value in [*fields, (_RESOURCE, resources)] if value}


def _client(authorization: tuple[str, ...], form: Mapping[str, str]) -> tuple[str, Concealed] | Refusal:
    identifier, secret = form.get("client_id"), form.get("client_secret")
    if authorization and secret is not None:
        return TWO_METHODS
    if not authorization:
        return NO_CLIENT if identifier is None or secret is None else (identifier, Concealed(secret))
    client = _basic(authorization)
    if isinstance(client, Refusal):
        return client
    return TWO_CLIENTS if identifier not in {None, client[0]} else client


def _basic(authorization: tuple[str, ...]) -> tuple[str, Concealed] | Refusal:
    """HTTP Basic whose two halves are form-encoded, each by itself (section 2.3.1)."""
    scheme, _, encoded = authorization[0].partition(" ")
    if len(authorization) > 1 or scheme.lower() != "basic":
        return BAD_BASIC
    try:
        identifier, colon, secret = base64.b64decode(encoded.strip(" "), validate=True).decode().partition(":")
        client = unquote_plus(identifier, errors="strict"), Concealed(unquote_plus(secret, errors="strict"))
    except (binascii.Error, ValueError):
        return BAD_BASIC
    return client if colon and identifier and secret else BAD_BASIC
