"""Credentials that nobody uses: their owners are told once, and they are suspended later, unless they are used.

Only where the policy says after how long (`unused.suspend_after`); else they are only reported. Once a night all are
looked through, in batches that go on where the one before ended; whatever process comes first does the next one.
"""

from dataclasses import replace
from uuid import UUID

from bot.domain.credential import Credential
from bot.domain.ids import CredentialId
from bot.domain.notice import NoticeKind
from bot.ports import Chore, Conflict, UnitOfWork, World
from bot.service.delivery import notices
from bot.service.lifecycle import stop

_CHORE = "unused"


def tell_owners(world: World, *, limit: int = 100) -> int:
    """Tell the owners of what nobody uses, tonight's next batch of them; how many."""
    unused, today = world.policy.unused, world.policy.today(world.clock.now()).isoformat()
    if unused.suspend_after is None:
        return 0
    with world.store.read() as reader:
        before = reader.chores.get(_CHORE)
        mark = "" if before is None else before.mark
        if mark == today:
            return 0
        now, last = world.clock.now(), _last(mark, today)
        found = reader.credentials.unused(last, now - unused.never, now - unused.idle, limit=limit)
    with world.store.work() as work:
        if work.chores.get(_CHORE) != before:
            raise Conflict("Another process looks for what is unused.")
        for seen in found:
            credential = work.credentials.get(seen.id)
            if credential == seen and credential.works_at(work.now):  # else it has ended, or is looked at tomorrow
                _tell(world, work, credential)
        far = f"{today} {found[-1].id}" if len(found) >= limit else today
        work.chores.save(_CHORE, Chore(done_at=work.now, mark=far))
    return len(found)


def suspend_unused(world: World, *, limit: int = 100) -> int:
    """Suspend what nobody has used though its owner was told in time; how many were decided about.

    What has been used since, or no longer counts as unused under the policy of now, is left in peace, and the message
    to its owner says so.
    """
    unused = world.policy.unused
    with world.store.work() as work:
        before = work.now if unused.suspend_after is None else work.now - unused.suspend_after
        found = work.credentials.told_unused(before, limit=limit)
        due = [credential for credential in found if credential.works_at(work.now)]  # the others have expired
        for credential in due:
            dates = credential.created_at, credential.last_used_at
            if unused.suspend_after is not None and unused.counts(*dates, work.now):
                stopped = stop(world, work, credential, actor=None, why="nobody has used it")
                notices.tell_owner(world, work, NoticeKind.OWNER_UNUSED, stopped)
            else:
                settle(world, work, credential)
    return len(due)


def settle(world: World, work: UnitOfWork, credential: Credential) -> Credential:
    """It is used after all: its owner's message says so, inside a transaction."""
    settled = replace(credential, unused_told_at=None)
    work.credentials.save(settled, expected=credential.state)
    notices.tell_owner(world, work, NoticeKind.OWNER_UNUSED, settled)
    return settled


def _tell(world: World, work: UnitOfWork, credential: Credential) -> None:
    work.credentials.save(replace(credential, unused_told_at=work.now), expected=credential.state)
    notices.tell_anew(world, work, NoticeKind.OWNER_UNUSED, credential)


def _last(mark: str, today: str) -> CredentialId | None:
    """The last credential that was looked at tonight."""
    day, _, last = mark.partition(" ")
    return CredentialId(UUID(last)) if day == today and last else None
