"""The values of an issuance: the order to an authority, and what is kept of what it gave. Pure but for the new IDs."""

import hashlib
from dataclasses import replace
from datetime import datetime

from bot.domain import reminder
from bot.domain.credential import (
    RECEIPT_TRANSITIONS,
    SECRET_TRANSITIONS,
    Credential,
    Delivery,
    ReceiptState,
    ReceiptVerb,
    Secret,
    SecretState,
    SecretVerb,
    State,
)
from bot.domain.events import CredentialIssued, SecretReissued, Via
from bot.domain.ids import SecretId
from bot.domain.kind import Kind
from bot.domain.machine import step
from bot.domain.request import Request
from bot.ports import Concealed, Issued, Order, World


def order(request: Request) -> Order:
    """What the authority is asked for."""
    return Order(
        correlation=request.credential,
        name=request.asked.name,
        role=request.asked.role,
        permissions=tuple(sorted(request.permissions)),
        expires_at=request.asked.expires_at,
        key=request.asked.key,
    )


def credential(world: World, request: Request, given: Issued, now: datetime) -> Credential:
    """The credential that a fulfilled request leaves behind."""
    asked = request.asked
    schedule = world.policy.schedule(asked.role, asked.estate, asked.expires_at)
    return Credential(
        id=request.credential,
        client_id=given.client_id,
        request=request.id,
        authority=asked.authority,
        name=asked.name,
        description=asked.description,
        estate=asked.estate,
        role=asked.role,
        permissions=request.permissions,
        owner=asked.owner,
        requester=asked.requester,
        state=State.ACTIVE,
        created_at=now,
        expires_at=asked.expires_at,
        secrets=(secret(world, request, given, now),),
        plan=reminder.NONE if asked.kind is Kind.BREAK_GLASS else reminder.plan(schedule, now),
    )


def secret(world: World, request: Request, given: Issued, now: datetime) -> Secret:
    """The life of a secret, from now on, without the secret."""
    return Secret(
        id=SecretId(world.entropy.uuid()),
        request=request.id,
        state=SecretState.LIVE,
        minted_at=now,
        receipt=ReceiptState.AWAITING,
        receipt_until=now + world.policy.windows.claim,
        delivery=Delivery.PENDING,
        fingerprint=world.fingerprint(given.secret or Concealed(request.asked.key)),
        key=request.asked.key,
    )


def issued(made: Credential, record: bytes) -> CredentialIssued:
    """The entry of an issue."""
    return CredentialIssued(
        actor=made.owner,
        via=Via.SLACK,
        request=made.newest.request,
        credential=made.id,
        client_id=made.client_id,
        secret=made.newest.id,
        fingerprint=made.newest.fingerprint,
        authority=made.authority,
        owner=made.owner,
        estate=made.estate,
        role=made.role,
        name=made.name,
        expires_at=made.expires_at,
        record=hashlib.sha256(record).hexdigest(),
    )


def retire(shown: Secret) -> Secret:
    """A secret that nobody confirmed, dead."""
    return replace(
        shown,
        state=step(SECRET_TRANSITIONS, shown.state, SecretVerb.RETIRE),
        receipt=step(RECEIPT_TRANSITIONS, shown.receipt, ReceiptVerb.MISS),
    )


def reissued(after: Credential, replaced: Secret, record: bytes) -> SecretReissued:
    """The entry of a secret that took another one's place."""
    return SecretReissued(
        actor=after.owner,
        via=Via.SLACK,
        credential=after.id,
        secret=after.newest.id,
        replaced=replaced.id,
        fingerprint=after.newest.fingerprint,
        record=hashlib.sha256(record).hexdigest(),
    )
