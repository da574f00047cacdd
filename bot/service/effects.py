"""What an approved change does to a credential. Everything is checked once more, in the transaction that does it.

A resumption, an extension and a deletion take effect by themselves, right after the last approval (or at the next
sweep, if the program died between the two); a transfer when the new owner accepts it. A change that no longer fits ends
the request, and everybody is told why.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from bot.domain import reminder
from bot.domain.credential import Credential, ReceiptState, Verb
from bot.domain.errors import ALLOWED, Decision, Denied, Reason
from bot.domain.events import CredentialDeleting, CredentialExtended, CredentialResumed, CredentialTransferred, Via
from bot.domain.ids import RequestId, UserId
from bot.domain.kind import Kind
from bot.domain.notice import NoticeKind, Resolution
from bot.domain.request import DECLINED, Request, State
from bot.domain.request import Verb as RequestVerb
from bot.domain.voting import effect_stands, may_claim
from bot.ports import UnitOfWork, World
from bot.service.changing import POSSIBLE
from bot.service.closing import close, withdraw, withdraw_all
from bot.service.delivery import notices
from bot.service.expiry.grouping import Address, redraw, settle, tell_together
from bot.service.freshness import refresh_for
from bot.service.handover.receipts import NOT_FOUND
from bot.service.lifecycle import warned_again
from bot.service.vendors import errands

HANDED_ON = "It was transferred since: its new owner can ask for it."
Effect = Callable[[World, UnitOfWork, Request, Credential], Credential]


def carry_out(world: World, request_id: RequestId) -> Request | None:
    """Let an approved request take effect that waits for nobody; the request after it, None if it has to wait.

    Done already, by another process or an earlier try, it stays as it is.
    """
    with world.store.read() as reader:
        request = reader.requests.get(request_id)
    if request is None or refresh_for(world, request, also=request.asked.requester) is not None:
        return None
    with world.store.work() as work:
        current = work.requests.get(request_id)
        if current is None or current.state is not State.APPROVED or not current.takes_effect_by_itself:
            return current
        after = take(world, work, current, actor=None)
    world.wake()
    return after


def carry_out_approved(world: World, *, limit: int = 100) -> int:
    """Carry out what was approved and not carried out yet; how many. What has to wait is left to the next sweep."""
    with world.store.read() as reader:
        approved = reader.requests.effective(limit=limit)
    done = (carry_out(world, request.id) for request in approved)
    return sum(after is not None and after.state is not State.APPROVED for after in done)


def accept(world: World, request_id: RequestId, digest: str, actor: UserId) -> Request | Denied:
    """The new owner accepts a transfer."""
    with world.store.read() as reader:
        request = reader.requests.get(request_id)
    if request is None or request.asked.kind is not Kind.TRANSFER:
        return NOT_FOUND
    stale = refresh_for(world, request, also=actor)
    if stale is not None:
        return stale
    with world.store.work() as work:
        current = work.requests.get(request_id)
        if current is None:
            return NOT_FOUND
        decision = may_claim(current, actor, digest, work.now)
        if isinstance(decision, Denied):
            return decision
        after = take(world, work, current, actor=actor)
    world.wake()
    return after if after.state is State.FULFILLED else Denied(Reason.WRONG_STATE, after.closing)


def decline(world: World, request_id: RequestId, digest: str, actor: UserId) -> Request | Denied:
    """The person to whom a transfer is offered does not want it: the request ends, and nothing has changed."""
    with world.store.work() as work:
        current = work.requests.get(request_id)
        if current is None or current.asked.kind is not Kind.TRANSFER:
            return NOT_FOUND
        decision = may_claim(current, actor, digest, work.now)
        if isinstance(decision, Denied):
            return decision
        ended = close(world, work, current, RequestVerb.REVOKE, actor=actor, via=Via.SLACK, why=DECLINED)
    world.wake()
    return ended


def fits(request: Request, credential: Credential | None, now: datetime) -> Decision:
    """Whether the credential still is in a state in which this can happen to it."""
    if credential is None:
        return NOT_FOUND
    if _is_the_owners(request) and credential.owner != request.asked.owner:
        return Denied(Reason.WRONG_STATE, HANDED_ON)
    if request.asked.kind is Kind.EXTEND and request.asked.expires_at <= credential.expires_at:
        return Denied(Reason.WRONG_STATE, "It works that long already, so there was nothing left to extend.")
    if credential.state in POSSIBLE[request.asked.kind] and now < credential.expires_at:
        return ALLOWED
    state = "expired" if now >= credential.expires_at else credential.state.told
    return Denied(Reason.WRONG_STATE, f"The credential is {state} now, so this could not be done.")


def take(
    world: World, work: UnitOfWork, request: Request, *, actor: UserId | None, effect: Effect | None = None
) -> Request:
    """Let it take effect inside a transaction, or end it if it no longer may. `effect`: where it is not the usual."""
    credential = work.credentials.get(request.credential)
    decision = fits(request, credential, work.now)
    if not isinstance(decision, Denied):
        decision = effect_stands(request, credential, world.policy, world.directory)
    if isinstance(decision, Denied) or credential is None:
        why = decision.sentence if isinstance(decision, Denied) else ""
        return close(world, work, request, RequestVerb.REVOKE, actor=actor, via=_via(actor), why=why)
    started = replace(request, state=request.after(RequestVerb.START))
    fulfilled = replace(started, state=started.after(RequestVerb.CONFIRM))
    work.requests.save(fulfilled, expected=request.state)
    (effect or _EFFECTS[request.asked.kind])(world, work, fulfilled, credential)
    notices.outcome(world, work, fulfilled)
    return fulfilled


def _resume(world: World, work: UnitOfWork, request: Request, credential: Credential) -> Credential:
    after = replace(credential, state=credential.after(Verb.RESUME), unused_told_at=None, suspension=None)
    work.credentials.save(after, expected=credential.state)
    after = _asked_again(world, work, after)
    redraw(world, work, after)
    work.record(CredentialResumed(actor=None, via=Via.SWEEP, request=request.id, credential=after.id))
    return after


def extend(
    world: World,
    work: UnitOfWork,
    request: Request,
    credential: Credential,
    *,
    expires_at: datetime | None = None,
    actor: UserId | None = None,
) -> Credential:
    """It works until the day that was asked for; or until `expires_at`, as its owner, `actor`, says of the vendor."""
    after = expiring(world, work, credential, expires_at or request.asked.expires_at)
    work.credentials.save(after, expected=credential.state)
    settle(world, work, after, Resolution.EXTENDED, request.asked.requester)
    work.record(
        CredentialExtended(
            actor=actor, via=_via(actor), request=request.id, credential=after.id, expires_at=after.expires_at
        )
    )
    return after


def _delete(world: World, work: UnitOfWork, request: Request, credential: Credential) -> Credential:
    """One that lives elsewhere is deleted there by its owner, who can say so until its expiry ends it anyway."""
    undo = min(work.now + world.policy.windows.undo, credential.expires_at)
    until = credential.expires_at if credential.tracked else undo
    after = replace(
        credential,
        state=credential.after(Verb.DELETE),
        undo_until=until,
        suspension=None,
        plan=reminder.silenced(credential.plan),
    )
    work.credentials.save(after, expected=credential.state)
    settle(world, work, after, Resolution.DELETED, request.asked.requester)
    withdraw_all(world, work, after, why="The credential is being deleted.")
    if after.tracked:
        errands.begin(world, work, after)
    notices.tell_owner_of_deletion(world, work, after, request.id)
    notices.refresh_secrets(world, work, after)
    notices.refresh_left_behind(world, work, after)
    work.record(CredentialDeleting(actor=None, via=Via.SWEEP, request=request.id, credential=after.id, until=until))
    return after


def _transfer(world: World, work: UnitOfWork, request: Request, credential: Credential) -> Credential:
    """What the owner before let be is not the new one's: they are warned, asked and told as if they had just got it."""
    heard = replace(credential, plan=replace(credential.plan, snoozed_until=None, let_expire_by=None))
    plan = warned_again(world, work, heard)
    after = replace(credential, owner=request.asked.owner, plan=plan, unused_told_at=None)
    work.credentials.save(after, expected=credential.state)
    settle(world, work, after, Resolution.TRANSFERRED, after.owner)
    _withdraw_what_is_in_vain(world, work, after)
    if work.groups.warned(after.id, after.expires_at):
        address = Address(NoticeKind.OWNER_WARNED, person=after.owner)
        tell_together(world, work, address, [(after.id, after.expires_at)])
    after = _asked_again(world, work, after)
    notices.tell_about(world, work, NoticeKind.OWNER_TRANSFERRED, after, credential.owner, occasion=request.id)
    notices.refresh_secrets(world, work, after, credential.owner)
    notices.refresh_left_behind(world, work, after)
    if after.retiring is not None:  # the new owner is the one who decides about the old secret now
        notices.tell_of_secret(world, work, NoticeKind.OWNER_ROTATED, after)
    work.record(
        CredentialTransferred(
            actor=request.asked.owner,
            via=Via.SLACK,
            request=request.id,
            credential=after.id,
            owner=after.owner,
        )
    )
    return after


def _asked_again(world: World, work: UnitOfWork, credential: Credential) -> Credential:
    """Its owner is asked once more whether the secret arrived, and has the whole time to say so."""
    if not credential.secrets or credential.newest.receipt is not ReceiptState.NONE:
        return credential
    again = replace(credential.newest, receipt_until=work.now + world.policy.windows.unconfirmed)
    work.credentials.save_secret(credential.id, again)
    after = credential.with_secret(again)
    notices.tell_of_secret(world, work, NoticeKind.OWNER_UNCONFIRMED, after)
    return after


def _withdraw_what_is_in_vain(world: World, work: UnitOfWork, credential: Credential) -> None:
    """Requests of the owner before that could take no effect any more would only keep the new one from asking."""
    for request in work.requests.open_for(credential.id):
        asked = request.asked
        theirs = world.policy.may_ask(asked.kind, asked.requester, asked.estate, credential.owner, world.directory)
        if _is_the_owners(request):
            withdraw(world, work, request, why=HANDED_ON)
        elif isinstance(theirs, Denied):
            withdraw(world, work, request, why="It was transferred, and is no longer theirs to change.")


def _is_the_owners(request: Request) -> bool:
    """Whether nobody but the owner as they were when it was asked for can do what it takes."""
    return request.asked.kind is Kind.ROTATE or request.asked.extended_elsewhere


def expiring(world: World, work: UnitOfWork, credential: Credential, expires_at: datetime) -> Credential:
    """The credential with that expiry, and a new plan of warnings if that is another one.

    What was asked for before a later expiry was approved shortens nothing.
    """
    if expires_at <= credential.expires_at:
        return credential
    schedule = world.policy.schedule(credential.role, credential.estate, expires_at)
    return replace(credential, expires_at=expires_at, plan=reminder.plan(schedule, work.now))


def _via(actor: UserId | None) -> Via:
    return Via.SWEEP if actor is None else Via.SLACK


_EFFECTS: dict[Kind, Effect] = {
    Kind.RESUME: _resume,
    Kind.EXTEND: extend,
    Kind.DELETE: _delete,
    Kind.TRANSFER: _transfer,
}
