"""Many credentials at once, with the entries that vouch for them: approved by one person, revealed and stored."""

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from bot.domain.credential import Credential, Delivery, ReceiptState
from bot.domain.events import ReceiptChanged, RequestStarted, Via, VoteCast
from bot.domain.ids import ClientId, CredentialId, EstateKey, RequestId, UserId, Words
from bot.domain.kind import Kind
from bot.domain.naming import name_shape
from bot.domain.request import Asked, Request, State, Verdict, Vote, digest_of
from bot.domain.role import READ_ONLY
from bot.ports import Concealed, Issued, UnitOfWork
from bot.service import entering
from bot.service.handover import minting
from tests.support import people
from tests.support.house import House

Wanted = tuple[str, EstateKey, UserId, int]
"""A name, where, whose, and for how many days."""


def stock(house: House, wanted: Iterable[Wanted]) -> list[Credential]:
    """All of them in one transaction, as if each had walked its road."""
    with house.store.work() as work:
        return [_credential(house, work, each) for each in wanted]


def _credential(house: House, work: UnitOfWork, wanted: Wanted) -> Credential:
    request = _request(house, work, wanted)
    record = request.id.bytes
    given = Issued(client_id=ClientId(str(house.world.entropy.uuid())), secret=Concealed(request.id.hex), record=record)
    made = minting.credential(house.world, request, given, work.now)
    kept = replace(made.newest, receipt=ReceiptState.STORED, delivery=Delivery.DELIVERED)
    made = made.with_secret(kept)
    work.names.take(made.estate, name_shape(made.name), made.id)
    work.credentials.add(made, hashlib.sha256(record).digest())
    work.record(minting.issued(made, hashlib.sha256(record).digest()))
    work.record(
        ReceiptChanged(actor=made.owner, via=Via.SLACK, credential=made.id, secret=kept.id, receipt=kept.receipt)
    )
    return made


def _request(house: House, work: UnitOfWork, wanted: Wanted) -> Request:
    name, estate, owner, days = wanted
    policy = house.world.policy
    identifiers = [house.world.entropy.uuid() for _ in range(2)]
    asked = Asked(
        kind=Kind.ADD,
        requester=owner,
        owner=owner,
        estate=estate,
        role=READ_ONLY.key,
        name=name,
        description=Words(""),
        reason=Words(""),
        expires_at=policy.end_of(policy.today(work.now) + timedelta(days=days)),
    )
    credential = CredentialId(identifiers[1])
    request = Request(
        id=RequestId(UUID(int=identifiers[0].int)),
        credential=credential,
        asked=asked,
        permissions=READ_ONLY.permissions,
        quorum=1,
        policy=policy.digest,
        digest=digest_of(credential, asked, READ_ONLY.permissions, policy.digest),
        state=State.FULFILLED,
        opened_at=work.now,
        lapses_at=work.now,
    )
    work.requests.add(request, str(request.id))
    work.record(entering._opened(request))
    vote = Vote(voter=people.ANA, verdict=Verdict.APPROVE, at=work.now)
    work.requests.add_vote(request.id, vote)
    work.record(
        VoteCast(
            actor=vote.voter,
            via=Via.SLACK,
            request=request.id,
            credential=credential,
            verdict=vote.verdict,
            reason=vote.reason,
            digest=request.digest,
            state=State.APPROVED,
            lapses_at=work.now,
        )
    )
    work.record(RequestStarted(actor=owner, via=Via.SLACK, request=request.id, credential=credential, authority="fake"))
    return request
