"""How the OAuth endpoints say no (RFC 6749, section 5.2): a code for the machine, a sentence for whoever debugs it."""

from dataclasses import dataclass
from enum import StrEnum

from starlette.responses import JSONResponse

NEVER_KEPT = {"Cache-Control": "no-store", "Pragma": "no-cache"}
"""On every answer about a token (RFC 6749, section 5.1)."""
CHALLENGE = {"WWW-Authenticate": 'Basic realm="cred", charset="UTF-8"'}
"""RFC 7617; every 401 has one (RFC 9110, section 15.5.2)."""


class Code(StrEnum):
    """RFC 6749, section 5.2, and RFC 8707, section 2; the last three are for answers that it does not name there."""

    INVALID_REQUEST = "invalid_request"
    INVALID_CLIENT = "invalid_client"
    INVALID_SCOPE = "invalid_scope"
    INVALID_TARGET = "invalid_target"
    UNSUPPORTED_GRANT_TYPE = "unsupported_grant_type"
    TEMPORARILY_UNAVAILABLE = "temporarily_unavailable"
    SERVER_ERROR = "server_error"
    NOT_FOUND = "not_found"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A refusal. The sentence has no quotation marks, no backslash and nothing beyond ASCII: the RFC's own limits."""

    code: Code
    sentence: str
    status: int = 400

    def answer(self) -> JSONResponse:
        """The answer as it goes out."""
        headers = dict(NEVER_KEPT)
        if self.status == 401:  # noqa: PLR2004 - HTTP's number
            headers |= CHALLENGE
        if self.status == 503:  # noqa: PLR2004 - HTTP's number
            headers["Retry-After"] = "5"
        if self.status == 405:  # noqa: PLR2004 - HTTP's number
            headers["Allow"] = "POST"
        return JSONResponse(
            {"error": self.code, "error_description": self.sentence}, status_code=self.status, headers=headers
        )
