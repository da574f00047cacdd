"""What a notice is about, read when its message is made."""

from bot.domain.credential import Credential
from bot.domain.ids import DelegationId, NoticeId
from bot.domain.kind import NEW
from bot.domain.notice import OF_GLASS, OF_GUESSES, OF_WARNED, About, Case, Notice, NoticeKind
from bot.domain.refusals import UNKNOWN_CLIENT, WRONG_SECRET, Guessed, Moved
from bot.domain.request import Request
from bot.ports import Reader, World
from bot.service.delivery import checkpoints, digest

_SHOWN = 10
"""Credentials of a group that its card is given; the rest is counted."""


def subject(world: World, reader: Reader, notice: Notice) -> About | None:
    """As it is now; None if it is gone."""
    if notice.request is not None and notice.kind in OF_GLASS:
        return reader.glasses.get(notice.request)
    if notice.credential is not None:
        return _of_credential(reader, notice, reader.credentials.get(notice.credential))
    if notice.request is not None:
        return _with_subject(reader, reader.requests.get(notice.request))
    if notice.group is not None:
        return _of_group(world, reader, notice, notice.group)
    return _whole(world, reader, notice)


def _of_credential(reader: Reader, notice: Notice, credential: Credential | None) -> About | None:
    if credential is None:
        return None
    if notice.kind in OF_GUESSES:
        refusals = reader.logins.refusals(credential.id, WRONG_SECRET)
        return None if refusals is None else Guessed(credential, refusals)
    if notice.kind is NoticeKind.OWNER_NETWORK:
        met = None if notice.group is None else reader.logins.told_by(notice.group)
        return None if met is None else Moved(credential, met)
    return credential


def _of_group(world: World, reader: Reader, notice: Notice, group: NoticeId) -> About | None:
    if notice.kind is NoticeKind.STANDS_IN:
        return reader.delegations.get(DelegationId(group))
    if notice.kind in OF_WARNED:
        return reader.groups.read(group, world.clock.now(), limit=_SHOWN)
    return reader.notices.group(notice.kind, group, limit=_SHOWN)


def _whole(world: World, reader: Reader, notice: Notice) -> About | None:
    if notice.kind is NoticeKind.STRANGERS:
        return reader.logins.refusals(None, UNKNOWN_CLIENT)
    if notice.kind is NoticeKind.DIGEST:
        return digest.compute(world, reader)
    return checkpoints.standing(world) if notice.kind is NoticeKind.CHECKPOINT else None


def _with_subject(reader: Reader, request: Request | None) -> Request | Case | None:
    credential = None if request is None or request.asked.kind in NEW else reader.credentials.get(request.credential)
    return request if request is None or credential is None else Case(request, credential)
