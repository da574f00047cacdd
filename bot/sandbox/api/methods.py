"""The Web API's methods: a table from name to function, scope and arguments. What is not in it is `unknown_method`.

Each function takes a `Call` and answers a dict, or raises `ApiError` with Slack's code.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from bot.sandbox.errors import ApiError
from bot.sandbox.site import Site

ANSWER = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call of the bot."""

    site: Site
    method: str
    args: Mapping[str, Any]

    def need(self, name: str, code: str = "invalid_arguments") -> str:
        """A string argument that must be there."""
        value = self.args.get(name)
        if not isinstance(value, str) or not value:
            raise ApiError(code)
        return value

    def flag(self, name: str) -> bool:
        """A yes or no, as JSON or as a form has it."""
        return self.args.get(name) in {True, "true", "True", "1"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """What a method needs."""

    run: Callable[[Call], ANSWER]
    scopes: frozenset[str] = frozenset()
    """Any one of these is enough; none are needed where it is empty."""
    known: frozenset[str] = frozenset()
    """Every documented argument that the sandbox understands or may ignore."""
    caller: Literal["bot", "app", "any"] = "bot"
    """Whose token it takes."""


METHODS: dict[str, Method] = {}
"""Filled by the rooms that hold the methods; `bot.sandbox.api.web_api` imports them all."""


def method(
    name: str, *, scopes: str = "", known: str = "", caller: Literal["bot", "app", "any"] = "bot"
) -> Callable[[Callable[[Call], ANSWER]], Callable[[Call], ANSWER]]:
    """Enter a function in the table, under its name in Slack's documentation. Lists are parted by spaces."""

    def enter(run: Callable[[Call], ANSWER]) -> Callable[[Call], ANSWER]:
        METHODS[name] = Method(run=run, scopes=frozenset(scopes.split()), known=frozenset(known.split()), caller=caller)
        return run

    return enter


def page_of(call: Call, rows: list[Any], default: int = 100) -> tuple[list[Any], dict[str, str]]:
    """One page of rows and the `response_metadata` that leads to the next. A cursor is an offset, opaque to the bot."""
    try:
        start = int(str(call.args.get("cursor") or "c0").removeprefix("c"))
        limit = int(call.args.get("limit") or default)
    except ValueError:
        raise ApiError("invalid_cursor") from None
    following = start + limit
    return rows[start:following], {"next_cursor": f"c{following}" if following < len(rows) else ""}
