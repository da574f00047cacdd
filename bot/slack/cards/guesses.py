"""What is told of logins that nobody expected: wrong secrets in a row, unknown client IDs, another network."""

from bot.domain.credential import Credential, State
from bot.domain.kind import Kind
from bot.domain.refusals import Guessed, Moved, Refusals
from bot.slack.cards.diagnosis import diagnose_button
from bot.slack.cards.pieces import Button, Card, Json, Known, actions, button, context, header, section
from bot.slack.ids import Action, ChangeMark
from bot.slack.text import counted, escape, mention, typed, when

_WRONG = ("wrong secret", "wrong secrets")


def guessed(about: Guessed, known: Known) -> Card:
    """So many wrong secrets in a row: to the owner, and to the security channel."""
    credential, refusals = about.credential, about.refusals
    title = f"🚨 {counted(refusals.count, *_WRONG)}: {credential.name}"
    mistyped = ""
    if refusals.mistyped:
        mistyped = f" {refusals.mistyped} of them began like one of mine: mistyped, or cut off."
    text = (
        f"{_where(credential, known)}\nSomebody has shown its client ID with a wrong secret "
        f"{counted(refusals.count, 'time', 'times')}, since {when(refusals.since)}, the last one "
        f"{when(refusals.last_at)}{_from(refusals)}.{mistyped}\nNobody got in, and the right secret goes on working. "
        "If that is a program of yours, it has an old secret or a mistyped one: *Diagnose* says which. If you do not "
        "know it, tell whoever looks after that address; rotate if the secret may be known."
    )
    rotate = [_rotate(credential)] if credential.state is State.ACTIVE else []
    row = [actions(diagnose_button(credential), *rotate)]
    return Card(f"{title}\n{text}", (header(title), section(text), *row, _client(credential)))


def strangers(refusals: Refusals) -> Card:
    """Client IDs that do not exist: one line."""
    text = (
        f"🔎 Somebody has tried {counted(refusals.count, 'login', 'logins')} with client IDs that do not exist, since "
        f"{when(refusals.since)}{_from(refusals)}. Nobody got in; each try waits longer."
    )
    return Card(text, (section(text),))


def moved(about: Moved, known: Known) -> Card:
    """The first use from a network, to the owner."""
    credential, met = about.credential, about.met
    title = f"🔔 Used from another network: {credential.name}"
    text = (
        f"{_where(credential, known)}\nIt was used from {escape(met.address)}{used_by(met.agent)} {when(met.at)}: the "
        f"first time from the network {escape(met.network)}.\nIf that is you, there is nothing to do. If not, rotate "
        "now: choose “It may be compromised”."
    )
    row = [actions(_rotate(credential))] if credential.state is State.ACTIVE else []
    return Card(f"{title}\n{text}", (header(title), section(text), *row, _client(credential)))


def used_by(agent: str) -> str:
    """What a client calls itself, for the middle of a sentence; empty where it said nothing."""
    told = typed(agent.replace("`", "'"), 200)  # in a code span nothing but its end has a meaning
    return f" by `{told}`" if told else ""


def _from(refusals: Refusals) -> str:
    if not refusals.addresses:
        return ""
    others = " and other addresses" if refusals.elsewhere else ""
    return f", from {', '.join(map(escape, refusals.addresses))}{others}"


def _where(credential: Credential, known: Known) -> str:
    return f"{known.role(credential.role)} in {known.estate(credential.estate)}, owner {mention(credential.owner)}."


def _client(credential: Credential) -> Json:
    return context(f"Client ID `{escape(credential.client_id)}`")


def _rotate(credential: Credential) -> Json:
    mark = ChangeMark(Kind.ROTATE, credential.id).pack()
    return button(Button(action=Action.CHANGE, label="Rotate…", value=mark, hint=f"Rotate {credential.name}"))
