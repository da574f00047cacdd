"""Who is told what, and when: the rows that the outbox sends. Always written in the transaction that is their cause."""

from collections.abc import Iterable, Sequence

from bot.domain.credential import Credential
from bot.domain.delegation import Delegation
from bot.domain.ids import ChannelId, CredentialId, NoticeId, RequestId, UserId
from bot.domain.kind import Kind
from bot.domain.notice import Notice, NoticeKind
from bot.domain.request import Request, State
from bot.ports import UnitOfWork, World
from bot.service.delivery import alarm


def announce(world: World, work: UnitOfWork, request: Request) -> None:
    """A request was opened: its card in the estate's channel, and a DM to everybody who may approve it."""
    _card(world, work, request)
    for approver in sorted(request.eligible(world.policy, world.directory)):
        _tell(world, work, NoticeKind.APPROVER_ASKED, request, approver)


def progress(world: World, work: UnitOfWork, request: Request) -> None:
    """A vote counts and decides nothing yet: the card shows it."""
    _card(world, work, request)


def ask_also(world: World, work: UnitOfWork, request: Request, people: Iterable[UserId]) -> None:
    """Others may decide it by now: they are asked, and the card says so."""
    _card(world, work, request)
    for person in sorted(people):
        _tell(world, work, NoticeKind.APPROVER_ASKED, request, person)


def no_longer_asked(world: World, work: UnitOfWork, request: Request, person: UserId) -> None:
    """Somebody may not decide it any more: the card and the message to them say so."""
    _card(world, work, request)
    if work.notices.exists(NoticeKind.APPROVER_ASKED, request.id, person):
        _tell(world, work, NoticeKind.APPROVER_ASKED, request, person)


def tell_stand_in(world: World, work: UnitOfWork, delegation: Delegation) -> None:
    """Whoever stands in is told until when, and when it has ended."""
    kind, group = NoticeKind.STANDS_IN, NoticeId(delegation.id)
    work.notices.add(Notice(id=_id(world), kind=kind, group=group, person=delegation.delegate, due_at=work.now))


def remind(world: World, work: UnitOfWork, request: Request) -> bool:
    """Remind the approvers who have not voted, each once; whether there was anybody to remind."""
    silent = [
        approver
        for approver in sorted(request.waits_for(world.policy, world.directory))
        if not work.notices.exists(NoticeKind.APPROVER_REMINDED, request.id, approver)
    ]
    for approver in silent:
        _tell(world, work, NoticeKind.APPROVER_REMINDED, request, approver)
    return bool(silent)


def outcome(world: World, work: UnitOfWork, request: Request) -> None:
    """A request was decided or ended: the card, the approvers' DMs and the owner's are brought up to date.

    Who asked for a credential of their own hears of the approval by the message with the button, and by no other.
    """
    _card(world, work, request)
    refresh_asked(world, work, request)
    owner = request.asked.owner
    waits = request.state is State.APPROVED and request.takes_effect_by_itself  # its effect is told, in a moment
    if not waits and (request.state is not State.APPROVED or request.asked.requester != owner):
        _tell(world, work, NoticeKind.REQUESTER_TOLD, request, request.asked.requester)
    offered = request.state is State.APPROVED and not request.takes_effect_by_itself
    if offered or work.notices.exists(NoticeKind.OWNER_REVEAL, request.id, owner):
        _tell(world, work, NoticeKind.OWNER_REVEAL, request, owner)


def refresh_asked(world: World, work: UnitOfWork, request: Request) -> None:
    """Edit the DMs that asked somebody to approve."""
    for approver in sorted(request.eligible(world.policy, world.directory)):
        if work.notices.exists(NoticeKind.APPROVER_ASKED, request.id, approver):
            _tell(world, work, NoticeKind.APPROVER_ASKED, request, approver)


def revealing(world: World, work: UnitOfWork, request: Request) -> None:
    """A reveal started, was lost or ended: the card and the owner's DM show it."""
    _card(world, work, request)
    _tell(world, work, NoticeKind.OWNER_REVEAL, request, request.asked.owner)


def tell_owner(
    world: World, work: UnitOfWork, kind: NoticeKind, credential: Credential, *, occasion: RequestId | None = None
) -> None:
    """A DM to a credential's owner."""
    tell_about(world, work, kind, credential, credential.owner, occasion=occasion)


def tell_anew(
    world: World, work: UnitOfWork, kind: NoticeKind, credential: Credential, *, occasion: RequestId | None = None
) -> None:
    """The same as a message of its own: what the one before was about has long been settled."""
    told = Notice(
        id=_id(world),
        kind=kind,
        request=occasion,
        credential=credential.id,
        person=credential.owner,
        due_at=work.now,
    )
    work.notices.forget(told)
    tell_owner(world, work, kind, credential, occasion=occasion)


OF_SECRETS = (
    NoticeKind.OWNER_NOT_SHOWN,
    NoticeKind.OWNER_UNCONFIRMED,
    NoticeKind.OWNER_ROTATED,
    NoticeKind.OWNER_RETIRING,
)
"""About the secrets of one issue or rotation: each has messages of its own."""


def tell_of_secret(
    world: World, work: UnitOfWork, kind: NoticeKind, credential: Credential, person: UserId | None = None
) -> None:
    """A DM to a credential's owner, or to whoever was that, about the secrets of its newest issue or rotation."""
    occasion = credential.newest.request
    tell_about(world, work, kind, credential, person or credential.owner, occasion=occasion)


def refresh_secrets(world: World, work: UnitOfWork, credential: Credential, person: UserId | None = None) -> None:
    """Edit these messages, so that none offers what no longer makes sense."""
    if not credential.secrets:
        return
    for kind in OF_SECRETS:
        if work.notices.exists(kind, credential.newest.request, person or credential.owner):
            tell_of_secret(world, work, kind, credential, person)


def tell_of_deletion(world: World, work: UnitOfWork, credential: Credential) -> None:
    """A deletion was undone, or is final: its owner's message, the card in the channel and who asked for it say so."""
    request = work.requests.last_fulfilled(credential.id, Kind.DELETE)
    tell_owner_of_deletion(world, work, credential, None if request is None else request.id)
    if request is not None:
        _card(world, work, request)
        refresh_asked(world, work, request)
        _tell(world, work, NoticeKind.REQUESTER_TOLD, request, request.asked.requester)


def tell_owner_of_deletion(world: World, work: UnitOfWork, credential: Credential, occasion: RequestId | None) -> None:
    """A DM to the owner of what is being deleted, is gone or came back: one a deletion, edited in place."""
    kind = NoticeKind.TRACKED_DELETE if credential.tracked else NoticeKind.OWNER_DELETED
    tell_owner(world, work, kind, credential, occasion=occasion)


def tell_channel(world: World, work: UnitOfWork, kind: NoticeKind, credential: Credential) -> None:
    """A card about a credential in its estate's channel."""
    channel = world.policy.channel_of(credential.estate)
    work.notices.add(Notice(id=_id(world), kind=kind, credential=credential.id, channel=channel, due_at=work.now))


def tell_security(world: World, work: UnitOfWork, kind: NoticeKind, credential: Credential) -> None:
    """A card about a credential in the security channel."""
    channel = world.policy.security_channel
    work.notices.add(Notice(id=_id(world), kind=kind, credential=credential.id, channel=channel, due_at=work.now))


def tell_about(
    world: World,
    work: UnitOfWork,
    kind: NoticeKind,
    credential: Credential,
    person: UserId,
    *,
    occasion: RequestId | None = None,
) -> None:
    """A DM to somebody about a credential. Nobody is written to who has left."""
    if has_left(world, person):
        return
    work.notices.add(
        Notice(
            id=_id(world),
            kind=kind,
            request=occasion,
            credential=credential.id,
            person=person,
            due_at=work.now,
        )
    )


def left_behind(world: World, work: UnitOfWork, channel: ChannelId, items: Sequence[CredentialId]) -> None:
    """What somebody who left owns, in the channel of its estate: one message, edited as it is taken over."""
    group = _id(world)
    work.notices.gather(group, items)
    work.notices.add(Notice(id=group, kind=NoticeKind.OWNER_LEFT, group=group, channel=channel, due_at=work.now))


def refresh_left_behind(world: World, work: UnitOfWork, credential: Credential) -> None:
    """Edit the messages that offer a credential to be taken over: it has another owner, or has ended, or is back."""
    _edit(world, work, work.notices.telling_of(NoticeKind.OWNER_LEFT, credential.id))


def refresh_left_behind_by(world: World, work: UnitOfWork, user: UserId) -> None:
    """The same for all that somebody owns, who is there again."""
    _edit(world, work, work.notices.telling_of_owner(NoticeKind.OWNER_LEFT, user))


def _edit(world: World, work: UnitOfWork, told: Sequence[Notice]) -> None:
    for first in told:
        again = Notice(id=_id(world), kind=first.kind, group=first.group, channel=first.channel, due_at=work.now)
        work.notices.add(again)


def _card(world: World, work: UnitOfWork, request: Request) -> None:
    if request.asked.kind is Kind.BREAK_GLASS:
        alarm.refresh(world, work, request)
        return
    channel: ChannelId = world.policy.channel_of(request.asked.estate)
    work.notices.add(
        Notice(
            id=_id(world),
            kind=NoticeKind.APPROVAL_CARD,
            request=request.id,
            channel=channel,
            due_at=work.now,
        )
    )


def _tell(world: World, work: UnitOfWork, kind: NoticeKind, request: Request, person: UserId) -> None:
    if has_left(world, person):
        return
    work.notices.add(
        Notice(
            id=_id(world),
            kind=kind,
            request=request.id,
            person=person,
            due_at=work.now,
        )
    )


def has_left(world: World, person: UserId) -> bool:
    """Whether somebody has left the workspace: nobody is written to who has."""
    member = world.directory.member(person)
    return member is not None and not member.active


def _id(world: World) -> NoticeId:
    return NoticeId(world.entropy.uuid())
