"""Who is told of a broken glass, and what: loudly at once, daily while nobody has reviewed it, and how it ended.

Its two cards stand in the estate's channel and in the security channel, and a message goes to everybody who approves
there and to every admin. All of them are edited in place as things move; what must ring a bell is a message of its own.
"""

from bot.domain import break_glass
from bot.domain.break_glass import Glass, State
from bot.domain.credential import Credential
from bot.domain.ids import ChannelId, NoticeId, UserId
from bot.domain.notice import Notice, NoticeKind
from bot.domain.request import Request
from bot.ports import UnitOfWork, World


def sound(world: World, work: UnitOfWork, request: Request) -> None:
    """Somebody has just taken a credential: everybody is told. The cards were posted when the request was entered."""
    for person in sorted(break_glass.told(request, world.policy, world.directory)):
        _tell(world, work, NoticeKind.GLASS_TOLD, request, person)


def refresh(world: World, work: UnitOfWork, request: Request) -> None:
    """Bring the cards up to date, and the messages of those who were told."""
    for kind, channel in _places(world, request):
        _post(world, work, kind, request, channel)
    for person in sorted(break_glass.told(request, world.policy, world.directory)):
        if work.notices.exists(NoticeKind.GLASS_TOLD, request.id, person):
            _tell(world, work, NoticeKind.GLASS_TOLD, request, person)


def credential_ended(world: World, work: UnitOfWork, credential: Credential) -> None:
    """A credential has ended: if it was taken without approval, its cards say so."""
    glass = None if credential.request is None else work.glasses.get(credential.request)
    if glass is not None:
        refresh(world, work, glass.request)


def reviewed(world: World, work: UnitOfWork, glass: Glass) -> None:
    """Somebody found it justified: the cards show it. Where two have, whoever took it is told that this is over."""
    refresh(world, work, glass.request)
    if glass.state is State.JUSTIFIED:
        _tell(world, work, NoticeKind.GLASS_OUTCOME, glass.request, glass.taker)


def announce(world: World, work: UnitOfWork, glass: Glass) -> None:
    """It is ended, because of a refusal or because nobody reviewed it in time: both channels and everybody hear it."""
    for _, channel in _places(world, glass.request):
        _post(world, work, NoticeKind.GLASS_OUTCOME, glass.request, channel)
    everybody = break_glass.told(glass.request, world.policy, world.directory)
    for person in sorted(everybody | {glass.taker}):
        _tell(world, work, NoticeKind.GLASS_OUTCOME, glass.request, person)


def remind(world: World, work: UnitOfWork, glass: Glass) -> None:
    """Remind those who can review it and have not; where nobody can, the admins, who can change that."""
    waits_for = glass.waits_for(world.policy, world.directory)
    everybody = break_glass.told(glass.request, world.policy, world.directory)
    for person in sorted(waits_for or everybody):
        _tell(world, work, NoticeKind.GLASS_REMINDED, glass.request, person)


def _places(world: World, request: Request) -> list[tuple[NoticeKind, ChannelId]]:
    """The estate's channel and the security channel; where they are one, one card."""
    channel, security = world.policy.channel_of(request.asked.estate), world.policy.security_channel
    places = [(NoticeKind.GLASS_CARD, channel), (NoticeKind.GLASS_SECURITY_CARD, security)]
    return places[:1] if channel == security else places


def _post(world: World, work: UnitOfWork, kind: NoticeKind, request: Request, channel: ChannelId) -> None:
    work.notices.add(Notice(id=_id(world), kind=kind, request=request.id, channel=channel, due_at=work.now))


def _tell(world: World, work: UnitOfWork, kind: NoticeKind, request: Request, person: UserId) -> None:
    work.notices.add(Notice(id=_id(world), kind=kind, request=request.id, person=person, due_at=work.now))


def _id(world: World) -> NoticeId:
    return NoticeId(world.entropy.uuid())
