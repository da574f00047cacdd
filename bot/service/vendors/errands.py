"""The end of a credential that lives elsewhere: approved here, done there by its owner, who says so here.

Until then its owner is reminded every day, and after a week the estate's channel, too; of an owner who has left the
channel at once, where an admin can say so. What is due is claimed in the
transaction that writes the reminder, so that it goes out once.
"""

from collections import defaultdict
from collections.abc import Iterable

from bot.domain.credential import Credential, State, Verb
from bot.domain.errand import Errand
from bot.domain.errors import Denied, Reason
from bot.domain.events import CredentialDeleted, Via
from bot.domain.ids import ChannelId, CredentialId, NoticeId, UserId
from bot.domain.notice import Notice, NoticeKind
from bot.domain.reminder import Hours
from bot.ports import UnitOfWork, World
from bot.service import lifecycle
from bot.service.delivery import notices
from bot.service.handover.receipts import NOT_FOUND


def begin(world: World, work: UnitOfWork, credential: Credential) -> None:
    """Its deletion was approved: from now on somebody has something to do."""
    work.errands.add(Errand.begun(credential.id, work.now, _hours(world, credential)))


def gone_there(world: World, credential_id: CredentialId, actor: UserId) -> Credential | Denied:
    """Its owner, or an admin, says that it is deleted where it lived. Said twice, it is gone once."""
    with world.store.work() as work:
        credential = work.credentials.get(credential_id)
        if credential is None or not credential.tracked:
            return NOT_FOUND
        decision = world.policy.may_change(actor, credential.estate, credential.owner, world.directory)
        if isinstance(decision, Denied):
            return decision
        if credential.state is State.DELETED:
            return credential
        if credential.state is not State.DELETING:
            return Denied(Reason.WRONG_STATE, f"This credential is {credential.state.told}: nobody asked to delete it.")
        ended = lifecycle.end(world, work, credential, Verb.DESTROY)
        notices.tell_of_deletion(world, work, ended)
        why = "its owner or an admin says that it is deleted where it lived"
        work.record(CredentialDeleted(actor=actor, via=Via.SLACK, credential=ended.id, why=why))
    world.wake()
    return ended


def remind(world: World, *, limit: int) -> int:
    """Remind the owners of what they have still to delete elsewhere, each by one message; how many credentials."""
    of_owners: dict[UserId, list[CredentialId]] = defaultdict(list)
    of_channels: dict[ChannelId, list[CredentialId]] = defaultdict(list)
    with world.store.work() as work:
        due = work.errands.due(work.now, limit=limit)
        for errand in due:
            credential = work.credentials.get(errand.credential)
            if credential is None:
                work.errands.done(errand.credential)
                continue
            work.errands.save(errand.reminded(work.now, _hours(world, credential)))
            left = notices.has_left(world, credential.owner)
            if not left:
                of_owners[credential.owner].append(credential.id)
            if left or errand.is_late(work.now):
                of_channels[world.policy.channel_of(credential.estate)].append(credential.id)
        for owner, waiting in of_owners.items():
            _tell(world, work, waiting, person=owner)
        for channel, waiting in of_channels.items():
            _tell(world, work, waiting, channel=channel)
    return len(due)


def _tell(
    world: World,
    work: UnitOfWork,
    waiting: Iterable[CredentialId],
    *,
    person: UserId | None = None,
    channel: ChannelId | None = None,
) -> None:
    """A message of its own each time: an edited one would remind nobody."""
    group = NoticeId(world.entropy.uuid())
    work.notices.gather(group, list(waiting))
    work.notices.add(
        Notice(
            id=group,
            kind=NoticeKind.TRACKED_DELETE_WAITS,
            group=group,
            person=person,
            channel=channel,
            due_at=work.now,
        )
    )


def _hours(world: World, credential: Credential) -> Hours:
    return world.policy.schedule(credential.role, credential.estate, credential.expires_at).hours
