"""From which networks a credential is used. Where the policy says so, its owner hears of the first use from another.

The first network of all is learnt in silence: somebody has to begin somewhere.
"""

from dataclasses import replace

from bot.domain.events import NetworkMet, Via
from bot.domain.ids import NoticeId
from bot.domain.notice import Notice, NoticeKind
from bot.domain.origin import agent_of
from bot.domain.refusals import Met
from bot.ports import Concealed, UnitOfWork, World
from bot.service.delivery.notices import has_left

MOST = 32
"""Networks that are remembered of one credential: who comes from more of them moves about, and is told of no more."""


def note(world: World, work: UnitOfWork, met: Met) -> bool:
    """Remember a network; whether the owner is told of it."""
    known = work.logins.networks(met.credential)
    if known >= MOST or work.logins.met(met.credential, met.network) is not None:
        return False
    notice = _tell(world, work, met) if known else None
    work.logins.add_network(replace(met, agent=agent_of(met.agent)), notice)
    return notice is not None


def commitment(world: World, what: str) -> str:
    """To an address or a network: whoever has the key and a guess can say whether it is that one."""
    return world.fingerprint(Concealed(f"origin {what}"))[:32]


def _tell(world: World, work: UnitOfWork, met: Met) -> NoticeId | None:
    credential = work.credentials.get(met.credential)
    if credential is None or has_left(world, credential.owner):
        return None
    notice = NoticeId(world.entropy.uuid())
    work.notices.add(
        Notice(
            id=notice,
            kind=NoticeKind.OWNER_NETWORK,
            credential=credential.id,
            group=notice,
            person=credential.owner,
            due_at=work.now,
        )
    )
    work.record(
        NetworkMet(
            actor=None,
            via=Via.WEB,
            credential=credential.id,
            network=commitment(world, met.network),
            at=met.at,
        )
    )
    return notice
