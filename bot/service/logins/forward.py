"""Whether a call of somebody's API may go through: its token, and the route table of the policy. Pure of HTTP."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.domain.role import Permission
from bot.domain.route import Route, route_of
from bot.service.logins.tokens import Living, Tokens


class Shut(StrEnum):
    """Why a call does not go through: for the log."""

    NO_TOKEN = "no token that works"  # noqa: S105 - a reason's name
    NO_ROUTE = "no route for it"
    OTHER_AUDIENCE = "a token for somebody else"
    NO_PERMISSION = "no permission"


@dataclass(frozen=True, slots=True)
class Stopped:
    """It does not go through. `needs`: the permission that the token lacks."""

    why: Shut
    needs: Permission | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """The use case, with all it needs."""

    tokens: Tokens
    routes: Sequence[Route]

    def passes(self, token: str | None, method: str, target: str) -> Living | Stopped:
        """Who calls, if they may. The token comes first: nobody without one learns which routes there are."""
        living = None if token is None else self.tokens.living(token)
        if living is None:
            return Stopped(Shut.NO_TOKEN)
        route = route_of(self.routes, method, target)
        if route is None:
            return Stopped(Shut.NO_ROUTE)
        if not _is_for(living, route):
            return Stopped(Shut.OTHER_AUDIENCE)
        if route.permission not in living.claims.scope:
            return Stopped(Shut.NO_PERMISSION, route.permission)
        return living


def _is_for(living: Living, route: Route) -> bool:
    named = living.claims.audience
    return not named if route.audience is None else route.audience in named
