"""`/whoami/v1`, `/organization/v1/tenants` and `/common/v1/roles`: who a token is of, and what there is.

A credential of the estate whose ID is the organization's own is the organization's; every other is of one sub-estate,
which the door calls a tenant.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID, uuid5

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from bot.domain.estate import Estate
from bot.domain.role import Permission, Role
from bot.ports import World
from bot.service.logins.tokens import Living, Tokens
from bot.web.bearer import bearer, headers_of
from bot.web.slowing import Slowing
from bot.web.sophos import answers
from bot.web.sophos.rate import Limiter
from bot.web.sophos.token import PATH as TOKEN_PATH
from bot.web.sophos.token import SophosTokenEndpoint

_DEFAULT_SIZE = 50
_MOST_DIGITS = 6


class _Refused(Exception):  # noqa: N818 - an answer on its way out, not an error of the program
    """An answer that is no."""

    def __init__(self, status: int, retry_after: int = 0) -> None:
        super().__init__(status)
        self.status = status
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class _Caller:
    """Whose token it is."""

    living: Living
    estate: Estate
    whole: bool
    """Whether it is the organization's."""


class _Door:
    def __init__(self, tokens: Tokens, world: World, issuer: str, limiter: Limiter) -> None:
        self._tokens = tokens
        self._world = world
        self._policy = world.policy
        self._hosts = world.policy.central
        self._issuer = issuer
        self._limiter = limiter

    def asked(
        self, answer: Callable[[Request, _Caller], dict[str, object]]
    ) -> Callable[[Request], Awaitable[JSONResponse]]:
        """An endpoint that answers whoever shows a token that works, not too often."""

        async def endpoint(request: Request) -> JSONResponse:
            now = self._world.clock.now()
            try:
                return answers.found(answer(request, self._caller(request)))
            except _Refused as no:
                return answers.error(no.status, self._world.entropy.uuid(), now, retry_after=no.retry_after)

        return endpoint

    def whoami(self, _request: Request, caller: _Caller) -> dict[str, object]:
        hosts = {"global": self._hosts.global_host or self._issuer}
        if caller.whole:
            return {"id": str(self._policy.organization.id), "idType": "organization", "apiHosts": hosts}
        return {"id": str(caller.estate.id), "idType": "tenant", "apiHosts": {**hosts, "dataRegion": self._region()}}

    def tenants(self, request: Request, caller: _Caller) -> dict[str, object]:
        self._check_organization(request, caller)
        return _page(request, [self._tenant(estate) for estate in self._sub_estates()])

    def tenant(self, request: Request, caller: _Caller) -> dict[str, object]:
        self._check_organization(request, caller)
        wanted = _uuid(request.path_params["id"])
        found = next((estate for estate in self._sub_estates() if estate.id == wanted), None)
        if found is None:
            raise _Refused(404)
        return self._tenant(found)

    def roles(self, request: Request, caller: _Caller) -> dict[str, object]:
        if request.query_params.get("principalType", "service") != "service":
            raise _Refused(400)
        tenant = _uuid(_header(request, b"x-tenant-id"))
        if caller.estate.id != tenant and not (caller.whole and tenant in {each.id for each in self._sub_estates()}):
            raise _Refused(403)
        if Permission.ROLES_READ not in caller.living.claims.scope:
            raise _Refused(403)
        return _page(request, [self._role(role) for role in self._policy.roles.values()])

    def _caller(self, request: Request) -> _Caller:
        token = bearer(request.scope)
        living = None if token is None else self._tokens.living(token)
        if living is None or living.claims.audience:
            raise _Refused(401)
        wait = self._limiter.take(living.client.credential, self._world.clock.now())
        if wait:
            raise _Refused(429, wait)
        estate = self._policy.estates.get(living.claims.estate)
        if estate is None:
            raise _Refused(403)
        return _Caller(living, estate, estate.id == self._policy.organization.id)

    def _check_organization(self, request: Request, caller: _Caller) -> None:
        named = _uuid(_header(request, b"x-organization-id"))
        if not caller.whole or named != self._policy.organization.id:
            raise _Refused(403)

    def _sub_estates(self) -> list[Estate]:
        return [estate for estate in self._policy.estates.values() if estate.id != self._policy.organization.id]

    def _region(self) -> str:
        return self._hosts.region_host or self._hosts.global_host or self._issuer

    def _tenant(self, estate: Estate) -> dict[str, object]:
        return {
            "id": str(estate.id),
            "name": estate.name,
            "dataGeography": self._hosts.geography,
            "dataRegion": self._hosts.region,
            "billingType": "usage",
            "organization": {"id": str(self._policy.organization.id)},
            "apiHost": self._region(),
        }

    def _role(self, role: Role) -> dict[str, object]:
        return {
            "id": str(uuid5(self._policy.organization.id, role.key)),
            "name": role.name,
            "description": role.summary,
            "principalType": "service",
            "permissionSets": sorted(role.permissions),
        }


def routes(tokens: Tokens, world: World, issuer: str, slowing: Slowing) -> list[Route]:
    """The addresses of the door."""
    door = _Door(tokens, world, issuer, Limiter(world.policy.central.rate))
    return [
        Route(TOKEN_PATH, SophosTokenEndpoint(tokens.authentication, world.entropy, slowing)),
        Route("/whoami/v1", door.asked(door.whoami), methods=["GET"]),
        Route("/organization/v1/tenants", door.asked(door.tenants), methods=["GET"]),
        Route("/organization/v1/tenants/{id}", door.asked(door.tenant), methods=["GET"]),
        Route("/common/v1/roles", door.asked(door.roles), methods=["GET"]),
    ]


def _page(request: Request, items: list[dict[str, object]]) -> dict[str, object]:
    """The page that was asked for. How many there are is told on request."""
    number = _number(request, "page", 1)
    size = _number(request, "pageSize", _DEFAULT_SIZE)
    if size > answers.MAX_SIZE:
        raise _Refused(400)
    pages: dict[str, object] = {"current": number, "size": size}
    if request.query_params.get("pageTotal") == "true":
        pages |= {"total": -(-len(items) // size), "items": len(items)}
    first = (number - 1) * size
    return {"items": items[first : first + size], "pages": pages | {"maxSize": answers.MAX_SIZE}}


def _number(request: Request, name: str, default: int) -> int:
    text = request.query_params.get(name, str(default))
    if not (text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS and int(text)):
        raise _Refused(400)
    return int(text)


def _header(request: Request, name: bytes) -> str:
    found = headers_of(request.scope, name)
    if len(found) != 1:
        raise _Refused(400)
    return found[0]


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise _Refused(400) from None
