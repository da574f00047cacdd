"""Rotation: a new secret beside the old one, which works for a while yet, so that nothing breaks on the way.

Two secrets of a credential work at most. A rotation during another one's overlap ends the oldest at once.
"""

import hashlib
from dataclasses import replace

from bot.domain.credential import SECRET_TRANSITIONS, Credential, Secret, SecretState, SecretVerb
from bot.domain.errors import Denied, Reason
from bot.domain.events import SecretRotated, Via
from bot.domain.kind import Kind
from bot.domain.machine import step
from bot.domain.notice import NoticeKind
from bot.domain.request import Request
from bot.ports import Issued, UnitOfWork, World
from bot.service import minting, notices
from bot.service.effects import expiring, fits
from bot.service.secrets import retire


def rotate(world: World, work: UnitOfWork, request: Request, issued: Issued) -> Credential | Denied:
    """Put a new secret beside the one that works, inside the transaction that fulfils the request."""
    found = work.credentials.get(request.credential)
    decision = fits(request, found, work.now)
    if isinstance(decision, Denied) or found is None or request.asked.kind is not Kind.ROTATE:
        why = decision.sentence if isinstance(decision, Denied) else "There is nothing to rotate."
        return Denied(Reason.WRONG_STATE, why)
    credential = found if found.retiring is None else retire(work, found, found.retiring)
    live = next((secret for secret in credential.secrets if secret.state is SecretState.LIVE), None)
    after = expiring(world, work, credential, request)
    retire_at = min(work.now + world.policy.rotation.overlap, after.expires_at)
    if live is not None:
        old = replace(live, state=step(SECRET_TRANSITIONS, live.state, SecretVerb.ROTATE), retire_at=retire_at)
        work.credentials.save_secret(credential.id, old)
        after = after.with_secret(old)
        notices.tell_owner(world, work, NoticeKind.OWNER_ROTATED, after)
    fresh = minting.secret(world, request, issued, work.now)
    work.credentials.add_secret(credential.id, fresh, issued.record)
    work.credentials.save(after, expected=found.state)
    rotated = replace(after, secrets=(*after.secrets, fresh))
    work.record(_entry(rotated, request, live, issued))
    return rotated


def _entry(after: Credential, request: Request, live: Secret | None, issued: Issued) -> SecretRotated:
    retiring = after.retiring
    return SecretRotated(
        actor=after.owner,
        via=Via.SLACK,
        request=request.id,
        credential=after.id,
        secret=after.newest.id,
        fingerprint=after.newest.fingerprint,
        record=hashlib.sha256(issued.record).hexdigest(),
        retiring="" if live is None else str(live.id),
        retire_at=after.newest.minted_at if retiring is None or retiring.retire_at is None else retiring.retire_at,
        expires_at=after.expires_at,
    )
