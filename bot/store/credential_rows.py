"""Rows of credentials and secrets as domain objects, and back."""

from typing import Any
from uuid import UUID

from sqlalchemy import Row

from bot.domain.client_key import ClientKey
from bot.domain.credential import Credential, Delivery, Leak, ReceiptState, Secret, SecretState, State
from bot.domain.ids import (
    AuthorityKey,
    ChannelId,
    ClientId,
    CredentialId,
    EstateKey,
    RequestId,
    RoleKey,
    SecretId,
    UserId,
    Words,
)
from bot.domain.naming import name_key
from bot.domain.reminder import Plan
from bot.domain.suspension import Suspension
from bot.store.columns import micros, micros_or_none, moment, moment_or_none, permissions_in, permissions_out


def lasting(credential: Credential) -> dict[str, object]:
    """The columns of a credential that never change."""
    return {
        "id": str(credential.id),
        "client_id": credential.client_id,
        "request": None if credential.request is None else str(credential.request),
        "authority": credential.authority,
        "name": credential.name,
        "name_key": name_key(credential.name),
        "description": credential.description,
        "estate": credential.estate,
        "role": credential.role,
        "permissions": permissions_out(credential.permissions),
        "requester": credential.requester,
        "created_at": micros(credential.created_at),
    }


def living(credential: Credential) -> dict[str, object]:
    """The columns of a credential that change during its life."""
    plan, suspension = credential.plan, credential.suspension
    return {
        "owner": credential.owner,
        "state": credential.state,
        "expires_at": micros(credential.expires_at),
        "ended_at": micros_or_none(credential.ended_at),
        "undo_until": micros_or_none(credential.undo_until),
        "suspended_by": None if suspension is None else suspension.by,
        "suspended_why": None if suspension is None else suspension.why,
        "warned": plan.told,
        "warn_at": micros_or_none(plan.due_at),
        "snoozed_until": micros_or_none(plan.snoozed_until),
        "let_expire_by": plan.let_expire_by,
        "unused_told_at": micros_or_none(credential.unused_told_at),
    }


def changing(secret: Secret) -> dict[str, object]:
    """The columns of a secret that change during its life."""
    leak = secret.leak
    return {
        "state": secret.state,
        "retire_at": micros_or_none(secret.retire_at),
        "kept_longer": secret.kept_longer,
        "warned_at": micros_or_none(secret.warned_at),
        "receipt": secret.receipt,
        "receipt_until": micros(secret.receipt_until),
        "delivery": secret.delivery,
        "last_used_at": micros_or_none(secret.last_used_at),
        "last_used_from": secret.last_used_from,
        "last_used_by": secret.last_used_by,
        "leaked_at": None if leak is None else micros(leak.at),
        "leaked_by": None if leak is None else leak.by,
        "leaked_in": None if leak is None else leak.channel,
    }


def credential_of(row: Row[Any], secrets: tuple[Secret, ...]) -> Credential:
    """The credential of a row and its secrets."""
    return Credential(
        id=CredentialId(UUID(row.id)),
        client_id=ClientId(row.client_id),
        request=None if row.request is None else RequestId(UUID(row.request)),
        authority=AuthorityKey(row.authority),
        name=row.name,
        description=Words(row.description),
        estate=EstateKey(row.estate),
        role=RoleKey(row.role),
        permissions=permissions_in(row.permissions),
        owner=UserId(row.owner),
        requester=UserId(row.requester),
        state=State(row.state),
        created_at=moment(row.created_at),
        expires_at=moment(row.expires_at),
        secrets=secrets,
        ended_at=moment_or_none(row.ended_at),
        undo_until=moment_or_none(row.undo_until),
        suspension=_suspension(row),
        plan=Plan(
            told=row.warned,
            due_at=moment_or_none(row.warn_at),
            snoozed_until=moment_or_none(row.snoozed_until),
            let_expire_by=None if row.let_expire_by is None else UserId(row.let_expire_by),
        ),
        unused_told_at=moment_or_none(row.unused_told_at),
    )


def _suspension(row: Row[Any]) -> Suspension | None:
    if row.suspended_by is None and row.suspended_why is None:
        return None
    by = None if row.suspended_by is None else UserId(row.suspended_by)
    return Suspension(by=by, why=row.suspended_why or "")


def secret_of(row: Row[Any]) -> Secret:
    """The secret of a row, without what its authority keeps of it."""
    return Secret(
        id=SecretId(UUID(row.id)),
        request=RequestId(UUID(row.request)),
        state=SecretState(row.state),
        minted_at=moment(row.minted_at),
        receipt=ReceiptState(row.receipt),
        receipt_until=moment(row.receipt_until),
        delivery=Delivery(row.delivery),
        fingerprint=row.fingerprint,
        key=ClientKey(row.key),
        retire_at=moment_or_none(row.retire_at),
        kept_longer=row.kept_longer,
        warned_at=moment_or_none(row.warned_at),
        last_used_at=moment_or_none(row.last_used_at),
        last_used_from=row.last_used_from,
        last_used_by=row.last_used_by,
        leak=_leak(row),
    )


def _leak(row: Row[Any]) -> Leak | None:
    if row.leaked_at is None or row.leaked_in is None:
        return None
    by = None if row.leaked_by is None else UserId(row.leaked_by)
    return Leak(at=moment(row.leaked_at), by=by, channel=ChannelId(row.leaked_in))
