"""The overlap of a rotation, to its end: the old secret is kept longer, let go sooner, or retires at its time.

It stops authenticating at that instant, whoever sweeps when; what could check it is destroyed by the next sweep. Its
owner hears of the end a day before, if it was used since the rotation.
"""

from dataclasses import replace

from bot.domain.credential import Credential, Secret
from bot.domain.errors import Denied
from bot.domain.events import SecretKept, Via
from bot.domain.ids import CredentialId, SecretId, UserId
from bot.domain.notice import NoticeKind
from bot.domain.overlap import not_old, prolonged
from bot.ports import UnitOfWork, World
from bot.service.delivery import notices
from bot.service.handover.receipts import NOT_FOUND
from bot.service.handover.secrets import LEAK, retire_telling

_LET_GO = "its owner or an admin let it go"
_TIME = "its time beside the new one is over"


def keep_longer(world: World, credential_id: CredentialId, secret_id: SecretId, actor: UserId) -> Credential | Denied:
    """Put the retirement of an old secret off by another overlap: once, and never past the credential's own end."""
    with world.store.work() as work:
        found = _theirs(world, work, credential_id, secret_id, actor)
        if isinstance(found, Denied):
            return found
        credential, secret = found
        until = prolonged(credential, secret, world.policy.rotation.overlap, work.now)
        if isinstance(until, Denied):
            return until
        kept = replace(secret, retire_at=until, kept_longer=True, warned_at=None)
        work.credentials.save_secret(credential.id, kept)
        after = credential.with_secret(kept)
        notices.refresh_secrets(world, work, after)
        work.record(SecretKept(actor=actor, via=Via.SLACK, credential=credential.id, secret=secret.id, retire_at=until))
    world.wake()
    return after


def let_go(
    world: World, credential_id: CredentialId, secret_id: SecretId, actor: UserId, *, leaked: bool = False
) -> Credential | Denied:
    """Retire an old secret now: nothing uses it any more, or it may be in the wrong hands."""
    with world.store.work() as work:
        found = _theirs(world, work, credential_id, secret_id, actor)
        if isinstance(found, Denied):
            return found
        credential, secret = found
        refusal = not_old(secret)
        if refusal is not None:
            return refusal
        after = retire_telling(world, work, credential, secret, actor=actor, why=LEAK if leaked else _LET_GO)
    world.wake()
    return after


def retire_due(world: World, *, limit: int = 100) -> int:
    """Retire the old secrets whose time is over; how many. They stopped authenticating at that instant already."""
    with world.store.work() as work:
        due = work.credentials.retirements(work.now, limit=limit)
        for credential in due:
            if credential.retiring is not None:
                retire_telling(world, work, credential, credential.retiring, actor=None, why=_TIME)
    return len(due)


def warn_of_use(world: World, *, limit: int = 100) -> int:
    """Warn the owners, once, whose old secrets retire soon and were used since the rotation; how many."""
    with world.store.work() as work:
        soon = work.now + world.policy.rotation.warn_before
        due = work.credentials.retiring_in_use(work.now, soon, limit=limit)
        for credential in due:
            if credential.retiring is not None:
                warn(world, work, credential, credential.retiring)
    return len(due)


def warn(world: World, work: UnitOfWork, credential: Credential, old: Secret) -> Credential:
    """Tell an owner that the old secret is still needed, inside a transaction that claims it."""
    warned = replace(old, warned_at=work.now)
    work.credentials.save_secret(credential.id, warned)
    after = credential.with_secret(warned)
    notices.tell_anew(world, work, NoticeKind.OWNER_RETIRING, after, occasion=after.newest.request)
    return after


def _theirs(
    world: World, work: UnitOfWork, credential_id: CredentialId, secret_id: SecretId, actor: UserId
) -> tuple[Credential, Secret] | Denied:
    credential = work.credentials.get(credential_id)
    secret = None if credential is None else credential.held(secret_id)
    if credential is None or secret is None:
        return NOT_FOUND
    decision = world.policy.may_change(actor, credential.estate, credential.owner, world.directory)
    return decision if isinstance(decision, Denied) else (credential, secret)
