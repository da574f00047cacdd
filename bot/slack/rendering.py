"""Which card each kind of notice is: made when it is sent, from what it is about as that is then."""

from collections.abc import Callable, Mapping

from bot.domain.break_glass import Glass
from bot.domain.credential import Credential
from bot.domain.delegation import Delegation
from bot.domain.digest import Digest
from bot.domain.log_standing import LogStanding
from bot.domain.notice import OF_GUESSES, About, Case, Group, Notice, NoticeKind, Warned
from bot.domain.refusals import Guessed, Moved, Refusals
from bot.domain.request import Request
from bot.slack.cards import (
    absence,
    detour,
    digest,
    glass,
    guesses,
    leak,
    leaving,
    ledger,
    life,
    offer,
    overlap,
    request,
    secret,
    tracked,
    warning,
)
from bot.slack.cards.pieces import Card, Known

OF_REQUESTS: Mapping[NoticeKind, Callable[[Notice, Request, Known, Credential | None], Card]] = {
    NoticeKind.APPROVAL_CARD: lambda _, about, known, subject: request.approval(about, known, subject),
    NoticeKind.APPROVER_ASKED: lambda to, about, known, subject: request.asked(about, known, to.person, subject),
    NoticeKind.APPROVER_REMINDED: lambda to, about, known, subject: request.asked(about, known, to.person, subject),
    NoticeKind.REQUESTER_TOLD: lambda _, about, known, subject: request.told(about, known, subject),
    NoticeKind.OWNER_REVEAL: lambda _, about, known, subject: offer.offer(about, known, subject),
}
OF_CREDENTIALS: Mapping[NoticeKind, Callable[[Notice, Credential, Known], Card]] = {
    NoticeKind.OWNER_NOT_SHOWN: lambda notice, about, known: secret.not_shown(about, known, notice.request),
    NoticeKind.OWNER_UNCONFIRMED: lambda notice, about, _: secret.unconfirmed(about, notice.request),
    NoticeKind.OWNER_SUSPENDED: lambda _, about, known: life.suspended(about, known),
    NoticeKind.SUSPENSION_CARD: lambda _, about, known: life.suspended(about, known),
    NoticeKind.OWNER_EXPIRED: lambda _, about, known: secret.expired(about, known),
    NoticeKind.OWNER_ROTATED: lambda notice, about, known: overlap.rotated(about, known, notice),
    NoticeKind.OWNER_RETIRING: lambda notice, about, known: overlap.retiring(about, known, notice),
    NoticeKind.OWNER_TRANSFERRED: lambda _, about, __: life.transferred(about),
    NoticeKind.OWNER_LEAKED: lambda _, about, known: leak.leaked(about, known),
    NoticeKind.LEAK_CARD: lambda _, about, known: leak.leaked(about, known),
    NoticeKind.OWNER_UNUSED: lambda _, about, known: life.unused(about, known),
    NoticeKind.OWNER_DELETED: lambda _, about, __: life.deleted(about),
    NoticeKind.TRACKED_DELETE: lambda _, about, known: tracked.to_delete(about, known),
}
OF_GROUPS: Mapping[NoticeKind, Callable[[Notice, Group, Known], Card]] = {
    NoticeKind.OWNER_LEFT: lambda _, about, known: leaving.left(about, known),
    NoticeKind.TRACKED_DELETE_WAITS: lambda notice, about, known: tracked.waiting(
        about, known, to_owner=notice.person is not None
    ),
}
OF_WARNED: Mapping[NoticeKind, Callable[[Warned, Known], Card]] = {
    NoticeKind.WARNING_CARD: warning.warning,
    NoticeKind.OWNER_WARNED: warning.warned,
    NoticeKind.EXPIRED_CARD: warning.expired,
}
OF_GLASSES: Mapping[NoticeKind, Callable[[Notice, Glass, Known], Card]] = {
    NoticeKind.GLASS_CARD: lambda _, about, known: glass.card(about, known),
    NoticeKind.GLASS_SECURITY_CARD: lambda _, about, known: glass.card(about, known),
    NoticeKind.GLASS_TOLD: lambda notice, about, known: glass.told(about, known, notice.person),
    NoticeKind.GLASS_REMINDED: lambda notice, about, known: glass.reminded(about, known, notice.person),
    NoticeKind.GLASS_OUTCOME: lambda notice, about, known: glass.outcome(about, known, notice.person),
}


def render(notice: Notice, about: About, known: Known) -> Card:
    """The card of a notice, or the line in its place. Raises `TypeError` where it is not about what its kind is."""
    if notice.plain:
        return detour.line(notice, about)
    return detour.astray(_card(notice, about, known), notice)


def _card(notice: Notice, about: About, known: Known) -> Card:
    if isinstance(about, Request | Case) and notice.kind in OF_REQUESTS:
        asked, subject = (about.request, about.credential) if isinstance(about, Case) else (about, None)
        return OF_REQUESTS[notice.kind](notice, asked, known, subject)
    if isinstance(about, Credential) and notice.kind in OF_CREDENTIALS:
        return OF_CREDENTIALS[notice.kind](notice, about, known)
    if isinstance(about, Glass) and notice.kind in OF_GLASSES:
        return OF_GLASSES[notice.kind](notice, about, known)
    if isinstance(about, Group) and notice.kind in OF_GROUPS:
        return OF_GROUPS[notice.kind](notice, about, known)
    if isinstance(about, Warned) and notice.kind in OF_WARNED:
        return OF_WARNED[notice.kind](about, known)
    return _of_the_whole(notice, about, known)


def _of_the_whole(notice: Notice, about: About, known: Known) -> Card:
    if isinstance(about, Guessed) and notice.kind in OF_GUESSES:
        return guesses.guessed(about, known)
    if isinstance(about, Moved) and notice.kind is NoticeKind.OWNER_NETWORK:
        return guesses.moved(about, known)
    if isinstance(about, Refusals) and notice.kind is NoticeKind.STRANGERS:
        return guesses.strangers(about)
    if isinstance(about, Digest) and notice.kind is NoticeKind.DIGEST:
        return digest.digest(about, known)
    if isinstance(about, LogStanding) and notice.kind is NoticeKind.CHECKPOINT:
        return ledger.checkpoint(about)
    if isinstance(about, Delegation) and notice.kind is NoticeKind.STANDS_IN:
        return absence.stands_in(about, known)
    raise TypeError(f"A notice of {notice.kind} is not about a {type(about).__name__.lower()}.")
