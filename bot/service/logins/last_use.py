"""When and from where each secret was last used, and the receipt that a first use is.

A use is noted in memory, on the answer's path; `flush` writes it later, in the background and at the end: a first use
at the next flush, and then no more than once a minute and secret. A process killed between the two loses the note of
a use, never an effect: the next use confirms the receipt as well.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from threading import Lock

from bot.domain.credential import RECEIPT_TRANSITIONS, ReceiptVerb, SecretState, Verb
from bot.domain.events import ReceiptChanged, Via
from bot.domain.ids import CredentialId, SecretId
from bot.domain.machine import can, step
from bot.domain.origin import agent_of
from bot.ports import Conflict, StoreBusyError, UnitOfWork, World
from bot.service.delivery import notices
from bot.service.expiry import unused

PAUSE = timedelta(minutes=1)
"""Between two writes about the same secret."""
BATCH = 50
"""Uses written in one transaction: so that a flush never holds the writer for long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """A secret authenticated a client."""

    credential: CredentialId
    secret: SecretId
    at: datetime
    address: str
    agent: str = ""
    """What the client calls itself (`User-Agent`), as it was sent."""


class LastUse:
    """Collects uses from any thread. Of one secret's uses it keeps the latest."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._noted: dict[SecretId, Use] = {}
        self._written: dict[SecretId, datetime] = {}

    def note(self, use: Use) -> None:
        """Keep a use until the next flush. Does no I/O."""
        with self._lock:
            held = self._noted.get(use.secret)
            if held is None or held.at <= use.at:
                self._noted[use.secret] = use

    def flush(self, world: World, *, final: bool = False) -> int:
        """Write what is due, and say how many. `final`: everything, due or not.

        What a busy store kept from being written stays noted for the next flush.
        """
        written = 0
        while batch := self._take(world.clock.now(), final=final):
            try:
                with world.store.work() as work:
                    for use in batch:
                        _write(world, work, use)
            except (StoreBusyError, Conflict):
                self._due_again(batch)
                break
            self._written_down(batch)
            written += len(batch)
        return written

    def settle(self, world: World, work: UnitOfWork, secret: SecretId) -> None:
        """Write what is noted of one secret, in the transaction of whoever must know.

        It stays noted, should that transaction come to nothing: to write it again changes nothing.
        """
        with self._lock:
            use = self._noted.get(secret)
        if use is not None:
            _write(world, work, use)

    def _take(self, now: datetime, *, final: bool) -> list[Use]:
        with self._lock:
            self._written = {secret: at for secret, at in self._written.items() if now - at < PAUSE}
            due = [use for use in self._noted.values() if final or use.secret not in self._written][:BATCH]
            self._written |= {use.secret: now for use in due}
            return due

    def _written_down(self, batch: list[Use]) -> None:
        """It stayed noted until it was committed: whoever had to know meanwhile could see it."""
        with self._lock:
            for use in batch:
                if self._noted.get(use.secret) is use:
                    del self._noted[use.secret]

    def _due_again(self, batch: list[Use]) -> None:
        with self._lock:
            for use in batch:
                self._written.pop(use.secret, None)


def _write(world: World, work: UnitOfWork, use: Use) -> None:
    credential = work.credentials.get(use.credential)
    before = None if credential is None else credential.held(use.secret)
    if credential is None or before is None or _newer(before.last_used_at, use.at):
        return
    after = replace(before, last_used_at=use.at, last_used_from=use.address, last_used_by=agent_of(use.agent))
    if credential.unused_told_at is not None and credential.can(Verb.SUSPEND):
        credential = unused.settle(world, work, credential)
    if before.state is SecretState.RETIRED or not can(RECEIPT_TRANSITIONS, before.receipt, ReceiptVerb.USE):
        work.credentials.save_secret(credential.id, after)
        if before.state is SecretState.RETIRING and _hour(before.last_used_at) != _hour(use.at):
            notices.refresh_secrets(world, work, credential.with_secret(after))
        return
    after = replace(after, receipt=step(RECEIPT_TRANSITIONS, before.receipt, ReceiptVerb.USE))
    work.credentials.save_secret(credential.id, after)
    notices.refresh_secrets(world, work, credential.with_secret(after))
    work.record(
        ReceiptChanged(actor=None, via=Via.WEB, credential=credential.id, secret=after.id, receipt=after.receipt)
    )


def _hour(moment: datetime | None) -> datetime | None:
    """An old secret's last use is shown to its owner: the message is edited once an hour at most."""
    return None if moment is None else moment.replace(minute=0, second=0, microsecond=0)


def _newer(known: datetime | None, at: datetime) -> bool:
    """Whether another process has recorded a later use."""
    return known is not None and known > at
