"""`organization/v1/tenants` read whole: login, whoami, page by page.

What is busy or broken for a moment is asked again, as late as it says (`Retry-After`). The secret goes to the login
alone, and the token to where whoami says the APIs are; neither follows a redirect, and both go over HTTPS, or stay on
the machine.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

import httpx

from bot.config import Masked, UnusableAddress, central_url
from bot.config.estates import Tenant
from bot.domain.errors import CredError

_PAGE_SIZE = 50
_ATTEMPTS = 6
_FIRST_WAIT = 0.5
_LONGEST_WAIT = 120.0
_PAGES_MOST = 1000
_TIMEOUT: Final = httpx.Timeout(20.0, connect=10.0)
_LATER = {429, 500, 502, 503, 504}

Progress = Callable[[int, int], None]
"""Called with how many tenants were read, and of how many."""


class CentralError(CredError):
    """They could not be read; the message says why, and what to do."""

    code = "central"


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """Where and as whom."""

    id_url: str
    """Without a slash at the end, as the next."""
    api_url: str
    client_id: str
    secret: Masked


class CentralClient:
    """Close it in the end."""

    def __init__(self, login: Login, *, sleep: Callable[[float], None] = time.sleep) -> None:
        self._login: Final = login
        self._sleep: Final = sleep
        self._http: Final = httpx.Client(timeout=_TIMEOUT, follow_redirects=False)
        self._token = ""

    def close(self) -> None:
        """Let go of its connections."""
        self._http.close()

    def tenants(self, progress: Progress) -> list[Tenant]:
        """All of them. Raises `CentralError`."""
        self._log_in()
        organization, host = self._who()
        found: list[Tenant] = []
        page, last, of = 0, 1, 0
        while page < last:
            page += 1
            content = self._page(host, organization, page)
            pages = content["pages"]
            last, of = _number(pages, "total"), _number(pages, "items")
            if last > _PAGES_MOST or _number(pages, "current") != page:
                raise CentralError(f"Page {page} of the tenants is not what was asked for.")
            found += [_tenant(len(found) + place, row) for place, row in enumerate(content["items"], 1)]
            progress(len(found), of)
        if len(found) != of:
            raise CentralError("The tenants changed while they were being read. Run the command again.")
        return found

    def _log_in(self) -> None:
        form = {"grant_type": "client_credentials", "client_id": self._login.client_id, "scope": "token"}
        form["client_secret"] = self._login.secret.disclose()
        answer = self._asked("POST", f"{self._login.id_url}/api/v2/oauth2/token", data=form)
        if answer.status_code in {HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED}:
            raise CentralError(f"{self._login.id_url} refuses CRED_CENTRAL_CLIENT_ID with CRED_CENTRAL_CLIENT_SECRET.")
        self._token = _text(_content(answer), "access_token")

    def _who(self) -> tuple[str, str]:
        """The organization, and where its API is."""
        content = _content(self._called(f"{self._login.api_url}/whoami/v1", {}))
        if content.get("idType") != "organization":
            raise CentralError(
                "The credential is not the organization's: only one of the organization sees its tenants."
            )
        hosts = content.get("apiHosts")
        try:
            host = central_url("global", _text(hosts if isinstance(hosts, dict) else {}, "global"))
        except UnusableAddress as error:
            raise CentralError(f"whoami tells where the API is: {error}") from None
        return _text(content, "id"), host

    def _page(self, host: str, organization: str, page: int) -> dict[str, Any]:
        query = f"page={page}&pageSize={_PAGE_SIZE}&pageTotal=true"
        headers = {"X-Organization-ID": organization}
        content = _content(self._called(f"{host}/organization/v1/tenants?{query}", headers))
        if not isinstance(content.get("items"), list) or not isinstance(content.get("pages"), dict):
            raise CentralError(f"Page {page} of the tenants is not what it should be.")
        return content

    def _called(self, url: str, headers: Mapping[str, str]) -> httpx.Response:
        """With the token; with a new one where that has ended in between."""
        for _ in range(2):
            answer = self._asked("GET", url, headers={**headers, "Authorization": f"Bearer {self._token}"})
            if answer.status_code != HTTPStatus.UNAUTHORIZED:
                return answer
            self._log_in()
        raise CentralError(f"{_place(url)} refuses the token that was just given.")

    def _asked(self, method: str, url: str, **asks: Any) -> httpx.Response:
        """Again where it may go better the next time, and not before the time that was said."""
        problem, wait = "", _FIRST_WAIT
        for attempt in range(_ATTEMPTS):
            if attempt:
                self._sleep(wait)
                wait *= 2
            try:
                answer = self._http.request(method, url, **asks)
            except httpx.HTTPError as error:
                problem = f"could not be reached ({type(error).__name__})"
                continue
            if answer.status_code not in _LATER:
                return answer
            problem = f"answers {answer.status_code}"
            wait = max(wait, _retry_after(answer))
            if wait > _LONGEST_WAIT:
                raise CentralError(f"{_place(url)} asks to come again in {wait:.0f} seconds. Run the command then.")
        raise CentralError(f"{_place(url)} {problem}, {_ATTEMPTS} times in a row. Try again later.")


def _retry_after(answer: httpx.Response) -> float:
    said = answer.headers.get("Retry-After", "")
    return float(said) if said.isascii() and said.isdigit() else 0.0


def _content(answer: httpx.Response) -> dict[str, Any]:
    where = _place(str(answer.url))
    if not answer.is_success:
        raise CentralError(f"{where} answers {answer.status_code}.")
    try:
        content = answer.json()
    except ValueError:
        content = None
    if not isinstance(content, dict):
        raise CentralError(f"{where} does not answer as Sophos Central does.")
    return content


def _place(url: str) -> str:
    return url.partition("?")[0]


def _text(content: Mapping[str, Any], key: str) -> str:
    value = content.get(key)
    if not isinstance(value, str) or not value:
        raise CentralError(f"An answer lacks {key}.")
    return value


def _number(content: Mapping[str, Any], key: str) -> int:
    value = content.get(key)
    if not isinstance(value, int) or value < 0:
        raise CentralError(f"A page of the tenants lacks its number {key}.")
    return value


def _tenant(number: int, row: object) -> Tenant:
    """What is not there is empty, and told by its row later."""
    fields = row if isinstance(row, dict) else {}
    organization = fields.get("organization")
    return Tenant(
        number=number,
        id=str(fields.get("id", "")),
        name=str(fields.get("name", "")),
        organization=str(organization.get("id", "")) if isinstance(organization, dict) else "",
    )
