"""What ends a credential, or stops it for a while: nobody confirmed its secret, or its time has come."""

from dataclasses import replace

from bot.domain.credential import (
    RECEIPT_TRANSITIONS,
    SECRET_TRANSITIONS,
    Credential,
    ReceiptState,
    ReceiptVerb,
    SecretVerb,
    Verb,
)
from bot.domain.events import CredentialExpired, CredentialSuspended, ReceiptChanged, Via
from bot.domain.machine import can, step
from bot.domain.notice import NoticeKind
from bot.ports import UnitOfWork, World
from bot.service import notices
from bot.service.receipts import refresh_owner_cards


def expire_due(world: World, *, limit: int = 100) -> int:
    """Remove the credentials whose time has come; how many. They stopped authenticating at that instant already."""
    with world.store.work() as work:
        due = work.credentials.expired(work.now, limit=limit)
        for credential in due:
            _expire(world, work, credential)
    return len(due)


def miss_receipts(world: World, *, limit: int = 100) -> int:
    """Ask the owners of secrets that nobody confirmed within the window; how many."""
    with world.store.work() as work:
        due = work.credentials.receipts_over(work.now, receipt=ReceiptState.AWAITING, limit=limit)
        for credential in due:
            missed = replace(
                credential.newest,
                receipt=step(RECEIPT_TRANSITIONS, credential.newest.receipt, ReceiptVerb.MISS),
                receipt_until=work.now + world.policy.windows.unconfirmed,
            )
            work.credentials.save_secret(credential.id, missed)
            notices.tell_owner(world, work, NoticeKind.OWNER_UNCONFIRMED, credential)
            work.record(
                ReceiptChanged(
                    actor=None,
                    via=Via.SWEEP,
                    credential=credential.id,
                    secret=missed.id,
                    receipt=missed.receipt,
                )
            )
    return len(due)


def suspend_unconfirmed(world: World, *, limit: int = 100) -> int:
    """Suspend the credentials whose owners did not answer that question in time; how many."""
    with world.store.work() as work:
        due = work.credentials.receipts_over(work.now, receipt=ReceiptState.NONE, limit=limit)
        for credential in due:
            suspended = replace(credential, state=credential.after(Verb.SUSPEND))
            work.credentials.save_state(suspended, expected=credential.state)
            notices.tell_owner(world, work, NoticeKind.OWNER_SUSPENDED, suspended)
            refresh_owner_cards(world, work, suspended)
            work.record(
                CredentialSuspended(
                    actor=None,
                    via=Via.SWEEP,
                    credential=credential.id,
                    why="nobody confirmed that the secret arrived",
                )
            )
    return len(due)


def _expire(world: World, work: UnitOfWork, credential: Credential) -> None:
    ended = replace(credential, state=credential.after(Verb.EXPIRE), ended_at=work.now)
    work.credentials.save_state(ended, expected=credential.state)
    for secret in credential.secrets:
        work.credentials.destroy_record(secret.id)
        if can(SECRET_TRANSITIONS, secret.state, SecretVerb.RETIRE):
            retired = replace(secret, state=step(SECRET_TRANSITIONS, secret.state, SecretVerb.RETIRE))
            work.credentials.save_secret(credential.id, retired)
    work.names.free(credential.id)
    notices.tell_owner(world, work, NoticeKind.OWNER_EXPIRED, ended)
    work.record(
        CredentialExpired(actor=None, via=Via.SWEEP, credential=credential.id, expires_at=credential.expires_at)
    )
