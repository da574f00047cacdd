"""What an owner is told of a rotation: the old secret beside the new one, its last use, what can be done with it."""

from bot.domain.credential import LIVING, Credential, Secret, SecretState, State
from bot.domain.notice import Notice
from bot.slack.cards.pieces import (
    Button,
    Card,
    Confirm,
    Json,
    Known,
    actions,
    button,
    context,
    header,
    section,
)
from bot.slack.cards.wording import proof
from bot.slack.ids import Action, SecretMark
from bot.slack.text import mention, span, when


def rotated(credential: Credential, known: Known, notice: Notice) -> Card:
    """The old secret works beside the new one, until when, and who can shorten or prolong that."""
    title = f"🔁 Rotated: {credential.name}"
    over = _over(credential, notice)
    old = credential.retiring
    if over is not None or old is None or old.retire_at is None:
        return _about(credential, title, over or _gone(credential))
    if credential.newest.state is SecretState.RETIRED:
        return _about(credential, title, _alone(credential, old), buttons(credential, old, known))
    text = f"The old {proof(credential)} works beside the new one until {when(old.retire_at)}. {_used(old)}"
    advice = (
        f"Its end was put off once. Put the new one everywhere before it, and retire the old one when {_quiet(old)}."
        if old.kept_longer
        else f"Put the new one everywhere before then, and retire the old one when {_quiet(old)}."
    )
    return _about(credential, title, f"{text}\n{advice}", buttons(credential, old, known))


def retiring(credential: Credential, known: Known, notice: Notice) -> Card:
    """A warning: the old secret ends soon, and something still needs it. Edited once that is settled."""
    over = _over(credential, notice)
    old = credential.retiring
    if over is not None or old is None or old.retire_at is None:
        return _about(credential, f"✅ Settled: {credential.name}", over or _gone(credential))
    if credential.newest.state is SecretState.RETIRED:
        title = f"⚠️ Rotate {credential.name} again"
        return _about(credential, title, _alone(credential, old), buttons(credential, old, known))
    title = f"⚠️ The old {proof(credential)} of {credential.name} is still used"
    text = (
        f"{_used(old)} It stops working {when(old.retire_at)}, and whatever shows it then is refused. "
        f"Put the new {proof(credential)} there before."
    )
    return _about(credential, title, text, buttons(credential, old, known))


def _over(credential: Credential, notice: Notice) -> str | None:
    """Why this message has had its time."""
    if credential.state not in LIVING:
        return f"This credential is {credential.state.told}, so none of its {_proofs(credential)} works."
    if notice.request not in (None, credential.newest.request):
        return f"It has been rotated again since. The newest message says which of its {_proofs(credential)} work."
    if notice.person not in (None, credential.owner):
        return f"{mention(credential.owner)} owns this credential now, and decides about its old {proof(credential)}."
    return None


def _proofs(credential: Credential) -> str:
    return f"{proof(credential)}s"


def _gone(credential: Credential) -> str:
    if credential.newest.state is SecretState.RETIRED:
        return f"None of its {_proofs(credential)} works any more. `/cred rotate {credential.name}` makes a new one."
    if credential.state is not State.ACTIVE:
        stands = "being deleted" if credential.state is State.DELETING else credential.state
        return (
            f"The old {proof(credential)} no longer works. The credential is {stands}, so the new one does not either."
        )
    return f"The old {proof(credential)} no longer works. The new one does."


def _alone(credential: Credential, old: Secret) -> str:
    until, what = "its time" if old.retire_at is None else when(old.retire_at), proof(credential)
    return (
        f"Nobody confirmed that the new {what} arrived, so I have ended that one. The old {what} "
        f"goes on working until {until}, and nothing takes its place then. {_used(old)} "
        f"Rotate again before: `/cred rotate {credential.name}`."
    )


def _used(old: Secret) -> str:
    return "It has never been used." if old.last_used_at is None else f"It was last used {when(old.last_used_at)}."


def _quiet(old: Secret) -> str:
    return "you are sure that nothing needs it" if old.last_used_at is None else "it is no longer used"


def buttons(credential: Credential, old: Secret, known: Known) -> list[Json]:
    """What can be decided about an old secret that works still."""
    mark = SecretMark.of(credential, old).pack()
    prolongs = not old.kept_longer and old.retire_at is not None and old.retire_at < credential.expires_at
    keep = Button(
        action=Action.KEEP_OLD,
        label="Keep it longer",
        value=mark,
        confirm=Confirm(
            title=f"Keep the old {proof(credential)} longer?",
            text=f"It works for another {span(known.policy.rotation.overlap)}. This can be done once.",
            yes="Keep it longer",
        ),
    )
    retire = Button(
        action=Action.RETIRE_OLD,
        label="Retire it now",
        value=mark,
        confirm=Confirm(
            title=f"Retire the old {proof(credential)} now?",
            text=f"Whatever still shows it is refused at once. {_used(old)}",
            yes="Retire it",
        ),
    )
    leaked = Button(
        action=Action.LEAKED_OLD,
        label="It may be compromised",
        value=mark,
        style="danger",
        confirm=Confirm(
            title=f"End the old {proof(credential)} at once?",
            text=f"It stops working now, wherever it may be, and the ledger says why. {_used(old)}",
            yes="End it",
        ),
    )
    return [*([button(keep)] if prolongs else []), button(retire), button(leaked)]


def _about(credential: Credential, title: str, text: str, row: list[Json] | None = None) -> Card:
    blocks: list[Json] = [header(title), section(text)]
    if row:
        blocks.append(actions(*row))
    return Card(f"{title}\n{text}", (*blocks, context(f"Client ID `{credential.client_id}`")))
