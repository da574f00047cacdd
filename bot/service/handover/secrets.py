"""The end of secrets: when their time is over, when their credential ends, or at once where one may have leaked."""

from dataclasses import replace

from bot.domain.credential import SECRET_TRANSITIONS, Credential, Secret, SecretVerb
from bot.domain.events import SecretRetired, Via
from bot.domain.ids import UserId
from bot.domain.machine import can, step
from bot.ports import UnitOfWork, World
from bot.service.delivery import notices

LEAK = "its owner or an admin fears a leak"
"""Why a secret ends at once, in the ledger's words."""


def retire(work: UnitOfWork, credential: Credential, secret: Secret) -> Credential:
    """A secret works no longer, and what could check it is destroyed. The entry is the caller's to write."""
    retired = replace(secret, state=step(SECRET_TRANSITIONS, secret.state, SecretVerb.RETIRE), retire_at=work.now)
    work.credentials.save_secret(credential.id, retired)
    work.credentials.destroy_record(secret.id)
    return credential.with_secret(retired)


def retire_all(work: UnitOfWork, credential: Credential) -> Credential:
    """The same for every secret of a credential that ends."""
    for secret in credential.secrets:
        if can(SECRET_TRANSITIONS, secret.state, SecretVerb.RETIRE):
            credential = retire(work, credential, secret)
    return credential


def retire_telling(
    world: World,
    work: UnitOfWork,
    credential: Credential,
    secret: Secret,
    *,
    actor: UserId | None,
    why: str,
    via: Via | None = None,
) -> Credential:
    """The same for one secret of a credential that lives on, with its entry, and its owner's messages edited.

    `via`: from Slack where somebody does it, from the sweep where nobody does, unless it is said.
    """
    after = retire(work, credential, secret)
    notices.refresh_secrets(world, work, after)
    work.record(
        SecretRetired(
            actor=actor,
            via=via or (Via.SWEEP if actor is None else Via.SLACK),
            credential=credential.id,
            secret=secret.id,
            why=why,
        )
    )
    return after


def retire_working(
    world: World, work: UnitOfWork, credential: Credential, *, actor: UserId | None, why: str
) -> Credential:
    """The same for all that work: the credential authenticates no more until it is rotated."""
    for secret in credential.working(work.now):
        credential = retire_telling(world, work, credential, secret, actor=actor, why=why)
    return credential
