"""A secret on its way to its owner, and what becomes of it.

The secret stands in one block of one message and nowhere else: not in a button, not in the text for notifications.
"""

from bot.domain.client_key import algorithms_of
from bot.domain.credential import Credential, Delivery, ReceiptState, SecretState, State
from bot.domain.ids import RequestId
from bot.ports import Concealed
from bot.slack.cards.pieces import Button, Card, Confirm, Json, Known, actions, button, context, header, section
from bot.slack.cards.warning import again_button
from bot.slack.cards.wording import by_key, proof
from bot.slack.ids import Action, SecretMark
from bot.slack.text import counted, listed, when

_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def shown(credential: Credential, secret: Concealed, *, reissues_left: int, public_url: str) -> Card:
    """The one message that carries a secret: only its owner sees it, and Slack keeps it in no history."""
    blocks = [
        header(f"🔑 {credential.name}"),
        section("Only you see this, and only now: it is gone when Slack reloads. Copy it to where it will be kept."),
        section(f"*Client ID*\n```{credential.client_id}```"),
        section(f"*Client secret*\n```{secret.disclose()}```"),
        section(
            "*Try it* (asks for the secret, so that none lands in your shell's history)\n"
            f"```curl -u {credential.client_id} {public_url}/oauth2/token -d grant_type=client_credentials```"
        ),
        actions(_stored_button(credential), *_reissue_buttons(credential, "I did not get it", left=reissues_left)),
        context(
            f"Say that you stored it by {when(credential.newest.receipt_until)}; using it says so too.",
            _left(reissues_left),
        ),
    ]
    text = f"The client ID and secret of {credential.name}, shown once to you alone."
    return Card(text, tuple(blocks), carries_secret=True)


def without_secret(credential: Credential, *, reissues_left: int, public_url: str) -> Card:
    """The same of one that authenticates by a key: nothing is to be delivered but its client ID, and how it is used."""
    signs = (
        f"*There is no secret.* It authenticates by {by_key(credential.newest.key)}. For each request sign a JWT with "
        f"the private half by {listed(list(algorithms_of(credential.newest.key)), 'or')}: `iss` and `sub` the client "
        f"ID, `aud` `{public_url}`, `exp` in a minute, and a new `jti` each time."
    )
    blocks = [
        header(f"🔑 {credential.name}"),
        section(f"*Client ID*\n```{credential.client_id}```"),
        section(signs),
        section(
            "*Try it* with such a JWT\n"
            f"```curl {public_url}/oauth2/token -d grant_type=client_credentials -d client_assertion_type={_TYPE} "
            "-d client_assertion=JWT```"
        ),
        actions(
            _stored_button(credential, "I have it"),
            *_reissue_buttons(credential, "I did not get it", left=reissues_left),
        ),
        context(f"Say that you have it by {when(credential.newest.receipt_until)}; using it says so too."),
    ]
    return Card(f"The client ID of {credential.name}. It has no secret.", tuple(blocks))


def not_shown(credential: Credential, known: Known, occasion: RequestId | None = None) -> Card:
    """The message that carried the secret may not have arrived: another one is offered."""
    settled = _settled(credential, occasion)
    if settled is None and credential.newest.delivery is Delivery.DELIVERED:
        settled = "It has been shown to you again." if credential.by_key else "A new secret has been shown to you."
    if settled is not None:
        return _about(credential, f"✅ Settled: {credential.name}", settled)
    left = known.policy.reissues - credential.reissued
    what = "client ID" if credential.by_key else "secret"
    why = (
        f"Slack would not take the message that showed your {what}, so you cannot have seen it."
        if credential.newest.delivery is Delivery.REFUSED
        else f"Slack did not answer when I sent your {what}, so I do not know whether you saw it."
    )
    again = "shows it again" if credential.by_key else "makes a new secret and ends the one before"
    offer = f"*Issue again* {again}." if left > 0 else f"It cannot be issued again. {_instead(credential)}"
    row = [*([] if credential.newest.delivery is Delivery.REFUSED else [_stored_button(credential, "I have it")])]
    row += _reissue_buttons(credential, "Issue again", left=left)
    return _about(credential, f"⚠️ Did the {what} of {credential.name} arrive?", f"{why} {offer}", row)


def unconfirmed(credential: Credential, occasion: RequestId | None = None) -> Card:
    """Nobody said that the secret arrived: the question, before the credential is suspended, or this secret ended."""
    settled = _settled(credential, occasion)
    if settled is not None:
        return _about(credential, f"✅ Settled: {credential.name}", settled)
    has = "they have it" if credential.by_key else "it is stored"
    text = (
        f"This {proof(credential)} was revealed, and nobody has said that {has} or used it since. "
        f"If you have it, press the button. Otherwise I {_otherwise(credential)}, because a {proof(credential)} that "
        f"nobody holds may be in the wrong hands: {when(credential.newest.receipt_until)}."
    )
    return _about(
        credential, f"❓ Do you have the {proof(credential)} of {credential.name}?", text, [_stored_button(credential)]
    )


def expired(credential: Credential, known: Known) -> Card:
    """Its time has come."""
    text = (
        f"This credential worked until {known.end(credential.expires_at)}. "
        + (
            f"It lived in {known.place(credential.authority)}: look there that nothing of it is left. "
            if credential.tracked
            else f"It no longer authenticates, and what could check its {proof(credential)} is destroyed. "
        )
        + "If it is still needed, ask for another one like it."
    )
    return _about(credential, f"⌛ Expired: {credential.name}", text, [again_button(credential)])


def _settled(credential: Credential, occasion: RequestId | None) -> str | None:
    if credential.state is not State.ACTIVE:
        return f"This credential is {credential.state.told}, so its {proof(credential)} no longer matters."
    if occasion not in (None, credential.newest.request):
        return f"The credential has been rotated since, so this {proof(credential)} no longer matters."
    if credential.newest.state is SecretState.RETIRED:
        ended = f"This {proof(credential)} was ended and no longer works."
        return f"{ended} `/cred rotate {credential.name}` makes another one."
    if credential.newest.receipt is ReceiptState.STORED:
        has = "you have it" if credential.by_key else "the secret is stored"
        return f"You have said that {has}. There is nothing left to do."
    if credential.newest.receipt is ReceiptState.USED:
        return f"The {proof(credential)} has been used since, so it arrived. There is nothing left to do."
    return None


def _otherwise(credential: Credential) -> str:
    old = credential.retiring
    if old is None or not old.confirmed:
        return "suspend the credential"
    return f"end this {proof(credential)}, while the old one works until its time"


def _instead(credential: Credential) -> str:
    if credential.newest.request == credential.request:
        return "Ask for a new credential with `/cred add`."
    return f"Rotate again with `/cred rotate {credential.name}`."


def _about(credential: Credential, title: str, text: str, row: list[Json] | None = None) -> Card:
    blocks = [header(title), section(text)]
    if row:
        blocks.append(actions(*row))
    return Card(f"{title}\n{text}", (*blocks, context(f"Client ID `{credential.client_id}`")))


def _stored_button(credential: Credential, label: str = "I stored it") -> Json:
    return button(Button(action=Action.STORED, label=label, value=SecretMark.of(credential).pack(), style="primary"))


def _reissue_buttons(credential: Credential, label: str, *, left: int) -> list[Json]:
    if left <= 0:
        return []
    question = Confirm(
        title="Make a new secret?",
        text="The one before stops working at once, wherever it may be.",
        yes="Make a new one",
    )
    if credential.by_key:
        question = Confirm(title="Show it again?", text="Tokens that it has now stop working at once.", yes="Show it")
    return [
        button(Button(action=Action.REISSUE, label=label, value=SecretMark.of(credential).pack(), confirm=question))
    ]


def _left(reissues: int) -> str:
    if reissues <= 0:
        return "It cannot be issued again."
    return f"It can be issued again {counted(reissues, 'time', 'times')}."
