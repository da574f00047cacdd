"""The handing over: a secret is minted when its owner presses *Reveal*, shown once, and kept nowhere.

Three transactions, so that a process killed between any two leaves nothing that works and nobody knows of:

1. the intent: the request moves from APPROVED to EXECUTING under a lease, after everything was checked once more;
2. the authority makes the credential, outside any transaction;
3. the result: credential, the authority's record, and FULFILLED. Only now does the secret leave, in a message.

What became of that message is recorded (`delivered`). Where nobody may have seen it, the owner is offered another
one (`reissue`), which kills the one before: of the secrets that were shown for one request, at most one works. The old
secret of a rotation is none of these: it works until its own time.
"""

from dataclasses import dataclass, replace

from bot.domain.credential import Credential, Delivery
from bot.domain.errors import Decision, Denied, Reason
from bot.domain.events import RequestStarted, Via
from bot.domain.ids import CredentialId, RequestId, SecretId, UserId
from bot.domain.kind import NEW, REVEALED
from bot.domain.reissue import may_reissue
from bot.domain.request import Request, Verb
from bot.domain.voting import effect_stands, may_claim
from bot.ports import AuthorityLostError, AuthorityRefusedError, Concealed, Issued, Reader, UnitOfWork, World
from bot.service.closing import close
from bot.service.delivery import notices
from bot.service.effects import fits
from bot.service.freshness import refresh_for
from bot.service.handover import minting
from bot.service.handover.receipts import NOT_FOUND, record_delivery
from bot.service.handover.rotation import rotate
from bot.service.reviewing import still_stands


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A press of *Reveal*: by whom, on which request, as the card showed it."""

    request: RequestId
    digest: str
    actor: UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A secret on its way to its owner."""

    credential: Credential
    secret: Concealed | None
    """None where it authenticates by a key: then there is nothing to deliver but its client ID."""
    reissues_left: int


def reveal(world: World, claim: Claim) -> Shown | Denied:
    """Mint the credential for its owner. Of many presses at once, one gets it."""
    with world.store.read() as reader:
        request = reader.requests.get(claim.request)
    if request is None:
        return NOT_FOUND
    stale = refresh_for(world, request, also=claim.actor)
    if stale is not None:
        return stale
    started = _start(world, claim)
    if isinstance(started, Denied):
        world.wake()  # where the approval no longer stood, people are told
        return started
    try:
        issued = _mint(world, started)
    except AuthorityRefusedError as refusal:
        return _refused(world, started, str(refusal))
    except AuthorityLostError:
        return _LOST
    return _complete(world, started, issued)


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """A press of *I did not get it*: by whom, on which secret's message."""

    credential: CredentialId
    secret: SecretId
    actor: UserId


def reissue(world: World, press: Press) -> Shown | Denied:
    """Another secret in place of one that nobody confirmed. Everything that held at the reveal must hold again."""
    with world.store.read() as reader:
        found = reader.credentials.get(press.credential)
        request = None if found is None else _minted_for(reader, found)
    if found is None or request is None:
        return NOT_FOUND
    stale = refresh_for(world, request, also=press.actor)
    if stale is not None:
        return stale
    with world.store.work() as work:
        judged = _judged(world, work, press)
    if isinstance(judged, Denied):
        return judged
    try:
        issued = world.authority.reissue(judged[0], judged[1].asked.key)
    except AuthorityRefusedError as refusal:
        return Denied(Reason.UNAVAILABLE, str(refusal))
    except AuthorityLostError:
        return _LOST
    return _replace(world, press, issued)


def _mint(world: World, started: Request) -> Issued:
    """Outside of any transaction: a new credential, or another secret of one that there is."""
    if started.asked.kind in NEW:
        return world.authority.issue(minting.order(started))
    with world.store.read() as reader:
        credential = reader.credentials.get(started.credential)
    if credential is None:
        raise AuthorityRefusedError("The credential is gone.")
    return world.authority.reissue(credential, started.asked.key)


def _minted_for(reader: Reader, credential: Credential) -> Request | None:
    """The request that the newest secret of a credential was minted for."""
    return reader.requests.get(credential.newest.request) if credential.secrets else None


def _start(world: World, claim: Claim) -> Request | Denied:
    with world.store.work() as work:
        request = work.requests.get(claim.request)
        if request is None or request.asked.kind not in REVEALED or request.asked.made_elsewhere:
            return NOT_FOUND
        decision: Decision = may_claim(request, claim.actor, claim.digest, work.now)
        if isinstance(decision, Denied):
            return decision
        credential = work.credentials.get(request.credential)
        if request.asked.kind not in NEW:
            decision = fits(request, credential, work.now)
        if not isinstance(decision, Denied):
            decision = effect_stands(request, credential, world.policy, world.directory)
        if not isinstance(decision, Denied):
            decision = still_stands(world, work, request)
        if isinstance(decision, Denied):
            close(world, work, request, Verb.REVOKE, actor=None, via=Via.SLACK, why=decision.sentence)
            return decision
        started = replace(
            request,
            state=request.after(Verb.START),
            lease_until=work.now + world.policy.windows.lease,
        )
        work.requests.save(started, expected=request.state)
        work.record(
            RequestStarted(
                actor=claim.actor,
                via=Via.SLACK,
                request=request.id,
                credential=request.credential,
                authority=world.authority.name,
            )
        )
    return started


def _refused(world: World, request: Request, sentence: str) -> Denied:
    with world.store.work() as work:
        close(world, work, request, Verb.REFUSE, actor=None, via=Via.SLACK, why=sentence)
    world.wake()
    return Denied(Reason.UNAVAILABLE, sentence)


def _complete(world: World, started: Request, issued: Issued) -> Shown | Denied:
    with world.store.work() as work:
        current = work.requests.get(started.id)
        if current is None or current.state is not started.state or current.lease_until != started.lease_until:
            return _LOST
        made = _made(world, work, current, issued)
        if isinstance(made, Denied):
            close(world, work, current, Verb.REFUSE, actor=None, via=Via.SLACK, why=made.sentence)
            return made
        fulfilled = replace(current, state=current.after(Verb.CONFIRM), lease_until=None)
        work.requests.save(fulfilled, expected=current.state)
        notices.revealing(world, work, fulfilled)
    world.wake()
    return Shown(credential=made, secret=issued.secret, reissues_left=world.policy.reissues)


def _made(world: World, work: UnitOfWork, request: Request, issued: Issued) -> Credential | Denied:
    """The result, inside the transaction that fulfils the request."""
    if request.asked.kind not in NEW:
        return rotate(world, work, request, issued)
    decision = still_stands(world, work, request)  # its review may have ended it while the authority was asked
    if isinstance(decision, Denied):
        return decision
    credential = minting.credential(world, request, issued, work.now)
    work.credentials.add(credential, issued.record)
    work.record(minting.issued(credential, issued.record))
    return credential


def _replace(world: World, press: Press, issued: Issued) -> Shown | Denied:
    with world.store.work() as work:
        judged = _judged(world, work, press)
        if isinstance(judged, Denied):
            return judged
        found, request = judged
        if found.newest.delivery is Delivery.PENDING:
            record_delivery(world, work, found, Delivery.UNKNOWN, via=Via.SLACK)
            found = replace(found, secrets=(*found.secrets[:-1], replace(found.newest, delivery=Delivery.UNKNOWN)))
        retired = minting.retire(found.newest)
        fresh = minting.secret(world, request, issued, work.now)
        work.credentials.save_secret(found.id, retired)
        work.credentials.destroy_record(retired.id)
        work.credentials.add_secret(found.id, fresh, issued.record)
        after = replace(found, secrets=(*found.secrets[:-1], retired, fresh))
        notices.refresh_secrets(world, work, after)
        work.record(minting.reissued(after, retired, issued.record))
    world.wake()
    return Shown(credential=after, secret=issued.secret, reissues_left=world.policy.reissues - after.reissued)


def _judged(world: World, work: UnitOfWork, press: Press) -> tuple[Credential, Request] | Denied:
    """What a press is about, if it may have its effect. A use counts as receipt from its first instant: it is seen."""
    world.uses.settle(world, work, press.secret)
    found = work.credentials.get(press.credential)
    request = None if found is None else _minted_for(work, found)
    if found is None or request is None:
        return NOT_FOUND
    decision = may_reissue(found, press.secret, press.actor, world.policy.reissues, work.now)
    if not isinstance(decision, Denied):
        decision = effect_stands(request, found, world.policy, world.directory)
    return decision if isinstance(decision, Denied) else (found, request)


_LOST = Denied(
    Reason.UNAVAILABLE,
    "The answer was lost on the way. I am looking it up and will offer you the button again in a minute.",
)
