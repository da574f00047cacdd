"""What a click is good for: a trigger (once, a few seconds) and a `response_url` (5 uses, 30 minutes).

Time is an argument.
"""

import secrets
from dataclasses import dataclass, field
from typing import Literal

RESPONSE_USES = 5
RESPONSE_SECONDS = 30 * 60.0
KEPT_SECONDS = 24 * 3600.0
"""How long a ticket is remembered, so that its end can be told from its absence."""

TriggerProblem = Literal["invalid_trigger_id", "expired_trigger_id", "exchanged_trigger_id"]
ResponseProblem = Literal["no_such_url", "expired_url", "used_url"]


@dataclass(slots=True, kw_only=True)
class Trigger:
    """The right to open one modal for one person."""

    person: str
    made: float
    view_id: str | None
    """The modal in which the click was, if it was in one: the one over which a push goes."""
    exchanged: bool = False


@dataclass(slots=True, kw_only=True)
class ResponseUrl:
    """The right to answer one click, where it was."""

    person: str
    channel: str
    ts: str | None
    """The message that was clicked; None for a slash command."""
    made: float
    uses: int = 0


@dataclass(slots=True)
class Tickets:
    """Every trigger and `response_url` that was given out."""

    triggers: dict[str, Trigger] = field(default_factory=dict)
    responses: dict[str, ResponseUrl] = field(default_factory=dict)

    def trigger(self, person: str, now: float, view_id: str | None = None) -> str:
        """A new trigger for that person's click."""
        self._forget(now)
        name = f"{int(now * 1000)}.{secrets.randbelow(10**10)}.{secrets.token_hex(16)}"
        self.triggers[name] = Trigger(person=person, made=now, view_id=view_id)
        return name

    def _forget(self, now: float) -> None:
        """Drop what is long past its life, so that a sandbox that runs for weeks does not grow."""
        self.triggers = {name: each for name, each in self.triggers.items() if now - each.made < KEPT_SECONDS}
        self.responses = {name: each for name, each in self.responses.items() if now - each.made < KEPT_SECONDS}

    def exchange(self, name: str, now: float, lives: float) -> Trigger | TriggerProblem:
        """Use a trigger up, or say why it cannot be. `lives`: seconds."""
        trigger = self.triggers.get(name)
        if trigger is None:
            return "invalid_trigger_id"
        if trigger.exchanged:
            return "exchanged_trigger_id"
        if now - trigger.made > lives:
            return "expired_trigger_id"
        trigger.exchanged = True
        return trigger

    def response(self, ticket: ResponseUrl) -> str:
        """The secret part of a new `response_url`."""
        name = secrets.token_urlsafe(24)
        self.responses[name] = ticket
        return name

    def look_up(self, name: str, now: float) -> ResponseUrl | ResponseProblem:
        """What a `response_url` is still good for. A use is counted by `ResponseUrl.uses`, after its effect."""
        ticket = self.responses.get(name)
        if ticket is None:
            return "no_such_url"
        if now - ticket.made > RESPONSE_SECONDS:
            return "expired_url"
        if ticket.uses >= RESPONSE_USES:
            return "used_url"
        return ticket
