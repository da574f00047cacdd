"""Rotation: a new secret beside the old one, which works for a while yet, so that nothing breaks on the way.

Two secrets of a credential work at most. A rotation during another one's overlap ends one at once: the oldest, unless
nobody is known to hold the newer one; then that one, since the oldest is what production still runs by.
"""

import hashlib
from dataclasses import replace

from bot.domain.credential import SECRET_TRANSITIONS, Credential, Secret, SecretState, SecretVerb
from bot.domain.errors import Denied, Reason
from bot.domain.events import SecretRotated, Via
from bot.domain.kind import Kind
from bot.domain.machine import step
from bot.domain.notice import NoticeKind, Resolution
from bot.domain.overlap import beside
from bot.domain.request import Request
from bot.ports import Issued, UnitOfWork, World
from bot.service.delivery import notices
from bot.service.effects import expiring, fits
from bot.service.expiry.grouping import settle
from bot.service.handover import minting
from bot.service.handover.secrets import retire


def rotate(world: World, work: UnitOfWork, request: Request, issued: Issued) -> Credential | Denied:
    """Put a new secret beside the one that works, inside the transaction that fulfils the request."""
    found = work.credentials.get(request.credential)
    decision = fits(request, found, work.now)
    if isinstance(decision, Denied) or found is None or request.asked.kind is not Kind.ROTATE:
        why = decision.sentence if isinstance(decision, Denied) else "There is nothing to rotate."
        return Denied(Reason.WRONG_STATE, why)
    notices.refresh_secrets(world, work, found)  # of the occasion before: its buttons have had their time
    found = _as_used(world, work, found)
    which = beside(found, work.now)
    after = expiring(world, work, found, request.asked.expires_at)
    for secret in which.ended:
        after = retire(work, after, secret)
    if which.kept is not None:
        after = after.with_secret(_beside_the_new(world, work, after, which.kept))
    fresh = minting.secret(world, request, issued, work.now)
    work.credentials.add_secret(after.id, fresh, issued.record)
    work.credentials.save(after, expected=found.state)
    if after.expires_at != found.expires_at:
        settle(world, work, after, Resolution.ROTATED, request.asked.requester)
    rotated = replace(after, secrets=(*after.secrets, fresh))
    notices.tell_of_secret(world, work, NoticeKind.OWNER_ROTATED, rotated)
    work.record(_entry(rotated, request, issued))
    return rotated


def _as_used(world: World, work: UnitOfWork, found: Credential) -> Credential:
    """With what is known of its secrets' uses to this instant: a use shows that somebody holds a secret."""
    for secret in found.secrets:
        world.uses.settle(world, work, secret.id)
    return work.credentials.get(found.id) or found


def _beside_the_new(world: World, work: UnitOfWork, credential: Credential, kept: Secret) -> Secret:
    """The secret that goes on for an overlap. One that retires already keeps its day: its time was given once."""
    if kept.state is SecretState.RETIRING:
        return kept
    old = replace(
        kept,
        state=step(SECRET_TRANSITIONS, kept.state, SecretVerb.ROTATE),
        retire_at=min(work.now + world.policy.rotation.overlap, credential.expires_at),
    )
    work.credentials.save_secret(credential.id, old)
    return old


def _entry(after: Credential, request: Request, issued: Issued) -> SecretRotated:
    old = after.retiring
    return SecretRotated(
        actor=after.owner,
        via=Via.SLACK,
        request=request.id,
        credential=after.id,
        secret=after.newest.id,
        fingerprint=after.newest.fingerprint,
        record=hashlib.sha256(issued.record).hexdigest(),
        retiring="" if old is None else str(old.id),
        retire_at=after.newest.minted_at if old is None or old.retire_at is None else old.retire_at,
        expires_at=after.expires_at,
    )
