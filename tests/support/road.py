"""The road as people walk it: ask, approve, reveal, log in. Each step waits for what the person would wait for."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import httpx

from bot.slack.ids import Action, Block, Callback, Choice, pack_choice, parse_choice
from tests.support import sandbox
from tests.support.live import ANA, BEN, MAYA, Program
from tests.support.sandbox import Person, element, words

Found = TypeVar("Found")
Json = dict[str, Any]
CHANNEL = "C0APPROVE"
READ_ONLY, SUPER_ADMIN = "read-only", "super-admin"
APPROVERS = {READ_ONLY: (ANA,), SUPER_ADMIN: (ANA, BEN)}
_CLIENT = re.compile(r"```([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})```")
_SECRET = re.compile(r"```(crd_[0-9A-Za-z]{49})```")


@dataclass(frozen=True, slots=True)
class Pair:
    """What a reveal showed, and the message that showed it."""

    client_id: str
    secret: str
    message: Json


class GoneError(Exception):
    """The program died while somebody waited for it."""


def wait(program: Program, find: Callable[[], Found], what: str) -> Found:
    """Wait for something to appear, no longer than the program lives. Raises `GoneError`."""

    def look() -> Found:
        alive = program.running
        found = find()
        if not found and not alive:
            raise GoneError(what)
        return found

    return sandbox.eventually(look, what)


def fill_in(program: Program, name: str, *, role: str = READ_ONLY, owner: str = MAYA, by: str = MAYA) -> Json:
    """Open the form, read the terms if they come first, choose; what is then to be sent."""
    asking = program.person(by)
    while asking.view() is not None:
        asking.close()
    asking.command("/cred add")
    view = wait(program, asking.view, "the form")
    if view["callback_id"] == "form.terms":
        assert asking.submit({Block.TERMS: {Action.ENTRY: ["accepted"]}}) == {}
    if role != READ_ONLY:
        asking.change(Action.ROLE, role)
        wait(program, lambda: _has(asking.view(), f"{Block.EXPIRES}.{role}"), "the form for that role")
    if owner != by:
        asking.change(Action.OWNER, owner)
        wait(program, lambda: owner in _fields(asking.view()), "the form for that owner")
    return {
        Block.NAME: {Action.ENTRY: name},
        Block.REASON: {Action.ENTRY: "The nightly run needs it."},
    }


def _has(view: Json | None, block: str) -> bool:
    return view is not None and any(each["block_id"] == block for each in view["blocks"])


def _fields(view: Json | None) -> str:
    return "" if view is None else str(view)


def ask(program: Program, name: str, *, role: str = READ_ONLY, owner: str = MAYA, by: str = MAYA) -> None:
    """Ask for a credential. Fails where the form is not taken."""
    typed = fill_in(program, name, role=role, owner=owner, by=by)
    assert program.person(by).submit(typed) == {}
    view = program.person(by).view()
    assert view is not None
    assert view["callback_id"] == Callback.READ, words(view)
    assert name in words(view), words(view)


def newest(person: Person, name: str, action: str, channel: str | None = None) -> Json | None:
    """The newest message about that credential that this person sees with that button."""
    for message in reversed(person.messages(channel)):
        if tells_of(message, name) and has_button(message, action):
            return message
    return None


def tells_of(message: Json, name: str) -> bool:
    """Whether it is about the credential of that name, and not of one whose name begins with it."""
    return re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", words(message["blocks"])) is not None


def has_button(message: Json, action: str) -> bool:
    """Whether it can be pressed on this message."""
    try:
        element(message["blocks"], action)
    except AssertionError:
        return False
    return True


def card(program: Program, name: str, by: str = ANA) -> Json:
    """The approval card, once it stands in the channel and can be pressed."""
    return wait(program, lambda: newest(program.person(by), name, Action.APPROVE, CHANNEL), f"the card of {name}")


def approve(program: Program, name: str, by: str = ANA) -> None:
    """Press Approve, and wait until the card has it."""
    pressed = card(program, name, by)
    program.person(by).press(pressed, Action.APPROVE)
    wait(program, lambda: _counted(program, pressed, by), f"the vote of {by}")


def _counted(program: Program, pressed: Json, by: str) -> bool:
    now = [each for each in program.person(by).messages(CHANNEL) if each["ts"] == pressed["ts"]]
    return bool(now) and (f"<@{by}> ✓" in words(now[0]["blocks"]) or not has_button(now[0], Action.APPROVE))


def chosen(message: Json, choice: Choice) -> str:
    """The value of an entry of a card's menu."""
    _, menu = element(message["blocks"], Action.MORE)
    marks = [parse_choice(option["value"]) for option in menu["options"]]
    mark = next(found[1] for found in marks if found is not None and found[0] is choice)
    return pack_choice(choice, mark)


def offer(program: Program, name: str, owner: str = MAYA) -> Json:
    """The message with the Reveal button."""
    return wait(program, lambda: newest(program.person(owner), name, Action.REVEAL), f"the reveal of {name}")


def reveal(program: Program, name: str, owner: str = MAYA) -> Pair:
    """Press Reveal and read what it shows."""
    program.person(owner).press(offer(program, name, owner), Action.REVEAL)
    return wait(program, lambda: shown(program, name, owner), f"the secret of {name}")


def shown(program: Program, name: str, owner: str = MAYA) -> Pair | None:
    """The newest secret of that credential that its owner has before them."""
    pairs = all_shown(program, name, owner)
    return pairs[-1] if pairs else None


def all_shown(program: Program, name: str, owner: str = MAYA) -> list[Pair]:
    """Every secret of that credential that stands in its owner's DM."""
    found = []
    for message in program.person(owner).ephemerals():
        text = words(message["blocks"])
        client, secret = _CLIENT.search(text), _SECRET.search(text)
        if client and secret and f"🔑 {name}" in text.splitlines():
            found.append(Pair(client[1], secret[1], message))
    return found


def request_token(program: Program, pair: Pair) -> httpx.Response:
    """RFC 6749, section 4.4, with HTTP Basic."""
    with httpx.Client(trust_env=False, timeout=sandbox.PATIENCE) as http:
        return http.post(
            f"{program.url}/oauth2/token",
            auth=(pair.client_id, pair.secret),
            data={"grant_type": "client_credentials"},
        )


def works(program: Program, pair: Pair) -> bool:
    """Whether the pair gives a token now."""
    answer = request_token(program, pair)
    assert answer.status_code in {200, 401}, answer.text
    return answer.status_code == httpx.codes.OK


def walk(program: Program, name: str, *, role: str = READ_ONLY, owner: str = MAYA) -> Pair:
    """All of it, up to a secret that was shown."""
    ask(program, name, role=role, owner=owner)
    for approver in APPROVERS[role]:
        approve(program, name, approver)
    return reveal(program, name, owner)
