"""Groups: credentials that one message tells of together, and what is decided about them afterwards.

Ten thousand that are due in one channel are one message, though they are found in many transactions: what is found
later joins a message that nobody has tried to send yet. Each time it is put off a little, and whoever is about to send
it sees by that time that there is more to tell (`bot.service.delivery.outbox`).
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.domain.credential import Credential
from bot.domain.ids import ChannelId, CredentialId, NoticeId, UserId
from bot.domain.notice import Notice, NoticeKind, Resolution
from bot.ports import UnitOfWork, World
from bot.service.delivery.notices import has_left

GATHERING = timedelta(seconds=3)
"""How long a group's message waits for more of its kind."""
_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Address:
    """Which message of a kind, to whom: a channel, or a person."""

    kind: NoticeKind
    channel: ChannelId | None = None
    person: UserId | None = None

    @property
    def destination(self) -> ChannelId | UserId:
        """Either of them."""
        return self.channel or self.person or UserId("")


def tell_together(
    world: World, work: UnitOfWork, address: Address, members: Iterable[tuple[CredentialId, datetime]]
) -> NoticeId:
    """Tell somebody of credentials and their expiries, in one message with what else there is; that message's group."""
    due_at = work.now + GATHERING
    joined = work.groups.joinable(address.kind, address.destination)
    if joined is None:
        group = NoticeId(world.entropy.uuid())
        work.notices.add(
            Notice(
                id=group,
                kind=address.kind,
                group=group,
                channel=address.channel,
                person=address.person,
                due_at=due_at,
            )
        )
    else:
        group = joined.id
        work.notices.save(replace(joined, due_at=max(joined.due_at, due_at)))
    work.groups.gather(group, members)
    return group


def settle(
    world: World, work: UnitOfWork, credential: Credential, resolution: Resolution, by: UserId | None = None
) -> None:
    """Something was decided about a credential: the messages that warned of it say so, and offer no more choices.

    That somebody let it expire stands until somebody decides otherwise. Its end is no decision.
    """
    instead = credential.plan.let_expire_by is None and resolution is not Resolution.EXPIRED
    for shown in work.groups.decide(credential.id, resolution, by, instead=instead):
        _edit(world, work, shown)


def reopen(world: World, work: UnitOfWork, credential: Credential) -> None:
    """A deletion was undone: the messages that warned of its expiry offer their choices again."""
    for shown in work.groups.reopen(credential.id, credential.expires_at):
        _edit(world, work, shown)


def redraw(world: World, work: UnitOfWork, credential: Credential) -> None:
    """It was suspended, or works again: the messages that warn of its expiry say so, and offer what is possible now."""
    for shown in work.groups.showing(credential.id):
        _edit(world, work, shown)


def _edit(world: World, work: UnitOfWork, shown: Notice) -> None:
    """Bring a message up to date. One that waits to be sent or edited will do: it is made when it goes out."""
    if shown.group is None or (shown.person is not None and has_left(world, shown.person)):
        return
    waiting = work.groups.waiting(shown.kind, shown.group)
    if waiting is not None:
        work.notices.save(replace(waiting, due_at=waiting.due_at + _INSTANT))
    elif work.notices.posted(shown.kind, shown.group, shown.person) is not None:
        work.notices.add(
            Notice(
                id=NoticeId(world.entropy.uuid()),
                kind=shown.kind,
                group=shown.group,
                channel=shown.channel,
                person=shown.person,
                due_at=work.now,
            )
        )
