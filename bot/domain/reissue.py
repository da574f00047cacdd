"""Another secret in place of one that was shown and that nobody confirmed."""

from datetime import datetime

from bot.domain.credential import Credential, ReceiptState, SecretState
from bot.domain.errors import ALLOWED, Decision, Denied, Reason
from bot.domain.ids import SecretId, UserId


def may_reissue(credential: Credential, secret: SecretId, actor: UserId, most: int, now: datetime) -> Decision:
    """Whether a shown secret may be replaced: by its owner, while nobody confirmed it, in time, and `most` times.

    One that was ended, as where somebody feared a leak, is not brought back this way.
    """
    newest = credential.newest
    if actor != credential.owner:
        return Denied(Reason.NOT_OWNER, "Only the owner can have this secret issued again.")
    if newest.id != secret:
        return Denied(Reason.STALE, "This secret has been replaced by a newer one. Use the newest message.")
    if newest.state is not SecretState.LIVE or newest.receipt is not ReceiptState.AWAITING:
        return _SETTLED[newest.state is SecretState.LIVE]
    if now >= newest.receipt_until or credential.reissued >= most:
        return Denied(Reason.TOO_OFTEN, f"This secret can no longer be issued again. {_instead(credential)}")
    if not credential.works_at(now):
        return Denied(Reason.WRONG_STATE, "This credential no longer works, so it gets no new secret.")
    return ALLOWED


_SETTLED = {
    True: Denied(Reason.WRONG_STATE, "This secret was stored or used already, so it stays as it is."),
    False: Denied(Reason.WRONG_STATE, "This secret was ended, so it is not issued again. Rotate the credential."),
}
"""By whether it still works."""


def _instead(credential: Credential) -> str:
    rotated = credential.newest.request != credential.request
    return "Rotate the credential again." if rotated else "Ask for a new credential instead."
