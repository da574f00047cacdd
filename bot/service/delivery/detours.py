"""What becomes of a message that Slack does not take: it, or a line in its place, goes where somebody reads it.

A card whose channel is closed to us goes to the security channel and says where it belongs. Of a message to a person
whom nothing reaches, only a line goes out, to the estate's channel: whom could not be reached, about what; never the
person's buttons. A message that Slack refuses as such is told of in a line where it should have been. Each is a notice
of its own, with kind and subject of the one that failed. The security channel is the last resort: what fails there
waits until somebody has put it right.
"""

from dataclasses import replace

from bot.domain.credential import Credential
from bot.domain.ids import ChannelId, NoticeId
from bot.domain.notice import About, Case, Notice, NoticeState
from bot.domain.refusals import Guessed, Moved
from bot.domain.request import Request
from bot.ports import Rejected, Undeliverable, UnitOfWork, World


def detour(
    world: World, work: UnitOfWork, notice: Notice, about: About, refused: Undeliverable | Rejected
) -> Notice | None:
    """The notice that goes out in place of one that was refused; None if there is no other place for it."""
    security = world.policy.security_channel
    fresh = replace(
        notice, id=NoticeId(world.entropy.uuid()), state=NoticeState.PENDING, attempts=0, due_at=work.now, tried_at=None
    )
    if isinstance(refused, Rejected) and not notice.plain:
        return replace(fresh, detour=refused.why, belongs=None)
    if notice.channel is None:
        return replace(fresh, channel=_readers(world, about), detour=refused.why, belongs=None)
    if notice.channel == security:
        return None
    if notice.plain:
        return replace(fresh, channel=security)
    return replace(fresh, channel=security, detour=refused.why, belongs=notice.channel)


def _readers(world: World, about: About) -> ChannelId:
    """The channel of the estate that it is about; of more than one, nobody but security may read it all."""
    match about:
        case Request():
            return world.policy.channel_of(about.asked.estate)
        case Case(request=request):
            return world.policy.channel_of(request.asked.estate)
        case Credential():
            return world.policy.channel_of(about.estate)
        case Guessed(credential=credential) | Moved(credential=credential):
            return world.policy.channel_of(credential.estate)
        case _:
            return world.policy.security_channel
