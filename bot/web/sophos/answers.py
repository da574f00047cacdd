"""The bodies of answers and errors, key by key as clients of Sophos Central know them."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from starlette.responses import JSONResponse

from bot.web.bearer import challenge

MAX_SIZE = 100
_NEVER_KEPT = {"Cache-Control": "no-store", "Pragma": "no-cache"}
_DOCUMENTED = "https://developer.sophos.com/intro"
_ERRORS = {
    400: ("badRequest", "Bad request."),
    401: ("notAuthorized", "Not authorized."),
    403: ("forbidden", "Forbidden."),
    404: ("notFound", "Not found."),
    429: ("tooManyRequests", "Too many requests."),
}


def found(content: Mapping[str, object]) -> JSONResponse:
    """200."""
    return JSONResponse(content, headers=_NEVER_KEPT)


def error(status: int, request: UUID, now: datetime, *, retry_after: int = 0) -> JSONResponse:
    """An error of the APIs. `request`: its number, for whoever looks for it in a log."""
    name, message = _ERRORS[status]
    headers = dict(_NEVER_KEPT)
    if status == 401:  # noqa: PLR2004 - HTTP's number
        headers |= challenge(error="invalid_token")
    if retry_after:
        headers["Retry-After"] = str(retry_after)
    content = {
        "error": name,
        "message": message,
        "correlationId": str(request),
        "code": str(status),
        "createdAt": now.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z",
        "requestId": str(request),
        "docUrl": _DOCUMENTED,
    }
    return JSONResponse(content, status_code=status, headers=headers)


def token_error(status: int, code: str, message: str, tracking: UUID) -> JSONResponse:
    """An error of the token endpoint."""
    content = {"errorCode": code, "message": message, "trackingId": str(tracking)}
    headers = dict(_NEVER_KEPT)
    if status == 401:  # noqa: PLR2004 - HTTP's number
        headers["WWW-Authenticate"] = 'Bearer realm="cred"'  # RFC 9110, section 15.5.2
    if status == 405:  # noqa: PLR2004 - HTTP's number
        headers["Allow"] = "POST"
    return JSONResponse(content, status_code=status, headers=headers)


def token(access_token: str, life: int, refresh_token: str, tracking: UUID) -> JSONResponse:
    """The answer to a login: exactly these seven keys, some clients reject an eighth."""
    return found(
        {
            "access_token": access_token,
            "errorCode": "success",
            "expires_in": life,
            "message": "OK",
            "refresh_token": refresh_token,
            "token_type": "bearer",
            "trackingId": str(tracking),
        }
    )
