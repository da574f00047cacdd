"""The buttons beside an old secret during a rotation: *Keep it longer*, *Retire it now*, *It may be compromised*."""

from collections.abc import Callable

from bot.domain.credential import Credential
from bot.domain.errors import Denied
from bot.domain.ids import CredentialId, SecretId, UserId
from bot.ports import World
from bot.service.handover import overlap
from bot.slack import errors
from bot.slack.cards.plain import refusal
from bot.slack.face import Face
from bot.slack.ids import SecretMark
from bot.slack.listeners.clicks import Click, tell

Decide = Callable[[World, CredentialId, SecretId, UserId], Credential | Denied]


def keep_longer(face: Face, click: Click) -> None:
    """Put the retirement off, once."""
    _decided(face, click, overlap.keep_longer, "The old secret is kept longer.")


def let_go(face: Face, click: Click) -> None:
    """Nothing uses it any more."""
    _decided(face, click, overlap.let_go, "The old secret no longer works.")


def leaked(face: Face, click: Click) -> None:
    """It ends at once, and the ledger says why."""

    def end(world: World, credential: CredentialId, secret: SecretId, actor: UserId) -> Credential | Denied:
        return overlap.let_go(world, credential, secret, actor, leaked=True)

    _decided(face, click, end, "The old secret no longer works.")


def _decided(face: Face, click: Click, decide: Decide, done: str) -> None:
    mark = SecretMark.parse(click.value)
    if mark is None:
        tell(face, click, errors.NOT_OURS)
        return
    after = decide(face.world, mark.credential, mark.secret, click.person.user)
    if isinstance(after, Denied):
        tell(face, click, after.sentence)
    elif not click.in_dm:  # the message in the DM is edited, and says it
        face.replies.privately(click.reply, refusal(done))
