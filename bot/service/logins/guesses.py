"""Somebody guesses secrets: those who must know are told, once an episode, and the ledger has it."""

from dataclasses import replace

from bot.domain.credential import LIVING
from bot.domain.events import SecretGuessed, Via
from bot.domain.ids import NoticeId
from bot.domain.notice import Notice, NoticeKind
from bot.domain.refusals import Refusals
from bot.ports import UnitOfWork, World
from bot.service.delivery import notices


def note(world: World, work: UnitOfWork, more: Refusals) -> bool:
    """Add to an episode what was refused since; whether somebody is told of it now."""
    before = work.logins.refusals(more.credential, more.cause)
    episode = more if before is None else before.followed_by(more, world.policy.logins)
    told = episode.to_be_told(world.policy.logins) and _tell(world, work, episode)
    work.logins.save_refusals(replace(episode, told_at=work.now) if told else episode)
    return told


def _tell(world: World, work: UnitOfWork, episode: Refusals) -> bool:
    if episode.credential is None:
        line = NoticeId(world.entropy.uuid())
        work.notices.add(
            Notice(id=line, kind=NoticeKind.STRANGERS, channel=world.policy.security_channel, due_at=work.now)
        )
        return True
    credential = work.credentials.get(episode.credential)
    if credential is None or credential.state not in LIVING:
        return False
    notices.tell_owner(world, work, NoticeKind.OWNER_GUESSED, credential)
    notices.tell_security(world, work, NoticeKind.GUESSED_CARD, credential)
    work.record(
        SecretGuessed(
            actor=None,
            via=Via.WEB,
            credential=credential.id,
            count=episode.count,
            since=episode.since,
            until=episode.last_at,
        )
    )
    return True
