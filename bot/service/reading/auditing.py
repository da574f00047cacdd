"""What an auditor reads of the ledger: the newest entries about a credential, and the proof of one of them.

Guarantees: auditors of the policy alone read entries, and each reading is itself an entry, committed before anything is
shown. A proof tells nothing of what its entry says: the entry is in it as it is stored, sealed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.domain.credential import Credential
from bot.domain.errors import Denied, Reason
from bot.domain.events import LedgerRead, Via
from bot.domain.ids import CredentialId, UserId
from bot.domain.log_standing import verifier_name
from bot.ports import Entry, LogPlace, World
from bot.service.reading import inventory
from bot.service.reading.inventory import Choice
from bot.service.reading.sight import may_audit

SHOWN, OF_LOGINS = 10, 2
"""Entries of a credential's life, and batches of its logins: as many as a card has room for."""
_UNKNOWN = Denied(Reason.NOT_FOUND, "There is no such entry about a credential.")
_UNSIGNED = Denied(
    Reason.UNAVAILABLE,
    "No checkpoint covers that entry yet: the newest are signed within a minute. Press again then.",
)
_NEVER_SIGNED = Denied(
    Reason.UNAVAILABLE,
    "That entry has no proof: its log ended, where a backup was restored, before a checkpoint covered it. "
    "`cred verify` holds it against what the log that goes on says of it.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Audited:
    """What the ledger says, newest first. `people`: who stands behind each ID; None for who was erased."""

    credential: Credential
    entries: tuple[Entry, ...]
    people: Mapping[str, UserId | None]
    signed: int
    """How many entries of the newest log its newest checkpoint covers."""
    origin: str
    """Of that log. An entry of another one stands in a log that it continues."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """A `.tlog-proof`, and the usual name of the file with the verifier key that it is checked with."""

    place: LogPlace
    text: str
    verifier: str


def audit(world: World, user: UserId, name: str) -> Audited | Choice | Denied:
    """The newest entries about the credential of a name. Raises `StoreBusyError`: then nothing is shown."""
    decision = may_audit(world, user)
    if isinstance(decision, Denied):
        return decision
    found = inventory.show(world, user, name)
    return found if isinstance(found, Choice | Denied) else _audited(world, user, found)


def audit_one(world: World, user: UserId, credential: CredentialId) -> Audited | Denied:
    """The same of the credential of an ID."""
    decision = may_audit(world, user)
    found = decision if isinstance(decision, Denied) else inventory.credential(world, user, credential)
    return found if isinstance(found, Denied) else _audited(world, user, found)


def _audited(world: World, user: UserId, found: Credential) -> Audited:
    history = world.store.history
    both = [*history.about(found.id, limit=SHOWN), *history.logins(found.id, limit=OF_LOGINS)]
    place = {log: number for number, log in enumerate(history.origins)}
    entries = tuple(sorted(both, key=lambda entry: (place[entry.log], entry.index), reverse=True))
    _record(world, user, found.id, [entry.place for entry in entries])
    people = {person: history.user(person) for entry in entries for person in _people(entry)}
    return Audited(
        credential=found, entries=entries, people=people, signed=history.signed(), origin=history.origins[-1]
    )


def prove(world: World, user: UserId, credential: CredentialId, place: LogPlace) -> Proof | Denied:
    """The proof of an entry about a credential. The first one after a start hashes the log."""
    decision = may_audit(world, user)
    if isinstance(decision, Denied):
        return decision
    history = world.store.history
    (entry,) = (history.entries(place, limit=1) if place.log in history.origins else ()) or (None,)
    if entry is None or entry.place != place or entry.body.get("credential") != str(credential):
        return _UNKNOWN
    text = history.proof(place)
    if text is None:
        return _UNSIGNED if place.log == history.origins[-1] else _NEVER_SIGNED
    _record(world, user, credential, [place])
    return Proof(place=place, text=text, verifier=verifier_name(place.log, history.origins[0]))


def _record(world: World, user: UserId, credential: CredentialId, places: Sequence[LogPlace]) -> None:
    """An entry for each log of which entries were read."""
    newest = world.store.history.origins[-1]
    read: dict[str, list[int]] = {}
    for place in places:
        read.setdefault(place.log, []).append(place.index)
    with world.store.work() as work:
        for log, indexes in read.items():
            work.record(
                LedgerRead(
                    actor=user,
                    via=Via.SLACK,
                    credential=credential,
                    first=min(indexes),
                    last=max(indexes),
                    log="" if log == newest else log,
                )
            )


def _people(entry: Entry) -> tuple[str, ...]:
    named = (entry.actor, entry.body.get("owner"), entry.body.get("stands_in_for"))
    return tuple(str(person) for person in named if person)
