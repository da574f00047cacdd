"""What is told of a secret that somebody found in the open: to its owner, to the security channel, to the finder."""

from bot.domain.credential import LIVING, Credential, SecretState, State
from bot.domain.ids import UserId
from bot.domain.kind import Kind
from bot.service.leaks import Findings
from bot.slack.cards.pieces import Button, Card, Confirm, Json, Known, actions, button, context, header, section
from bot.slack.ids import Action, ChangeMark
from bot.slack.text import in_channel, mention, when


def leaked(credential: Credential, known: Known) -> Card:
    """Who found it where, whether it still works, and what to do now."""
    title = f"🚨 Secret found in the open: {credential.name}"
    secret = credential.leaked
    where = f"{known.role(credential.role)} in {known.estate(credential.estate)}, owner {mention(credential.owner)}."
    if secret is None or secret.leak is None:
        return _about(credential, title, where)
    place = in_channel(secret.leak.channel) if secret.leak.channel.startswith("C") else "a private conversation"
    found = f"{where}\n{_found(secret.leak.by)} its secret in {place}, {when(secret.leak.at)}."
    if credential.state not in LIVING:
        return _about(credential, title, f"{found}\nThe credential is {credential.state.told}, so it no longer works.")
    if secret.state is SecretState.RETIRED:
        text = f"{found}\n*That secret no longer works.* Whatever used it is refused until it has another one."
        return _about(credential, title, text, [actions(_rotate(credential))])
    text = (
        f"{found}\n*Whoever can read there can use it.* Delete the message, and rotate now: choose “It may be "
        "compromised”. If that takes a while, suspend it first."
    )
    first = [_suspend(credential)] if credential.state is State.ACTIVE else []
    return _about(credential, title, text, [actions(_rotate(credential), *first)])


def _found(by: UserId | None) -> str:
    return "I saw" if by is None else f"{mention(by)} found"


def thanks(found: Findings) -> Card:
    """To whoever told of it. What they may not see is neither named nor denied."""
    if found.working:
        one = found.working == 1
        those = (
            "There is a secret of mine in it. Its owner"
            if one
            else f"There are {found.working} secrets of mine in it. Their owners"
        )
        ended = (", and it no longer works" if one else ", and none of them works any more") if found.ended else ""
        text = f"Thank you. {those} and the security channel know{ended}. Whoever wrote the message should delete it."
    elif found.other:
        text = "It looks like a secret of mine, and is none that works. Whoever wrote it should delete it all the same."
    elif found.named:
        names = ", ".join(f"`{each.name}`" for each in found.named)
        text = (
            f"There is no secret in it, only the client ID of {names}: alone it opens nothing. If the secret was "
            f"shown beside it, rotate: `/cred rotate {found.named[0].name}`."
        )
    else:
        text = "There is no secret of mine in it. If it is another one's, tell those who look after that."
    return Card(text, (section(text),))


def _rotate(credential: Credential) -> Json:
    mark = ChangeMark(Kind.ROTATE, credential.id).pack()
    return button(
        Button(action=Action.CHANGE, label="Rotate…", value=mark, style="primary", hint=f"Rotate {credential.name}")
    )


def _suspend(credential: Credential) -> Json:
    question = Confirm(
        title="Suspend it?",
        text="Nothing can log in with it until somebody has approved that it is resumed.",
        yes="Suspend",
    )
    return button(
        Button(
            action=Action.SUSPEND,
            label="Suspend",
            value=str(credential.id),
            style="danger",
            confirm=question,
            hint=f"Suspend {credential.name}",
        )
    )


def _about(credential: Credential, title: str, text: str, row: list[Json] | None = None) -> Card:
    blocks: list[Json] = [header(title), section(text), *(row or []), context(f"Client ID `{credential.client_id}`")]
    return Card(f"{title}\n{text}", tuple(blocks))
