"""What people do with words: a slash command, a message, a look at the Home tab. Each reaches the bot as Slack's.

An act answers once the bot's acknowledgement has taken effect. Raises `PersonError` with what Slack would have shown.
"""

import re
from dataclasses import dataclass
from typing import Any

from bot.sandbox.api.response_urls import speak
from bot.sandbox.delivery import payloads
from bot.sandbox.delivery.courier import Ack, Courier
from bot.sandbox.errors import ApiError, PersonError
from bot.sandbox.site import Site
from bot.sandbox.state.renderings import view_object
from bot.sandbox.state.tickets import ResponseUrl
from bot.sandbox.state.workspace import Channel, Message, Person

TROUBLE = "Cred did not answer in time. Try again in a moment."


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """One person at work in the sandbox."""

    site: Site
    courier: Courier
    person: Person

    def sees(self, channel_id: str) -> Channel:
        """A channel in which this person is. Raises `PersonError`."""
        if not self.site.workspace.may_see(self.person.id, channel_id):
            raise PersonError("channel_not_found", "You are not in that conversation.")
        return self.site.workspace.channels[channel_id]

    def ticket(self, channel: str, ts: str | None = None) -> ResponseUrl:
        """A fresh right to answer this person there."""
        return ResponseUrl(person=self.person.id, channel=channel, ts=ts, made=self.site.clock())


def actor(site: Site, courier: Courier, name: str) -> Actor:
    """Act as that person. Raises `PersonError` where there is none, or the account is deactivated."""
    person = site.workspace.people.get(name)
    if person is None or person.is_bot:
        raise PersonError("user_not_found", "There is nobody of that name here.")
    if person.deleted:
        raise PersonError("account_inactive", f"{person.name}'s account is deactivated.")
    return Actor(site=site, courier=courier, person=person)


def _entity(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def escaped(site: Site, text: str) -> str:
    """Typed text as Slack passes it on (`should_escape`): special characters escaped, people and channels as ids."""
    people = {person.username: person.id for person in site.workspace.people.values()}
    channels = {each.name: each.id for each in site.workspace.channels.values() if each.kind == "channel"}

    def mention(match: re.Match[str]) -> str:
        sign, name = match.group(1), match.group(2)
        found = (people if sign == "@" else channels).get(name)
        return f"<{sign}{found}|{name}>" if found else match.group(0)

    return re.sub(r"(?<![\w<])([@#])([\w.-]*\w)", mention, _entity(text))


async def type_command(who: Actor, channel_id: str, typed: str) -> None:
    """A slash command. Its answer, if the acknowledgement holds one, is shown to this person alone."""
    channel = who.sees(channel_id)
    command, _, text = typed.strip().partition(" ")
    if command not in who.site.settings.slash_commands:
        offered = " or ".join(who.site.settings.slash_commands)
        raise PersonError("unknown_command", f"{command} is not a command here. Try {offered}.")
    if "commands" not in who.site.settings.scopes:
        raise PersonError("missing_scope", "The app has no slash commands: its manifest lacks the scope `commands`.")
    ticket = who.ticket(channel.id)
    payload = {
        **payloads.command_form(who.person, channel, command, escaped(who.site, text.strip())),
        "response_url": who.site.response_url(ticket),
        "trigger_id": who.site.tickets.trigger(who.person.id, who.site.clock()),
    }
    ack = await who.courier.deliver("slash_commands", payload)
    if ack.problem is not None:
        word = "operation_timeout" if ack.problem == "http_timeout" else "dispatch_failed"
        raise PersonError(word, f'{command} failed with the error "{word}". {TROUBLE}')
    _answered(who, ticket, ack)


def _answered(who: Actor, ticket: ResponseUrl, ack: Ack) -> None:
    said = ack.body if isinstance(ack.body, dict) else {"text": ack.body}
    if not ack.body:
        return
    try:
        speak(who.site, ticket, said)
    except ApiError as error:
        who.site.violation("slash command answer", error.code)
        raise PersonError(error.code, f"Cred's answer broke a rule of Slack's: {error.code}.") from None


def say(who: Actor, channel_id: str, text: str) -> Message:
    """A plain message."""
    channel = who.sees(channel_id)
    if not text.strip():
        raise PersonError("no_text", "There is nothing to send yet.")
    ts = who.site.workspace.next_ts(who.site.clock())
    message = Message(ts=ts, channel=channel.id, user=who.person.id, text=escaped(who.site, text.strip()))
    put(who.site, who.courier, message)
    return message


def put(site: Site, courier: Courier, message: Message) -> None:
    """Somebody's message stands in a channel, new or with other words. The bot hears of it afterwards."""
    before = site.workspace.find(message.channel, message.ts)
    site.put(message)
    channel = site.workspace.channels[message.channel]
    said = payloads.message_event(channel, message)
    event = said if before is None else payloads.message_changed(channel, message, before)
    _overheard(site, courier, channel, event)


def take_back(site: Site, courier: Courier, message: Message) -> None:
    """Somebody deletes a message."""
    site.workspace.remove(message.channel, message.ts)
    channel = site.workspace.channels[message.channel]
    _overheard(site, courier, channel, payloads.message_deleted(channel, message))


def _overheard(site: Site, courier: Courier, channel: Channel, event: dict[str, Any]) -> None:
    """Of what is said in a channel that it is in, and of nothing else, the bot hears."""
    if channel.kind == "channel" and site.workspace.bot_user in channel.members:
        name = "message.groups" if channel.is_private else "message.channels"
        if site.settings.sends(name):
            courier.later(courier.deliver("events_api", payloads.event_callback(event, site.clock())))


async def tell(site: Site, courier: Courier, event: dict[str, Any]) -> None:
    """An event, if the bot subscribes to it."""
    if site.settings.sends(event["type"]):
        await courier.deliver("events_api", payloads.event_callback(event, site.clock()))


async def open_home(who: Actor, tab: str = "home") -> None:
    """This person looks at the app's Home tab: the bot hears of it, and may publish a new one."""
    event: dict[str, Any] = {
        "type": "app_home_opened",
        "user": who.person.id,
        "channel": who.site.workspace.dm_of(who.person.id).id,
        "tab": tab,
    }
    home = who.site.modals.homes.get(who.person.id)
    if home is not None and tab == "home":
        event["view"] = view_object(home)
    await tell(who.site, who.courier, event)
