"""Two secrets beside one another: which one a rotation ends, how long the old one works, and who is warned of its end.

Nothing that is in use is ended in favour of a secret that nobody has confirmed: that is what breaks production.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.credential import USABLE, Credential, Secret, SecretState
from bot.domain.errors import Denied, Reason


@dataclass(frozen=True, slots=True)
class Beside:
    """What a rotation makes of the secrets that there are."""

    ended: tuple[Secret, ...]
    """These end at once."""
    kept: Secret | None
    """This one works beside the new one."""


def beside(credential: Credential, now: datetime) -> Beside:
    """Which secret works beside the new one, so that two work at most: the newest that somebody is known to hold."""
    held = tuple(s for s in credential.secrets if s.state is not SecretState.RETIRED)
    working = [secret for secret in held if secret.works_at(now)]
    confirmed = [secret for secret in working if secret.confirmed]
    kept = next(reversed(confirmed or working), None)
    return Beside(ended=tuple(secret for secret in held if secret != kept), kept=kept)


def prolonged(credential: Credential, secret: Secret, by: timedelta, now: datetime) -> datetime | Denied:
    """When an old secret retires if it is kept longer: once, and never past the credential's own end."""
    refusal = not_old(secret)
    if refusal is not None:
        return refusal
    if not secret.works_at(now):
        return _RETIRED
    if credential.state not in USABLE or now >= credential.expires_at:
        return Denied(Reason.WRONG_STATE, "This credential no longer works, so its old secret cannot be kept longer.")
    if secret.kept_longer:
        return Denied(Reason.TOO_OFTEN, "This secret was kept longer once already. Put the new one in its place.")
    if secret.retire_at is None or secret.retire_at >= credential.expires_at:
        return Denied(Reason.TOO_OFTEN, "It works until the credential itself expires already.")
    return min(secret.retire_at + by, credential.expires_at)


def not_old(secret: Secret) -> Denied | None:
    """Why something is not an old secret beside a new one, so that nothing is to be decided about it."""
    if secret.state is SecretState.LIVE:
        return Denied(Reason.WRONG_STATE, "This is the secret in use. Rotate the credential to put another beside it.")
    return _RETIRED if secret.state is SecretState.RETIRED else None


_RETIRED = Denied(Reason.WRONG_STATE, "This secret is retired already, so it no longer works.")
