"""The story that the ledger tells, folded into what the tables must then say. Pure: entries in, expectations out."""

from collections.abc import Callable, Iterator

from bot.domain.events import EventKind
from bot.domain.request import State
from bot.service.story import (
    delegations,
    glasses,
    lives,
    logins,
    registers,
    requests,
    secrets,
    tokens,
    tracking,
    warnings,
)
from bot.service.story.told import Body, Story, ToldCredential, ToldDelegation, ToldGlass, ToldRequest, ToldSecret

__all__ = ["Body", "Story", "ToldCredential", "ToldDelegation", "ToldGlass", "ToldRequest", "ToldSecret", "take"]


def take(story: Story, index: int, kind: str, actor: str | None, body: Body) -> None:
    """Fold the next entry into the story."""
    tell = _TELL.get(kind)
    if tell is None:
        return
    try:
        story.wrong += [f"entry {index} ({kind}): {sentence}" for sentence in tell(story, index, actor or "", body)]
    except KeyError as missing:
        story.wrong.append(f"entry {index} ({kind}) is about {missing}, of which no earlier entry tells")


_TELL: dict[str, Callable[[Story, int, str, Body], Iterator[str]]] = {
    EventKind.POLICY_CHANGED: registers.policy,
    EventKind.TERMS_ACCEPTED: registers.accepted,
    EventKind.REQUEST_OPENED: requests.opened,
    EventKind.REQUEST_ALLOWED: requests.allowed,
    EventKind.REQUEST_ESCALATED: requests.escalated,
    EventKind.VOTE_CAST: requests.voted,
    EventKind.DELEGATION_BEGUN: delegations.begun,
    EventKind.DELEGATION_ENDED: delegations.ended,
    EventKind.REQUEST_CLOSED: requests.moves((State.PENDING, State.APPROVED, State.EXECUTING), None),
    EventKind.REQUEST_STARTED: requests.moves((State.APPROVED,), State.EXECUTING),
    EventKind.REQUEST_LOST: requests.moves((State.EXECUTING,), State.UNRESOLVED),
    EventKind.REQUEST_RECLAIMED: requests.moves((State.UNRESOLVED,), State.APPROVED),
    EventKind.GLASS_BROKEN: glasses.broken,
    EventKind.REVIEW_CAST: glasses.reviewed,
    EventKind.REVIEW_MISSED: glasses.missed,
    EventKind.CREDENTIAL_ISSUED: secrets.issued,
    EventKind.CREDENTIAL_TRACKED: tracking.tracked,
    EventKind.CREDENTIAL_IMPORTED: tracking.imported,
    EventKind.SECRET_REISSUED: secrets.reissued,
    EventKind.SECRET_ROTATED: secrets.rotated,
    EventKind.SECRET_RETIRED: secrets.retired,
    EventKind.SECRET_LEAKED: secrets.leaked,
    EventKind.SECRET_KEPT: secrets.kept,
    EventKind.SECRET_SHOWN: secrets.shown,
    EventKind.RECEIPT_CHANGED: secrets.receipt,
    EventKind.TOKEN_REVOKED: tokens.revoked,
    EventKind.CREDENTIAL_USED: logins.used,
    EventKind.CREDENTIAL_REFUSED: logins.refused,
    EventKind.CREDENTIAL_SUSPENDED: lives.suspended,
    EventKind.CREDENTIAL_RESUMED: lives.resumed,
    EventKind.CREDENTIAL_TRANSFERRED: lives.transferred,
    EventKind.CREDENTIAL_EXTENDED: lives.extended,
    EventKind.CREDENTIAL_DELETING: lives.deleting,
    EventKind.CREDENTIAL_RESTORED: lives.restored,
    EventKind.CREDENTIAL_DELETED: lives.deleted,
    EventKind.CREDENTIAL_EXPIRED: lives.expired,
    EventKind.WARNING_RAISED: warnings.raised,
    EventKind.WARNING_SNOOZED: warnings.snoozed,
    EventKind.EXPIRY_ACCEPTED: warnings.accepted,
}
