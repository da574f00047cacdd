"""One credential as it is looked up, with what whoever looks may do with it."""

from bot.domain.client_key import ClientKey, name_of
from bot.domain.credential import Credential, Delivery, ReceiptState, Secret, SecretState, State
from bot.domain.kind import Kind
from bot.domain.request import Request
from bot.service.reading.looking import CredentialView
from bot.slack.cards import overlap
from bot.slack.cards.diagnosis import diagnose_button
from bot.slack.cards.guesses import used_by
from bot.slack.cards.life import by_whom, undo_button
from bot.slack.cards.listing import LIVES, used
from bot.slack.cards.pieces import (
    Button,
    Card,
    Confirm,
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
from bot.slack.cards.plain import details_button
from bot.slack.cards.sentences import outcome, title
from bot.slack.cards.tracked import gone_button
from bot.slack.cards.warning import again_button, let_expire_button
from bot.slack.cards.wording import WORDINGS, proof
from bot.slack.ids import Action, ChangeMark
from bot.slack.text import escape, mention, quote, when

_QUOTE_MAX = 2900
_IN_ROW = (Kind.RESUME, Kind.ROTATE, Kind.EXTEND, Kind.TRANSFER)
_OPEN_SHOWN = 5
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


def show(view: CredentialView, known: Known) -> Card:
    """One credential: dates, last use, owner, secrets, what is asked for of it, and what this person may do."""
    credential = view.credential
    blocks = [
        header(credential.name),
        fields(
            ("State", LIVES[credential.state]),
            ("Owner", mention(credential.owner)),
            ("Role", known.role(credential.role)),
            ("Estate", known.estate(credential.estate)),
            ("Created", when(credential.created_at)),
            ("Works until", known.end(credential.expires_at)),
            ("Lives in", known.place(credential.authority)) if credential.tracked else ("Last used", used(credential)),
            ("Client ID", f"`{escape(credential.client_id)}`"),
        ),
    ]
    if credential.suspension is not None:
        blocks.append(section(by_whom(credential.suspension)))
    if credential.description:
        blocks.append(section(f"*What it is*\n{quote(credential.description, _QUOTE_MAX)}"))
    blocks += _secrets(credential)
    blocks += [_asked(request) for request in view.open[:_OPEN_SHOWN]]
    blocks.append(context(_origin(credential)))
    old = credential.retiring
    if view.may_end_old and old is not None:
        until = "" if old.retire_at is None else f" until {when(old.retire_at)}"
        blocks += [
            section(f"*The old {proof(credential)}* works beside the new one{until}."),
            actions(*overlap.buttons(credential, old, known)),
        ]
    blocks.append(actions(*_buttons(view)))
    what = f"{known.role(credential.role)} in {known.estate(credential.estate)}"
    return Card(f"{credential.name}: {credential.state.told}, {what}.", tuple(blocks))


def _origin(credential: Credential) -> str:
    if credential.request is None:
        return f"Taken over from a spreadsheet {when(credential.created_at)}"
    return f"Asked for by {mention(credential.requester)}"


def _newest_first(credential: Credential) -> list[tuple[int, Secret]]:
    return list(enumerate(credential.secrets, start=1))[::-1][:5]


def _secret(credential: Credential, number: int, secret: Secret) -> str:
    state = _SECRET_STATES[secret.state]
    if secret.state is not SecretState.RETIRED and credential.state is not State.ACTIVE:
        state = f"does not work while the credential is {credential.state.told}"
    elif secret.state is SecretState.RETIRING and secret.retire_at is not None:
        state = f"works until {when(secret.retire_at)}"
    used = "never used" if secret.last_used_at is None else f"last used {when(secret.last_used_at)}"
    if secret.last_used_from:
        used += f" from {escape(secret.last_used_from)}{used_by(secret.last_used_by)}"
    what = f"Key {number}, {_named(secret.key)}" if secret.key else f"Secret {number}"
    told = f"{what}: {state} · {used} · made {when(secret.minted_at)} · {_RECEIPTS[secret.receipt]}"
    lost = secret.delivery in (Delivery.REFUSED, Delivery.UNKNOWN)
    return f"{told} · its message may not have arrived" if lost else told


def _named(key: ClientKey) -> str:
    return f"`{escape(name_of(key))}`"


def _secrets(credential: Credential) -> list[Json]:
    if credential.tracked:
        return [divider(), context("It is tracked: its secret and its uses are known only where it lives.")]
    told = [_secret(credential, number, secret) for number, secret in _newest_first(credential)]
    return [divider(), *map(context, told)]


def _asked(request: Request) -> Json:
    where = f"{title(request)}\n{outcome(request)} Request {request.code}."
    return section(where, accessory=details_button(request))


def _buttons(view: CredentialView) -> list[Json]:
    """What this person may do, the most likely first; what ends something, last and in red."""
    credential = view.credential
    row = [_change(kind, credential) for kind in _IN_ROW if kind in view.changes]
    if view.may_let_expire:
        row.append(let_expire_button(credential))
    row.append(diagnose_button(credential))
    if view.may_audit:
        row.append(_audit(credential))
    if view.may_suspend:
        row.append(_suspend(credential))
    if Kind.DELETE in view.changes:
        row.append(_change(Kind.DELETE, credential))
    if view.may_confirm_gone:
        row.append(gone_button(credential))
    if view.may_undo:
        row.append(undo_button(credential))
    if view.may_ask_again:
        row.append(again_button(credential))
    return row


def _change(kind: Kind, credential: Credential) -> Json:
    verb = WORDINGS[kind].verb
    what = Button(
        action=Action.CHANGE,
        part=kind,
        label=f"{verb}…",
        value=ChangeMark(kind, credential.id).pack(),
        style={Kind.RESUME: "primary", Kind.DELETE: "danger"}.get(kind),
        hint=f"{verb} {credential.name}",
    )
    return button(what)


def _audit(credential: Credential) -> Json:
    hint = f"What the ledger says of {credential.name}"
    return button(Button(action=Action.AUDIT, label="Audit", value=str(credential.id), hint=hint))


def _suspend(credential: Credential) -> Json:
    question = Confirm(
        title="Suspend it now?",
        text=f"`{escape(credential.name)}` stops authenticating at once. To work again it needs an approval.",
        yes="Suspend it",
    )
    what = Button(
        action=Action.SUSPEND,
        label="Suspend",
        value=str(credential.id),
        confirm=question,
        hint=f"Suspend {credential.name}",
    )
    return button(what)
