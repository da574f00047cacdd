"""Credentials as they are looked up: a page of the inventory, one of them, several of one name."""

from bot.domain.credential import Credential, Delivery, ReceiptState, Secret, SecretState, State
from bot.domain.naming import name_key
from bot.service.inventory import Listing
from bot.slack.cards.pieces import (
    Button,
    Card,
    Json,
    Known,
    actions,
    button,
    context,
    divider,
    fields,
    header,
    section,
)
from bot.slack.ids import Action, PageMark
from bot.slack.text import counted, escape, mention, quote, typed, when

_QUOTE_MAX = 2900
_LIVES = {
    State.ACTIVE: "🟢 active",
    State.SUSPENDED: "⏸️ suspended",
    State.EXPIRED: "⌛ expired",
    State.DELETING: "🗑️ being deleted",
    State.DELETED: "🗑️ deleted",
}
_SECRET_STATES = {
    SecretState.LIVE: "works",
    SecretState.RETIRING: "works until it is retired",
    SecretState.RETIRED: "retired",
}
_RECEIPTS = {
    ReceiptState.AWAITING: "not confirmed yet",
    ReceiptState.STORED: "stored by its owner",
    ReceiptState.USED: "confirmed by its first use",
    ReceiptState.NONE: "never confirmed",
}


def listing(page: Listing, known: Known, *, words: str = "") -> Card:
    """A page of the credentials that somebody may see."""
    if not page.items:
        return _empty(words)
    blocks: list[Json] = [header("Credentials"), *(line(credential, known) for credential in page.items)]
    if words:
        blocks.insert(1, context(f"Names that begin with “{typed(words, 100)}”"))
    if page.more is not None:
        blocks.append(
            actions(button(Button(action=Action.PAGE, label="More", value=PageMark(page.more, name_key(words)).pack())))
        )
    blocks.append(context("`/cred show NAME` says more about one of them."))
    return Card(f"{counted(len(page.items), 'credential', 'credentials')} on this page.", tuple(blocks))


def show(credential: Credential, known: Known) -> Card:
    """One credential: dates, last use, owner, secrets."""
    blocks = [
        header(credential.name),
        fields(
            ("State", _LIVES[credential.state]),
            ("Owner", mention(credential.owner)),
            ("Role", known.role(credential.role)),
            ("Estate", known.estate(credential.estate)),
            ("Created", when(credential.created_at)),
            ("Works until", known.end(credential.expires_at)),
            ("Lives in", known.place(credential.authority)) if credential.tracked else ("Last used", _used(credential)),
            ("Client ID", f"`{escape(credential.client_id)}`"),
        ),
    ]
    if credential.description:
        blocks.append(section(f"*What it is*\n{quote(credential.description, _QUOTE_MAX)}"))
    blocks.append(divider())
    if credential.tracked:
        blocks.append(context("It is tracked: its secret and its uses are known only where it lives."))
    blocks += [context(_secret(number, secret)) for number, secret in _newest_first(credential)]
    blocks.append(context(_origin(credential)))
    text = f"{credential.name}: {credential.state}, {known.role(credential.role)} in {known.estate(credential.estate)}."
    return Card(text, tuple(blocks))


def choice(found: tuple[Credential, ...], known: Known) -> Card:
    """Several credentials go by that name."""
    first = found[0]
    blocks = [
        section(f"There are several credentials of this name. Say which: `/cred show {first.estate}/{first.name}`"),
        *(line(credential, known, full_name=True) for credential in found[:20]),
    ]
    return Card(f"{len(found)} credentials go by that name.", tuple(blocks))


def line(credential: Credential, known: Known, *, full_name: bool = False) -> Json:
    """One credential in a list."""
    name = f"{credential.estate}/{credential.name}" if full_name else credential.name
    return section(
        f"*`{name}`* · {_LIVES[credential.state]}\n"
        f"{known.role(credential.role)} in {known.estate(credential.estate)} · owner {mention(credential.owner)}\n"
        f"until {known.end(credential.expires_at)} · "
        + (f"lives in {known.place(credential.authority)}" if credential.tracked else f"last used {_used(credential)}")
    )


def _empty(words: str) -> Card:
    text = (
        f"No credential that you may see begins with “{typed(words, 100)}”. `/cred list` shows all of them."
        if words
        else "There is no credential here that you may see. `/cred add` asks for one."
    )
    return Card(text, (section(text),))


def _origin(credential: Credential) -> str:
    if credential.request is None:
        return f"Taken over from a spreadsheet {when(credential.created_at)}"
    return f"Asked for by {mention(credential.requester)}"


def _used(credential: Credential) -> str:
    return "never" if credential.last_used_at is None else when(credential.last_used_at)


def _newest_first(credential: Credential) -> list[tuple[int, Secret]]:
    return list(enumerate(credential.secrets, start=1))[::-1][:5]


def _secret(number: int, secret: Secret) -> str:
    told = (
        f"Secret {number}: {_SECRET_STATES[secret.state]} · made {when(secret.minted_at)} · {_RECEIPTS[secret.receipt]}"
    )
    if secret.delivery in (Delivery.REFUSED, Delivery.UNKNOWN):
        told += " · its message may not have arrived"
    if secret.last_used_at is not None:
        told += f" · last used {when(secret.last_used_at)}"
        told += f" from {escape(secret.last_used_from)}" if secret.last_used_from else ""
    return told
