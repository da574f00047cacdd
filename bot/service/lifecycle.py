"""What ends a credential, or stops it for a while: nobody confirmed its secret, or its time has come."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from bot.domain import reminder
from bot.domain.credential import (
    RECEIPT_TRANSITIONS,
    USABLE,
    Credential,
    ReceiptState,
    ReceiptVerb,
    State,
    Verb,
)
from bot.domain.errors import ALLOWED, Decision, Denied, Reason
from bot.domain.events import (
    CredentialDeleted,
    CredentialExpired,
    CredentialRestored,
    CredentialSuspended,
    ReceiptChanged,
    Via,
)
from bot.domain.ids import ChannelId, CredentialId, UserId
from bot.domain.machine import step
from bot.domain.notice import NoticeKind, Resolution
from bot.domain.reminder import Plan
from bot.domain.suspension import ASKED, DELETION_UNDONE, Suspension
from bot.ports import Told, UnitOfWork, World
from bot.service.changing import taken_without_approval
from bot.service.closing import withdraw_all
from bot.service.delivery import alarm, notices
from bot.service.expiry.grouping import Address, redraw, reopen, settle, tell_together
from bot.service.handover.overlap import warn
from bot.service.handover.receipts import NOT_FOUND
from bot.service.handover.secrets import retire_all, retire_telling


def expire_due(world: World, *, limit: int = 100) -> int:
    """Remove the credentials whose time has come; how many. They stopped authenticating at that instant already."""
    with world.store.work() as work:
        due = work.credentials.expired(work.now, limit=limit)
        _tell_of_the_end(world, work, [_expire(world, work, credential) for credential in due])
    return len(due)


def miss_receipts(world: World, *, limit: int = 100) -> int:
    """Ask the owners of secrets that nobody confirmed within the window; how many."""
    with world.store.work() as work:
        found = work.credentials.receipts_over(work.now, receipt=ReceiptState.AWAITING, limit=limit)
        due = [credential for credential in found if credential.works_at(work.now)]
        for credential in due:
            missed = replace(
                credential.newest,
                receipt=step(RECEIPT_TRANSITIONS, credential.newest.receipt, ReceiptVerb.MISS),
                receipt_until=work.now + world.policy.windows.unconfirmed,
            )
            work.credentials.save_secret(credential.id, missed)
            notices.tell_of_secret(world, work, NoticeKind.OWNER_UNCONFIRMED, credential)
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
    """End what nobody confirmed though its owner was asked; how many.

    A credential of which nobody is known to hold a secret is suspended. After a rotation the old secret may still work,
    and somebody holds that one: to suspend the credential would stop what runs by it, because of another secret that
    nobody uses. So the unconfirmed one alone is ended, before it turns up in the wrong hands; the old one works until
    its own time and not a moment less, and its owner is told at once that nothing will take its place.
    """
    with world.store.work() as work:
        found = work.credentials.receipts_over(work.now, receipt=ReceiptState.NONE, limit=limit)
        due = [credential for credential in found if credential.works_at(work.now)]  # the others have expired
        for credential in due:
            old = credential.retiring
            if old is not None and old.confirmed and old.works_at(work.now):
                after = retire_telling(
                    world, work, credential, credential.newest, actor=None, why="nobody confirmed that it arrived"
                )
                warn(world, work, after, old)
            else:
                asked = replace(credential, unused_told_at=None)  # that is not why
                stop(world, work, asked, actor=None, why="nobody confirmed that the secret arrived")
    return len(due)


def finish_deletions(world: World, *, limit: int = 100) -> int:
    """Destroy the credentials whose deletion can no longer be undone; how many."""
    with world.store.work() as work:
        due = work.credentials.undo_over(work.now, limit=limit)
        for credential in due:
            ended = end(world, work, credential, Verb.DESTROY)
            notices.tell_of_deletion(world, work, ended)
            why = "its time came before anybody deleted it" if ended.tracked else "its deletion was approved"
            work.record(CredentialDeleted(actor=None, via=Via.SWEEP, credential=credential.id, why=why))
    return len(due)


def undo_deletion(world: World, credential_id: CredentialId, actor: UserId) -> Credential | Denied:
    """Take a deletion back while there is time: the credential is suspended, and resuming it needs an approval.

    One that lives elsewhere is as it was: nothing here had stopped it.
    """
    with world.store.work() as work:
        credential = work.credentials.get(credential_id)
        if credential is None:
            return NOT_FOUND
        decision = world.policy.may_change(actor, credential.estate, credential.owner, world.directory)
        if isinstance(decision, Denied):
            return decision
        if credential.state is not State.DELETING or credential.undo_until is None or work.now >= credential.undo_until:
            return Denied(Reason.WRONG_STATE, "It is too late: this credential is gone, or was never being deleted.")
        restored = replace(
            credential,
            state=credential.after(Verb.KEEP if credential.tracked else Verb.UNDO),
            undo_until=None,
            suspension=None if credential.tracked else Suspension(by=actor, why=DELETION_UNDONE),
            plan=warned_again(world, work, credential),
        )
        work.credentials.save(restored, expected=credential.state)
        reopen(world, work, restored)
        work.errands.done(credential.id)
        notices.tell_of_deletion(world, work, restored)
        notices.refresh_left_behind(world, work, restored)
        work.record(CredentialRestored(actor=actor, via=Via.SLACK, credential=credential.id))
    world.wake()
    return restored


def warned_again(world: World, work: UnitOfWork, credential: Credential) -> Plan:
    """The warnings of what is kept after all, or has another owner; of what was taken without approval, none."""
    if taken_without_approval(work, credential):
        return reminder.NONE
    schedule = world.policy.schedule(credential.role, credential.estate, credential.expires_at)
    return reminder.replanned(credential.plan, schedule, work.now)


def may_suspend(world: World, credential: Credential, actor: UserId) -> Decision:
    """Its owner or an admin may, at once: nobody has to approve the safe direction."""
    decision = world.policy.may_change(actor, credential.estate, credential.owner, world.directory)
    if isinstance(decision, Denied):
        return decision
    if credential.tracked:
        return Denied(Reason.WRONG_STATE, "This credential lives elsewhere: it is stopped and started there.")
    if not credential.can(Verb.SUSPEND):
        return Denied(Reason.WRONG_STATE, f"“{credential.name}” is {credential.state.told} already.")
    return ALLOWED


def suspend(world: World, credential_id: CredentialId, actor: UserId) -> Credential | Denied:
    """Stop a credential at once. Its owner and the estate's channel hear by whom."""
    with world.store.work() as work:
        credential = work.credentials.get(credential_id)
        if credential is None:
            return NOT_FOUND
        decision = may_suspend(world, credential, actor)
        if isinstance(decision, Denied):
            return decision
        asked = replace(credential, unused_told_at=None)  # that is not why
        suspended = stop(world, work, asked, actor=actor, why=ASKED)
    world.wake()
    return suspended


def stop(world: World, work: UnitOfWork, credential: Credential, *, actor: UserId | None, why: str) -> Credential:
    """Suspend a credential inside a transaction: its state, its entry, its owner and its channel told."""
    suspended = replace(credential, state=credential.after(Verb.SUSPEND), suspension=Suspension(by=actor, why=why))
    work.credentials.save(suspended, expected=credential.state)
    notices.tell_owner(world, work, NoticeKind.OWNER_SUSPENDED, suspended)
    notices.tell_channel(world, work, NoticeKind.SUSPENSION_CARD, suspended)
    notices.refresh_secrets(world, work, suspended)
    redraw(world, work, suspended)
    via = Via.SWEEP if actor is None else Via.SLACK
    work.record(CredentialSuspended(actor=actor, via=via, credential=credential.id, why=why))
    return suspended


def _expire(world: World, work: UnitOfWork, credential: Credential) -> Credential:
    schedule = world.policy.schedule(credential.role, credential.estate, credential.expires_at)
    too_late = reminder.untold(credential.plan, schedule) if credential.state in USABLE else ()
    ended = end(world, work, credential, Verb.EXPIRE)
    notices.tell_owner(world, work, NoticeKind.OWNER_EXPIRED, ended)
    work.warnings.add(
        Told(
            credential=credential.id,
            expires_at=credential.expires_at,
            days=days,
            superseded=True,
            at=work.now,
            group=None,
        )
        for days in too_late
    )
    work.record(
        CredentialExpired(
            actor=None,
            via=Via.SWEEP,
            credential=credential.id,
            expires_at=credential.expires_at,
            superseded=tuple(map(str, too_late)),
        )
    )
    return ended


def _tell_of_the_end(world: World, work: UnitOfWork, ended: Sequence[Credential]) -> None:
    """One card in each channel of all that has ended there."""
    by_channel: defaultdict[ChannelId, list[Credential]] = defaultdict(list)
    for credential in ended:
        by_channel[world.policy.channel_of(credential.estate)].append(credential)
    for channel, some in by_channel.items():
        address = Address(NoticeKind.EXPIRED_CARD, channel=channel)
        tell_together(world, work, address, [(each.id, each.expires_at) for each in some])


def end(world: World, work: UnitOfWork, credential: Credential, verb: Verb) -> Credential:
    """Nothing can check its secrets any more, its name is free, and a tombstone stays. The entry is the caller's."""
    ended = retire_all(work, credential)
    ended = replace(
        ended,
        state=credential.after(verb),
        ended_at=work.now,
        undo_until=None,
        suspension=None,
        plan=reminder.NONE,
    )
    work.credentials.save(ended, expected=credential.state)
    work.names.free(credential.id)
    withdraw_all(world, work, ended, why=f"The credential is {ended.state.told}.")
    notices.refresh_secrets(world, work, ended)
    settle(world, work, ended, Resolution.EXPIRED if verb is Verb.EXPIRE else Resolution.DELETED)
    alarm.credential_ended(world, work, ended)
    work.errands.done(credential.id)
    notices.refresh_left_behind(world, work, ended)
    return ended
