"""What an auditor reads of the ledger: the newest entries about a credential, and the proof of one of them.

Guarantees: auditors of the policy alone read entries, and each reading is itself an entry, committed before anything is
shown. A proof tells nothing of what its entry says: the entry is in it as it is stored, sealed.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.domain.credential import Credential
from bot.domain.errors import Denied, Reason
from bot.domain.events import LedgerRead, Via
from bot.domain.ids import CredentialId, UserId
from bot.ports import Entry, World
from bot.service import inventory
from bot.service.inventory import Choice
from bot.service.sight import may_audit

SHOWN = 12
"""Entries: as many as a card has room for."""
_UNKNOWN = Denied(Reason.NOT_FOUND, "There is no such entry about a credential.")
_UNSIGNED = Denied(
    Reason.UNAVAILABLE,
    "No checkpoint covers that entry yet: the newest are signed within a minute. Press again then.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Audited:
    """What the ledger says, newest first. `people`: who stands behind each ID; None for who was erased."""

    credential: Credential
    entries: tuple[Entry, ...]
    people: Mapping[str, UserId | None]
    signed: int
    """How many entries of the log the newest checkpoint covers."""
    origin: str
    """Of that log. An entry of another one stands in a log that it continues."""


def audit(world: World, user: UserId, name: str) -> Audited | Choice | Denied:
    """The newest entries about the credential of a name. Raises `StoreBusyError`: then nothing is shown."""
    decision = may_audit(world, user)
    if isinstance(decision, Denied):
        return decision
    found = inventory.show(world, user, name)
    if isinstance(found, Choice | Denied):
        return found
    entries = tuple(world.store.history.about(found.id, limit=SHOWN))
    origin = world.store.history.origin
    if entries:
        read = [entry.index for entry in entries if entry.log == origin] or [0]
        _record(world, user, found.id, read[-1], read[0])
    people = {person: world.store.history.user(person) for entry in entries for person in _people(entry)}
    return Audited(credential=found, entries=entries, people=people, signed=world.store.history.signed(), origin=origin)


def prove(world: World, user: UserId, credential: CredentialId, index: int) -> str | Denied:
    """The `.tlog-proof` of an entry about a credential. The first one after a start hashes the log."""
    decision = may_audit(world, user)
    if isinstance(decision, Denied):
        return decision
    (entry,) = world.store.history.entries(index, limit=1) or (None,)
    if entry is None or entry.body.get("credential") != str(credential):
        return _UNKNOWN
    proof = world.store.history.proof(index)
    if proof is None:
        return _UNSIGNED
    _record(world, user, credential, index, index)
    return proof


def _record(world: World, user: UserId, credential: CredentialId, first: int, last: int) -> None:
    with world.store.work() as work:
        work.record(LedgerRead(actor=user, via=Via.SLACK, credential=credential, first=first, last=last))


def _people(entry: Entry) -> tuple[str, ...]:
    named = (entry.actor, entry.body.get("owner"))
    return tuple(str(person) for person in named if person)
