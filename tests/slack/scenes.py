"""Every command, button, menu, form and shortcut of the face, each where it can be used, and somebody to use it.

What there is comes from the registries of the code itself: something new without a scene fails the tests.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from types import MappingProxyType
from typing import Any

from bot.domain.clauses import BreakGlass
from bot.domain.ids import TeamId, UserId
from bot.domain.kind import NEW, Kind
from bot.domain.notice import NoticeKind
from bot.domain.person import Circle
from bot.domain.role import READ_ONLY
from bot.ports import LogPlace, Place
from bot.service import lifecycle, requests, terms
from bot.service.changing import ChangeCommand
from bot.service.handover import receipts
from bot.service.sweep import sweep
from bot.service.vendors import tracking
from bot.slack.app import PRESSES, SHORTCUTS, SUBMISSIONS
from bot.slack.ids import (
    Action,
    Answer,
    AnswerMark,
    Callback,
    ChangeMark,
    Choice,
    EntryMark,
    GroupMark,
    RequestMark,
    SecretMark,
    Shortcut,
    pack_choice,
)
from bot.slack.listeners.commands import ANSWERS
from bot.slack.page_mark import PageMark
from tests.slack import lounge as lounges
from tests.slack.double import Double
from tests.slack.filled import filled
from tests.slack.lounge import Lounge
from tests.support import people, vendors
from tests.support.absences import begin, command
from tests.support.house import ORIGIN, House
from tests.support.payloads import Payload, Sender

RITA, EVE, MEL, ELLA = (UserId(f"U0{name}") for name in ("RITA", "EVE", "MEL", "ELLA"))
ELSEWHERE = TeamId("T0ELSEWHERE")
NAME = "CI deploys"
Sends = Callable[[Sender], Payload]
KINDS = tuple(kind for kind in Kind if kind not in NEW)


@dataclass(frozen=True, slots=True)
class Scene:
    """One thing that can be done. `prepare` makes what it is done to, and gives the payload by who sends it."""

    what: str
    prepare: Callable[[Lounge], Sends]


def furnish(house: House, slack: Double) -> Lounge:
    """The lounge, with somebody of each kind: Rita asks for what Olga will own, Ana approves, Maya is an admin."""
    house.directory.members |= {user: people.member(user) for user in (RITA, EVE, MEL)}
    house.directory.members[ELLA] = people.member(ELLA, team=ELSEWHERE)
    policy = people.make_policy(
        estate_admins=MappingProxyType({people.RETAIL: Circle(users=frozenset({RITA, EVE}))}),
        break_glass=BreakGlass(circle=Circle(users=frozenset({RITA})), roles=frozenset({READ_ONLY.key})),
        vendors=MappingProxyType({vendors.SOPHOS: vendors.VENDOR}),
    )
    for user in (RITA, EVE):
        terms.accept(house.world, user, policy.terms.digest)
    return lounges.furnish(house.under(policy), slack)


def scenes() -> Iterator[Scene]:
    """All of them."""
    for word in ANSWERS:
        yield Scene(f"`/cred {word}`", _commanded(word))
    for action in PRESSES:
        for label, value in _BUTTONS[action].items():
            yield Scene(f"{action}{label}", value)
    for callback in SUBMISSIONS:
        for label, form in _FORMS[callback].items():
            yield Scene(f"{callback}{label}", _submitted(form))
    for shortcut in SHORTCUTS:
        yield Scene(shortcut, _SHORTCUTS[shortcut])
    yield Scene("Home tab", lambda _lounge: lambda sender: sender.home())


# --- what things are done to ------------------------------------------------------------------------------------------


def _asked(lounge: Lounge, **changes: Any):
    return lounge.house.opened(**{"requester": RITA, "owner": people.OLGA, "name": NAME, **changes})


def _approved(lounge: Lounge, **changes: Any):
    return lounge.house.vote(_asked(lounge, **changes), people.ANA)


def _issued(lounge: Lounge):
    return lounge.house.reveal(_approved(lounge)).credential


def _stored(lounge: Lounge):
    made = _issued(lounge)
    return receipts.stored(lounge.house.world, made.id, made.newest.id, people.OLGA)


def _suspended(lounge: Lounge):
    return lifecycle.suspend(lounge.house.world, _stored(lounge).id, people.OLGA)


def _changing(lounge: Lounge, credential, kind: Kind, **changes: Any):
    values = {"submission": f"{kind}", "kind": kind, "requester": people.OLGA, "reason": "It must", **changes}
    return requests.open_change(lounge.house.world, ChangeCommand(credential=credential.id, **values))


def _rotated(lounge: Lounge):
    return lounge.house.reveal(_changing(lounge, _stored(lounge), Kind.ROTATE)).credential


def _deleting(lounge: Lounge):
    credential = _stored(lounge)
    lounge.house.vote(_changing(lounge, credential, Kind.DELETE, typed_name=NAME), people.ANA)
    return credential


def _offered(lounge: Lounge):
    return lounge.house.vote(_changing(lounge, _stored(lounge), Kind.TRANSFER, owner=MEL), people.ANA)


def _broken(lounge: Lounge):
    return lounge.house.taken(requester=RITA)


def _elsewhere(lounge: Lounge):
    return _approved(lounge, authority=vendors.SOPHOS)


def _gone_elsewhere(lounge: Lounge):
    credential = tracking.made(lounge.house.world, vendors.said(lounge.house, _elsewhere(lounge)))
    lounge.house.vote(_changing(lounge, credential, Kind.DELETE, typed_name=NAME), people.ANA)
    return credential


def _ended(lounge: Lounge):
    credential = _stored(lounge)
    lounge.house.clock.time = credential.expires_at + timedelta(hours=1)
    sweep(lounge.house.world)
    return credential


def _warned(lounge: Lounge):
    _stored(lounge)
    lounge.house.clock.advance(days=24)
    sweep(lounge.house.world)
    lounge.house.clock.advance(seconds=5)
    with lounge.house.store.read() as reader:
        return reader.groups.joinable(NoticeKind.WARNING_CARD, lounge.house.world.policy.channel_of(people.RETAIL))


# --- how they are done ------------------------------------------------------------------------------------------------


def _commanded(word: str) -> Callable[[Lounge], Sends]:
    make = {"resume": _suspended}.get(word, _stored)
    about_one = word not in {"add", "list", "pending", "break-glass", "terms", "help", "about", "delegate"}

    def prepare(lounge: Lounge) -> Sends:
        if word == "pending":
            _asked(lounge)
        elif word == "list" or about_one:
            make(lounge)
        return lambda sender: sender.command(f"{word} {NAME}" if about_one and word != "help" else word)

    return prepare


def _pressed(action: Action, make: Callable[[Lounge], str], **place: Any) -> Callable[[Lounge], Sends]:
    def prepare(lounge: Lounge) -> Sends:
        value = make(lounge)
        return lambda sender: sender.press(action, value, **place)

    return prepare


def _on_request(action: Action, make: Callable[[Lounge], Any], **place: Any) -> Mapping[str, Any]:
    return {"": _pressed(action, lambda lounge: RequestMark.of(make(lounge)).pack(), **place)}


def _on_secret(action: Action, make: Callable[[Lounge], Any], *, old: bool = False) -> Mapping[str, Any]:
    def value(lounge: Lounge) -> str:
        credential = make(lounge)
        return SecretMark.of(credential, credential.retiring if old else None).pack()

    return {"": _pressed(action, value)}


def _more(choice: Choice) -> Callable[[Lounge], Sends]:
    return _pressed(Action.MORE, lambda lounge: pack_choice(choice, RequestMark.of(_asked(lounge))))


def _change(kind: Kind, action: Action = Action.CHANGE) -> Callable[[Lounge], Sends]:
    make = _suspended if kind is Kind.RESUME else _stored
    return _pressed(action, lambda lounge: ChangeMark(kind, make(lounge).id).pack())


def _answer(action: Action, answer: Answer, make: Callable[[Lounge], Any]) -> Callable[[Lounge], Sends]:
    return _pressed(action, lambda lounge: AnswerMark(answer, make(lounge).id).pack())


def _proven(lounge: Lounge) -> str:
    credential, house = _stored(lounge), lounge.house
    house.signed()
    entries = house.store.history.entries(LogPlace(ORIGIN, 0), limit=100)
    index = next(n for n, entry in enumerate(entries) if entry.body.get("credential") == str(credential.id))
    return EntryMark(credential.id, LogPlace(ORIGIN, index)).pack()


def _paged(lounge: Lounge) -> str:
    return PageMark(Place(key="a", id=_stored(lounge).id)).pack()


def _on_home(action: Action, make: Callable[[Lounge], str]) -> Mapping[str, Any]:
    def prepare(lounge: Lounge) -> Sends:
        value = make(lounge)
        return lambda sender: sender.press_in({"type": "home", "id": "V0HOME"}, action, value)

    return {"": prepare}


def _told_of(lounge: Lounge) -> Sends:
    secret = lounge.house.authority.kept[_stored(lounge).id]
    return lambda sender: sender.start_on(Shortcut.LEAKED, f"It is {secret}.")


def _in_form(action: Action, form: Callable[[Lounge], Payload]) -> Mapping[str, Any]:
    def prepare(lounge: Lounge) -> Sends:
        view = form(lounge)
        return lambda sender: sender.press_in(view, action, "")

    return {"": prepare}


def _opened(lounge: Lounge, payload: Payload) -> Payload:
    """The form that opens for whoever may have it."""
    lounge.dispatch(payload)
    return lounge.opened()


def _as(lounge: Lounge, user: str) -> Sender:
    return Sender(user, answers=lounge.url())


def _add_form(lounge: Lounge, **typed: Any) -> Payload:
    view = _opened(lounge, _as(lounge, RITA).command("add"))
    return filled(view, {"name": "payroll", "reason": "Because", **typed})


def _terms_form(lounge: Lounge) -> Payload:
    world = lounge.house.world
    newer = replace(world.policy.terms, version="2")
    object.__setattr__(lounge.face, "world", replace(world, policy=replace(world.policy, terms=newer)))
    return filled(_opened(lounge, _as(lounge, RITA).command("add")), {"terms": ["accepted"]})


def _form_of(button: Callable[[Lounge], Sends], user: str, **typed: Any) -> Callable[[Lounge], Payload]:
    def form(lounge: Lounge) -> Payload:
        return filled(_opened(lounge, button(lounge)(_as(lounge, user))), typed)

    return form


def _submitted(form: Callable[[Lounge], Payload]) -> Callable[[Lounge], Sends]:
    def prepare(lounge: Lounge) -> Sends:
        view = form(lounge)
        return lambda sender: sender.submit(view)

    return prepare


def _change_form(kind: Kind) -> Callable[[Lounge], Payload]:
    typed = {
        Kind.TRANSFER: {"owner": MEL},
        Kind.DELETE: {"name": NAME},
        Kind.EXTEND: {"expires": "2026-05-20"},
        Kind.ROTATE: {"old-secret": "keep"},
    }
    return _form_of(_change(kind), people.OLGA, reason="It must", **typed.get(kind, {}))


_CHANGES = {f" ({kind})": kind for kind in KINDS}

_BUTTONS: dict[Action, Mapping[str, Callable[[Lounge], Sends]]] = {
    Action.APPROVE: _on_request(Action.APPROVE, _asked),
    Action.DENY: _on_request(Action.DENY, _asked),
    Action.DETAILS: _on_request(Action.DETAILS, _asked),
    Action.MORE: {f" ({choice})": _more(choice) for choice in Choice},
    Action.PAGE: {"": _pressed(Action.PAGE, _paged, ephemeral=True)},
    Action.ADD: {
        "": lambda _lounge: lambda sender: sender.press_in({"type": "home", "id": "V0HOME"}, Action.ADD, "add")
    },
    Action.HOME_PAGE: _on_home(Action.HOME_PAGE, _paged),
    Action.AUDIT: {"": _pressed(Action.AUDIT, lambda lounge: str(_stored(lounge).id), ephemeral=True)},
    Action.CHANGE: {label: _change(kind) for label, kind in _CHANGES.items()},
    Action.CHOSEN: _in_form(Action.CHOSEN, _change_form(Kind.TRANSFER)),
    Action.JUSTIFIED: _on_request(Action.JUSTIFIED, _broken),
    Action.UNJUSTIFIED: _on_request(Action.UNJUSTIFIED, _broken),
    Action.AGAIN: {"": _answer(Action.AGAIN, Answer.AGAIN, _ended)},
    Action.ANSWER: {
        **{f" ({each})": _answer(Action.ANSWER, each, _stored) for each in Answer if each is not Answer.AGAIN},
        **{label: _change(kind, Action.ANSWER) for label, kind in _CHANGES.items()},
    },
    Action.SEE_ALL: {"": _pressed(Action.SEE_ALL, lambda lounge: GroupMark(_warned(lounge).group).pack())},
    Action.PROOF: {"": _pressed(Action.PROOF, _proven, ephemeral=True)},
    Action.REVEAL: _on_request(Action.REVEAL, _approved, dm=True),
    Action.REISSUE: _on_secret(Action.REISSUE, _issued),
    Action.STORED: _on_secret(Action.STORED, _issued),
    Action.KEEP_OLD: _on_secret(Action.KEEP_OLD, _rotated, old=True),
    Action.RETIRE_OLD: _on_secret(Action.RETIRE_OLD, _rotated, old=True),
    Action.LEAKED_OLD: _on_secret(Action.LEAKED_OLD, _rotated, old=True),
    Action.ACCEPT: _on_request(Action.ACCEPT, _offered),
    Action.DECLINE: _on_request(Action.DECLINE, _offered),
    Action.UNDO: {"": _pressed(Action.UNDO, lambda lounge: str(_deleting(lounge).id))},
    Action.SUSPEND: {"": _pressed(Action.SUSPEND, lambda lounge: str(_stored(lounge).id))},
    Action.DIAGNOSE: {"": _pressed(Action.DIAGNOSE, lambda lounge: str(_stored(lounge).id), ephemeral=True)},
    Action.MADE: _on_request(Action.MADE, _elsewhere),
    Action.GONE: {"": _pressed(Action.GONE, lambda lounge: ChangeMark(Kind.DELETE, _gone_elsewhere(lounge).id).pack())},
    Action.ESTATE: _in_form(Action.ESTATE, _add_form),
    Action.ROLE: _in_form(Action.ROLE, _add_form),
    Action.OWNER: _in_form(Action.OWNER, _add_form),
}


def _absence_form(lounge: Lounge) -> Payload:
    wanted = command(lounge.house, delegate=MEL)
    days = {"since": wanted.first_day.isoformat(), "until": wanted.last_day.isoformat()}
    opened = _opened(lounge, _as(lounge, people.ANA).command("delegate"))
    return filled(opened, {"delegate": MEL, **days})


def _ending_form(lounge: Lounge) -> Payload:
    begin(lounge.house, delegate=MEL)
    return filled(_opened(lounge, _as(lounge, people.ANA).command("delegate")), {})


_FORMS: dict[Callback, Mapping[str, Callable[[Lounge], Payload]]] = {
    Callback.ADD: {"": _add_form},
    Callback.TERMS: {"": _terms_form},
    Callback.DENY: {"": _form_of(_BUTTONS[Action.DENY][""], people.ANA, reason="Too wide")},
    Callback.WITHDRAW: {"": _form_of(_more(Choice.WITHDRAW), RITA)},
    Callback.CHANGE: {label: _change_form(kind) for label, kind in _CHANGES.items()},
    Callback.GLASS: {"": lambda lounge: filled(_opened(lounge, _as(lounge, RITA).command("break-glass")), _TYPED)},
    Callback.UNJUSTIFIED: {"": _form_of(_BUTTONS[Action.UNJUSTIFIED][""], people.ANA, reason="It was not down")},
    Callback.MADE: {"": _form_of(_BUTTONS[Action.MADE][""], people.OLGA, client=vendors.CLIENT_ID)},
    Callback.SUSPEND: {"": _form_of(_commanded("suspend"), people.OLGA)},
    Callback.LET_EXPIRE: {"": _form_of(_answer(Action.ANSWER, Answer.LET_EXPIRE, _stored), people.OLGA)},
    Callback.DELEGATE: {"": _absence_form},
    Callback.DELEGATION_END: {"": _ending_form},
}
_TYPED = {"name": "shop-outage", "reason": "The shop is down"}
_SHORTCUTS: dict[Shortcut, Callable[[Lounge], Sends]] = {
    Shortcut.ADD: lambda _lounge: lambda sender: sender.start(Shortcut.ADD),
    Shortcut.LEAKED: _told_of,
}
