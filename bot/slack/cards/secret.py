"""A secret on its way to its owner, and what becomes of it.

The secret stands in one block of one message and nowhere else: not in a button, not in the text for notifications.
"""

from bot.domain.credential import Credential, Delivery, ReceiptState, SecretState, State
from bot.domain.ids import RequestId
from bot.ports import Concealed
from bot.slack.cards.pieces import Button, Card, Confirm, Json, Known, actions, button, context, header, section
from bot.slack.cards.warning import again_button
from bot.slack.ids import Action, SecretMark
from bot.slack.text import counted, when


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


def not_shown(credential: Credential, known: Known, occasion: RequestId | None = None) -> Card:
    """The message that carried the secret may not have arrived: another one is offered."""
    settled = _settled(credential, occasion)
    if settled is None and credential.newest.delivery is Delivery.DELIVERED:
        settled = "A new secret has been shown to you."
    if settled is not None:
        return _about(credential, f"✅ Settled: {credential.name}", settled)
    left = known.policy.reissues - credential.reissued
    why = (
        "Slack would not take the message that showed your secret, so you cannot have seen it."
        if credential.newest.delivery is Delivery.REFUSED
        else "Slack did not answer when I sent your secret, so I do not know whether you saw it."
    )
    offer = (
        "*Issue again* makes a new secret and ends the one before."
        if left > 0
        else f"It cannot be issued again. {_instead(credential)}"
    )
    row = [*([] if credential.newest.delivery is Delivery.REFUSED else [_stored_button(credential, "I have it")])]
    row += _reissue_buttons(credential, "Issue again", left=left)
    return _about(credential, f"⚠️ Did the secret of {credential.name} arrive?", f"{why} {offer}", row)


def unconfirmed(credential: Credential, occasion: RequestId | None = None) -> Card:
    """Nobody said that the secret arrived: the question, before the credential is suspended, or this secret ended."""
    settled = _settled(credential, occasion)
    if settled is not None:
        return _about(credential, f"✅ Settled: {credential.name}", settled)
    text = (
        "This secret was revealed, and nobody has said that it is stored or used it since. "
        f"If you have it, press the button. Otherwise I {_otherwise(credential)}, because a secret that nobody holds "
        f"may be in the wrong hands: {when(credential.newest.receipt_until)}."
    )
    return _about(credential, f"❓ Do you have the secret of {credential.name}?", text, [_stored_button(credential)])


def expired(credential: Credential, known: Known) -> Card:
    """Its time has come."""
    text = (
        f"This credential worked until {known.end(credential.expires_at)}. "
        + (
            f"It lived in {known.place(credential.authority)}: look there that nothing of it is left. "
            if credential.tracked
            else "It no longer authenticates, and what could check its secret is destroyed. "
        )
        + "If it is still needed, ask for another one like it."
    )
    return _about(credential, f"⌛ Expired: {credential.name}", text, [again_button(credential)])


def _settled(credential: Credential, occasion: RequestId | None) -> str | None:
    if credential.state is not State.ACTIVE:
        return f"This credential is {credential.state.told}, so its secret no longer matters."
    if occasion not in (None, credential.newest.request):
        return "The credential has been rotated since, so this secret no longer matters."
    if credential.newest.state is SecretState.RETIRED:
        return f"This secret was ended and no longer works. `/cred rotate {credential.name}` makes another one."
    if credential.newest.receipt is ReceiptState.STORED:
        return "You have said that the secret is stored. There is nothing left to do."
    if credential.newest.receipt is ReceiptState.USED:
        return "The secret has been used since, so it arrived. There is nothing left to do."
    return None


def _otherwise(credential: Credential) -> str:
    old = credential.retiring
    if old is None or not old.confirmed:
        return "suspend the credential"
    return "end this secret, while the old one works until its time"


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
    return [
        button(Button(action=Action.REISSUE, label=label, value=SecretMark.of(credential).pack(), confirm=question))
    ]


def _left(reissues: int) -> str:
    if reissues <= 0:
        return "It cannot be issued again."
    return f"It can be issued again {counted(reissues, 'time', 'times')}."
