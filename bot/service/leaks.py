"""A secret in the open: one stands in a message, and those who must know are told at once.

Whoever reads the message can use the secret, so anybody of the organization may tell of it; and where the policy lets
channels be watched, nobody has to. A secret is known by its form and checksum and then by its keyed fingerprint; the
text around it is kept nowhere, and neither is the secret.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from bot.domain import secret_format
from bot.domain.credential import LIVING, Credential, Leak, Secret, SecretState
from bot.domain.errors import Denied
from bot.domain.events import SecretLeaked, Via
from bot.domain.ids import BUILTIN, ChannelId, ClientId, UserId
from bot.domain.notice import NoticeKind
from bot.ports import Concealed, Reader, UnitOfWork, World
from bot.service.delivery import notices
from bot.service.handover.secrets import retire_telling
from bot.service.reading.inventory import standing_of
from bot.service.reading.sight import may_see

FOUND = "somebody found it in a message"
SEEN = "it stood in a message in a watched channel"
"""Why a secret ends at once, in the ledger's words."""
_MOST = 20
"""Of client IDs that are looked up of one message: each alone opens nothing. Of secrets, all of them are."""
_CLIENT = re.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What a message holds."""

    working: int = 0
    """Secrets of living credentials: their owners know now, whoever told first."""
    other: int = 0
    """What looks like a secret, and is none that could be used."""
    ended: bool = False
    """Whether the working ones were ended, as the policy says."""
    named: tuple[Credential, ...] = ()
    """Of which a client ID stands there, and which whoever asks may see."""


def report(world: World, text: str, *, by: UserId, channel: ChannelId) -> Findings | Denied:
    """Tell owners and the security channel of the secrets in a text, each the first time; what there was in it."""
    decision = standing_of(world, by)
    if isinstance(decision, Denied):
        return decision
    with world.store.work() as work:
        findings = _told_of(world, work, secret_format.find(text), by=by, channel=channel)
        named = tuple(each for each in _named(work, text) if may_see(world, by, each))
    if findings.working:
        world.wake()
    return replace(findings, named=named)


def seen(world: World, secrets: Sequence[str], *, channel: ChannelId) -> Findings:
    """The same for what has the form of secrets, and stands in a watched channel."""
    with world.store.work() as work:
        findings = _told_of(world, work, secrets, by=None, channel=channel)
    if findings.working:
        world.wake()
    return findings


def _told_of(
    world: World, work: UnitOfWork, secrets: Sequence[str], *, by: UserId | None, channel: ChannelId
) -> Findings:
    fingerprints = {world.fingerprint(Concealed(each)) for each in secrets}
    found = list(_working(work, fingerprints))
    for credential, secret in found:
        if secret.leak is None or world.policy.leaks.retire:  # told of before the policy said to end it
            _tell(world, work, credential, secret, Leak(at=work.now, by=by, channel=channel))
    known = {secret.fingerprint for _, secret in found}
    return Findings(working=len(found), other=len(fingerprints - known), ended=world.policy.leaks.retire)


def _tell(world: World, work: UnitOfWork, credential: Credential, secret: Secret, leak: Leak) -> None:
    leaked = replace(secret, leak=leak)
    work.credentials.save_secret(credential.id, leaked)
    work.record(
        SecretLeaked(actor=leak.by, via=Via.SLACK, credential=credential.id, secret=secret.id, channel=leak.channel)
    )
    after = credential.with_secret(leaked)
    if world.policy.leaks.retire:
        why = SEEN if leak.by is None else FOUND
        after = retire_telling(world, work, after, leaked, actor=leak.by, why=why, via=Via.SLACK)
    notices.tell_owner(world, work, NoticeKind.OWNER_LEAKED, after)
    notices.tell_security(world, work, NoticeKind.LEAK_CARD, after)


def _working(reader: Reader, fingerprints: set[str]) -> Iterator[tuple[Credential, Secret]]:
    """The secrets that can be used, or could again once their credential is resumed."""
    if not fingerprints:
        return
    for credential in reader.credentials.of_secrets(sorted(fingerprints)):
        if credential.state in LIVING:
            for secret in credential.secrets:
                if secret.fingerprint in fingerprints and secret.state is not SecretState.RETIRED:
                    yield credential, secret


def _named(reader: Reader, text: str) -> Iterator[Credential]:
    for each in list(dict.fromkeys(_CLIENT.findall(text)))[:_MOST]:
        found = reader.credentials.of_client(ClientId(str(UUID(each))), BUILTIN)
        if found is not None and found.state in LIVING:
            yield found
