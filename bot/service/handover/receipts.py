"""What became of a secret after it left: whether its message was taken, and whether its owner has it."""

from dataclasses import replace

from bot.domain.credential import RECEIPT_TRANSITIONS, Credential, Delivery, ReceiptVerb, State
from bot.domain.errors import Denied, Reason
from bot.domain.events import Outcome, ReceiptChanged, SecretShown, Via
from bot.domain.ids import CredentialId, SecretId, UserId
from bot.domain.machine import can, step
from bot.domain.notice import NoticeKind
from bot.ports import UnitOfWork, World
from bot.service.delivery import notices


def delivered(world: World, credential: CredentialId, secret: SecretId, delivery: Delivery) -> None:
    """Record what became of the message that showed a secret. Said once: the first word counts."""
    with world.store.work() as work:
        found = work.credentials.get(credential)
        if found is None or found.tracked or found.newest.id != secret or found.newest.delivery is not Delivery.PENDING:
            return
        record_delivery(world, work, found, delivery, via=Via.SLACK)
    world.wake()


def record_delivery(world: World, work: UnitOfWork, credential: Credential, delivery: Delivery, *, via: Via) -> None:
    """The outcome of a delivery, inside a transaction; its owner is offered another secret where it may be lost."""
    work.credentials.save_secret(credential.id, replace(credential.newest, delivery=delivery))
    if delivery is not Delivery.DELIVERED:
        notices.tell_of_secret(world, work, NoticeKind.OWNER_NOT_SHOWN, credential)
    work.record(
        SecretShown(
            actor=credential.owner,
            via=via,
            outcome=_OUTCOMES[delivery],
            credential=credential.id,
            secret=credential.newest.id,
            delivery=delivery,
        )
    )


def stored(world: World, credential: CredentialId, secret: SecretId, actor: UserId) -> Credential | Denied:
    """The owner says that the secret arrived and is kept."""
    with world.store.work() as work:
        found = work.credentials.get(credential)
        if found is None or found.tracked:
            return NOT_FOUND
        if actor != found.owner:
            return Denied(Reason.NOT_OWNER, "Only the owner can say this.")
        if found.newest.id != secret:
            return REPLACED
        if found.state is not State.ACTIVE:
            return Denied(Reason.WRONG_STATE, f"It is too late: this credential is {found.state.told}.")
        if not can(RECEIPT_TRANSITIONS, found.newest.receipt, ReceiptVerb.STORE):
            return found
        kept = replace(
            found.newest,
            receipt=step(RECEIPT_TRANSITIONS, found.newest.receipt, ReceiptVerb.STORE),
            delivery=Delivery.DELIVERED,
        )
        after = replace(found, secrets=(*found.secrets[:-1], kept))
        work.credentials.save_secret(credential, kept)
        notices.refresh_secrets(world, work, after)
        work.record(
            ReceiptChanged(actor=actor, via=Via.SLACK, credential=credential, secret=secret, receipt=kept.receipt)
        )
    world.wake()
    return after


_OUTCOMES = {
    Delivery.PENDING: Outcome.UNKNOWN,
    Delivery.DELIVERED: Outcome.DONE,
    Delivery.REFUSED: Outcome.FAILED,
    Delivery.UNKNOWN: Outcome.UNKNOWN,
}
NOT_FOUND = Denied(Reason.NOT_FOUND, "I do not know this credential. It may have been removed.")
REPLACED = Denied(Reason.STALE, "This secret has been replaced by a newer one. Use the newest message.")
